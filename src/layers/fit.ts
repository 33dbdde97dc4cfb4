/**
 * @file Training: seeded batches of bags, one epoch after the other, with validation, early stopping, checkpoints and an end at the last good state when the loss stops being a number. The
 * same seed and build give the same weights, whether the run was interrupted or not.
 */
import { checkNames, checkNumber } from "../core/options.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { checkLabelled, type LabelledBags, type Score, score } from "./evaluate.ts";
import type { LossName } from "./losses.ts";
import { buildNetwork, type NetworkDescription } from "./network.ts";
import { type Optimiser, type OptimiserOptions, openOptimiser, optimiserSettings, takeStep } from "./optimise.ts";
import { copyInto, copyTree, viewsInto } from "./parameters.ts";
import { chunkCount, gradientOfBatch, openSlots, type Stepper } from "./step.ts";
import { openStepPool } from "./step-pool.ts";
import type { Block, Parameters } from "./types.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

export interface FitOptions extends OptimiserOptions {
  /** Default "binary". */
  readonly loss?: LossName;
  /** At most so many, default 50. */
  readonly epochs?: number;
  /** Bags of a step, default 32; the last batch of an epoch may be smaller. */
  readonly batch?: number;
  readonly seed?: number;
  /** Watched after every epoch; the parameters of its smallest loss are the result. Default none: the last ones are. */
  readonly validation?: LabelledBags | null;
  /** Epochs without a smaller validation loss after which training ends; default 10. */
  readonly patience?: number;
  /** Training ends when the watched loss (validation, else training) is below this. Default 0: never. */
  readonly stopBelow?: number;
  /** Training ends as well when the loss of the training bags themselves is below this: they have nothing left to teach. Default 0: never. */
  readonly stopTrainingBelow?: number;
  readonly classWeights?: ArrayLike<number>;
  readonly workspace?: Workspace;
  /**
   * Threads that share the work of a step, at most 4; the weights are the same bits for any number. Default 1. More than one needs the network as a description (functions do not go to other
   * threads), Node and shared memory; elsewhere one thread does it all.
   */
  readonly threads?: number;
  /** Goes on from here; all other options and the data must be those of the run that made it. */
  readonly resume?: Checkpoint;
}

export interface Epoch {
  /** 1, 2, ... */
  readonly epoch: number;
  /** Mean over the batches as they were trained on, and what part of them was right. */
  readonly loss: number;
  readonly accuracy: number;
  readonly validation: Score | null;
  /** Everything needed to go on from the end of this epoch. */
  checkpoint(): Checkpoint;
}

export interface Fit {
  /** Of the smallest validation loss, or the last ones. */
  readonly parameters: Parameters;
  readonly epochs: number;
  readonly steps: number;
  /** "epochs": all were run; "settled": early stopping; "aborted": the caller stopped; "nonfinite": the loss of `badBatch` was no number, and the parameters are those before that epoch. */
  readonly ended: "epochs" | "settled" | "aborted" | "nonfinite";
  readonly badBatch: { readonly epoch: number; readonly batch: number } | null;
}

interface Settings {
  readonly loss: LossName;
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly patience: number;
  readonly stopBelow: number;
  readonly stopTrainingBelow: number;
  readonly classWeights: readonly number[] | null;
  readonly threads: number;
}

const own = [
  "loss",
  "epochs",
  "batch",
  "seed",
  "validation",
  "patience",
  "stopBelow",
  "stopTrainingBelow",
  "classWeights",
  "workspace",
  "threads",
  "resume",
];
const ofOptimiser = ["learningRate", "weightDecay", "betas", "eps", "clip", "schedule", "warmup"];

/**
 * Yields after every epoch; the value it returns is the outcome. Stop early by calling `return` on the iterator, or use `fit`.
 * @param given a block, or the description of a network.
 * @throws HopfieldError E_RANGE (options), E_SHAPE (data, checkpoint).
 */
export function* train(
  given: Block | NetworkDescription,
  data: LabelledBags,
  options: FitOptions = {},
): Generator<Epoch, Fit, boolean | undefined> {
  checkNames("fit", options, [...own, ...ofOptimiser]);
  checkLabelled("fit", data);
  const validation = options.validation ?? null;
  if (validation) checkLabelled("fit: validation", validation);
  const settings = settingsOf(options);
  const workspace = options.workspace ?? openWorkspace();
  const description = "forward" in given ? null : given;
  const network = "forward" in given ? given : buildNetwork(given);
  const fresh = network.init(randomStream(settings.seed, 0x696e6974));
  const optimiser = openOptimiser(workspace, fresh, optimiserSettings("fit", pick(options)));
  const best = { parameters: copyTree(fresh), loss: Number.POSITIVE_INFINITY, epoch: 0 };
  let epoch = 0;
  let loss = options.resume?.loss ?? Number.POSITIVE_INFINITY;
  if (options.resume) epoch = goOn(options.resume, optimiser, best);
  const count = data.targets.length;
  const total = settings.epochs * Math.ceil(count / settings.batch);
  const snapshot = (): Checkpoint => ({
    epoch,
    step: optimiser.step,
    loss,
    parameters: copyTree(optimiser.parameters),
    first: copyTree(viewsInto(fresh, optimiser.m)),
    second: copyTree(viewsInto(fresh, optimiser.v)),
    best: { parameters: copyTree(best.parameters), loss: best.loss, epoch: best.epoch },
  });
  const ended = (why: Fit["ended"], badBatch: Fit["badBatch"] = null): Fit => ({
    parameters: validation && best.epoch > 0 ? best.parameters : copyTree(optimiser.parameters),
    epochs: epoch,
    steps: optimiser.step,
    ended: why,
    badBatch,
  });
  const settled = (watched: number): boolean =>
    watched < settings.stopBelow || loss < settings.stopTrainingBelow || (validation !== null && epoch - best.epoch >= settings.patience);
  const lastWatched = (): number => (validation ? (best.epoch === epoch ? best.loss : Number.POSITIVE_INFINITY) : loss);
  if (options.resume && epoch > 0 && settled(lastWatched())) return ended("settled");
  const stepper = openStepper(workspace, network, description, optimiser, data, settings);
  try {
    while (epoch < settings.epochs) {
      const before = copyTree(optimiser.parameters);
      const outcome = runEpoch(stepper, optimiser, settings, epoch, total);
      if ("badBatch" in outcome) {
        copyInto(before, optimiser.parameters);
        return ended("nonfinite", { epoch: epoch + 1, batch: outcome.badBatch });
      }
      epoch++;
      loss = outcome.loss;
      const watched = validation ? score(workspace, network, optimiser.parameters, validation, settings.loss) : null;
      if (watched && watched.loss < best.loss)
        Object.assign(best, { parameters: copyTree(optimiser.parameters), loss: watched.loss, epoch });
      const stop = yield { epoch, ...outcome, validation: watched, checkpoint: snapshot };
      if (stop) return ended("aborted");
      if (settled(watched?.loss ?? loss)) return ended("settled");
    }
    return ended("epochs");
  } finally {
    stepper.pool?.close();
  }
}

/** Everything that steps share; the pool is opened where more than one thread is asked for. */
function openStepper(
  workspace: Workspace,
  network: Block,
  description: NetworkDescription | null,
  optimiser: Optimiser,
  data: LabelledBags,
  { loss, seed, classWeights, batch, threads }: Settings,
): Stepper {
  const slots = openSlots(workspace, optimiser.parameters, optimiser.g.length);
  const settings = { loss, seed, classWeights };
  const pool = description ? openStepPool(workspace, description, optimiser, slots, data, settings, batch, threads) : null;
  return { workspace, network, parameters: optimiser.parameters, data, settings, slots, pool };
}

export interface FitWatch {
  readonly onEpoch?: (epoch: Epoch) => void;
  readonly signal?: AbortSignal;
}

/** `train` to its end, giving the event loop a turn after every epoch. @throws as train. */
export async function fit(
  network: Block | NetworkDescription,
  data: LabelledBags,
  options: FitOptions = {},
  { onEpoch, signal }: FitWatch = {},
): Promise<Fit> {
  const run = train(network, data, options);
  let next = run.next();
  while (!next.done) {
    onEpoch?.(next.value);
    await new Promise((done) => setTimeout(done, 0));
    next = run.next(signal?.aborted === true);
  }
  return next.value;
}

function settingsOf(options: FitOptions): Settings {
  const whole = (name: "epochs" | "batch" | "patience", fallback: number): number =>
    checkNumber("fit", name, options[name] ?? fallback, { atLeast: 1, whole: true });
  return {
    loss: options.loss ?? "binary",
    epochs: whole("epochs", 50),
    batch: whole("batch", 32),
    seed: checkNumber("fit", "seed", options.seed ?? 1, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true }),
    patience: whole("patience", 10),
    stopBelow: checkNumber("fit", "stopBelow", options.stopBelow ?? 0, { atLeast: 0 }),
    stopTrainingBelow: checkNumber("fit", "stopTrainingBelow", options.stopTrainingBelow ?? 0, { atLeast: 0 }),
    classWeights: options.classWeights ? Array.from(options.classWeights) : null,
    threads: Math.min(chunkCount, checkNumber("fit", "threads", options.threads ?? 1, { atLeast: 1, whole: true })),
  };
}

function pick(options: FitOptions): OptimiserOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => ofOptimiser.includes(name)));
}

function goOn(from: Checkpoint, optimiser: Optimiser, best: { parameters: Parameters; loss: number; epoch: number }): number {
  copyInto(from.parameters, optimiser.parameters, "fit: checkpoint");
  copyInto(from.first, viewsInto(optimiser.parameters, optimiser.m), "fit: checkpoint");
  copyInto(from.second, viewsInto(optimiser.parameters, optimiser.v), "fit: checkpoint");
  copyInto(from.best.parameters, best.parameters, "fit: checkpoint");
  Object.assign(best, { loss: from.best.loss, epoch: from.best.epoch });
  optimiser.step = from.step;
  return from.epoch;
}

type EpochOutcome = { readonly loss: number; readonly accuracy: number } | { readonly badBatch: number };

function runEpoch(stepper: Stepper, optimiser: Optimiser, { batch, seed }: Settings, epoch: number, total: number): EpochOutcome {
  const count = stepper.data.targets.length;
  const order = sampleWithoutReplacement(randomStream(seed, 0x62000000 + epoch), count, count);
  let [lossSum, right] = [0, 0];
  for (let first = 0; first < count; first += batch) {
    const chosen = order.slice(first, first + batch);
    const found = gradientOfBatch(stepper, chosen, optimiser.step, optimiser.g);
    if (!Number.isFinite(found.loss) || !Number.isFinite(takeStep(stepper.workspace, optimiser, total))) return { badBatch: first / batch };
    lossSum += found.loss * chosen.length;
    right += found.right;
  }
  return { loss: lossSum / count, accuracy: right / count };
}

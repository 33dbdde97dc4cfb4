/** @file One training run of `hopfield train`: progress, checkpoints after every epoch, learning curve, scores. */
import { performance } from "node:perf_hooks";
import { HopfieldError } from "../core/errors.ts";
import {
  buildNetwork,
  type Checkpoint,
  countParameters,
  type Epoch,
  type FitOptions,
  type LabelledBags,
  type NetworkDescription,
  openWorkspace,
  type Parameters,
  readCheckpoint,
  type Score,
  score,
  train,
  type Workspace,
  writeCheckpoint,
} from "../layers/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import type { Io } from "./io.ts";
import { writeOutputs } from "./output.ts";

export interface RunInput {
  readonly label: string;
  readonly description: NetworkDescription;
  readonly fit: FitOptions;
  readonly seed: number;
  readonly build: "plain" | "relaxed" | "auto";
  readonly train: LabelledBags;
  readonly validation: LabelledBags | null;
  readonly checkpoint?: string | undefined;
  readonly resume?: string | undefined;
}

export interface Curve {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly validation: Score | null;
}

export interface RunOutcome {
  readonly parameters: Parameters;
  readonly count: number;
  readonly epochs: number;
  readonly stepsPerSecond: number;
  readonly train: Score;
  readonly curve: readonly Curve[];
  readonly ended: string;
  test(data: LabelledBags): Score;
}

/** @throws CommandError exit 3: E_NONFINITE naming the batch whose loss was no number, E_CONFLICT for a checkpoint of another run. */
export async function runTraining(input: RunInput, io: Io): Promise<RunOutcome> {
  const network = blame(2, "", () => buildNetwork(input.description));
  const workspace = blame(3, "", () => openWorkspace(input.build));
  const about = JSON.stringify({
    description: input.description,
    seed: input.seed,
    build: workspace.build,
    bags: input.train.targets.length,
    ...input.fit,
    epochs: null,
    // The weights do not depend on how many threads there are.
    threads: undefined,
  });
  const resume = input.resume === undefined ? undefined : openCheckpoint(input.resume, about);
  const options: FitOptions = { ...input.fit, seed: input.seed, validation: input.validation, workspace, ...(resume ? { resume } : {}) };
  const curve: Curve[] = [];
  const started = performance.now();
  const run = blame(3, "", () => train(input.description, input.train, options));
  let next = advance(() => run.next());
  while (!next.done) {
    const epoch: Epoch = next.value;
    curve.push({ epoch: epoch.epoch, loss: epoch.loss, accuracy: epoch.accuracy, validation: epoch.validation });
    io.progress(`${input.label}: epoch ${epoch.epoch}, loss ${epoch.loss.toFixed(4)}`, epoch.epoch, options.epochs ?? 1);
    if (input.checkpoint !== undefined) await writeOutputs([{ path: input.checkpoint, bytes: writeCheckpoint(epoch.checkpoint(), about) }]);
    // A turn for signals.
    await new Promise((done) => setImmediate(done));
    next = advance(() => run.next());
  }
  const seconds = (performance.now() - started) / 1000;
  io.endProgress();
  const { parameters, epochs, steps, ended, badBatch } = next.value;
  if (badBatch) {
    const kept = input.checkpoint === undefined ? "" : `; ${JSON.stringify(input.checkpoint)} holds the last good state`;
    throw new CommandError(
      "E_NONFINITE",
      `train: the loss of batch ${badBatch.batch} in epoch ${badBatch.epoch} is no finite number${kept}; try a smaller --learning-rate`,
      3,
    );
  }
  const done = steps - (resume?.step ?? 0);
  return {
    parameters,
    count: countParameters(parameters),
    epochs,
    stepsPerSecond: seconds > 0 ? done / seconds : 0,
    train: scored(workspace, input, network, parameters, input.train),
    curve,
    ended,
    test: (data) => scored(workspace, input, network, parameters, data),
  };
}

function scored(
  workspace: Workspace,
  input: RunInput,
  network: ReturnType<typeof buildNetwork>,
  parameters: Parameters,
  data: LabelledBags,
): Score {
  return blame(3, "", () => score(workspace, network, parameters, data, input.fit.loss ?? "binary"));
}

const advance = <T>(step: () => T): T => blame(3, "", step);

function openCheckpoint(path: string, about: string): Checkpoint {
  const here = `--resume ${JSON.stringify(path)}: `;
  const bytes = readFileBytes(path, "--resume");
  return blame(3, here, () => {
    const found = readCheckpoint(bytes);
    if (found.about !== about)
      throw new HopfieldError("E_CONFLICT", "this checkpoint is of a run with another task, model, seed, build or setting");
    return found.checkpoint;
  });
}

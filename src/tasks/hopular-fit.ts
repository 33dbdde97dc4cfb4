/**
 * @file Training of Hopular on the rows of a table: batches of rows against all training rows as memory (each hidden from itself), masked cells first and the target ever more, LAMB with
 * lookahead, an end when the watched rows get no better. The same seed gives the same weights.
 */
import { portableExp } from "../core/portable.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { type Hopular, type HopularDescription, hopular } from "../layers/hopular.ts";
import { type LambState, openLamb } from "../layers/lamb.ts";
import { copyInto, copyTree, viewsInto } from "../layers/parameters.ts";
import type { Parameters, Pass } from "../layers/types.ts";
import { openWorkspace, scoped, type Workspace } from "../layers/workspace.ts";
import { type HopularFitOptions, hopularSettings } from "./hopular-options.ts";
import { type HopularRows, maskedLoss, someRows, storedRows } from "./hopular-rows.ts";
import { selfMask } from "./hopular-run.ts";

export interface HopularFit {
  readonly description: HopularDescription;
  readonly parameters: Parameters;
  readonly epochs: number;
  readonly steps: number;
  /** Epoch of the smallest watched loss, and that loss of the target. */
  readonly best: { readonly epoch: number; readonly loss: number };
  readonly curve: readonly { readonly epoch: number; readonly loss: number; readonly watched: number | null }[];
  /** The watched rows that judged (all, or some drawn), and what each epoch said of them: the probability of the true class, or the number. */
  readonly judged: readonly number[];
  readonly heard: readonly Float32Array[];
}

/** A training run after an epoch: everything that the next one depends on. */
export interface HopularState {
  readonly epoch: number;
  readonly step: number;
  readonly lamb: LambState;
  /** The best parameters so far as one list, in the order of `lamb`. */
  readonly best: { readonly epoch: number; readonly loss: number; readonly parameters: Float32Array };
  readonly curve: HopularFit["curve"];
  readonly heard: HopularFit["heard"];
}

export interface HopularEpoch {
  readonly epoch: number;
  /** At most so many. */
  readonly epochs: number;
  /** Copies the state of the run. */
  state(): HopularState;
}

/**
 * Yields after every epoch; ends early when `return`ed.
 * @param resume goes on where `state` was taken, with the same rows and options: the weights are the same as without the break.
 * @throws HopfieldError E_RANGE; E_SHAPE for the state of another network.
 */
export function* fitHopular(
  all: HopularRows,
  train: readonly number[],
  watched: readonly number[],
  options: HopularFitOptions = {},
  resume?: HopularState,
): Generator<HopularEpoch, HopularFit> {
  const o = hopularSettings(options);
  const w = options.workspace ?? openWorkspace("plain");
  const { size, blocks, heads, hidden, dropout } = o;
  const description: HopularDescription = { columns: all.columns, size, blocks, heads, hidden, dropout };
  const network = hopular(description);
  const fresh = network.init(randomStream(o.seed, 0x686f7075));
  const lamb = openLamb(w, fresh, { learningRate: o.learningRate, weightDecay: o.weightDecay }, resume?.lamb);
  let best = resume?.best ?? { epoch: 0, loss: Number.POSITIVE_INFINITY, parameters: lamb.state().parameters };
  const curve = [...(resume?.curve ?? [])];
  const heard = [...(resume?.heard ?? [])];
  let [step, epoch] = resume ? [resume.step, resume.epoch] : [0, 0];
  const fall = Math.max(1, o.annealed * o.epochs);
  const some = (rows: readonly number[], count: number): readonly number[] =>
    rows.length <= count
      ? rows
      : sampleWithoutReplacement(randomStream(o.seed, 0x77617463), rows.length, count).map((r) => rows[r] as number);
  // Every epoch is judged by the same rows against the same memory.
  const [judges, judged] = [some(train, o.memory), some(watched, Math.ceil(o.memory / 2))];
  while (epoch < o.epochs && !(judged.length > 0 && epoch - best.epoch >= o.patience)) {
    const order = sampleWithoutReplacement(randomStream(o.seed, 0x72000000 + epoch), train.length, o.memory).map((r) => train[r] as number);
    const share = o.masked * Math.max(0, 1 - epoch / fall);
    let mean = 0;
    const batches = Math.max(1, Math.round(order.length / o.batch));
    for (let b = 0; b < batches; b++) {
      const chosen = order.slice(Math.floor((b * order.length) / batches), Math.floor(((b + 1) * order.length) / batches));
      const random = randomStream(o.seed, 0x6d000000 + step);
      const stored =
        train.length <= o.memory ? train : sampleWithoutReplacement(random, train.length, o.memory).map((r) => train[r] as number);
      mean +=
        (trainStep(w, network, lamb, all, chosen, stored, { share, mask: o.mask, replace: o.replace, seed: o.seed, step }) *
          chosen.length) /
        order.length;
      step++;
    }
    epoch++;
    const verdict = judged.length === 0 ? null : judge(w, network, lamb.parameters, all, judges, judged);
    const loss = verdict?.loss ?? null;
    curve.push({ epoch, loss: mean, watched: loss });
    if (!Number.isFinite(mean)) break;
    if (verdict) heard.push(verdict.heard);
    if (loss !== null && loss < best.loss) best = { epoch, loss, parameters: lamb.state().parameters };
    yield { epoch, epochs: o.epochs, state: () => ({ epoch, step, lamb: lamb.state(), best, curve: [...curve], heard: [...heard] }) };
  }
  const parameters = best.epoch > 0 ? copyTree(viewsInto(fresh, best.parameters)) : copyTree(lamb.parameters);
  return { description, parameters, epochs: epoch, steps: step, best: { epoch: best.epoch, loss: best.loss }, curve, judged, heard };
}

interface StepSettings {
  readonly share: number;
  readonly mask: number;
  readonly replace: number;
  readonly seed: number;
  readonly step: number;
}

function trainStep(
  w: Workspace,
  network: Hopular,
  lamb: ReturnType<typeof openLamb>,
  all: HopularRows,
  chosen: readonly number[],
  stored: readonly number[],
  { share, mask, replace, seed, step }: StepSettings,
): number {
  const random = randomStream(seed, 0x78000000 + step);
  return scoped(w, () => {
    const { x, asked } = someRows(all, chosen, share > 0 ? { mask, replace } : null, random);
    const pass: Pass = { workspace: w, training: true, seed, draws: step * 1024, wantInput: false };
    const run = network.forward(lamb.parameters, x, storedRows(all, stored), selfMask(chosen, stored), pass);
    const { loss, slope } = maskedLoss(all, chosen, asked, run.y, share);
    if (!Number.isFinite(loss)) return loss;
    copyInto(
      network.backward(lamb.parameters, run, { data: slope, rows: run.y.rows, columns: run.y.columns }, pass),
      lamb.gradients,
      "hopular: gradients",
    );
    lamb.step();
    return loss;
  });
}

/** Loss of the targets of watched rows, and what is said of each. */
function judge(
  w: Workspace,
  network: Hopular,
  parameters: Parameters,
  all: HopularRows,
  train: readonly number[],
  watched: readonly number[],
): { loss: number; heard: Float32Array } {
  return scoped(w, () => {
    const { x, asked } = someRows(all, watched, null, randomStream(0));
    const run = network.forward(parameters, x, storedRows(all, train), null, {
      workspace: w,
      training: false,
      seed: 0,
      draws: 0,
      wantInput: false,
    });
    const last = all.columns.length - 1;
    const { outputs = 1, type = 0 } = all.columns[last] ?? {};
    const heard = Float32Array.from(watched, (row, r) => {
      const said = run.y.data.subarray((r + 1) * run.y.columns - outputs, (r + 1) * run.y.columns);
      if (type === 0) return said[0] as number;
      const top = Math.max(...said);
      const sum = said.reduce((total, z) => total + portableExp(z - top), 0);
      return portableExp((said[all.truth[row * all.columns.length + last] as number] as number) - top) / sum;
    });
    return { loss: maskedLoss(all, watched, asked, run.y, 0).target, heard };
  });
}

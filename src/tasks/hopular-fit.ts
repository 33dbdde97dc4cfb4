/**
 * @file Training of Hopular on the rows of a table: batches of rows against all training rows as memory (each hidden from itself), masked cells first and the target ever more, LAMB with
 * lookahead, an end when the watched rows get no better. The same seed gives the same weights.
 */
import { checkNames, checkNumber } from "../core/options.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { type Hopular, type HopularDescription, hopular } from "../layers/hopular.ts";
import { openLamb } from "../layers/lamb.ts";
import { copyInto, copyTree } from "../layers/parameters.ts";
import type { Parameters, Pass, Tensor } from "../layers/types.ts";
import { openWorkspace, scoped, type Workspace } from "../layers/workspace.ts";
import { type HopularRows, maskedLoss, someRows, storedRows } from "./hopular-rows.ts";

export interface HopularFitOptions {
  /** Numbers of a feature; default 8 (published: 32). */
  readonly size?: number;
  /** Default 2 (published: 8). */
  readonly blocks?: number;
  /** Default 4 (published: 8). */
  readonly heads?: number;
  /** Columns of the association space of a head; default 16. */
  readonly hidden?: number;
  /** Default 0.1. */
  readonly dropout?: number;
  /** At most; default 300 (published: 5 000). */
  readonly epochs?: number;
  /** Rows of a step; default 128. */
  readonly batch?: number;
  /** Default 0.01. */
  readonly learningRate?: number;
  readonly weightDecay?: number;
  /** Epochs without a smaller watched loss after which training ends; default 25. */
  readonly patience?: number;
  /** Share of the masked loss at the start, falling to 0 over `annealed` of the epochs; default 0.5 over 0.3. */
  readonly masked?: number;
  readonly annealed?: number;
  /** Of the cells: masked 0.025, replaced 0.175, as published. */
  readonly mask?: number;
  readonly replace?: number;
  /** Most stored rows of a step, and most rows of an epoch; default 1 024, drawn anew where there are more. */
  readonly memory?: number;
  readonly seed?: number;
  readonly workspace?: Workspace;
}

const defaults = {
  size: 8,
  blocks: 2,
  heads: 4,
  hidden: 16,
  dropout: 0.1,
  epochs: 300,
  batch: 128,
  learningRate: 0.01,
  weightDecay: 0.1,
  patience: 25,
  masked: 0.5,
  annealed: 0.3,
  mask: 0.025,
  replace: 0.175,
  memory: 1024,
  seed: 1,
};

/** The sizes and settings of the published code (ml-jku/hopular): hours a table rather than minutes. */
export const publishedHopular: HopularFitOptions = {
  size: 32,
  blocks: 8,
  heads: 8,
  hidden: 32,
  learningRate: 1e-3,
  epochs: 5000,
  masked: 1,
  annealed: 1,
};

export interface HopularFit {
  readonly description: HopularDescription;
  readonly parameters: Parameters;
  readonly epochs: number;
  readonly steps: number;
  /** Epoch of the smallest watched loss, and that loss of the target. */
  readonly best: { readonly epoch: number; readonly loss: number };
  readonly curve: readonly { readonly epoch: number; readonly loss: number; readonly watched: number | null }[];
}

/** Yields the epoch after each; ends early when `return`ed. @throws HopfieldError E_RANGE. */
export function* fitHopular(
  all: HopularRows,
  train: readonly number[],
  watched: readonly number[],
  options: HopularFitOptions = {},
): Generator<number, HopularFit> {
  checkNames("hopular", options, [...Object.keys(defaults), "workspace"]);
  const o = { ...defaults, ...options };
  for (const name of ["epochs", "batch", "patience", "memory"] as const) checkNumber("hopular", name, o[name], { atLeast: 1, whole: true });
  for (const name of ["masked", "annealed", "mask", "replace"] as const) checkNumber("hopular", name, o[name], { atLeast: 0, atMost: 1 });
  const w = options.workspace ?? openWorkspace("plain");
  const description: HopularDescription = {
    columns: all.columns,
    size: o.size,
    blocks: o.blocks,
    heads: o.heads,
    hidden: o.hidden,
    dropout: o.dropout,
  };
  const network = hopular(description);
  const lamb = openLamb(w, network.init(randomStream(o.seed, 0x686f7075)), { learningRate: o.learningRate, weightDecay: o.weightDecay });
  let best = { epoch: 0, loss: Number.POSITIVE_INFINITY, parameters: copyTree(lamb.parameters) };
  const curve: HopularFit["curve"][number][] = [];
  const fall = Math.max(1, o.annealed * o.epochs);
  let [step, epoch] = [0, 0];
  while (epoch < o.epochs) {
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
    const loss = watched.length === 0 ? null : watchedLoss(w, network, lamb.parameters, all, train, watched);
    curve.push({ epoch, loss: mean, watched: loss });
    if (!Number.isFinite(mean)) break;
    if (loss !== null && loss < best.loss) best = { epoch, loss, parameters: copyTree(lamb.parameters) };
    yield epoch;
    if (loss !== null && epoch - best.epoch >= o.patience) break;
  }
  const parameters = best.epoch > 0 ? best.parameters : copyTree(lamb.parameters);
  return { description, parameters, epochs: epoch, steps: step, best: { epoch: best.epoch, loss: best.loss }, curve };
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

/** 1 where a row meets itself; null when none does. */
function selfMask(chosen: readonly number[], stored: readonly number[]): Uint8Array | null {
  const place = new Map(stored.map((row, j) => [row, j]));
  const hides = new Uint8Array(chosen.length * stored.length);
  let some = false;
  chosen.forEach((row, i) => {
    const j = place.get(row);
    if (j === undefined) return;
    hides[i * stored.length + j] = 1;
    some = true;
  });
  return some ? hides : null;
}

function watchedLoss(
  w: Workspace,
  network: Hopular,
  parameters: Parameters,
  all: HopularRows,
  train: readonly number[],
  watched: readonly number[],
): number {
  return scoped(w, () => {
    const { x, asked } = someRows(all, watched, null, randomStream(0));
    const run = network.forward(parameters, x, storedRows(all, train), null, {
      workspace: w,
      training: false,
      seed: 0,
      draws: 0,
      wantInput: false,
    });
    return maskedLoss(all, watched, asked, run.y, 0).target;
  });
}

/** Outputs of the target (logits, or a number) for query rows, in tiles. @param hideSelf the queries are the stored rows, and none sees itself. @param visit sees how much each draws on every stored row. */
export function runHopular(
  w: Workspace,
  { description, parameters }: Pick<HopularFit, "description" | "parameters">,
  memory: Tensor,
  queries: HopularRows,
  { visit, hideSelf = false }: { readonly visit?: (first: number, weights: Float32Array) => void; readonly hideSelf?: boolean } = {},
): Float32Array {
  const network = hopular(description);
  const outputs = description.columns.at(-1)?.outputs ?? 1;
  const found = new Float32Array(queries.rows * outputs);
  const tile = Math.max(1, Math.min(256, Math.floor(2 ** 21 / memory.rows)));
  scoped(w, () => {
    const placed = openWorkspaceCopy(w, parameters);
    for (let first = 0; first < queries.rows; first += tile) {
      const chosen = Array.from({ length: Math.min(tile, queries.rows - first) }, (_, i) => first + i);
      scoped(w, () => {
        const { x } = someRows(queries, chosen, null, randomStream(0));
        const hides = hideSelf ? selfMask(chosen, [...Array(memory.rows).keys()]) : null;
        const run = network.forward(placed, x, memory, hides, { workspace: w, training: false, seed: 0, draws: 0, wantInput: false });
        visit?.(first, run.weights());
        chosen.forEach((_, r) => {
          found.set(run.y.data.subarray((r + 1) * run.y.columns - outputs, (r + 1) * run.y.columns), (first + r) * outputs);
        });
      });
    }
  });
  return found;
}

/** Parameters need not be copied in again for every tile. */
function openWorkspaceCopy(w: Workspace, parameters: Parameters): Parameters {
  return openLamb(w, parameters).parameters;
}

/**
 * @file One head: weights, updates of the state, the result, and gradients through all of it, through the last update alone, or at the fixed point. A head goes its own number of updates, as
 * in hopfield-layers: it stops when no bag's weights move any more.
 */
import type { Settings } from "./association-options.ts";
import { drop, dropBack, type Kept } from "./dropout.ts";
import { type Features, featureCount, featurePlaces, featuresBack, featuresOf } from "./features.ts";
import { type Part, part } from "./products.ts";
import type { Support } from "./supports.ts";
import type { Pass, Tensor } from "./types.ts";
import {
  blend,
  blendBack,
  compare,
  divideBlocks,
  divideBlocksBack,
  type HeadNumbers,
  type Layout,
  type Placed,
  separateBlocksBack,
  weigh,
} from "./weigh.ts";
import { copyOf, tensor, type Workspace, zeros } from "./workspace.ts";

/** Updates without a given number end here at the latest. */
const mostUpdates = 500;
/** The linear system of the implicit gradient is iterated to f32 rounding, or so often. */
const mostRounds = 500;

export interface HeadRun {
  /** Queries and weights of every evaluation; the last weights read the values. */
  readonly evaluations: readonly { readonly q: Part; readonly p: Tensor }[];
  readonly dropped: Tensor;
  readonly kept: Kept;
  readonly ratio: { readonly q: Features; readonly k: Features; readonly sums: Tensor; readonly omega: Tensor | null } | null;
}

export interface HeadInput {
  readonly pass: Pass;
  readonly s: Settings;
  readonly layout: Placed;
  readonly support: Support;
  readonly numbers: HeadNumbers;
  /** Frequencies of random features. */
  readonly omega: Tensor | null;
  readonly q: Part;
  readonly k: Part;
  readonly v: Part;
}

/** Writes the result of the head to `y` (states x pattern). */
export function runHead(input: HeadInput, y: Part): HeadRun {
  const { pass, s, layout, support, numbers, k, v } = input;
  const w = pass.workspace;
  const evaluations: { q: Part; p: Tensor }[] = [];
  let ratio: HeadRun["ratio"] = null;
  if (s.kind < 0) {
    const { p, features } = weighByFeatures(input);
    ratio = features;
    evaluations.push({ q: input.q, p });
  } else {
    let q = input.q;
    for (let step = 0; ; step++) {
      const p = weigh(w, s, layout, support, q, k, numbers);
      const before = evaluations.at(-1)?.p;
      evaluations.push({ q, p });
      if (step >= Math.min(s.steps ?? mostUpdates, mostUpdates)) break;
      if (before && !movedMore(layout, before, p, s.tolerance)) break;
      const next = tensor(w, layout.states, s.hidden);
      q = part(w, next);
      blend(w, layout, p, k, q, s.hidden);
    }
  }
  const last = (evaluations.at(-1) as { p: Tensor }).p;
  const [dropped, kept] = drop(pass, last, s.dropout);
  blend(w, layout, dropped, v, y, s.pattern);
  return { evaluations, dropped, kept, ratio };
}

function weighByFeatures({ pass, s, layout, support, numbers, omega, q, k }: HeadInput): {
  p: Tensor;
  features: NonNullable<HeadRun["ratio"]>;
} {
  const w = pass.workspace;
  const places = (rows: number): { scaled: Part; phi: Part } => {
    const { scaled, phi } = featurePlaces(w, s, rows, 1);
    return { scaled: part(w, scaled), phi: part(w, phi) };
  };
  const fq = featuresOf(w, s, q, layout.states, numbers.beta, omega, "row", places(layout.states));
  const fk = featuresOf(w, s, k, layout.stored, numbers.beta, omega, "all", places(layout.stored));
  const p = compare(w, layout, fq.phi, fk.phi, featureCount(s));
  const sums = divideBlocks(w, layout, support, p, numbers.head);
  return { p, features: { q: fq, k: fk, sums, omega } };
}

/** Whether the Frobenius distance of some bag's block exceeds the tolerance. */
function movedMore(layout: Layout, before: Tensor, after: Tensor, tolerance: number): boolean {
  return layout.bags.some(({ start, rows, columns }) => {
    let sum = 0;
    for (let i = start; i < start + rows * columns; i++) {
      const d = (after.data[i] as number) - (before.data[i] as number);
      sum += d * d;
    }
    return Math.sqrt(sum) > tolerance;
  });
}

export interface HeadGradients {
  /** states x hidden. */
  readonly dq: Tensor;
  readonly dBeta: number;
  readonly dAlpha: number;
}

/** Adds to the gradients of keys and values (`dk`, `dv`); `dy` is that of the result. */
export function runHeadBack(input: HeadInput, run: HeadRun, dy: Part, dk: Part, dv: Part): HeadGradients {
  const { pass, s, layout, v } = input;
  const w = pass.workspace;
  blendBack(w, layout, run.dropped, dy, dv, s.pattern);
  const dp = dropBack(pass, run.kept, compare(w, layout, dy, v, s.pattern), s.dropout);
  if (run.ratio) return ratioBack(input, run, run.ratio, dp, dk);
  const totals = { dBeta: 0, dAlpha: 0 };
  let dq = logitsBack(input, run.evaluations.length - 1, run, dp, dk, totals);
  if (run.evaluations.length === 1) return { dq, ...totals };
  if (s.gradient === "one-step") return { dq: zeros(w, layout.states, s.hidden), ...totals };
  if (s.gradient === "implicit") {
    const u = solveFixedPoint(input, run, dq);
    updateBack(input, run.evaluations.length - 1, run, u, dk, totals);
    return { dq: zeros(w, layout.states, s.hidden), ...totals };
  }
  for (let step = run.evaluations.length - 2; step >= 0; step--) dq = updateBack(input, step, run, dq, dk, totals);
  return { dq, ...totals };
}

interface Totals {
  dBeta: number;
  dAlpha: number;
}

/** Through the logits of one evaluation: dp becomes dz; returns dq, adds to dk. */
function logitsBack({ pass, s, layout, k, numbers }: HeadInput, step: number, run: HeadRun, dp: Tensor, dk: Part, totals: Totals): Tensor {
  const w = pass.workspace;
  const { q, p } = run.evaluations[step] as { q: Part; p: Tensor };
  totals.dAlpha += separateBlocksBack(w, s, layout, p, dp, numbers.alpha);
  w.kernels.scaleTo(dp.data.byteOffset, numbers.beta, layout.total, dp.data.byteOffset);
  const dq = tensor(w, layout.states, s.hidden);
  blend(w, layout, dp, k, part(w, dq), s.hidden);
  blendBack(w, layout, dp, q, dk, s.hidden);
  if (s.learnBeta) {
    for (let i = 0; i < layout.states; i++) {
      totals.dBeta += w.kernels.innerProduct(dq.data.byteOffset + i * s.hidden * 4, q.at + i * q.stride, s.hidden) / numbers.beta;
    }
  }
  return dq;
}

/** Through the update q' = P k of an evaluation, given the gradient by q'. */
function updateBack(input: HeadInput, step: number, run: HeadRun, dNext: Tensor, dk: Part, totals: Totals): Tensor {
  const { pass, s, layout, k } = input;
  const w = pass.workspace;
  const { p } = run.evaluations[step] as { p: Tensor };
  const slope = part(w, dNext);
  blendBack(w, layout, p, slope, dk, s.hidden);
  return logitsBack(input, step, run, compare(w, layout, slope, k, s.hidden), dk, totals);
}

/** u = g + J u at the fixed point, J = beta K^T S K with the symmetric derivative S of the separation; u <- g + J u converges exactly where the update contracts. */
function solveFixedPoint({ pass, s, layout, k, numbers }: HeadInput, run: HeadRun, g: Tensor): Tensor {
  const w = pass.workspace;
  const { p } = run.evaluations.at(-1) as { p: Tensor };
  const u = copyOf(w, g);
  const mark = w.top;
  for (let round = 0; round < mostRounds; round++) {
    w.top = mark;
    const d = compare(w, layout, part(w, u), k, s.hidden);
    separateBlocksBack(w, s, layout, p, d, numbers.alpha);
    w.kernels.scaleTo(d.data.byteOffset, numbers.beta, layout.total, d.data.byteOffset);
    const next = copyOf(w, g);
    blend(w, layout, d, k, part(w, next), s.hidden, true);
    let [change, size] = [0, 0];
    next.data.forEach((x, i) => {
      change = Math.max(change, Math.abs(x - (u.data[i] as number)));
      size = Math.max(size, Math.abs(x));
    });
    u.data.set(next.data);
    if (change <= 1e-7 * size) break;
  }
  w.top = mark;
  return u;
}

function ratioBack(
  { pass, s, layout, support, numbers }: HeadInput,
  run: HeadRun,
  ratio: NonNullable<HeadRun["ratio"]>,
  dp: Tensor,
  dk: Part,
): HeadGradients {
  const w = pass.workspace;
  const { p } = run.evaluations[0] as { p: Tensor };
  divideBlocksBack(w, layout, support, p, dp, ratio.sums);
  const count = featureCount(s);
  const dPhiQ = tensor(w, layout.states, count);
  const dPhiK = zeros(w, layout.stored, count);
  blend(w, layout, dp, ratio.k.phi, part(w, dPhiQ), count);
  blendBack(w, layout, dp, ratio.q.phi, part(w, dPhiK), count);
  const [dq, dKeys] = [tensor(w, layout.states, s.hidden), tensor(w, layout.stored, s.hidden)];
  const dBeta =
    featuresBack(w, s, ratio.q, part(w, dPhiQ), numbers.beta, ratio.omega, part(w, dq)) +
    featuresBack(w, s, ratio.k, part(w, dPhiK), numbers.beta, ratio.omega, part(w, dKeys));
  addRows(w, dKeys, dk);
  return { dq, dBeta, dAlpha: 0 };
}

/** Rows of x are added to those of a part. */
export function addRows(w: Workspace, x: Tensor, to: Part): void {
  for (let i = 0; i < x.rows; i++) w.kernels.addScaled(x.data.byteOffset + i * x.columns * 4, 1, x.columns, to.at + i * to.stride);
}

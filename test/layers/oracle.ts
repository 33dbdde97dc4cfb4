/** @file The Hopfield modules from their definition, in f64, on the tape: every instance projected, every head and bag by itself, nothing folded or fused. */
import { philox } from "../../src/core/random.ts";
import { entmax, kSubset, normmax, softmax, softmaxN, sparsemax, topKMask } from "../oracle/index.ts";
import {
  beside,
  columnsOf,
  each,
  get,
  leaf,
  multiply,
  type Node,
  plus,
  rowsOf,
  rowsThrough,
  slice,
  stack,
  standardise,
  sum,
  type Tape,
  times,
  timesWhole,
  transpose,
} from "./tape.ts";

export type Tree = { [name: string]: Node | Tree };

/** The options of the modules as far as the numbers depend on them; all given. */
export interface Definition {
  heads: number;
  hidden: number;
  pattern: number;
  beta: number;
  learnBeta: boolean;
  separation: string;
  alpha: number;
  learnAlpha: boolean;
  support: string;
  k: number;
  window: number;
  keep: number;
  maskSeed: number;
  /** Frequencies of random features, features x hidden. */
  omega: number[][];
  steps: number;
  gradient: string;
  normalizeState: boolean;
  normalizeStored: boolean;
  normalizeProjection: boolean;
  normalizeHidden: boolean;
  eps: { state: number; stored: number; projection: number; hidden: number };
  staticState: boolean;
  staticStored: boolean;
  staticProjection: boolean;
  connected: boolean;
  tied: boolean;
  outputProjection: boolean;
  activation: string;
}

export interface Bags {
  state: number[];
  stored: number[];
}

const node = (tree: Tree, ...path: string[]): Node =>
  path.reduce<Node | Tree>((at, name) => (at as Tree)[name] as Node | Tree, tree) as Node;

function norm(tape: Tape, x: Node, parameters: Tree | undefined, eps: number): Node {
  const y = standardise(tape, x, eps);
  return parameters ? plus(tape, times(tape, y, node(parameters, "gain")), node(parameters, "shift")) : y;
}

function map(tape: Tape, x: Node, parameters: Tree): Node {
  const y = multiply(tape, x, transpose(tape, node(parameters, "weight")));
  return parameters.bias ? plus(tape, y, node(parameters, "bias")) : y;
}

/** Cut off from what came before: the gradient stops here. */
const constant = (x: Node): Node => leaf(x.value.map((row) => row.slice()));

export function randomMaskRow(seed: number, row: number, columns: number, keep: number): boolean[] {
  const words = new Uint32Array(4);
  return Array.from({ length: columns }, (_, j) => {
    philox(words, j >> 2, row, 0, 1, seed, 0);
    return (words[j % 4] as number) < keep * 2 ** 32;
  });
}

function visible(d: Definition, z: number[], i: number): boolean[] {
  if (d.support === "window") return z.map((_, j) => Math.abs(i - j) <= d.window);
  if (d.support === "random") return randomMaskRow(d.maskSeed, i, z.length, d.keep);
  return z.map(() => true);
}

export function weightsOf(d: Definition, z: number[], alpha: number): number[] {
  switch (d.separation) {
    case "softmax1":
      return softmaxN(z);
    case "sparsemax":
      return hiddenAware(z, sparsemax);
    case "entmax":
      return entmax(z, alpha);
    case "normmax":
      return hiddenAware(z, (x) => normmax(x, alpha));
    case "k-subset":
      return kSubset(z, d.k);
    default:
      return softmax(z);
  }
}

function hiddenAware(z: number[], f: (x: number[]) => number[]): number[] {
  const seen = f(z.filter((value) => value !== -Infinity));
  let next = 0;
  return z.map((value) => (value === -Infinity ? 0 : (seen[next++] as number)));
}

/**
 * Whether moving any logit by 2e-3 changes which weights are free: then no derivative is asked for. Above alpha = 2 the derivative at a distance d from the border grows as a negative power of
 * d: a logit rounded by 3e-7 changes it by 1e-4 of itself at d = 2e-3, so the distance is 1e-2 there.
 */
export function nearKink(d: Definition, z: number[], alpha: number): boolean {
  if (["softmax", "softmax1", "linear", "random-features"].includes(d.separation)) return false;
  const kind = (p: number[]): string => p.map((x) => (x <= 0 ? "0" : x >= 1 - 1e-12 && d.separation === "k-subset" ? "1" : "f")).join("");
  const here = kind(weightsOf(d, z, alpha));
  const far = alpha > 2 ? 1e-2 : 2e-3;
  return z.some(
    (value, i) =>
      value !== -Infinity &&
      [far, -far].some(
        (by) =>
          kind(
            weightsOf(
              d,
              z.map((x, j) => (j === i ? x + by : x)),
              alpha,
            ),
          ) !== here,
      ),
  );
}

export interface OracleRun {
  y: Node;
  /** A logit row stood at a border of a support. */
  kink: boolean;
}

/** y of three roles. */
export function hopfield(
  tape: Tape,
  d: Definition,
  parameters: Tree,
  roles: { state: Node; stored: Node; projection: Node },
  bags: Bags,
): OracleRun {
  const role = (name: string, x: Node, normalize: boolean, still: boolean, owner: string): Node => {
    const normed = normalize ? norm(tape, x, parameters[`${name}Norm`] as Tree | undefined, d.eps[name as "state" | "stored"]) : x;
    return still ? normed : map(tape, normed, parameters[owner] as Tree);
  };
  const q0 = role("state", roles.state, d.normalizeState, d.staticState, d.tied ? "stored" : "state");
  const k0 = role("stored", roles.stored, d.normalizeStored, d.staticStored, "stored");
  // Connected values go through the map of the stored patterns first.
  const normedValues = d.normalizeProjection
    ? norm(tape, roles.projection, parameters.projectionNorm as Tree | undefined, d.eps.projection)
    : roles.projection;
  const between = d.connected && !d.staticStored;
  const mapped = between ? map(tape, normedValues, parameters.stored as Tree) : normedValues;
  const v0 = d.staticProjection ? mapped : map(tape, mapped, parameters.projection as Tree);
  let kink = false;
  const heads: Node[] = [];
  for (let h = 0; h < d.heads; h++) {
    const part = (x: Node, still: boolean, width: number): Node => slice(tape, x, 0, rowsOf(x), still ? 0 : h * width, width);
    const space = (x: Node): Node => (d.normalizeHidden ? norm(tape, x, parameters.hiddenNorm as Tree | undefined, d.eps.hidden) : x);
    const q = space(part(q0, d.staticState, d.hidden));
    const k = space(part(k0, d.staticStored, d.hidden));
    const v = part(v0, d.staticProjection && !between, d.pattern);
    const beta = d.learnBeta ? slice(tape, node(parameters, "beta"), 0, 1, h, 1) : leaf([[d.beta]]);
    const alpha = d.learnAlpha
      ? each(
          tape,
          slice(tape, node(parameters, "alpha"), 0, 1, h, 1),
          (a) => 1 + 1 / (1 + Math.exp(-a)),
          (a) => Math.exp(-a) / (1 + Math.exp(-a)) ** 2,
        )
      : leaf([[d.alpha]]);
    const results: Node[] = [];
    for (let b = 0; b + 1 < bags.state.length; b++) {
      const rows = (x: Node, offsets: number[]): Node =>
        slice(tape, x, offsets[b] as number, (offsets[b + 1] as number) - (offsets[b] as number), 0, columnsOf(x));
      let state = rows(q, bags.state);
      // Equal offsets: every bag meets all stored rows.
      const storedRows = (x: Node): Node => (bags.stored.every((o) => o === 0) ? x : rows(x, bags.stored));
      const keys = storedRows(k);
      for (let step = 0; ; step++) {
        if (d.gradient === "one-step" && step === d.steps && step > 0) state = constant(state);
        const p = weigh(tape, d, state, keys, beta, alpha, () => {
          kink = true;
        });
        if (step === d.steps) {
          results.push(multiply(tape, p, storedRows(v)));
          break;
        }
        state = multiply(tape, p, keys);
      }
    }
    heads.push(stack(tape, results));
  }
  let y = beside(tape, heads);
  if (d.outputProjection) y = map(tape, y, parameters.output as Tree);
  if (d.activation === "relu") {
    y = each(
      tape,
      y,
      (x) => Math.max(0, x),
      (x) => (x > 0 ? 1 : 0),
    );
    if (y.value.length && heads.length) kink ||= preActivationNearZero(y);
  } else if (d.activation === "tanh") y = each(tape, y, Math.tanh, (x) => 1 - Math.tanh(x) ** 2);
  return { y, kink };
}

const preActivationNearZero = (y: Node): boolean => y.value.some((row) => row.some((x) => x > 0 && x < 1e-4));

function weigh(tape: Tape, d: Definition, q: Node, k: Node, beta: Node, alpha: Node, kinked: () => void): Node {
  if (d.separation === "linear" || d.separation === "random-features") {
    const root = each(tape, beta, Math.sqrt, (x) => 0.5 / Math.sqrt(x));
    const elevated = (x: Node): Node =>
      each(
        tape,
        times(tape, x, root),
        (v) => (v > 0 ? v + 1 : Math.exp(v)),
        (v) => (v > 0 ? 1 : Math.exp(v)),
      );
    // exp(w . x - |x|^2 / 2) for every frequency w, without any shift.
    const positive = (x: Node): Node => {
      const scaled = times(tape, x, root);
      const halves = each(
        tape,
        multiply(tape, timesWhole(tape, scaled, scaled), leaf(Array.from({ length: columnsOf(x) }, () => d.omega.map(() => 1)))),
        (v) => -0.5 * v,
        () => -0.5,
      );
      const exponents = sum(tape, multiply(tape, scaled, transpose(tape, leaf(d.omega))), halves);
      return each(tape, exponents, Math.exp, Math.exp);
    };
    const phi = d.separation === "linear" ? elevated : positive;
    const a = multiply(tape, phi(q), transpose(tape, phi(k)));
    // a / sum a is the softmax of log a, whose differences are taken at numbers of size 1 however small the products are.
    const logs = each(tape, a, Math.log, (v) => 1 / v);
    const byRow = a.value.map((_, i) => {
      const seen = visible(d, a.value[i] as number[], i);
      return rowsThrough(
        tape,
        slice(tape, logs, i, 1, 0, columnsOf(a)),
        (row) => softmax(row.map((z, j) => (seen[j] ? z : -Infinity))),
        leaf([[0]]),
      );
    });
    return stack(tape, byRow);
  }
  const z = times(tape, multiply(tape, q, transpose(tape, k)), beta);
  z.value.forEach((row, i) => {
    const seen = maskOf(d, row, i);
    if (
      nearKink(
        d,
        row.map((x, j) => (seen[j] ? x : -Infinity)),
        get(alpha.value, 0, 0),
      )
    )
      kinked();
    const sorted = row.slice().sort((a, b) => b - a);
    if (d.support === "top-k" && d.k < row.length && (sorted[d.k - 1] as number) - (sorted[d.k] as number) < 2e-3) kinked();
  });
  // Row numbers are needed for the masks: one row at a time.
  return stack(
    tape,
    z.value.map((_, i) => {
      const row = slice(tape, z, i, 1, 0, columnsOf(z));
      const seen = maskOf(d, row.value[0] as number[], i);
      return rowsThrough(
        tape,
        row,
        (x, a) =>
          weightsOf(
            d,
            x.map((value, j) => (seen[j] ? value : -Infinity)),
            a,
          ),
        alpha,
      );
    }),
  );
}

const maskOf = (d: Definition, row: number[], i: number): boolean[] => (d.support === "top-k" ? topKMask(row, d.k) : visible(d, row, i));

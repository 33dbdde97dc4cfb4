/**
 * @file Networks by name as graphs of primitives: other separations, other kernels, attention, pooling, feed-forward. Nothing in them is special to retrieval, and all have constant depth
 * (docs/circuits/graph.md). Weights that nobody gives are drawn from the seed.
 */
import { HopfieldError } from "../core/errors.ts";
import type { GraphStep } from "./graph.ts";
import { multiHeadGraph } from "./multi-head.ts";
import type { IntegerMatrix, Network } from "./network.ts";
import { randomIntegers } from "./quantise.ts";

export const graphNetworks = [
  "softmax",
  "top-k",
  "sparsemax",
  "entmax",
  "relu-features",
  "random-features",
  "multi-head",
  "attention",
  "pooling",
  "feed-forward",
] as const;
export type GraphNetwork = (typeof graphNetworks)[number];

/** Patterns that top-k keeps. */
const kept = 2;
/** Most levels over which sparsemax and entmax spread. */
const widest = 64;
/** Four steps for each token; a graph has at most 1000. */
const mostTokens = 199;

/** Wires between forms and gates that are built. */
const mostWires = 2 ** 24;

/** Wires between forms and gates, about and from above: what refuses a graph before any of it is built. */
function wiresOf(name: GraphNetwork, network: Network): number {
  const { n, d, p, qm, levels, tableSupport } = network;
  const weighing = 3 * n * levels + 2 * n * (tableSupport + 2) + 4 * d * levels + 2 * n * d;
  switch (name) {
    case "top-k":
      return weighing + 4 * n * n;
    case "sparsemax":
      // Each of the d (2^p - 1) output gates sums all products: they are walked through when wires are counted, so they weigh too.
      return weighing + levels * levels + n * n * widthOf(network, 1, widest) * (2 + d + (d * levels) / 16);
    case "entmax": {
      const reach = 2 * widthOf(network, 2, widest);
      return weighing + (2 * levels + reach) * n * (levels + 1) + 2 * n * reach;
    }
    case "relu-features":
      return weighing + 2 * d * (d + 2 * d * qm + n);
    case "random-features":
      return weighing + 2 * d * (d + 2 * levels + n);
    case "multi-head":
      return 2 * weighing;
    case "attention":
      return n * (weighing + 6 * n * d * p * p);
    case "pooling":
      return weighing + 6 * n * d * p * p;
    case "feed-forward":
      return 2 * d * (d + 2 * d * qm) + 3 * d * d * levels * 2 + 2 * d * d * levels;
    default:
      return weighing;
  }
}

/**
 * @param network patterns, bits, beta, unit and table of the retrieval that the graph varies; @param seed of weights W.
 * @throws HopfieldError E_LIMIT: about 2^24 wires, or tokens of attention.
 */
export function networkGraph(name: GraphNetwork, network: Network, seed: number): GraphStep[] {
  const size = wiresOf(name, network);
  if (size > mostWires)
    throw new HopfieldError("E_LIMIT", `networkGraph: ${name} could have ${size} wires between forms, at most ${mostWires} are held`, {
      size,
    });
  if (name === "attention" && network.n > mostTokens)
    throw new HopfieldError("E_LIMIT", `networkGraph: attention over ${network.n} tokens, at most ${mostTokens} are compiled`);
  const { n, d, p, qm, levels } = network;
  const patterns: IntegerMatrix = { data: network.patterns, rows: n, columns: d };
  const table = Array.from(network.table.subarray(0, network.tableSupport + 1));
  const scored: GraphStep[] = [
    { op: "input", count: d, bits: p },
    { op: "matrix", from: 0, weights: patterns },
    { op: "quantise", from: 1, unit: network.unit, offset: network.S, low: 0, high: levels - 1, rounding: "floor" },
  ];
  switch (name) {
    case "softmax":
      return [...scored, { op: "softmax", from: 2, table }, { op: "average", from: 3, values: patterns }];
    case "top-k":
      return [...scored, { op: "top-k", from: 2, table, k: kept }, { op: "average", from: 3, values: patterns }];
    case "sparsemax":
      // One level is worth beta unit / qm^2 of a logit; weights reach 1 over `width` levels.
      return [...scored, { op: "sparsemax", from: 2, width: widthOf(network, 1, widest), values: patterns }];
    case "entmax": {
      // alpha = 1.5: p = max(0, z / 2 - tau)^2, so twice as many levels; the threshold on a grid of half levels.
      const grid = 2;
      const reach = grid * widthOf(network, 2, widest);
      const power = Array.from({ length: reach + 1 }, (_, D) => D * D);
      return [...scored, { op: "entmax", from: 2, grid, power, total: reach * reach }, { op: "average", from: 3, values: patterns }];
    }
    case "relu-features":
      return reluFeatures(network, patterns, table, seed);
    case "random-features":
      return randomFeatures(network, patterns, seed);
    case "multi-head":
      return multiHead(network, patterns, table, seed);
    case "attention":
    case "pooling":
      return overTokens(name, network, table);
    default:
      return [
        { op: "input", count: d, bits: p },
        { op: "matrix", from: 0, weights: randomIntegers(2 * d, d, -1, 1, seed, 1) },
        { op: "relu", from: 1, high: d * qm },
        { op: "matrix", from: 2, weights: randomIntegers(d, 2 * d, -1, 1, seed, 2) },
        { op: "add", from: [0, 3] },
        { op: "quantise", from: 4, unit: d, low: -qm, high: qm - 1, rounding: "even" },
        { op: "normalise", from: 5, scale: qm, low: -qm, high: qm - 1 },
      ];
  }
}

/** Levels over which a weight falls from 1 to 0: scale / (beta unit / qm^2), from 1 to `most`. */
function widthOf({ beta, unit, qm }: Network, scale: number, most: number): number {
  return Math.max(1, Math.min(most, Math.round((scale * qm * qm) / (beta * unit)))) || most;
}

/** Scores compare relu(W x) with relu(W q): the kernel <Phi(x), Phi(q)>, Phi(x) = max(0, W x). One layer more than the linear kernel. */
function reluFeatures({ n, d, p, qm, levels }: Network, patterns: IntegerMatrix, table: readonly number[], seed: number): GraphStep[] {
  const weights = randomIntegers(2 * d, d, -1, 1, seed, 1);
  const keys = features(patterns, weights, (x) => Math.max(0, x));
  const high = d * qm;
  const most = Math.max(...Array.from({ length: n }, (_, i) => keys.data.subarray(i * 2 * d, (i + 1) * 2 * d).reduce((a, b) => a + b, 0)));
  const unit = Math.max(1, Math.ceil((most * high) / levels));
  return [
    { op: "input", count: d, bits: p },
    { op: "matrix", from: 0, weights },
    { op: "relu", from: 1, high },
    { op: "matrix", from: 2, weights: keys },
    { op: "quantise", from: 3, unit, low: 0, high: levels - 1, offset: 0, rounding: "floor" },
    { op: "softmax", from: 4, table },
    { op: "average", from: 5, values: patterns },
  ];
}

/**
 * Positive random features: weights are <Phi(q), Phi(x)> themselves, Phi_r(x) = exp(w_r x) in 2 p bits and at least 1, without a maximum or differences. (The factor exp(-|q|^2 / 2) of all features of a query
 * cancels in the average.)
 */
function randomFeatures({ d, p, qm, levels, beta }: Network, patterns: IntegerMatrix, seed: number): GraphStep[] {
  const count = 2 * d;
  const weights = randomIntegers(count, d, -1, 1, seed, 1);
  const offset = d * qm;
  const unit = Math.max(1, Math.ceil((2 * offset + 1) / levels));
  // 2 p bits for a feature. As steep as beta says, but no steeper than from the largest number down to 1 over all levels: beyond, there would be nothing but ones.
  const top = levels * levels - 1;
  const slope = Math.min((Math.sqrt(beta) * unit) / qm, Math.log(top) / (levels - 1));
  const values = Array.from({ length: levels }, (_, level) => Math.max(1, Math.floor(top * Math.exp(slope * (level - levels + 1)) + 0.5)));
  const level = (x: number): number => Math.min(levels - 1, Math.floor((x + offset) / unit));
  const keys = features(patterns, weights, (x) => values[level(x)] as number);
  return [
    { op: "input", count: d, bits: p },
    { op: "matrix", from: 0, weights },
    { op: "quantise", from: 1, unit, offset, low: 0, high: levels - 1, rounding: "floor" },
    { op: "table", from: 2, low: 0, values },
    { op: "matrix", from: 3, weights: keys },
    { op: "average", from: 4, values: patterns },
  ];
}

/** f(W x) for each pattern, n x r. */
function features({ data, rows, columns }: IntegerMatrix, weights: IntegerMatrix, f: (x: number) => number): IntegerMatrix {
  const made = Int32Array.from({ length: rows * weights.rows }, (_, at) => {
    const [i, r] = [Math.floor(at / weights.rows), at % weights.rows];
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (weights.data[r * columns + k] as number) * (data[i * columns + k] as number);
    return f(sum);
  });
  return { data: made, rows, columns: weights.rows };
}

/** Two heads with projections of entries -1, 0, 1. */
function multiHead({ d, p, levels, qm }: Network, patterns: IntegerMatrix, table: readonly number[], seed: number): GraphStep[] {
  const size = Math.max(1, Math.ceil(d / 2));
  const draw = (rows: number, columns: number, stream: number): IntegerMatrix => randomIntegers(rows, columns, -1, 1, seed, stream);
  const heads = [0, 1].map((h) => ({ query: draw(d, size, 3 * h + 1), key: draw(d, size, 3 * h + 2), value: draw(d, size, 3 * h + 3) }));
  // Projections add d numbers each: a score is at most size (d qm)^2.
  const unit = Math.max(1, Math.ceil((2 * size * (d * qm) ** 2) / levels / 4));
  return multiHeadGraph({ bits: p, heads, patterns, output: draw(2 * size, d, 7), unit, levels, table, outputUnit: Math.max(1, size) });
}

/** Tokens are inputs: each attends to all (attention), or pattern 0 of the network attends to them (pooling). */
function overTokens(name: "attention" | "pooling", { n, d, p, qm, levels, patterns }: Network, table: readonly number[]): GraphStep[] {
  const tokens = Array.from({ length: n }, (_, i) => i);
  const steps: GraphStep[] = tokens.map(() => ({ op: "input", count: d, bits: p }));
  const offset = d * qm * qm;
  const unit = Math.max(1, Math.ceil((2 * offset) / levels));
  const weigh = (at: number): GraphStep[] => [
    { op: "quantise", from: at, unit, offset, low: 0, high: levels - 1, rounding: "floor" },
    { op: "softmax", from: at + 1, table },
    { op: "mix", from: at + 2, vectors: tokens },
  ];
  if (name === "pooling") {
    const data = new Int32Array(n * n * d);
    for (const i of tokens) data.set(patterns.subarray(0, d), i * n * d + i * d);
    steps.push({ op: "join", from: tokens }, { op: "matrix", from: n, weights: { data, rows: n, columns: n * d } }, ...weigh(n + 1));
    return steps;
  }
  const answers = tokens.map((token) => {
    const at = steps.length;
    steps.push({ op: "scores", from: token, vectors: tokens }, ...weigh(at));
    return at + 3;
  });
  return [...steps, { op: "join", from: answers }];
}

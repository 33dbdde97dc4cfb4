/** @file The gates of one update with fixed patterns: n (F - 1) scores, F - 1 of the maximum, n * told differences, d (F - 1) outputs, in this order. */
import { bitWeight, constantOne, type Family, type GateDescription, mixedRadix, toldApart, type Wire } from "./uniform.ts";

interface Blocks {
  /** Sources of the first gate of each block. */
  readonly scores: number;
  readonly maximum: number;
  readonly differences: number;
  readonly outputs: number;
  readonly size: number;
}

function blocksOf(family: Family, update: number): Blocks {
  const { n, d, p } = family;
  const F1 = 2 ** p - 1;
  const told = toldApart(family);
  const size = n * F1 + F1 + n * told + d * F1;
  const scores = d * p + update * size;
  const maximum = scores + n * F1;
  const differences = maximum + F1;
  return { scores, maximum, differences, outputs: differences + n * told, size };
}

export function fixedUpdateSize(family: Family): number {
  return blocksOf(family, 0).size;
}

export function fixedGate(family: Family, update: number, place: number): GateDescription {
  const { n, d, p } = family;
  const F1 = 2 ** p - 1;
  const told = toldApart(family);
  const blocks = blocksOf(family, update);
  const source = blocks.scores + place;
  if (source < blocks.maximum) {
    const [i = 0, v = 0] = mixedRadix(place, [n, F1]);
    return scoreGate(family, update, i, v + 1);
  }
  if (source < blocks.differences) {
    const v = source - blocks.maximum;
    return { update, block: "maximum", threshold: 1, fanIn: n, wire: (i) => ({ source: blocks.scores + i * F1 + v, weight: 1 }) };
  }
  if (source < blocks.outputs) {
    const [i = 0, t = 0] = mixedRadix(source - blocks.differences, [n, told]);
    return {
      update,
      block: "differences",
      threshold: t + 1,
      fanIn: 2 * F1,
      wire: (w) => (w < F1 ? { source: blocks.scores + i * F1 + w, weight: -1 } : { source: blocks.maximum + w - F1, weight: 1 }),
    };
  }
  const [j = 0, level = 0] = mixedRadix(source - blocks.outputs, [d, F1]);
  return outputGate(family, update, blocks, j, level - 2 ** (p - 1) + 1);
}

/** [<key_i, q> + S >= v unit]; the query is the input bits, or the outputs of the update before with the constant -qm of each. */
function scoreGate(family: Family, update: number, i: number, v: number): GateDescription {
  const { d, p, unit, S } = family;
  const F1 = 2 ** p - 1;
  const threshold = v * unit - S;
  if (update === 0) {
    const wire = (w: number): Wire => {
      const [k = 0, b = 0] = mixedRadix(w, [d, p]);
      return { source: w, weight: family.key(i, k) * bitWeight(b, p) };
    };
    return { update, block: "scores", threshold, fanIn: d * p, wire };
  }
  const before = blocksOf(family, update - 1).outputs;
  const wire = (w: number): Wire => {
    if (w < d) return { source: constantOne, weight: -(2 ** (p - 1)) * family.key(i, w) };
    const [k = 0] = mixedRadix(w - d, [d, F1]);
    return { source: before + w - d, weight: family.key(i, k) };
  };
  return { update, block: "scores", threshold, fanIn: d + d * F1, wire };
}

/** [2 N_j - (2 v - 1) D >= (v odd)]: the first n wires carry table[0] of every pattern. */
function outputGate(family: Family, update: number, blocks: Blocks, j: number, v: number): GateDescription {
  const { n, table } = family;
  const told = toldApart(family);
  const wire = (w: number): Wire => {
    if (w < n) return { source: constantOne, weight: (2 * family.pattern(w, j) - (2 * v - 1)) * (table[0] as number) };
    const [i = 0, t = 0] = mixedRadix(w - n, [n, told]);
    const step = (table[t + 1] ?? 0) - (table[t] ?? 0);
    return { source: blocks.differences + w - n, weight: (2 * family.pattern(i, j) - (2 * v - 1)) * step };
  };
  return { update, block: "outputs", threshold: v % 2 === 0 ? 0 : 1, fanIn: n + n * told, wire };
}

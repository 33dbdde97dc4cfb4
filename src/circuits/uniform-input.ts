/**
 * @file The gates of one update with the patterns as inputs: n d p^2 products of bits, n (F - 1) scores, F - 1 of the maximum, n * told differences, n p bits of weights, and for each entry
 * n p^2 products with F - 1 outputs behind them. No constant depends on a pattern: the whole family is uniform.
 */
import { bitOf } from "./primitives.ts";
import { bitWeight, type Family, type GateDescription, mixedRadix, toldApart, type Wire } from "./uniform.ts";

interface Blocks {
  readonly products: number;
  readonly scores: number;
  readonly maximum: number;
  readonly differences: number;
  readonly weightBits: number;
  readonly entries: number;
  /** Gates for each entry of the answer. */
  readonly perEntry: number;
  readonly size: number;
}

function blocksOf(family: Family, update: number): Blocks {
  const { n, d, p } = family;
  const F1 = 2 ** p - 1;
  const perEntry = n * p * p + F1;
  const [a, b, c, e, f] = [n * d * p * p, n * F1, F1, n * toldApart(family), n * p];
  const size = a + b + c + e + f + d * perEntry;
  const products = (n + 1) * d * p + update * size;
  return {
    products,
    scores: products + a,
    maximum: products + a + b,
    differences: products + a + b + c,
    weightBits: products + a + b + c + e,
    entries: products + a + b + c + e + f,
    perEntry,
    size,
  };
}

export function inputUpdateSize(family: Family): number {
  return blocksOf(family, 0).size;
}

/** The input bit b of entry k of pattern i. */
const patternBit = ({ d, p }: Family, i: number, k: number, b: number): number => d * p + (i * d + k) * p + b;

export function inputGate(family: Family, update: number, place: number): GateDescription {
  const { n, d, p, unit, S, table } = family;
  const F1 = 2 ** p - 1;
  const told = toldApart(family);
  const blocks = blocksOf(family, update);
  const source = blocks.products + place;
  if (source < blocks.scores) {
    const [i = 0, k = 0, a = 0, b = 0] = mixedRadix(place, [n, d, p, p]);
    return productGate(family, update, i, k, a, b);
  }
  if (source < blocks.maximum) {
    const [i = 0, v = 0] = mixedRadix(source - blocks.scores, [n, F1]);
    const wire = (w: number): Wire => {
      const [, a = 0, b = 0] = mixedRadix(w, [d, p, p]);
      return { source: blocks.products + i * d * p * p + w, weight: bitWeight(a, p) * bitWeight(b, p) };
    };
    return { update, block: "scores", threshold: (v + 1) * unit - S, fanIn: d * p * p, wire };
  }
  if (source < blocks.differences) {
    const v = source - blocks.maximum;
    return { update, block: "maximum", threshold: 1, fanIn: n, wire: (i) => ({ source: blocks.scores + i * F1 + v, weight: 1 }) };
  }
  if (source < blocks.weightBits) {
    const [i = 0, t = 0] = mixedRadix(source - blocks.differences, [n, told]);
    const wire = (w: number): Wire =>
      w < F1 ? { source: blocks.scores + i * F1 + w, weight: -1 } : { source: blocks.maximum + w - F1, weight: 1 };
    return { update, block: "differences", threshold: t + 1, fanIn: 2 * F1, wire };
  }
  if (source < blocks.entries) {
    const [i = 0, a = 0] = mixedRadix(source - blocks.weightBits, [n, p]);
    const bit = (D: number): number => bitOf(table[D] ?? 0, a);
    const wire = (t: number): Wire => ({ source: blocks.differences + i * told + t, weight: bit(t + 1) - bit(t) });
    return { update, block: "weight bits", threshold: 1 - bit(0), fanIn: told, wire };
  }
  const [j = 0, rest = 0] = mixedRadix(source - blocks.entries, [d, blocks.perEntry]);
  return entryGate(family, update, blocks, j, rest);
}

/** [bit a of entry k of pattern i AND bit b of entry k of the query]. */
function productGate(family: Family, update: number, i: number, k: number, a: number, b: number): GateDescription {
  const { p } = family;
  const F1 = 2 ** p - 1;
  const stored = { source: patternBit(family, i, k, a), weight: 1 };
  if (update === 0) {
    const query = { source: k * p + b, weight: 1 };
    return { update, block: "products", threshold: 2, fanIn: 2, wire: (w) => (w === 0 ? query : stored) };
  }
  // Bit b of a number known by its thermometer is a form of the thermometer: no layer of its own.
  const before = blocksOf(family, update - 1);
  const first = before.entries + k * before.perEntry + (before.perEntry - F1);
  const lowest = -(2 ** (p - 1));
  const wire = (w: number): Wire => (w === 0 ? stored : { source: first + w - 1, weight: bitOf(lowest + w, b) - bitOf(lowest + w - 1, b) });
  return { update, block: "products", threshold: 2 - bitOf(lowest, b), fanIn: 1 + F1, wire };
}

/** Products of weights with entry j, then the outputs of entry j. */
function entryGate(family: Family, update: number, blocks: Blocks, j: number, place: number): GateDescription {
  const { n, p } = family;
  const products = n * p * p;
  if (place < products) {
    const [i = 0, a = 0, b = 0] = mixedRadix(place, [n, p, p]);
    const wire = (w: number): Wire => ({ source: w === 0 ? patternBit(family, i, j, b) : blocks.weightBits + i * p + a, weight: 1 });
    return { update, block: "weighted products", threshold: 2, fanIn: 2, wire };
  }
  const v = place - products - 2 ** (p - 1) + 1;
  const wire = (w: number): Wire => {
    if (w < n * p) return { source: blocks.weightBits + w, weight: -(2 * v - 1) * 2 ** (w % p) };
    const [, a = 0, b = 0] = mixedRadix(w - n * p, [n, p, p]);
    return { source: blocks.entries + j * blocks.perEntry + w - n * p, weight: 2 * 2 ** a * bitWeight(b, p) };
  };
  return { update, block: "outputs", threshold: v % 2 === 0 ? 0 : 1, fanIn: n * p + products, wire };
}

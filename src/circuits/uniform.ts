/**
 * @file What a random-access generator of a circuit family says about one gate, and the numbering: an index is taken apart by division with remainder, a fixed number of times, into the block
 * of the gate and its place there. Nothing is built; the work is that of a few operations on numbers of log2(size) bits (docs/circuits/uniformity.md).
 */

/** The family: shapes and constants. For fixed patterns `pattern` and `key` give an entry on demand, so that patterns need not exist anywhere. */
export interface Family {
  readonly n: number;
  readonly d: number;
  readonly p: number;
  readonly layers: number;
  readonly memory: "fixed" | "input";
  readonly unit: number;
  readonly S: number;
  /** Weights by difference, 2^p entries. */
  readonly table: ArrayLike<number>;
  readonly tableSupport: number;
  /** Entry k of pattern i. Not asked for where patterns are inputs. */
  pattern(i: number, k: number): number;
  /** Entry k of row i of what scores multiply with the query. */
  key(i: number, k: number): number;
}

/** The source of the constant 1: sums over all patterns stay wires, so that no threshold needs a sum to be known. */
export const constantOne = -1;

export interface Wire {
  /** An input bit, inputs + an earlier gate, or constantOne. */
  readonly source: number;
  /** May be 0 where an entry is. */
  readonly weight: number;
}

export interface GateDescription {
  /** Where the gate stands: update (from 0), block, and its place there. */
  readonly update: number;
  readonly block: "products" | "scores" | "maximum" | "differences" | "weight bits" | "weighted products" | "outputs";
  readonly threshold: number;
  readonly fanIn: number;
  /** Wire w of 0 ... fanIn - 1. */
  wire(w: number): Wire;
}

/** Quotients and remainders of `index`, last radix fastest: [i, k] of i * radices[1] + k. One division for each radix but the first. */
export function mixedRadix(index: number, radices: readonly number[]): number[] {
  const digits: number[] = [];
  let rest = index;
  for (let r = radices.length - 1; r > 0; r--) {
    const radix = radices[r] as number;
    digits.push(rest % radix);
    rest = Math.floor(rest / radix);
  }
  digits.push(rest);
  return digits.reverse();
}

/** Differences that the table tells apart. */
export function toldApart({ p, tableSupport }: Family): number {
  return Math.min(2 ** p - 1, tableSupport + 1);
}

export const bitWeight = (b: number, p: number): number => (b === p - 1 ? -(2 ** b) : 2 ** b);

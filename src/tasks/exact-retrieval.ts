/**
 * @file A layer in unlimited precision. With scores s and a whole base B every weight is B^s / Z, so answers are compared as numbers written in base B: the digit at place s of a
 * numerator counts the patterns with that score. Where a digit times the threshold's denominator could reach B, it is carried, so the comparison is exact for any layer.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Retrieval, scoresOf, type WholeMatrix } from "./retrieval.ts";

/**
 * The next state as retrieveByKernel defines it, decided exactly:  denominator * B^power * sum_k B^{s_ik} v_kj  >=  numerator * sum_k B^{s_ik}.
 * @throws HopfieldError E_RANGE unless the base is a whole number of at least 2 and below 2^26 (so that a digit times a count stays exact).
 */
export function retrieveExactly(layer: Retrieval): WholeMatrix {
  const { base, threshold, queries, keys, values, largestScore } = layer;
  if (!Number.isInteger(base) || base < 2 || base >= 2 ** 26) {
    throw new HopfieldError("E_RANGE", `retrieveExactly: the base e^beta must be a whole number from 2 to 2^26 - 1, got ${base}`);
  }
  const scores = scoresOf(layer);
  const columns = values.columns;
  // Two extra digits: a product of two numbers below 2^26 carries at most two places at base 2^26; smaller bases need more.
  const places = largestScore + threshold.power + 1 + Math.ceil(52 / Math.log2(base)) + 1;
  const readers = Array.from({ length: keys.rows }, (_, k) => {
    const list: number[] = [];
    for (let j = 0; j < columns; j++) if (values.data[k * columns + j] !== 0) list.push(j);
    return Int32Array.from(list);
  });
  const data = new Uint16Array(queries.rows * columns);
  const counts = new Int32Array(columns * (largestScore + 1));
  const total = new Float64Array(places);
  const numerator = new Float64Array(places);
  for (let i = 0; i < queries.rows; i++) {
    counts.fill(0);
    total.fill(0);
    for (let k = 0; k < keys.rows; k++) {
      const s = scores[i * keys.rows + k] as number;
      total[s] = (total[s] as number) + threshold.numerator;
      for (const j of readers[k] ?? []) {
        const at = j * (largestScore + 1) + s;
        counts[at] = (counts[at] as number) + (values.data[k * columns + j] as number);
      }
    }
    carry(total, base);
    for (let j = 0; j < columns; j++) {
      numerator.fill(0);
      for (let s = 0; s <= largestScore; s++)
        numerator[s + threshold.power] = (counts[j * (largestScore + 1) + s] as number) * threshold.denominator;
      carry(numerator, base);
      if (compareDigits(numerator, total) >= 0) data[i * columns + j] = 1;
    }
  }
  return { data, rows: queries.rows, columns };
}

/** Makes every digit smaller than the base. */
function carry(digits: Float64Array, base: number): void {
  let over = 0;
  for (let place = 0; place < digits.length; place++) {
    const sum = (digits[place] as number) + over;
    over = Math.floor(sum / base);
    digits[place] = sum - over * base;
  }
}

function compareDigits(a: Float64Array, b: Float64Array): number {
  for (let place = a.length - 1; place >= 0; place--) {
    const difference = (a[place] as number) - (b[place] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

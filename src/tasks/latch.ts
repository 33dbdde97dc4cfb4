/**
 * @file The latch task of hopfield-layers (after Hochreiter and Mozer 2000): a sequence of symbols, one of which, 0 or 1, is the class; all others say nothing. As a first symbol it is told by its
 * place alone; at a random place it is not.
 */
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import type { LabelledBags } from "../layers/index.ts";

export interface LatchOptions {
  /** Default 32. */
  readonly length?: number;
  /** At least 3, default 20; symbols 2 ... symbols - 1 say nothing. */
  readonly symbols?: number;
  /** Where the symbol stands. Default "first". */
  readonly place?: "first" | "random";
}

/**
 * Sequences as bags of one-hot rows, in order.
 * @param stream tells draws of one seed apart. @throws HopfieldError E_RANGE.
 */
export function latchSequences(seed: number, count: number, stream = 0, options: LatchOptions = {}): LabelledBags {
  const where = "latchSequences";
  checkNames(where, options, ["length", "symbols", "place"]);
  checkNumber(where, "count", count, { atLeast: 1, whole: true });
  const length = checkNumber(where, "length", options.length ?? 32, { atLeast: 1, whole: true });
  const symbols = checkNumber(where, "symbols", options.symbols ?? 20, { atLeast: 3, whole: true });
  const place = checkChoice(where, "place", options.place ?? "first", ["first", "random"]);
  const random = randomStream(seed, 0x1a7c0000 + stream);
  const data = new Float32Array(count * length * symbols);
  const targets = new Float32Array(count);
  for (let b = 0; b < count; b++) {
    const target = uniformInteger(random, 2);
    const at = place === "first" ? 0 : uniformInteger(random, length);
    targets[b] = target;
    for (let i = 0; i < length; i++) {
      const symbol = i === at ? target : 2 + uniformInteger(random, symbols - 2);
      data[(b * length + i) * symbols + symbol] = 1;
    }
  }
  const offsets = Int32Array.from({ length: count + 1 }, (_, b) => b * length);
  return { bags: { data, rows: count * length, columns: symbols, offsets }, targets };
}

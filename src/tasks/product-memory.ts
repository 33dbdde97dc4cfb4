/**
 * @file The multiplication table of S5 as a hetero-associative memory: 14 400 stored pairs, key [one-hot a, one-hot b], value one-hot a b. A query scores 2 with its own pair, 1 with the
 * 238 that share one half, 0 with the other 14 161; with y = e^-beta the own pair has weight 1 / (1 + 119 y)^2, and the right product (1 + 119 y^2) / (1 + 119 y)^2.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { createMemory } from "../memory/create.ts";
import { groupOrder, product } from "./permutations.ts";

/** threshold: the element whose entry is above 1/2, none otherwise; argmax: the largest entry, the lowest index of equals. */
export type WordReadOut = "threshold" | "argmax";
export const wordReadOuts: readonly WordReadOut[] = ["threshold", "argmax"];

/** A state that no element passed the threshold for: its code is all zeros, and so is the part of the next query. */
export const lost = groupOrder;

export interface ProductMemory {
  /** Products of left[i] and right[i], elements 0 ... 119 or `lost`. */
  multiply(left: ArrayLike<number>, right: ArrayLike<number>): Uint8Array;
  /** Different queries that the memory has been asked. */
  readonly asked: number;
  free(): void;
}

const unknown = 255;
const batch = 512;

/** @param beta above 0 and finite. @throws HopfieldError E_RANGE. */
export function openProductMemory(beta: number, readOut: WordReadOut): ProductMemory {
  checkNumber("openProductMemory", "beta", beta, { above: 0 });
  checkChoice("openProductMemory", "readOut", readOut, wordReadOuts);
  const memory = storedTable(beta);
  // A recall is a function of its query, so each of the 121 x 121 queries is asked once at most.
  const answers = new Uint8Array((groupOrder + 1) * (groupOrder + 1)).fill(unknown);
  const place = (a: number, b: number): number => a * (groupOrder + 1) + b;
  let asked = 0;
  const ask = (places: readonly number[]): void => {
    const width = 2 * groupOrder;
    const queries = new Float32Array(places.length * width);
    places.forEach((at, row) => {
      const [a, b] = [Math.floor(at / (groupOrder + 1)), at % (groupOrder + 1)];
      if (a !== lost) queries[row * width + a] = 1;
      if (b !== lost) queries[row * width + groupOrder + b] = 1;
    });
    const { data } = memory.recall({ data: queries, rows: places.length, columns: width }).states;
    places.forEach((at, row) => {
      answers[at] = read(data.subarray(row * groupOrder, (row + 1) * groupOrder), readOut);
    });
    asked += places.length;
  };
  return {
    multiply(left, right) {
      if (left.length !== right.length) throw new HopfieldError("E_SHAPE", `multiply: ${left.length} left factors, ${right.length} right`);
      const missing = new Set<number>();
      for (let i = 0; i < left.length; i++) {
        const at = place(left[i] as number, right[i] as number);
        if (answers[at] === unknown) missing.add(at);
      }
      const list = [...missing];
      for (let first = 0; first < list.length; first += batch) ask(list.slice(first, first + batch));
      return Uint8Array.from({ length: left.length }, (_, i) => answers[place(left[i] as number, right[i] as number)] as number);
    },
    get asked() {
      return asked;
    },
    free: () => memory.free(),
  };
}

function storedTable(beta: number): ReturnType<typeof createMemory> {
  const [rows, width] = [groupOrder * groupOrder, 2 * groupOrder];
  const keys = new Float32Array(rows * width);
  const values = new Float32Array(rows * groupOrder);
  for (let a = 0; a < groupOrder; a++) {
    for (let b = 0; b < groupOrder; b++) {
      const row = a * groupOrder + b;
      keys[row * width + a] = 1;
      keys[row * width + groupOrder + b] = 1;
      values[row * groupOrder + product(a, b)] = 1;
    }
  }
  return createMemory({ data: keys, rows, columns: width }, { model: "dense", beta, values: { data: values, rows, columns: groupOrder } });
}

function read(answer: Float32Array, readOut: WordReadOut): number {
  let best = 0;
  for (let j = 1; j < answer.length; j++) if ((answer[j] as number) > (answer[best] as number)) best = j;
  return readOut === "argmax" || (answer[best] as number) > 0.5 ? best : lost;
}

/** Weight of the stored pair itself, and of all pairs with the right product, at inverse temperature beta. Both are above 1/2 from beta = 5.66050 and 5.65803 on. */
export function productMasses(beta: number): { readonly pair: number; readonly product: number } {
  const y = Math.exp(-beta);
  const others = groupOrder - 1;
  const total = (1 + others * y) * (1 + others * y);
  return { pair: 1 / total, product: (1 + others * y * y) / total };
}

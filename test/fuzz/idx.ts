/** @file Fuzz target: IDX files of the six types, with true and lying dimensions, then mutated. */
import type { NumericArray } from "../../src/data/array.ts";
import { readIdx, writeIdx } from "../../src/data/idx.ts";
import { checkAccepted, checkSame } from "./arrays.ts";
import { anyBytes, chance, join, lie, mutate, packed, pick, whole } from "./make.ts";
import type { Target } from "./runner.ts";

const types = [
  [0x08, 1],
  [0x09, 1],
  [0x0b, 2],
  [0x0c, 4],
  [0x0d, 4],
  [0x0e, 8],
] as const;

export const idx: Target<NumericArray> = {
  name: "idx",
  make(random) {
    const [code, width] = pick(random, types);
    const shape = Array.from({ length: chance(random, 2) ? whole(random, 0, 70) : whole(random, 1, 4) }, () =>
      chance(random, 4) ? 0 : whole(random, 1, 5),
    );
    const size = Math.min(
      shape.reduce((product, n) => product * n, width),
      5000,
    );
    const dimensions = shape.map((n) => packed(4, lie(random, n, 2), false));
    const bytes = join(
      0,
      0,
      chance(random, 2) ? whole(random, 0, 255) : code,
      lie(random, shape.length, 1) & 255,
      ...dimensions,
      anyBytes(random, lie(random, size, 2) % 8192),
    );
    return chance(random, 40) ? mutate(random, bytes) : bytes;
  },
  read: (bytes, limit) => readIdx(bytes, { limit }),
  check(array) {
    checkAccepted(array);
    checkSame(array, readIdx(writeIdx(array)));
  },
};

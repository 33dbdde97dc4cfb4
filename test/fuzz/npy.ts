/** @file Fuzz target: npy files in every spelling, sound or with lies, then mutated. */
import type { NumericArray } from "../../src/data/array.ts";
import { readNpy, writeNpy } from "../../src/data/npy.ts";
import { anyNpy, checkAccepted, checkSame } from "./arrays.ts";
import { chance, mutate } from "./make.ts";
import type { Target } from "./runner.ts";

export const npy: Target<NumericArray> = {
  name: "npy",
  make(random) {
    const bytes = anyNpy(random);
    return chance(random, 50) ? mutate(random, bytes) : bytes;
  },
  read: (bytes, limit) => readNpy(bytes, { limit }),
  check(array) {
    checkAccepted(array);
    checkSame(array, readNpy(writeNpy(array)));
  },
};

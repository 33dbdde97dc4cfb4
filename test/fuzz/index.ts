/**
 * @file The fuzz targets and their runner, for the test and for `npm run fuzz`. The first import installs the count of allocations and must stay first.
 */
import { allocations } from "./allocations.ts";
import { csv } from "./csv.ts";
import { idx } from "./idx.ts";
import { npy } from "./npy.ts";
import { npz } from "./npz.ts";
import { pngTarget } from "./png.ts";
import { FuzzFailure, fuzz, type Report, type Target } from "./runner.ts";
import { safetensors } from "./safetensors.ts";

export { allocations, FuzzFailure };

type Fuzz = (seed: number, inputs: number, progress?: (done: number) => void) => Report;

function bind<T>(target: Target<T>): Fuzz {
  return (seed, inputs, progress) => fuzz(target, seed, inputs, progress);
}

/** By name: runs `inputs` inputs of `seed` and reports, or throws a FuzzFailure. */
export const targets: Readonly<Record<string, Fuzz>> = {
  npy: bind(npy),
  npz: bind(npz),
  safetensors: bind(safetensors),
  csv: bind(csv),
  idx: bind(idx),
  png: bind(pngTarget),
};

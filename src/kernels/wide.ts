/**
 * @file The wide build: kernels with 4 x 16 inner loops that V8's revectorizer (a flag, Node 24 and later) turns into 256-bit instructions. Loaded on demand, checked against the
 * plain build, and left out silently where anything is missing: it is a faster way to the same answer, never a different one.
 */
import { allocate, openArena, placeF32, viewF32 } from "./arena.ts";
import type { Build } from "./builds.ts";
import { wide } from "./generated/wide.ts";
import { addBuild, dropBuild, engineRuns } from "./load.ts";

const firstMajor = 24;

/**
 * Switches V8's revectorizer on for this process and makes build "wide" available.
 * @returns whether it is; false on other engines, older ones, or when its answers differ from the plain build's by more than rounding.
 */
export function activateWide(): boolean {
  const { process } = globalThis;
  const major = Number.parseInt(process?.versions?.node ?? "", 10);
  if (!(major >= firstMajor) || process.arch !== "x64") return false;
  // The flag must be set before the module is compiled; where V8 does not know it, it would only print an error.
  process.getBuiltinModule("node:v8").setFlagsFromString("--experimental-wasm-revectorize");
  addBuild("wide", wide);
  if (engineRuns("wide") && agrees()) return true;
  dropBuild("wide");
  return false;
}

/** One small retrieval under both builds, at a size that runs every loop and every tail. */
function agrees(): boolean {
  const expected = retrieve("plain");
  return retrieve("wide").every((y, i) => Math.abs(y - (expected[i] as number)) <= 1e-5);
}

function retrieve(build: Build): Float32Array {
  const [rows, patterns, d, dv] = [4, 75, 37, 29];
  const arena = openArena(build);
  const numbers = (count: number, step: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => (((i * step) % 101) - 50) / 100);
  const packed = allocate(arena, rows * d * 4);
  const { kernels } = arena;
  kernels.packQueries(placeF32(arena, numbers(rows * d, 7)), rows, d, 0, 1, 0, 0, 0, 0, packed);
  const [keys, values] = [placeF32(arena, numbers(patterns * d, 13)), placeF32(arena, numbers(patterns * dv, 17))];
  const [state, y, out] = [allocate(arena, rows * 32), allocate(arena, rows * 32 * 4), allocate(arena, rows * dv * 4)];
  const scratch = allocate(arena, d * 256 + 8192);
  kernels.accumulate(packed, rows, d, keys, values, 0, patterns, dv, 0, 0, 0, 1, 0, 0, 60, 1, state, y, 32, scratch, 0, 0);
  kernels.finish(state, rows, y, 32, dv, Number.NEGATIVE_INFINITY, out);
  return viewF32(arena, out, rows * dv).slice();
}

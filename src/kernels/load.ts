/**
 * @file Turns the embedded bytes into a compiled module, once a process and on first use, and names the kernels' exports. Addresses are byte offsets into the linear memory.
 */
import { HopfieldError } from "../core/errors.ts";
import { plain } from "./generated/plain.ts";

/** Exports of src/kernels/asm/index.ts; each is documented there. `flag` arguments are 0 or 1. */
export interface Kernels {
  heapBase(): number;
  exp(x: number): number;
  log(x: number): number;
  packQueries(
    q: number,
    rows: number,
    d: number,
    centre: number,
    scale: number,
    rowScales: number,
    weights: number,
    weightStride: number,
    form: number,
    out: number,
  ): void;
  accumulate(
    queries: number,
    rows: number,
    d: number,
    keys: number,
    values: number,
    first: number,
    last: number,
    dv: number,
    centre: number,
    keyScale: number,
    keyBias: number,
    biasFactor: number,
    mask: number,
    maskStride: number,
    reach: number,
    fresh: number,
    state: number,
    y: number,
    yStride: number,
    scratch: number,
  ): void;
  accumulateOne(
    q: number,
    d: number,
    keys: number,
    values: number,
    first: number,
    last: number,
    dv: number,
    centre: number,
    keyScale: number,
    keyBias: number,
    biasFactor: number,
    mask: number,
    reach: number,
    fresh: number,
    state: number,
    y: number,
    yStride: number,
    scratch: number,
  ): void;
  finish(state: number, rows: number, y: number, yStride: number, columns: number, noneLogit: number, out: number): void;
  scoreTile(
    queries: number,
    second: number,
    rows: number,
    d: number,
    keys: number,
    first: number,
    last: number,
    centre: number,
    keyScale: number,
    keyBias: number,
    form: number,
    scores: number,
    stride: number,
    scratch: number,
  ): void;
  scoreOne(
    q: number,
    weights: number,
    d: number,
    keys: number,
    first: number,
    last: number,
    centre: number,
    keyScale: number,
    keyBias: number,
    form: number,
    scores: number,
  ): void;
  hideRow(row: number, mask: number, n: number): void;
  largestTwo(row: number, n: number, out: number): void;
  kthLargest(row: number, n: number, k: number, heap: number): number;
  collectFrom(row: number, n: number, threshold: number, base: number, out: number): number;
  exactScores(
    kind: number,
    q: number,
    d: number,
    keys: number,
    weights: number,
    centre: number,
    indices: number,
    count: number,
    out: number,
  ): void;
  separate(kind: number, logits: number, n: number, alpha: number, k: number, none: number, p: number): void;
  conjugate(kind: number, logits: number, p: number, n: number, alpha: number, none: number): number;
  gather(values: number, columns: number, indices: number, weights: number, count: number, sums: number, y: number): void;
  randomMask(seedLow: number, seedHigh: number, row: number, first: number, last: number, threshold: number, out: number): number;
  featureAccumulate(
    x: number,
    v: number,
    count: number,
    d: number,
    dv: number,
    scale: number,
    sums: number,
    sumStride: number,
    total: number,
    scratch: number,
  ): void;
  featureRow(x: number, d: number, scale: number, out: number): void;
  multiply(a: number, rows: number, inner: number, b: number, bStride: number, columns: number, out: number, outStride: number): void;
}

let compiled: WebAssembly.Module | undefined;

/**
 * A fresh instance over `memory`. The module is small enough to compile synchronously everywhere.
 * @throws HopfieldError E_UNSUPPORTED where the engine lacks WebAssembly SIMD.
 */
export function instantiate(memory: WebAssembly.Memory): Kernels {
  compiled ??= compile();
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
}

function compile(): WebAssembly.Module {
  if (typeof WebAssembly === "undefined") throw new HopfieldError("E_UNSUPPORTED", "kernels: this engine has no WebAssembly");
  const bytes = Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) {
    throw new HopfieldError(
      "E_UNSUPPORTED",
      "kernels: this engine's WebAssembly lacks 128-bit SIMD (Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 have it)",
    );
  }
  return new WebAssembly.Module(bytes);
}

/** Size of the wasm in bytes, for `doctor`. */
export function wasmBytes(): number {
  return Math.floor((plain.length * 3) / 4);
}

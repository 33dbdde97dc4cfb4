/**
 * @file Turns the embedded bytes into a compiled module, once a process and on first use, and names the kernels' exports. Addresses are byte offsets into the linear memory.
 */
import { HopfieldError } from "../core/errors.ts";
import type { Build } from "./builds.ts";
import { textToBytes } from "./bytes-text.ts";
import { plain } from "./generated/plain.ts";
import { relaxed } from "./generated/relaxed.ts";

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
    second: number,
    form: number,
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
  mergeStates(into: number, y: number, from: number, fromY: number, columns: number): void;
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
  accumulateSome(
    q: number,
    d: number,
    keys: number,
    values: number,
    indices: number,
    count: number,
    dv: number,
    centre: number,
    keyScale: number,
    keyBias: number,
    biasFactor: number,
    reach: number,
    state: number,
    y: number,
    yStride: number,
    scratch: number,
  ): void;
  gatherRows(source: number, columns: number, indices: number, count: number, out: number): void;
  shownIndices(mask: number, n: number, out: number): number;
  quantiseRows(x: number, count: number, d: number, out: number, scales: number): number;
  scoreBytes(
    q: number,
    d: number,
    bytes: number,
    scales: number,
    first: number,
    last: number,
    queryScale: number,
    keyBias: number,
    scores: number,
  ): void;
  quantiseShorts(x: number, count: number, d: number, out: number, scales: number): number;
  scoreShorts(
    q: number,
    d: number,
    shorts: number,
    scales: number,
    first: number,
    last: number,
    queryScale: number,
    lowScale: number,
    keyBias: number,
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
  randomMask(seedLow: number, seedHigh: number, row: number, n: number, threshold: number, out: number): number;
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

const sources = new Map<Build, string>([
  ["plain", plain],
  ["relaxed", relaxed],
]);

/** Makes a further build known. */
export function addBuild(build: Build, text: string): void {
  sources.set(build, text);
}

/** Takes a build out again. */
export function dropBuild(build: Build): void {
  sources.delete(build);
  supported.delete(build);
}
const modules = new Map<string, WebAssembly.Module>();

const supported = new Map<Build, boolean>();

/** Whether this engine runs a build; looked up once. */
export function engineRuns(build: Build): boolean {
  const known = supported.get(build);
  if (known !== undefined) return known;
  const answer = sources.has(build) && typeof WebAssembly !== "undefined" && WebAssembly.validate(bytesOf(build, false));
  // A build that is not there yet may come.
  if (!sources.has(build)) return false;
  supported.set(build, answer);
  return answer;
}

/**
 * A fresh instance over `memory`. The modules are small enough to compile synchronously everywhere, once a process and on first use. The relaxed build holds the hot kernels
 * only; they are laid over the plain ones.
 * @throws HopfieldError E_UNSUPPORTED where the engine lacks WebAssembly SIMD.
 */
export function instantiate(memory: WebAssembly.Memory, build: Build): Kernels {
  const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  const instances = modulesOf(build, shared).map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports);
  return Object.assign({}, ...instances) as Kernels;
}

/** The modules of a build, to be laid over each other in this order. */
export function modulesOf(build: Build, shared: boolean): WebAssembly.Module[] {
  return build === "plain" ? [moduleOf("plain", shared)] : [moduleOf("plain", shared), moduleOf(build, shared)];
}

function moduleOf(build: Build, shared: boolean): WebAssembly.Module {
  const key = `${build} ${shared}`;
  const known = modules.get(key);
  if (known) return known;
  if (typeof WebAssembly === "undefined") throw new HopfieldError("E_UNSUPPORTED", "kernels: this engine has no WebAssembly");
  const bytes = bytesOf(build, shared);
  if (!WebAssembly.validate(bytes)) {
    throw new HopfieldError(
      "E_UNSUPPORTED",
      "kernels: this engine's WebAssembly lacks 128-bit SIMD (Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 have it)",
    );
  }
  const module = new WebAssembly.Module(bytes);
  modules.set(key, module);
  return module;
}

/** The module's bytes; all are compiled for shared memory, which differs from unshared in one flag of the memory import. */
function bytesOf(build: Build, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = textToBytes(sources.get(build) ?? "");
  if (!shared) bytes[memoryFlagAt(bytes)] = 1;
  return bytes;
}

/** Offset of the limits flag of the (only) memory import: 3 is shared with a maximum, 1 unshared with a maximum. */
export function memoryFlagAt(bytes: Uint8Array): number {
  let at = 8;
  const byte = (): number => bytes[at++] as number;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const next = byte();
      value |= (next & 127) << shift;
      if (next < 128) return value;
    }
  };
  const skip = (count: number): void => {
    at += count;
  };
  for (;;) {
    const section = byte();
    const size = number();
    if (section !== importSection) {
      skip(size);
      continue;
    }
    number();
    skip(number());
    skip(number());
    byte();
    return at;
  }
}

const importSection = 2;

/** Size of a build in bytes, for `doctor`. */
export function wasmBytes(build: Build = "plain"): number {
  return (sources.get(build) ?? "").length / 2;
}

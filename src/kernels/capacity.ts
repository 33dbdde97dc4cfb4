/**
 * @file The kernels of the capacity room: a build and a small linear memory of their own. Addresses are byte offsets; src/kernels/asm/capacity*.ts hold what each export does.
 * Only the plain build, so streams of patterns have the same bits on every engine.
 */
import { HopfieldError } from "../core/errors.ts";
import { capacity } from "./generated/capacity.ts";
import { memoryFlagAt } from "./load.ts";

export interface CapacityKernels {
  heapBase(): number;
  patternNormals(seedLow: number, seedHigh: number, stream: number, firstLow: number, firstHigh: number, rows: number, out: number): void;
  panelFields(
    map: number,
    n: number,
    latent: number,
    spherical: number,
    seedLow: number,
    seedHigh: number,
    stream: number,
    firstLow: number,
    firstHigh: number,
    z: number,
    fields: number,
  ): void;
  panelOverlaps(kind: number, shift: number, fields: number, query: number, n: number, overlaps: number): void;
  denoiseLogits(
    data: number,
    shift: number,
    first: number,
    end: number,
    columns: number,
    four: number,
    lambda: number,
    logits: number,
  ): void;
  denoiseSums(data: number, first: number, end: number, columns: number, weights: number, sums: number): void;
  addWeights(overlaps: number, count: number, lambda: number, signal: number, sum: number): number;
  streamPatterns(
    kind: number,
    shift: number,
    map: number,
    n: number,
    latent: number,
    spherical: number,
    query: number,
    lambda: number,
    signal: number,
    seedLow: number,
    seedHigh: number,
    stream: number,
    firstLow: number,
    firstHigh: number,
    count: number,
    sum: number,
    scratch: number,
  ): number;
}

export interface CapacityArena {
  readonly kernels: CapacityKernels;
  readonly memory: WebAssembly.Memory;
  /** First free byte. */
  readonly start: number;
}

let module: WebAssembly.Module | null = null;
let open: CapacityArena | null = null;
const pageBytes = 65536;

/**
 * The arena of this thread, one for all uses: what lies in it is valid until the next call. Grown to hold `bytes` beyond its start; make views after the call.
 * @throws HopfieldError E_UNSUPPORTED where the engine lacks WebAssembly SIMD; E_LIMIT.
 */
export function capacityArena(bytes: number): CapacityArena {
  open ??= openArena();
  grow(open, bytes);
  return open;
}

/** An arena of its own, for what has to stay. Same errors. */
export function ownArena(bytes: number): CapacityArena {
  const arena = openArena();
  grow(arena, bytes);
  return arena;
}

function grow({ memory, start }: CapacityArena, bytes: number): void {
  const missing = start + bytes - memory.buffer.byteLength;
  if (missing <= 0) return;
  try {
    memory.grow(Math.ceil(missing / pageBytes));
  } catch {
    throw new HopfieldError("E_LIMIT", `capacity: the engine refused ${Math.ceil(bytes / 2 ** 20)} MiB`, { bytes });
  }
}

function openArena(): CapacityArena {
  const bytes = Uint8Array.from(atob(capacity), (character) => character.charCodeAt(0));
  bytes[memoryFlagAt(bytes)] = 1;
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(bytes)) {
    throw new HopfieldError("E_UNSUPPORTED", "capacity: streams of patterns need WebAssembly with 128-bit SIMD");
  }
  module ??= new WebAssembly.Module(bytes);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as CapacityKernels;
  return { kernels, memory, start: Math.ceil(kernels.heapBase() / 64) * 64 };
}

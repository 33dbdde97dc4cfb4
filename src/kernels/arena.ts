/**
 * @file One linear memory and its kernels, with a stack-like allocator: what is kept lies below, the scratch of a call above, given back when the call ends.
 * An arena belongs to one memory; when that is dropped, the engine collects the whole. Views are made late, because growing detaches older ones.
 */
import { HopfieldError } from "../core/errors.ts";
import type { Build } from "./builds.ts";
import { instantiate, type Kernels } from "./load.ts";

export interface Arena {
  readonly kernels: Kernels;
  readonly build: Build;
  readonly memory: WebAssembly.Memory;
  /** First free byte. */
  top: number;
}

const pageBytes = 65536;
const maximumPages = 65536;

/** @param shared memory that worker threads can share; needs SharedArrayBuffer. */
export function openArena(build: Build = "plain", shared = false): Arena {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared });
  const kernels = instantiate(memory, build);
  return { kernels, build, memory, top: roundUp(kernels.heapBase(), 64) };
}

/** The same memory and contents under another build. */
export function withBuild(arena: Arena, build: Build): Arena {
  return arena.build === build ? arena : { ...arena, kernels: instantiate(arena.memory, build), build };
}

/**
 * Address of `bytes` fresh bytes, aligned to 64, with at least 64 readable bytes behind them. Contents are undefined.
 * @throws HopfieldError E_LIMIT beyond the 4 GiB of a 32-bit memory or what the engine grants.
 */
export function allocate(arena: Arena, bytes: number): number {
  const address = arena.top;
  const end = roundUp(address + bytes + 64, 64);
  const missing = end - arena.memory.buffer.byteLength;
  if (missing > 0) {
    const pages = Math.ceil(missing / pageBytes);
    if (end > pageBytes * maximumPages) {
      const needed = `memory: ${Math.ceil(end / 2 ** 20)} MiB are needed in one piece, which holds at most 4096 MiB`;
      throw new HopfieldError("E_LIMIT", `${needed}; createLargeMemory or a store (modern-hopfield/store, hopfield memory) take more`, {
        bytes: end,
      });
    }
    try {
      arena.memory.grow(pages);
    } catch {
      throw new HopfieldError("E_LIMIT", `memory: the engine refused ${Math.ceil(end / 2 ** 20)} MiB`, { bytes: end });
    }
  }
  arena.top = end;
  return address;
}

/** Runs `work` and gives back everything it allocated. */
export function withScratch<T>(arena: Arena, work: () => T): T {
  const mark = arena.top;
  try {
    return work();
  } finally {
    arena.top = mark;
  }
}

export function viewF32(arena: Arena, address: number, length: number): Float32Array {
  return new Float32Array(arena.memory.buffer, address, length);
}

export function viewF64(arena: Arena, address: number, length: number): Float64Array {
  return new Float64Array(arena.memory.buffer, address, length);
}

export function viewI32(arena: Arena, address: number, length: number): Int32Array {
  return new Int32Array(arena.memory.buffer, address, length);
}

export function viewI16(arena: Arena, address: number, length: number): Int16Array {
  return new Int16Array(arena.memory.buffer, address, length);
}

export function viewU8(arena: Arena, address: number, length: number): Uint8Array {
  return new Uint8Array(arena.memory.buffer, address, length);
}

/** Copies `data` to fresh bytes and returns their address. */
export function placeF32(arena: Arena, data: ArrayLike<number>): number {
  const address = allocate(arena, data.length * 4);
  viewF32(arena, address, data.length).set(data);
  return address;
}

export function roundUp(n: number, step: number): number {
  return Math.ceil(n / step) * step;
}

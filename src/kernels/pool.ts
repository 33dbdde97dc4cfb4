/**
 * @file Threads for the kernels: a job is one kernel with several parts, computed by the calling thread and the pool's together, in any order; parts write to places of their own, so
 * the answer does not depend on who computed what. Node only (a page's main thread must not wait); without SharedArrayBuffer or threads everything runs on the caller.
 */
import type { Arena } from "./arena.ts";
import { poolThread } from "./generated/pool-thread.ts";
import { modulesOf } from "./load.ts";
import { layout } from "./pool-layout.ts";

type PoolKernel = (typeof layout.kernels)[number];

interface Port {
  postMessage(message: unknown): void;
  unref(): void;
}

interface Pool {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly ports: Port[];
  readonly control: SharedArrayBuffer;
}

let pool: Pool | null = null;
let introduced = new WeakMap<WebAssembly.Memory, number>();
let nextMemory = 1;

/** Arguments of one part. Flags are 0 or 1. */
export type Part = readonly number[];

/** Whether jobs over this arena can be shared at all. */
export function canShare(arena: Arena): boolean {
  return isShared(arena.memory) && threadsModule() !== undefined;
}

/** Whether this engine can have threads: then memories for several threads are made over shared memory. */
export function hasThreads(): boolean {
  return typeof SharedArrayBuffer !== "undefined" && threadsModule() !== undefined;
}

function isShared(memory: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
}

function threadsModule(): typeof import("node:worker_threads") | undefined {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}

/**
 * Runs every part of a job and returns when all are done.
 * @param threads threads to use at most, the caller's included.
 */
export function runParts(arena: Arena, kernel: PoolKernel, parts: readonly Part[], threads: number): void {
  const run = arena.kernels[kernel] as (...args: number[]) => void;
  if (threads <= 1 || parts.length <= 1 || !canShare(arena)) {
    for (const part of parts) run(...part);
    return;
  }
  for (let start = 0; start < parts.length; start += layout.maximumParts) {
    runJob(poolOf(threads - 1), threads - 1, arena, kernel, run, parts.slice(start, start + layout.maximumParts));
  }
}

function runJob(
  { words, numbers, ports }: Pool,
  limit: number,
  arena: Arena,
  kernel: PoolKernel,
  run: (...args: number[]) => void,
  parts: readonly Part[],
): void {
  const memory = introduce(arena, ports);
  // A thread that is late from the job before sees no part of this one until everything is written.
  Atomics.store(words, layout.next, 2 ** 30);
  parts.forEach((part, p) => {
    part.forEach((value, i) => {
      numbers[p * layout.arguments + i] = value;
    });
  });
  Atomics.store(words, layout.kernel, layout.kernels.indexOf(kernel));
  Atomics.store(words, layout.memory, memory);
  Atomics.store(words, layout.limit, limit);
  Atomics.store(words, layout.parts, parts.length);
  Atomics.store(words, layout.done, 0);
  Atomics.store(words, layout.next, 0);
  Atomics.add(words, layout.generation, 1);
  Atomics.notify(words, layout.generation);
  for (let part = Atomics.add(words, layout.next, 1); part < parts.length; part = Atomics.add(words, layout.next, 1)) {
    run(...(parts[part] as Part));
    Atomics.add(words, layout.done, 1);
  }
  for (let spin = 0; spin < layout.spins && Atomics.load(words, layout.done) < parts.length; spin++);
  for (let done = Atomics.load(words, layout.done); done < parts.length; done = Atomics.load(words, layout.done))
    Atomics.wait(words, layout.done, done, 1);
}

/** Makes an arena's memory known to the threads, once. */
function introduce(arena: Arena, ports: readonly Port[]): number {
  const known = introduced.get(arena.memory);
  if (known !== undefined) return known;
  const id = nextMemory++;
  introduced.set(arena.memory, id);
  for (const port of ports) port.postMessage({ id, memory: arena.memory, modules: modulesOf(arena.build, true) });
  forgetting?.register(arena.memory, id);
  return id;
}

/** Threads let go of memories that nobody holds any more. */
const forgetting =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry<number>((forget) => {
        for (const port of pool?.ports ?? []) port.postMessage({ forget });
      });

/** The pool with at least `count` threads; one for the process. It grows when more are asked for, stays, and does not keep the process alive. */
function poolOf(count: number): Pool {
  pool ??= openPool();
  const { words, ports, control } = pool;
  if (ports.length >= count) return pool;
  const threads = threadsModule() as typeof import("node:worker_threads");
  for (let index = ports.length; index < count; index++) {
    const { port1, port2 } = new threads.MessageChannel();
    const worker = new threads.Worker(new URL(`data:text/javascript,${encodeURIComponent(poolThread)}`), {
      workerData: { control, port: port2, index },
      transferList: [port2],
      execArgv: [],
    });
    worker.unref();
    port1.unref();
    ports.push(port1);
  }
  for (let ready = 0; ready < count; ready = Atomics.load(words, layout.ready)) Atomics.wait(words, layout.ready, ready, 100);
  // The new threads know no memory yet: every one is introduced again, under a new number.
  introduced = new WeakMap();
  return pool;
}

function openPool(): Pool {
  const control = new SharedArrayBuffer(layout.argumentsAt + layout.maximumParts * layout.arguments * 8);
  return { words: new Int32Array(control, 0, layout.words), numbers: new Float64Array(control, layout.argumentsAt), ports: [], control };
}

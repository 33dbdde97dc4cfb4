/**
 * @file Threads that do the work of a scan beside the caller: read a batch into shared memory, check and widen it, run kernels over it. Node has no memory-mapped files, and a read is a
 * copy that takes as long as the kernel does; done by the same thread, what was read is still in its cache. Jobs are numbered and taken in order by whoever is free, the caller included,
 * so nobody waits for a thread that has yet to start. The threads do not keep the process alive.
 */
import { Worker } from "node:worker_threads";

/** Kernels that a job can name. */
export const jobKernels = ["scoreOne", "scoreTile", "scoreBytes"] as const;

/** One call of a kernel: its name and its arguments. */
export type Call = readonly [(typeof jobKernels)[number], ...number[]];

/** What a thread needs to know of a batch. */
export interface Job {
  readonly descriptor: number;
  /** Where it lies in the file, how long it is, where it goes. */
  readonly at: number;
  readonly bytes: number;
  readonly address: number;
  readonly checksum: boolean;
  /** Where to widen f16 to f32, or 0. */
  readonly widened: number;
  readonly calls: readonly Call[];
}

export interface Threads {
  /** Jobs under way at most. */
  readonly slots: number;
  /** The number of the job, which is the next one. */
  post(job: Job): number;
  /** Takes the next job for the caller; its number, or -1 when all are taken. */
  take(): number;
  isDone(job: number): boolean;
  /** Waits for a job that a thread has taken, some fifty microseconds times `patience`; whether it is done. Infinity: until it is. */
  wait(job: number, patience: number): boolean;
  /** After isDone: bytes read (fewer than asked, or -1: something failed) and the checksum, 0 when none was wanted. */
  outcome(job: number): { readonly bytes: number; readonly checksum: number };
  end(): void;
}

/** Shared words: jobs posted, jobs taken, then for every slot the number of its last finished job plus one. */
const headWords = 2;
/** Numbers of a slot: descriptor, at, bytes, address, checksum, widened, calls; bytes read, checksum; then the calls: kernel, count, arguments. */
const headNumbers = 9;
const callNumbers = 16;
export const mostCalls = 64;
const fields = headNumbers + mostCalls * callNumbers;
/** Looks before a side goes to sleep: waking it takes as long as half a batch. */
const spins = 20_000;
/** Looks in some fifty microseconds. */
const patienceSpins = 8_000;

/** What a thread runs: a text, because it must not depend on where the package is bundled to. */
const program = `
import { readSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
const { words, numbers, memory, modules, names, slots } = workerData;
const kernels = Object.assign({}, ...modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports));
const take = () => {
  const job = Atomics.load(words, 1);
  return job < Atomics.load(words, 0) && Atomics.compareExchange(words, 1, job, job + 1) === job ? job : -1;
};
const toFloat = (half) => (half < 0x400 ? half * 2 ** -24 : (1024 + (half & 0x3ff)) * 2 ** ((half >> 10) - 25));
let halves;
const widen = (source, into) => {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => (half & 0x8000 ? -1 : 1) * toFloat(half & 0x7fff));
  const table = halves;
  const length = source.length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    into[i] = table[source[i]];
    into[i + 1] = table[source[i + 1]];
    into[i + 2] = table[source[i + 2]];
    into[i + 3] = table[source[i + 3]];
  }
  for (; i < length; i++) into[i] = table[source[i]];
};
const work = (from) => {
  const [descriptor, at, bytes, address, checksum, widened, calls] = numbers.subarray(from, from + 7);
  const view = new Uint8Array(memory.buffer, address, bytes);
  let filled = 0;
  while (filled < bytes) {
    const count = readSync(descriptor, view, filled, bytes - filled, at + filled);
    if (count === 0) return filled;
    filled += count;
  }
  if (checksum) numbers[from + 8] = crc32(view);
  if (widened) widen(new Uint16Array(memory.buffer, address, bytes / 2), new Float32Array(memory.buffer, widened, bytes / 2));
  for (let call = 0, place = from + ${headNumbers}; call < calls; call++, place += ${callNumbers})
    kernels[names[numbers[place]]](...numbers.subarray(place + 2, place + 2 + numbers[place + 1]));
  return filled;
};
for (;;) {
  let job = take();
  for (let spin = 0; job < 0 && spin < ${spins}; spin++) job = take();
  if (job < 0) {
    const posted = Atomics.load(words, 0);
    if (Atomics.load(words, 1) >= posted) Atomics.wait(words, 0, posted);
    continue;
  }
  const from = (job % slots) * ${fields};
  try {
    numbers[from + 7] = work(from);
  } catch {
    numbers[from + 7] = -1;
  }
  Atomics.store(words, ${headWords} + (job % slots), job + 1);
  Atomics.notify(words, ${headWords} + (job % slots));
}
`;

/** @param memory shared, the one whose addresses jobs name. @param modules the kernels over it. @param count threads. */
export function openThreads(memory: WebAssembly.Memory, modules: readonly WebAssembly.Module[], count: number, slots: number): Threads {
  const words = new Int32Array(new SharedArrayBuffer((headWords + slots) * 4));
  const numbers = new Float64Array(new SharedArrayBuffer(slots * fields * 8));
  const workerData = { words, numbers, memory, modules, names: jobKernels, slots };
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData, execArgv: [] });
    worker.unref();
    return worker;
  });
  const finished = (job: number): number => headWords + (job % slots);
  return {
    slots,
    post({ descriptor, at, bytes, address, checksum, widened, calls }) {
      const job = Atomics.load(words, 0);
      const from = (job % slots) * fields;
      numbers.set([descriptor, at, bytes, address, Number(checksum), widened, calls.length, 0, 0], from);
      calls.forEach(([name, ...args], i) => {
        numbers.set([jobKernels.indexOf(name), args.length, ...args], from + headNumbers + i * callNumbers);
      });
      Atomics.store(words, 0, job + 1);
      Atomics.notify(words, 0);
      return job;
    },
    take() {
      for (let job = Atomics.load(words, 1); job < Atomics.load(words, 0); job = Atomics.load(words, 1))
        if (Atomics.compareExchange(words, 1, job, job + 1) === job) return job;
      return -1;
    },
    isDone: (job) => Atomics.load(words, finished(job)) === job + 1,
    wait(job, patience) {
      const place = finished(job);
      for (let spin = 0; spin < patience * patienceSpins && spin < spins; spin++) if (Atomics.load(words, place) === job + 1) return true;
      if (patience * patienceSpins <= spins) return false;
      // Asleep, a millisecond at a time, where more is asked for than it is worth to go on looking.
      const naps = Math.ceil((patience * patienceSpins) / spins / 10);
      for (let nap = 0, state = Atomics.load(words, place); nap < naps && state !== job + 1; nap++, state = Atomics.load(words, place))
        Atomics.wait(words, place, state, 1);
      return Atomics.load(words, place) === job + 1;
    },
    outcome: (job) => {
      const from = (job % slots) * fields;
      return { bytes: numbers[from + 7] as number, checksum: numbers[from + 8] as number };
    },
    end: () => {
      for (const worker of workers) void worker.terminate();
    },
  };
}

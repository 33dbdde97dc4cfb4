/**
 * @file A thread that reads files into shared memory while the kernels run: Node has no memory-mapped files, and a read is a copy that takes as long as a pass of the kernel. Slots are
 * asked for and waited for in turn; the thread goes round the same way. It does not keep the process alive.
 */
import { Worker } from "node:worker_threads";
import { HopfieldError } from "../core/errors.ts";

/** Reads under way at most. */
export const slots = 4;

/** Words of a slot: state. Numbers: descriptor, offset, bytes, address, whether a checksum is wanted; then bytes read (or -1) and the checksum. */
const fields = 8;
/** Looks before a side goes to sleep: waking it takes some ten microseconds, a tenth of what a MiB takes. */
const spins = 4000;

const idle = 0;
const asked = 1;
const done = 2;

export interface ReadAhead {
  ask(slot: number, descriptor: number, at: number, bytes: number, address: number, checksum: boolean): void;
  /** The checksum, or null when none was asked for. @throws HopfieldError E_IO when the read failed or found fewer bytes. */
  wait(slot: number): number | null;
  /** Waits for a read that nobody wants any more. */
  drop(slot: number): void;
  end(): void;
}

/** What the thread runs: a text, because it must not depend on where the package is bundled to. */
const program = `
import { readSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
const { words, numbers, memory, slots, fields } = workerData;
for (let slot = 0; ; slot = (slot + 1) % slots) {
  for (let spin = 0; spin < ${spins} && Atomics.load(words, slot) !== ${asked}; spin++);
  for (let state = Atomics.load(words, slot); state !== ${asked}; state = Atomics.load(words, slot)) Atomics.wait(words, slot, state);
  const n = slot * fields;
  const view = new Uint8Array(memory.buffer, numbers[n + 3], numbers[n + 2]);
  let filled = 0;
  try {
    while (filled < view.length) {
      const count = readSync(numbers[n], view, filled, view.length - filled, numbers[n + 1] + filled);
      if (count === 0) break;
      filled += count;
    }
    numbers[n + 5] = filled;
    numbers[n + 6] = numbers[n + 4] ? crc32(view) : 0;
  } catch {
    numbers[n + 5] = -1;
  }
  Atomics.store(words, slot, ${done});
  Atomics.notify(words, slot);
}
`;

/** @param memory shared, the one whose addresses are asked for. */
export function openReadAhead(memory: WebAssembly.Memory): ReadAhead {
  const words = new Int32Array(new SharedArrayBuffer(slots * 4));
  const numbers = new Float64Array(new SharedArrayBuffer(slots * fields * 8));
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    workerData: { words, numbers, memory, slots, fields },
    execArgv: [],
  });
  worker.unref();
  const finish = (slot: number): void => {
    for (let spin = 0; spin < spins && Atomics.load(words, slot) !== done; spin++);
    for (let state = Atomics.load(words, slot); state !== done; state = Atomics.load(words, slot)) Atomics.wait(words, slot, state, 1000);
    Atomics.store(words, slot, idle);
  };
  return {
    ask(slot, ...what) {
      what.forEach((value, i) => {
        numbers[slot * fields + i] = Number(value);
      });
      Atomics.store(words, slot, asked);
      Atomics.notify(words, slot);
    },
    wait(slot) {
      finish(slot);
      const n = slot * fields;
      if (numbers[n + 5] !== numbers[n + 2]) {
        const got = numbers[n + 5] === -1 ? "the read failed" : `${numbers[n + 5]} of ${numbers[n + 2]} bytes are there`;
        throw new HopfieldError("E_IO", `store: reading at byte ${numbers[n + 1]}: ${got}`);
      }
      return numbers[n + 4] ? (numbers[n + 6] as number) : null;
    },
    drop: finish,
    end: () => void worker.terminate(),
  };
}

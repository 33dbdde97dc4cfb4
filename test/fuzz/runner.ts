/**
 * @file Runs a fuzz target and holds it to the promises of the data room: a value or a HopfieldError, nothing else; at most 50 ms an input; no allocation far
 * above the limit; and what was accepted is well-formed and survives being written and read again (the target's own `check`).
 */
import { HopfieldError } from "../../src/core/errors.ts";
import { type RandomStream, randomStream } from "../../src/core/random.ts";
import { readNpy, writeNpy } from "../../src/data/npy.ts";
import { allocations, resetAllocations } from "./allocations.ts";

export interface Target<T> {
  readonly name: string;
  /** Input number `position` of a seed is made from its own stream, so each can be made again alone. */
  readonly make: (random: RandomStream) => Uint8Array;
  readonly read: (bytes: Uint8Array, limit: number) => T;
  /** Throws when an accepted value is not what it should be. */
  readonly check: (value: T, bytes: Uint8Array) => void;
}

export interface Report {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  readonly accepted: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMilliseconds: number;
  readonly largestAllocation: number;
  readonly largestTotal: number;
}

/** Says what went wrong with which input; the input is kept for a look. */
export class FuzzFailure extends Error {
  readonly input: Uint8Array;

  constructor(message: string, input: Uint8Array) {
    super(message);
    this.name = "FuzzFailure";
    this.input = input;
  }
}

/** The limit given to every reader. */
export const limit = 2 ** 20;
/** Decompression works in pieces, whose size does not depend on the limit: a single buffer may be larger by this. */
export const workingSpace = 5 * 2 ** 20;
/**
 * All buffers of one read together, dead ones included: results, decompressed bytes, and for every 2 KiB decompressed one of the decompressor's short-lived buffers of
 * about 160 KiB.
 */
export const totalSpace = (input: Uint8Array): number => 16 * 2 ** 20 + 128 * input.length;
const mostMilliseconds = 50;

/** @throws FuzzFailure at the first input that breaks a promise. */
export function fuzz<T>(target: Target<T>, seed: number, inputs: number, progress?: (done: number) => void): Report {
  checkWatch();
  const codes: Record<string, number> = {};
  let accepted = 0;
  let slowestMilliseconds = 0;
  let largestAllocation = 0;
  let largestTotal = 0;
  for (let position = 0; position < inputs; position++) {
    const input = target.make(randomStream(seed, position));
    const wrong = (words: string): FuzzFailure =>
      new FuzzFailure(`${target.name}, seed ${seed}, input ${position}, ${input.length} bytes: ${words}`, input);
    const kept = input.slice();
    resetAllocations();
    let run = time(target, input);
    const { largest, total } = allocations;
    // The machine may have paused: an offender is measured again, and its best time counts.
    for (let again = 0; again < 8 && run.milliseconds > mostMilliseconds; again++) {
      const next = time(target, input);
      if (next.milliseconds < run.milliseconds) run = next;
    }
    if (run.milliseconds > mostMilliseconds) throw wrong(`took ${run.milliseconds.toFixed(1)} ms, at most ${mostMilliseconds} are allowed`);
    if (largest > limit + workingSpace) throw wrong(`asked for ${largest} bytes at once, the limit is ${limit}`);
    if (total > totalSpace(input)) throw wrong(`asked for ${total} bytes in all, ${totalSpace(input)} are allowed`);
    if (!kept.every((byte, i) => input[i] === byte)) throw wrong("changed its input");
    if (run.error === undefined) {
      accepted++;
      try {
        target.check(run.value as T, input);
      } catch (error) {
        throw wrong(`was accepted, but: ${error instanceof Error ? error.message : String(error)}`);
      }
    } else if (run.error instanceof HopfieldError) {
      codes[run.error.code] = (codes[run.error.code] ?? 0) + 1;
    } else {
      throw wrong(`threw ${run.error instanceof Error ? run.error.stack : String(run.error)}`);
    }
    slowestMilliseconds = Math.max(slowestMilliseconds, run.milliseconds);
    largestAllocation = Math.max(largestAllocation, largest);
    largestTotal = Math.max(largestTotal, total);
    if (position % 1000 === 999) progress?.(position + 1);
  }
  return { target: target.name, seed, inputs, accepted, codes, slowestMilliseconds, largestAllocation, largestTotal };
}

interface Run<T> {
  readonly value?: T;
  readonly error?: unknown;
  readonly milliseconds: number;
}

/** The lesser of wall and processor time: other programs on the machine take the first, threads of the engine add to the second. */
function time<T>(target: Target<T>, input: Uint8Array): Run<T> {
  const start = performance.now();
  const before = process.cpuUsage();
  const elapsed = (): number => {
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return Math.min(wall, (user + system) / 1000);
  };
  try {
    const value = target.read(input, limit);
    return { value, milliseconds: elapsed() };
  } catch (error) {
    return { error: error ?? new Error("threw nothing"), milliseconds: elapsed() };
  }
}

/** Without the count the test of memory would pass for the wrong reason. */
function checkWatch(): void {
  const bytes = writeNpy({ dtype: "f64", shape: [1000], data: new Float64Array(1000) });
  resetAllocations();
  readNpy(bytes);
  if (allocations.largest !== 8000)
    throw new Error(`the count of allocations does not work: it saw ${allocations.largest} bytes, expected 8000`);
}

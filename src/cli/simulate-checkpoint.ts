/**
 * @file Runs a simulation over threads, with its state in a file: every value that is drawn is kept there now and then, at the end, and when a signal ends the run. A run that goes on from such a
 * file draws what is missing and has the same numbers as one that was never interrupted.
 */
import { availableParallelism } from "node:os";
import { type Simulation, type SimulationOptions, simulateThreads } from "../capacity/index.ts";
import { HopfieldError } from "../core/errors.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import type { Io } from "./io.ts";
import { writeOutputs } from "./output.ts";

const format = "hopfield-simulation";
/** Seconds between two writings. */
const pause = 5;

/** Values by instance number: NaN is not drawn yet, Infinity was censored. */
export type Known = number[];

export interface RunFiles {
  readonly threads: number;
  readonly checkpoint: string | undefined;
  readonly resume: string | undefined;
}

export const threadsOrCores = (threads: number | undefined): number => threads ?? Math.min(4, availableParallelism());

/** @throws CommandError exit 2 for options, 3 for files: E_CONFLICT when the file is of a run with other options. */
export async function runSimulation(options: SimulationOptions, files: RunFiles, io: Io, label: string): Promise<Simulation> {
  const about = aboutOf(options);
  const known = files.resume === undefined ? [] : readState(files.resume, about);
  if (files.resume !== undefined) {
    const kept = known.filter((value) => !Number.isNaN(value)).length;
    io.note(`simulate: ${kept} values of ${JSON.stringify(files.resume)} are kept, the others are drawn`);
  }
  const { checkpoint } = files;
  const keep = checkpoint === undefined ? async () => {} : () => writeOutputs([{ path: checkpoint, bytes: stateBytes(about, known) }]);
  let written = process.uptime();
  let writing: Promise<void> = Promise.resolve();
  const stop = new AbortController();
  let signalled: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    signalled = signal;
    stop.abort(new CommandError("E_IO", `simulate: ended by ${signal}`, 3));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, onSignal);
  try {
    return await simulateThreads(
      { ...options, onProgress: (done, total) => io.progress(`${label}: ${done} of ${total}`, done, total) },
      {
        threads: files.threads,
        known,
        signal: stop.signal,
        onValue: (index, value) => {
          while (known.length < index) known.push(Number.NaN);
          known[index] = value;
          if (process.uptime() - written < pause) return;
          written = process.uptime();
          writing = writing.then(keep);
        },
      },
    );
  } catch (error) {
    if (error instanceof HopfieldError && !(error instanceof CommandError)) blame(2, "", () => raise(error));
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    io.endProgress();
    await writing;
    await keep();
    if (checkpoint !== undefined) io.note(`wrote ${checkpoint}`);
    // The state is safe; now the signal does what it would have done.
    if (signalled !== null) process.kill(process.pid, signalled);
  }
}

function raise(error: unknown): never {
  throw error;
}

/** What makes the values: everything but how many there are, and what is reported of them. */
function aboutOf(options: SimulationOptions): Record<string, unknown> {
  const { instances: _, alphas: __, onProgress: ___, ratio, ...rest } = options;
  // JSON has no Infinity.
  return { ...rest, ...(ratio === undefined ? {} : { ratio: Number.isFinite(ratio) ? ratio : "inf" }) };
}

function stateBytes(options: Record<string, unknown>, known: Known): Uint8Array {
  const values = known.map((value) => (Number.isNaN(value) ? null : Number.isFinite(value) ? value : "censored"));
  return new TextEncoder().encode(`${JSON.stringify({ format, version: 1, options, values })}\n`);
}

function readState(path: string, about: Record<string, unknown>): Known {
  const here = `--resume ${JSON.stringify(path)}`;
  const text = new TextDecoder().decode(readFileBytes(path, "--resume"));
  const state = parse(text);
  if (state === null || state.format !== format || state.version !== 1 || !Array.isArray(state.values) || !isRecord(state.options)) {
    throw new CommandError("E_FORMAT", `${here} is not a simulation's checkpoint`, 3);
  }
  const { options } = state;
  const other = [...new Set([...Object.keys(options), ...Object.keys(about)])].find(
    (name) => JSON.stringify(options[name]) !== JSON.stringify(about[name]),
  );
  if (other !== undefined) {
    throw new CommandError(
      "E_CONFLICT",
      `${here} is of another run: its ${other} is ${JSON.stringify(options[other]) ?? "the default"}, this one's ${JSON.stringify(about[other]) ?? "the default"}`,
      3,
    );
  }
  return state.values.map((value: unknown, i) => {
    if (value === null) return Number.NaN;
    if (value === "censored") return Number.POSITIVE_INFINITY;
    if (typeof value === "number" && value >= 0) return value;
    throw new CommandError("E_FORMAT", `${here}: value ${i} is ${JSON.stringify(value)}`, 3);
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** @file One question to a memory in a worker, and its answer as the page needs it: every state, the energies, the figures. No page in here: it runs in Node as well. */
import type { HopfieldWorker, Matrix, WorkerMemory } from "modern-hopfield";
import type { Patterns } from "../patterns/types.ts";
import { axesOf, isBinary, optionsOf, type Settings, takesMissing } from "../state/settings.ts";
import type { Answer } from "../state/types.ts";

export interface Question {
  readonly patterns: Patterns;
  readonly settings: Settings;
  /** d numbers in [0, 1], and d marks: 1 where the entry is missing. */
  readonly values: Float32Array;
  readonly missing: Uint8Array;
  /** Position of the cue for windows. */
  readonly position: number;
}

/** Evaluations at most; digits settle in one or two. */
const maxSteps = 20;

/** Signs for the binary models: ink is +1, paper -1. */
const signs = (data: Float32Array): Float32Array => data.map((x) => (x > 0.5 ? 1 : -1));

export function storedMatrix({ data, rows }: Patterns, settings: Settings): Matrix {
  return { data: isBinary(settings.model) ? signs(data) : data, rows, columns: data.length / rows };
}

/** What a memory is made from: equal keys, equal memories. */
export function memoryKey({ patterns, settings }: Question): string {
  const { clamp: _, ...rest } = settings;
  return `${patterns.key} ${JSON.stringify(rest)}`;
}

export function createFor(worker: HopfieldWorker, { patterns, settings }: Question, beta: number | null): Promise<WorkerMemory> {
  const columns = patterns.data.length / patterns.rows;
  return worker.createMemory(storedMatrix(patterns, settings), optionsOf({ ...settings, beta }, patterns.labels, columns));
}

const positioned = ({ settings, position }: Question): { positions?: number[] } =>
  axesOf(settings).support === "window" ? { positions: [position] } : {};

/** The cue as the model takes it; where it cannot leave entries out, missing ones are blank paper. */
function cueOf({ settings, values, missing }: Question): { values: Float32Array; known: Uint8Array | null; filled: boolean } {
  const anyMissing = missing.includes(1);
  const blank = values.map((x, i) => (missing[i] ? 0 : x));
  if (isBinary(settings.model)) return { values: signs(blank), known: null, filled: anyMissing };
  if (anyMissing && takesMissing(settings)) return { values: blank, known: missing.map((gone) => 1 - gone), filled: false };
  return { values: blank, known: null, filled: anyMissing };
}

/**
 * The answer alone, several times as fast as with every state and its energy: for a slider that is being moved. States between the cue and the end are not known and stand as the end; the
 * energies are those that were on show before.
 */
export async function askQuickly(memory: WorkerMemory, question: Question, shown: readonly (number | null)[]): Promise<Answer> {
  const { values, known, filled } = cueOf(question);
  const { settings, patterns } = question;
  const binary = isBinary(settings.model);
  const { results, states } = await memory.recall(
    { data: values, rows: 1, columns: values.length },
    { ...(known ? { known, clamp: settings.clamp } : {}), ...positioned(question), steps: "converge", maxSteps },
  );
  const [result] = results;
  if (!result) throw new Error("the memory gave no answer");
  const picture = (data: Float32Array): Float32Array => (binary ? data.map((x) => (x + 1) / 2) : data);
  const end = picture(states.data);
  return {
    states: Array.from({ length: result.steps + 1 }, (_, step) => (step === 0 ? picture(values) : end)),
    energies: shown,
    result,
    beta: memory.betaSource === "given" ? (settings.beta ?? (await memory.beta())) : await memory.beta(),
    betaSource: memory.betaSource,
    kernel: memory.kernel,
    patterns,
    filled,
  };
}

export async function askMemory(memory: WorkerMemory, question: Question): Promise<Answer> {
  const { values, known, filled } = cueOf(question);
  const { settings, patterns } = question;
  const binary = isBinary(settings.model);
  const { results, trace } = await memory.recall(
    { data: values, rows: 1, columns: values.length },
    {
      ...(known ? { known, clamp: settings.clamp } : {}),
      ...positioned(question),
      energy: true,
      trace: true,
      ...(binary ? {} : { alternatives: 8 }),
      steps: "converge",
      maxSteps,
    },
  );
  const result = results[0];
  if (!result || !trace) throw new Error("the memory gave no answer");
  return {
    states: trace.states.map(({ data }) => (binary ? data.map((x) => (x + 1) / 2) : data)),
    energies: trace.energies.map(([energy = Number.NaN]) => (Number.isFinite(energy) ? energy : null)),
    result,
    beta: memory.betaSource === "given" ? (settings.beta ?? (await memory.beta())) : await memory.beta(),
    betaSource: memory.betaSource,
    kernel: memory.kernel,
    patterns,
    filled,
  };
}

/** Weights of evaluation number `step` (1 ...) on all stored patterns. @throws HopfieldError E_UNSUPPORTED for models that never weigh single patterns. */
export async function askWeights(memory: WorkerMemory, question: Question, answer: Answer, step: number): Promise<Float32Array> {
  const { values, known } = cueOf(question);
  const state = step <= 1 ? values : answer.states[step - 1];
  const { data } = await memory.weights(
    { data: state ?? values, rows: 1, columns: values.length },
    { ...(step <= 1 && known ? { known } : {}), ...positioned(question) },
  );
  return data;
}

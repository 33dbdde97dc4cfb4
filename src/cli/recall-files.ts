/** @file The files that `hopfield recall` writes: answers, weights, trace. */
import type { Matrix } from "../core/matrix.ts";
import { type NumericArray, splitArrayName, writeCsv, writeNpy, writeNpz, writeSafetensors } from "../data/index.ts";
import type { Memory, Recall, RecallOptions } from "../index.ts";
import { CommandError } from "./failure.ts";

export type FloatType = "f32" | "f64";

/** @throws CommandError (exit 2) for a name whose ending says no format that can be written. */
export function checkFormat(flag: string, path: string, allowed: readonly string[]): void {
  const ending = formatOf(path);
  if (!allowed.includes(ending)) {
    throw new CommandError(
      "E_UNSUPPORTED",
      `${flag} writes ${allowed.map((name) => `.${name}`).join(", ")}, got ${JSON.stringify(path)}`,
      2,
    );
  }
}

function formatOf(path: string): string {
  return /\.([a-z]+)$/i.exec(splitArrayName(path).file)?.[1]?.toLowerCase() ?? "";
}

/** @param name of the array in npz and safetensors files, unless the path has one after "#". */
export function encode(path: string, matrix: Matrix, dtype: FloatType, name: string): { path: string; bytes: Uint8Array } {
  const { file, entry } = splitArrayName(path);
  const array = floats(matrix.data, [matrix.rows, matrix.columns], dtype);
  const named = new Map([[entry ?? name, array]]);
  switch (formatOf(path)) {
    case "npz":
      return { path: file, bytes: writeNpz(named) };
    case "safetensors":
      return { path: file, bytes: writeSafetensors(named) };
    case "csv":
      return { path: file, bytes: new TextEncoder().encode(writeCsv(matrix)) };
    default:
      return { path: file, bytes: writeNpy(array) };
  }
}

function floats(data: Float32Array, shape: number[], dtype: FloatType): NumericArray {
  return { dtype, shape, data: dtype === "f64" ? Float64Array.from(data) : data };
}

export function encodeTrace(path: string, trace: NonNullable<Recall["trace"]>): { path: string; bytes: Uint8Array } {
  const { states, energies } = trace;
  const { rows = 0, columns = 0 } = states[0] ?? {};
  const data = new Float32Array(states.length * rows * columns);
  const levels = new Float64Array(states.length * rows);
  states.forEach((state, t) => {
    data.set(state.data, t * rows * columns);
  });
  energies.forEach((energy, t) => {
    levels.set(energy, t * rows);
  });
  const arrays = new Map<string, NumericArray>([
    ["states", { dtype: "f32", shape: [states.length, rows, columns], data }],
    ["energies", { dtype: "f64", shape: [states.length, rows], data: levels }],
  ]);
  return { path, bytes: writeNpz(arrays) };
}

/**
 * Weights of the last evaluation of each query. After one step that is the evaluation of the cue, with its known entries; later ones start from complete states.
 * @param recall made with `trace` unless every query took one step.
 */
export function lastWeights(memory: Memory, queries: Matrix, options: RecallOptions, { results, trace }: Recall): Matrix {
  const { known, missing, positions } = options;
  const place = positions === undefined ? {} : { positions };
  const weigh = (states: Matrix, cue: boolean): Matrix =>
    memory.weights(states, {
      ...place,
      ...(cue && known !== undefined ? { known } : {}),
      ...(cue && missing !== undefined ? { missing } : {}),
    });
  const first = results.some((result) => result.steps === 1) ? weigh(queries, true) : null;
  if (first && results.every((result) => result.steps === 1)) return first;
  const states = new Float32Array(queries.data.length);
  const d = queries.columns;
  results.forEach(({ steps }, b) => {
    const before = trace?.states[steps - 1]?.data.subarray(b * d, (b + 1) * d);
    // NaN entries of a cue that took one step are not looked at; anything complete will do.
    if (before && steps > 1) states.set(before, b * d);
    else if (memory.kernel === "js") states.fill(1, b * d, (b + 1) * d);
  });
  const later = weigh({ ...queries, data: states }, false);
  if (first) {
    results.forEach(({ steps }, b) => {
      if (steps === 1) later.data.set(first.data.subarray(b * first.columns, (b + 1) * first.columns), b * first.columns);
    });
  }
  return later;
}

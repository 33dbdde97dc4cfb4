/**
 * @file Sequences: a memory whose values are the next pattern, V_mu = x_{mu + 1}. Recalling from a pattern gives its successor, and recalling from that the next one
 * (the continuous form of the sequence memories of Chaudhry et al., arXiv 2306.04532). No energy: the association is not symmetric.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { createMemory } from "./create.ts";
import type { Memory, MemoryOptions, RecallOptions } from "./types.ts";

/**
 * A memory of the transitions of a sequence of T patterns: keys x_1 ... x_{T-1} with values x_2 ... x_T, or with `cyclic` all T keys, the last one followed by the first.
 * @throws HopfieldError E_SHAPE (fewer than two patterns, or one with `cyclic`), E_UNSUPPORTED (values or a binary model), and those of createMemory.
 */
export function createSequenceMemory(
  sequence: MatrixLike,
  options: Omit<MemoryOptions, "values"> & { readonly cyclic?: boolean } = {},
): Memory {
  const { cyclic = false, ...rest } = options;
  const { data, rows, columns } = toMatrix(sequence, "createSequenceMemory: sequence");
  if ("values" in rest)
    throw new HopfieldError("E_UNSUPPORTED", "createSequenceMemory: the values are the next patterns; leave values out");
  if (rows < 2) throw new HopfieldError("E_SHAPE", `createSequenceMemory: a sequence needs at least 2 patterns, got ${rows}`);
  const keys = cyclic ? rows : rows - 1;
  const values = new Float32Array(keys * columns);
  for (let i = 0; i < keys; i++) values.set(data.subarray(((i + 1) % rows) * columns, (((i + 1) % rows) + 1) * columns), i * columns);
  return createMemory(
    { data: data.subarray(0, keys * columns), rows: keys, columns },
    { ...rest, values: { data: values, rows: keys, columns } },
  );
}

/**
 * Follows a sequence from a cue: row 0 of the answer is what comes after the cue, row t what comes after row t - 1.
 * @param cue one pattern (d entries), possibly damaged. @param length steps, at least 1. @param options for the first recall (known, missing); later cues are complete.
 */
export function replay(
  memory: Memory,
  cue: ArrayLike<number>,
  length: number,
  options: Pick<RecallOptions, "known" | "missing"> = {},
): Matrix {
  checkNames("replay", options, ["known", "missing"]);
  checkNumber("replay", "length", length, { whole: true, atLeast: 1 });
  if (memory.valueDimension !== memory.dimension) {
    throw new HopfieldError(
      "E_SHAPE",
      `replay: answers have ${memory.valueDimension} columns, cues ${memory.dimension}; a sequence needs the same`,
    );
  }
  const d = memory.dimension;
  const data = new Float32Array(length * d);
  let state: ArrayLike<number> = cue;
  for (let t = 0; t < length; t++) {
    const { states } = memory.recall(state, t === 0 ? { ...options, steps: 1 } : { steps: 1 });
    data.set(states.data, t * d);
    state = states.data;
  }
  return { data, rows: length, columns: d };
}

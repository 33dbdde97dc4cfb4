/**
 * @file A recall in parts: the batch cut into pieces, so that progress can be told and an abort obeyed between them. Row numbers go on from part to part, so masks, windows and
 * positions are those of the whole; a rest of fewer than four queries joins the part before it, because such small parts take another kernel.
 */
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { recallCues } from "./recall.ts";
import type { MemoryState } from "./state.ts";
import type { Recall, RecallOptions, RecallResult } from "./types.ts";

/** Queries of one part: enough to keep the batch kernels busy, little enough to answer soon. */
const partRows = 64;

/** Yields the number of queries done after each part; returns the whole recall. Errors as recall. */
export function* recallParts(state: MemoryState, input: MatrixLike, options: RecallOptions): Generator<number, Recall> {
  const queries = toMatrix(input, "recall: queries", options.missing === "nan" ? "keep" : "refuse");
  const { rows, columns } = queries;
  const width = state.store.valueDimension;
  const states = new Float32Array(rows * width);
  const results: RecallResult[] = [];
  const traces: NonNullable<Recall["trace"]>[] = [];
  for (let start = 0; start < rows; ) {
    const end = rows - start < partRows + 4 ? rows : start + partRows;
    const part: Matrix = { data: queries.data.subarray(start * columns, end * columns), rows: end - start, columns };
    const answered = recallCues(state, part, optionsOf(options, start, end, queries), start);
    states.set(answered.states.data, start * width);
    results.push(...answered.results);
    if (answered.trace) traces.push(answered.trace);
    start = end;
    yield end;
  }
  const trace = traces.length > 0 ? joinTraces(traces, queries) : null;
  return { states: { data: states, rows, columns: width }, results, ...(trace ? { trace } : {}) };
}

/** Options of one part: known entries given a row a query are cut to its rows; positions keep their start, which the row numbers count from. */
function optionsOf(options: RecallOptions, start: number, end: number, { rows, columns }: Matrix): RecallOptions {
  const { known, positions, onProgress: _, ...rest } = options;
  const places = positions === undefined ? {} : { positions: positions.length === rows ? Array.from(positions).slice(0, end) : positions };
  if (known === undefined) return { ...rest, ...places };
  const list = "data" in known && "columns" in known ? known.data : (known as ArrayLike<number | boolean>);
  const own = list.length === rows * columns && rows > 1;
  return { ...rest, ...places, known: own ? Array.from(list).slice(start * columns, end * columns) : known };
}

/** Traces of parts that converged after different numbers of steps: the shorter repeat their last states. */
function joinTraces(parts: readonly NonNullable<Recall["trace"]>[], { rows, columns }: Matrix): NonNullable<Recall["trace"]> {
  const length = Math.max(...parts.map((part) => part.states.length));
  const states: Matrix[] = [];
  const energies: Float64Array[] = [];
  for (let t = 0; t < length; t++) {
    const data = new Float32Array(rows * columns);
    const energy = new Float64Array(rows);
    let row = 0;
    for (const part of parts) {
      const at = Math.min(t, part.states.length - 1);
      const state = part.states[at] as Matrix;
      data.set(state.data, row * columns);
      energy.set(part.energies[at] as Float64Array, row);
      row += state.rows;
    }
    states.push({ data, rows, columns });
    energies.push(energy);
  }
  return { states, energies };
}

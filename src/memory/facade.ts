/**
 * @file A Memory over a pattern store. Reads and checks the inputs, picks the engine of the model, runs the iteration and turns the figures of the last
 * evaluation into results. The state of a memory is its PatternStore, its labels and the beta in use; everything else is a function.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, shapeOf, toMatrix } from "../core/matrix.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { viewF32 } from "../kernels/arena.ts";
import { hasThreads } from "../kernels/pool.ts";
import { checkSigns } from "./binary.ts";
import { readCues, readPositions } from "./cues.ts";
import { recallParts } from "./parts.ts";
import { appendRows, keepRows, type PatternStore, patternRow } from "./pattern-store.ts";
import { resolve, type Settings } from "./presets.ts";
import { recallCues } from "./recall.ts";
import { betaOf, engineOf, type MemoryState } from "./state.ts";
import type { Memory, MemoryOptions, Recall, RecallOptions } from "./types.ts";

/** The memory of createMemory, over a store that `open` makes of the patterns once the options are checked. */
export function createMemoryIn(
  patterns: MatrixLike,
  options: MemoryOptions,
  open: (values: MatrixLike | undefined, settings: Settings) => PatternStore,
): Memory {
  const given = options ?? {};
  const shape = shapeOf(patterns, "createMemory: patterns");
  const settings = resolve(given, shape.rows, shape.columns);
  const labels = given.labels === undefined ? null : readLabels(given.labels, shape.rows, "createMemory: labels");
  if (settings.procedure === "binary" && given.values !== undefined) {
    throw new HopfieldError("E_UNSUPPORTED", `createMemory: model "${settings.model}" returns states, it reads no values`);
  }
  const store = open(given.values, settings);
  if (settings.procedure === "binary") {
    checkSigns(
      { data: viewF32(store.arena, store.patterns, store.rows * store.dimension), rows: store.rows, columns: store.dimension },
      "createMemory: patterns",
    );
  }
  const state: MemoryState = { store, settings, hasValues: given.values !== undefined, labels, engine: null, beta: null };
  const memory = facade(state);
  states.set(memory, state);
  return memory;
}

const states = new WeakMap<Memory, MemoryState>();

/** A recall that stops after each part, for the worker: yields the number of queries done. */
export function recallStepwise(memory: Memory, queries: MatrixLike, options: RecallOptions): Generator<number, Recall> {
  const state = states.get(memory);
  if (!state) throw new HopfieldError("E_CONFLICT", "recall: not a memory of this module");
  return recallParts(state, queries, options);
}

function readLabels(labels: ArrayLike<string | number>, rows: number, name: string): (string | number)[] {
  if (labels === null || typeof labels !== "object" || labels.length !== rows) {
    throw new HopfieldError(
      "E_SHAPE",
      `${name}: expected ${rows} labels, got ${(labels as ArrayLike<unknown> | null)?.length ?? typeof labels}`,
    );
  }
  return Array.from(labels);
}

function facade(state: MemoryState): Memory {
  const { store, settings } = state;
  let freed = false;
  const alive = (): void => {
    if (freed) throw new HopfieldError("E_CONFLICT", "memory: it was freed; create a new one");
  };
  const changed = (): void => {
    state.engine = null;
    state.beta = null;
  };
  const changeable = (what: string): void => {
    if (store.parts)
      throw new HopfieldError("E_UNSUPPORTED", `${what}: a memory in several parts takes no rows in or out; create a new one`);
    if (settings.supportMask)
      throw new HopfieldError("E_UNSUPPORTED", `${what}: the memory has a supportMask of ${store.rows} columns; create a new memory`);
  };
  return {
    model: settings.model,
    similarity: settings.similarity,
    separation: settings.separation,
    support: settings.support,
    post: settings.post,
    kernel: settings.procedure === "binary" || settings.procedure === "kernel-regression" ? "js" : settings.build,
    betaSource: settings.procedure === "binary" ? "none" : settings.beta === null ? "advised" : "given",
    threads: hasThreads() ? settings.threads : 1,
    get patterns() {
      return store.rows;
    },
    dimension: store.dimension,
    valueDimension: store.valueDimension,
    get beta() {
      alive();
      return betaOf(state);
    },
    recall(queries, options = {}) {
      alive();
      const given = options ?? {};
      if (given.onProgress === undefined) return recallCues(state, queries, given);
      const { rows } = shapeOf(queries, "recall: queries");
      const parts = recallParts(state, queries, given);
      for (let part = parts.next(); ; part = parts.next()) {
        if (part.done) return part.value;
        given.onProgress(part.value, rows);
      }
    },
    energy(states) {
      alive();
      const matrix = readStates(state, states);
      const rows = Int32Array.from({ length: matrix.rows }, (_, i) => i);
      return engineOf(state).energies(matrix.data, rows, null);
    },
    weights(queries, options = {}) {
      alive();
      return weightMatrix(state, queries, options ?? {});
    },
    add(rows, extra = {}) {
      alive();
      checkNames("add", extra, ["values", "labels"]);
      changeable("add");
      const matrix = toMatrix(rows, "add: rows");
      if (matrix.columns !== store.dimension)
        throw new HopfieldError("E_SHAPE", `add: rows have ${matrix.columns} columns, the memory has ${store.dimension}`);
      if (settings.procedure === "binary") checkSigns(matrix, "add: rows");
      const values = readAddedValues(state, extra.values, matrix.rows);
      if ((extra.labels !== undefined) !== (state.labels !== null)) {
        throw new HopfieldError(
          "E_SHAPE",
          state.labels ? "add: the memory has labels, the new rows have none" : "add: labels were given, the memory has none",
        );
      }
      const labels = extra.labels === undefined ? [] : readLabels(extra.labels, matrix.rows, "add: labels");
      const first = store.rows;
      appendRows(store, matrix, values);
      state.labels?.push(...labels);
      changed();
      return first;
    },
    remove(indices) {
      alive();
      changeable("remove");
      const keep = new Uint8Array(store.rows).fill(1);
      for (let i = 0; i < indices.length; i++) {
        const index = checkNumber("remove", `index ${i}`, indices[i], { whole: true, atLeast: 0, atMost: store.rows - 1 });
        keep[index] = 0;
      }
      const kept = keep.reduce((sum, k) => sum + k, 0);
      if (kept === 0)
        throw new HopfieldError("E_RANGE", `remove: that would leave no pattern of ${store.rows}; a memory holds at least one`);
      const removed = store.rows - kept;
      keepRows(store, keep);
      if (state.labels) state.labels = state.labels.filter((_, i) => keep[i]);
      changed();
      return removed;
    },
    pattern(index) {
      alive();
      checkNumber("pattern", "index", index, { whole: true, atLeast: 0, atMost: store.rows - 1 });
      return patternRow(store, index).slice();
    },
    free() {
      freed = true;
      state.engine = null;
      state.labels = null;
      // Everything lives in the arena; without it the engine's collector takes the whole.
      Object.assign(store, { arena: null, parts: undefined, derived: new Map() });
    },
  };
}

function readStates(state: MemoryState, states: MatrixLike): Matrix {
  const matrix = toMatrix(states, "energy: states");
  const { dimension } = state.store;
  if (matrix.columns !== dimension)
    throw new HopfieldError("E_SHAPE", `energy: state has ${matrix.columns} columns, the memory has ${dimension}`);
  if (state.settings.procedure === "binary") checkSigns(matrix, "energy: states");
  return matrix;
}

function readAddedValues(state: MemoryState, values: MatrixLike | undefined, rows: number): Matrix | null {
  if ((values !== undefined) !== state.hasValues) {
    throw new HopfieldError(
      "E_SHAPE",
      state.hasValues ? "add: the memory has values, the new rows have none" : "add: values were given, the memory has none of its own",
    );
  }
  if (values === undefined) return null;
  const matrix = toMatrix(values, "add: values");
  if (matrix.rows !== rows || matrix.columns !== state.store.valueDimension) {
    throw new HopfieldError(
      "E_SHAPE",
      `add: values must be ${rows} x ${state.store.valueDimension}, got ${matrix.rows} x ${matrix.columns}`,
    );
  }
  return matrix;
}

function weightMatrix(state: MemoryState, input: MatrixLike, options: Pick<RecallOptions, "known" | "missing" | "positions">): Matrix {
  checkNames("weights", options, ["known", "missing", "positions"]);
  const { store, settings } = state;
  const { queries, known } = readCues("weights", input, store.dimension, settings, options);
  if (settings.procedure === "binary") checkSigns(queries, "weights: queries");
  const data = new Float32Array(queries.rows * store.rows);
  engineOf(state).evaluate({
    queries: queries.data,
    count: queries.rows,
    rows: Int32Array.from({ length: queries.rows }, (_, i) => i),
    positions: options.positions === undefined ? null : readPositions(options.positions, queries.rows),
    known,
    readValues: false,
    visitAll: settings.support !== "top-k",
    visit: (b, indices, weights, _similarities, count) => {
      for (let j = 0; j < count; j++) data[b * store.rows + (indices[j] as number)] = weights[j] as number;
    },
  });
  return { data, rows: queries.rows, columns: store.rows };
}

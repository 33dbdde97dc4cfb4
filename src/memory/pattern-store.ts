/**
 * @file The stored patterns in an arena: M x d patterns, the keys queries are compared with (the patterns themselves, or W x for the kernel similarity) and the values
 * that answers are made of. What is derived from them (norms, mean, biases) is computed on first use and dropped when a row is added or removed.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkFinite, type Matrix, type MatrixLike, shapeOf, toMatrix } from "../core/matrix.ts";
import { type Arena, allocate, openArena, viewF32, viewF64, withBuild } from "../kernels/arena.ts";
import type { Build } from "../kernels/builds.ts";
import { canShare, hasThreads } from "../kernels/pool.ts";
import type { Evaluation, Request } from "./evaluation.ts";
import type { Settings } from "./presets.ts";

export interface PatternStore {
  arena: Arena;
  rows: number;
  capacity: number;
  readonly dimension: number;
  readonly keyDimension: number;
  readonly valueDimension: number;
  /** Addresses. `keys` and `values` equal `patterns` where they are the same numbers. */
  patterns: number;
  keys: number;
  values: number;
  readonly kernel: Matrix | null;
  /** arena.top when nothing derived and no scratch exists. */
  base: number;
  derived: Map<string, unknown>;
  /** More patterns than one arena holds (parted-store.ts): the rows from `first` on, part by part; arena and addresses above are those of the first. */
  readonly parts?: readonly StorePart[];
  /** One evaluation over the parts; `part` evaluates one of them. */
  readonly join?: (
    settings: Settings,
    beta: number,
    request: Request,
    part: (store: PatternStore, request: Request) => Evaluation,
  ) => Evaluation;
}

export interface StorePart {
  readonly first: number;
  readonly store: PatternStore;
}

/** Rows handed out by `allocate`, waiting for their memory. */
const handedOut = new WeakMap<Float32Array, { arena: Arena; address: number }>();

/** Remembers rows that lie in an arena already, until a memory takes them over. */
export function handOut(data: Float32Array, arena: Arena, address: number): void {
  handedOut.set(data, { arena, address });
}

/**
 * @param firstRow number of the first row in the whole, for messages.
 * @throws HopfieldError E_SHAPE, E_NONFINITE, E_LIMIT.
 */
export function openPatternStore(
  input: MatrixLike,
  values: MatrixLike | undefined,
  kernel: Matrix | null,
  build: Build = "plain",
  threads = 1,
  firstRow = 0,
): PatternStore {
  const name = firstRow === 0 ? "createMemory: patterns" : `createMemory: patterns from row ${firstRow} on`;
  const { rows, columns } = shapeOf(input, name);
  const valueMatrix = values === undefined ? null : toMatrix(values, "createMemory: values");
  if (valueMatrix && valueMatrix.rows !== rows) {
    throw new HopfieldError("E_SHAPE", `createMemory: values has ${valueMatrix.rows} rows, there are ${rows} patterns`);
  }
  const prepared = "data" in input && input.data instanceof Float32Array ? handedOut.get(input.data) : undefined;
  let arena: Arena;
  let patterns: number;
  const shared = threads > 1 && hasThreads();
  if (prepared && !shared) {
    handedOut.delete((input as Matrix).data);
    checkFinite(input as Matrix, name);
    arena = withBuild(prepared.arena, build);
    patterns = prepared.address;
  } else {
    // Numbers that are f32 already are checked where they are and copied once.
    const direct = "data" in input && input.data instanceof Float32Array;
    const data = direct ? (input.data as Float32Array) : toMatrix(input, name).data;
    if (direct) checkFinite({ data, rows, columns }, name);
    arena = openArena(build, shared);
    patterns = allocate(arena, rows * columns * 4);
    viewF32(arena, patterns, rows * columns).set(data);
  }
  const keyDimension = kernel ? kernel.rows : columns;
  const keys = kernel ? allocate(arena, rows * keyDimension * 4) : patterns;
  const valueAddress = valueMatrix ? allocate(arena, rows * valueMatrix.columns * 4) : patterns;
  if (valueMatrix) viewF32(arena, valueAddress, valueMatrix.data.length).set(valueMatrix.data);
  const store: PatternStore = {
    arena,
    rows,
    capacity: rows,
    dimension: columns,
    keyDimension,
    valueDimension: valueMatrix ? valueMatrix.columns : columns,
    patterns,
    keys,
    values: valueAddress,
    kernel,
    base: arena.top,
    derived: new Map(),
  };
  if (kernel) projectRows(store, 0, rows);
  return store;
}

/** Row i of the patterns as a view; valid until the arena grows. */
export function patternRow(store: PatternStore, index: number): Float32Array {
  const part = store.parts?.findLast(({ first }) => first <= index);
  if (part) return patternRow(part.store, index - part.first);
  return viewF32(store.arena, store.patterns + index * store.dimension * 4, store.dimension);
}

/** W q for each of `count` rows, f64 sums rounded to f32. */
export function project(kernel: Matrix, rows: Float32Array, count: number): Float32Array {
  const { data: w, rows: r, columns: d } = kernel;
  const out = new Float32Array(count * r);
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < r; a++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += (w[a * d + k] as number) * (rows[i * d + k] as number);
      out[i * r + a] = sum;
    }
  }
  return out;
}

function projectRows(store: PatternStore, first: number, last: number): void {
  if (!store.kernel) return;
  const rows = viewF32(store.arena, store.patterns + first * store.dimension * 4, (last - first) * store.dimension);
  const projected = project(store.kernel, rows, last - first);
  checkFinite({ data: projected, rows: last - first, columns: store.keyDimension }, "createMemory: kernel times patterns");
  viewF32(store.arena, store.keys + first * store.keyDimension * 4, projected.length).set(projected);
}

/** Appends rows; capacity doubles when it is spent. Everything is checked before anything changes. */
export function appendRows(store: PatternStore, rows: Matrix, values: Matrix | null): void {
  const total = store.rows + rows.rows;
  if (total > store.capacity) reserve(store, Math.max(total, store.capacity * 2));
  dropDerived(store);
  const { arena, dimension, valueDimension } = store;
  viewF32(arena, store.patterns + store.rows * dimension * 4, rows.data.length).set(rows.data);
  if (values) viewF32(arena, store.values + store.rows * valueDimension * 4, values.data.length).set(values.data);
  projectRows(store, store.rows, total);
  store.rows = total;
}

/** Keeps the rows for which `keep` is 1, in order. */
export function keepRows(store: PatternStore, keep: Uint8Array): void {
  dropDerived(store);
  let kept = 0;
  const move = (address: number, columns: number, from: number, to: number): void => {
    const bytes = columns * 4;
    new Uint8Array(store.arena.memory.buffer).copyWithin(address + to * bytes, address + from * bytes, address + (from + 1) * bytes);
  };
  for (let i = 0; i < store.rows; i++) {
    if (!keep[i]) continue;
    if (kept !== i) {
      move(store.patterns, store.dimension, i, kept);
      if (store.keys !== store.patterns) move(store.keys, store.keyDimension, i, kept);
      if (store.values !== store.patterns) move(store.values, store.valueDimension, i, kept);
    }
    kept++;
  }
  store.rows = kept;
}

function reserve(store: PatternStore, capacity: number): void {
  const old = store.arena;
  const arena = openArena(old.build, canShare(old));
  const copy = (address: number, columns: number): number => {
    const target = allocate(arena, capacity * columns * 4);
    viewF32(arena, target, store.rows * columns).set(viewF32(old, address, store.rows * columns));
    return target;
  };
  const patterns = copy(store.patterns, store.dimension);
  const keys = store.keys === store.patterns ? patterns : copy(store.keys, store.keyDimension);
  const values = store.values === store.patterns ? patterns : copy(store.values, store.valueDimension);
  Object.assign(store, { arena, patterns, keys, values, capacity, base: arena.top, derived: new Map() });
}

function dropDerived(store: PatternStore): void {
  store.derived = new Map();
  store.arena.top = store.base;
}

/** Computes `make()` once until the patterns change. Must not be called while scratch is in use: what it allocates stays. */
export function derive<T>(store: PatternStore, name: string, make: () => T): T {
  if (!store.derived.has(name)) store.derived.set(name, make());
  return store.derived.get(name) as T;
}

/** Squared norms of rows of `columns` at `address`, f64; `centre` is subtracted first. */
export function squaredNorms(store: PatternStore, which: "patterns" | "keys" | "values", centre?: Float64Array): Float64Array {
  const columns = which === "patterns" ? store.dimension : which === "keys" ? store.keyDimension : store.valueDimension;
  return derive(store, `norms:${store[which]}:${centre ? "centred" : "plain"}`, () => {
    const norms = new Float64Array(store.rows);
    if (store.parts) {
      for (const { first, store: part } of store.parts) norms.set(squaredNorms(part, which), first);
      return norms;
    }
    const data = viewF32(store.arena, store[which], store.rows * columns);
    for (let i = 0; i < store.rows; i++) {
      let sum = 0;
      const offset = i * columns;
      for (let k = 0; k < columns; k++) {
        const x = (data[offset + k] as number) - (centre ? (centre[k] as number) : 0);
        sum += x * x;
      }
      norms[i] = sum;
    }
    return norms;
  });
}

/** Largest of the norms (not squared). */
export function largestNorm(store: PatternStore, which: "patterns" | "keys" | "values", centre?: Float64Array): number {
  const norms = squaredNorms(store, which, centre);
  return derive(store, `largest:${store[which]}:${centre ? "centred" : "plain"}`, () => {
    let largest = 0;
    for (const n of norms) if (n > largest) largest = n;
    return Math.sqrt(largest);
  });
}

/** Mean key: f64 numbers, and where they lie in the arena as f32 and f64. */
export function meanKey(store: PatternStore): { mean: Float64Array; address32: number; address64: number } {
  return derive(store, "mean", () => {
    const d = store.keyDimension;
    const address32 = allocate(store.arena, d * 4);
    const address64 = allocate(store.arena, d * 8);
    const data = viewF32(store.arena, store.keys, store.rows * d);
    const mean = new Float64Array(d);
    for (let i = 0; i < store.rows; i++) for (let k = 0; k < d; k++) mean[k] = (mean[k] as number) + (data[i * d + k] as number);
    for (let k = 0; k < d; k++) mean[k] = (mean[k] as number) / store.rows;
    viewF32(store.arena, address32, d).set(mean);
    viewF64(store.arena, address64, d).set(mean);
    return { mean, address32, address64 };
  });
}

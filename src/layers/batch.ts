/** @file Batches of bags from plain data, checked once where they enter. */
import { HopfieldError } from "../core/errors.ts";
import { type MatrixLike, toMatrix } from "../core/matrix.ts";
import type { Batch, Pass } from "./types.ts";
import { openWorkspace, tensor, type Workspace } from "./workspace.ts";

/** Bags of one row each: 0, 1, ... bags. */
export function oneRowEach(bags: number): Int32Array {
  return evenOffsets(bags, 1);
}

/** Bags of `length` rows each. */
export function evenOffsets(bags: number, length: number): Int32Array {
  const offsets = new Int32Array(bags + 1);
  for (let b = 0; b <= bags; b++) offsets[b] = b * length;
  return offsets;
}

/**
 * Rows with where their bags end.
 * @param offsets bags + 1 rising row numbers from 0 to the number of rows; default: every row is a bag of its own.
 * @throws HopfieldError E_SHAPE (shapes, offsets that do not fit, a bag without instances), E_NONFINITE.
 */
export function toBatch(rows: MatrixLike, offsets?: ArrayLike<number>, name = "batch"): Batch {
  const matrix = toMatrix(rows, name);
  return { ...matrix, offsets: checkOffsets(name, offsets ?? oneRowEach(matrix.rows), matrix.rows) };
}

/** @throws HopfieldError E_SHAPE. */
export function checkOffsets(name: string, offsets: ArrayLike<number>, rows: number): Int32Array {
  if (offsets.length < 2 || offsets[0] !== 0 || offsets[offsets.length - 1] !== rows) {
    throw new HopfieldError("E_SHAPE", `${name}: offsets must run from 0 to the ${rows} rows`);
  }
  for (let b = 0; b + 1 < offsets.length; b++) {
    const count = (offsets[b + 1] as number) - (offsets[b] as number);
    if (!(count >= 1) || !Number.isInteger(count))
      throw new HopfieldError("E_SHAPE", `${name}: bag ${b} has ${count} instances, expected at least 1`, { bag: b });
  }
  return Int32Array.from(offsets);
}

/** Some bags of a batch, in the given order, as a new batch; in a workspace when there is one, so that no kernel has to copy it again. */
export function selectBags(from: Batch, bags: ArrayLike<number>, workspace?: Workspace): Batch {
  const offsets = new Int32Array(bags.length + 1);
  for (let i = 0; i < bags.length; i++) {
    const b = bags[i] as number;
    offsets[i + 1] = (offsets[i] as number) + (from.offsets[b + 1] as number) - (from.offsets[b] as number);
  }
  const rows = offsets[bags.length] as number;
  const data = workspace ? tensor(workspace, rows, from.columns).data : new Float32Array(rows * from.columns);
  for (let i = 0; i < bags.length; i++) {
    const b = bags[i] as number;
    data.set(
      from.data.subarray((from.offsets[b] as number) * from.columns, (from.offsets[b + 1] as number) * from.columns),
      (offsets[i] as number) * from.columns,
    );
  }
  return { data, rows, columns: from.columns, offsets };
}

export interface PassOptions {
  readonly workspace?: Workspace;
  /** Default false. */
  readonly training?: boolean;
  /** Default 1. */
  readonly seed?: number;
  /** Default true. */
  readonly wantInput?: boolean;
}

/** A pass by hand, for whoever calls forward and backward without `fit`. */
export function newPass({ workspace = openWorkspace(), training = false, seed = 1, wantInput = true }: PassOptions = {}): Pass {
  return { workspace, training, seed, draws: 0, wantInput };
}

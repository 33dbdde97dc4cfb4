/** @file Rows made where they will be read: how to fill a memory without a second copy. */
import { HopfieldError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";
import { allocate, openArena, viewF32 } from "../kernels/arena.ts";
import { handOut } from "./pattern-store.ts";

/**
 * A matrix whose numbers already lie where a memory will read them: fill `data`, then give the matrix to createMemory, which takes it over without a copy. After that the
 * matrix belongs to the memory and must not be touched.
 * @throws HopfieldError E_SHAPE, E_LIMIT.
 */
export function allocateRows(rows: number, columns: number): Matrix {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 1 || columns < 1) {
    throw new HopfieldError("E_SHAPE", `allocate: rows and columns must be whole numbers of at least 1, got ${rows} x ${columns}`);
  }
  const arena = openArena();
  const address = allocate(arena, rows * columns * 4);
  const data = viewF32(arena, address, rows * columns);
  handOut(data, arena, address);
  return { data, rows, columns };
}

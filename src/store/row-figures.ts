/**
 * @file Figures of the rows, a float each, kept from one scan to the next where memory allows: -1/2 |x|^2, computed when a row is met for the first time, and what a store of storage
 * "int8" has of them on the disk.
 */
import { viewF32 } from "../kernels/arena.ts";
import { type Contents, partOf } from "./contents.ts";
import { readSection } from "./part.ts";
import type { Batch, Scanner } from "./scan.ts";
import { bytesOf } from "./whole-numbers.ts";

export interface Figures {
  /** One a row, by ordinal. */
  readonly values: Float32Array;
  /** Rows that have none yet. */
  unknown: number;
}

/** Copies -1/2 |x|^2 of a batch's rows to an address; false when one of them is not known. */
export function placeBiases(scanner: Scanner, contents: Contents, batch: Batch, address: number): boolean {
  if (contents.manifest.storage === "int8") {
    placeStored(scanner, contents, "biases", batch, address);
    return true;
  }
  const all = computed(scanner, contents);
  const kept = all?.values.subarray(batch.first, batch.first + batch.count);
  if (!all || !kept || (all.unknown > 0 && kept.includes(Number.NaN))) return false;
  viewF32(scanner.arena, address, batch.count).set(kept);
  return true;
}

/** Takes in what was computed for a batch. */
export function keepBiases(scanner: Scanner, contents: Contents, { first, count }: Batch, address: number): void {
  const all = computed(scanner, contents);
  if (!all) return;
  for (const value of all.values.subarray(first, first + count)) if (Number.isNaN(value)) all.unknown--;
  all.values.set(viewF32(scanner.arena, address, count), first);
}

/** NaN: not known yet. */
function computed({ figures, keepsFigures }: Scanner, { rows }: Contents): Figures | null {
  if (!keepsFigures) return null;
  const last = figures.get("computed");
  if (last && last.values.length >= rows) return last;
  const longer = { values: new Float32Array(rows).fill(Number.NaN), unknown: rows - (last ? last.values.length - last.unknown : 0) };
  if (last) longer.values.set(last.values);
  figures.set("computed", longer);
  return longer;
}

/** Copies what the disk has of a batch's rows to an address. */
export function placeStored(
  scanner: Scanner,
  contents: Contents,
  name: "scales" | "biases",
  { first, count }: Batch,
  address: number,
): void {
  const into = viewF32(scanner.arena, address, count);
  const all = stored(scanner, contents, name);
  if (all) into.set(all.subarray(first, first + count));
  else read(contents, name, first, into);
}

function stored({ figures, keepsFigures }: Scanner, contents: Contents, name: "scales" | "biases"): Float32Array | null {
  if (!keepsFigures) return null;
  const last = figures.get(name)?.values;
  if (last && last.length >= contents.rows) return last;
  const values = new Float32Array(contents.rows);
  if (last) values.set(last);
  read(contents, name, last?.length ?? 0, values.subarray(last?.length ?? 0));
  figures.set(name, { values, unknown: 0 });
  return values;
}

/** From row `first` on, as many as there is room for. */
function read(contents: Contents, name: "scales" | "biases", first: number, into: Float32Array): void {
  for (let row = first; row < first + into.length; ) {
    const part = partOf(contents, row);
    const some = Math.min(first + into.length, part.firstRow + part.rows) - row;
    const at = row - part.firstRow;
    readSection(part, name, at * 4, (at + some) * 4, bytesOf(into.subarray(row - first, row - first + some)));
    row += some;
  }
}

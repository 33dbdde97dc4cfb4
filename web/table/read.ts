/** @file Dropped files to a table, and to 28 x 28 pictures where they hold pictures. The package's readers do the parsing; the limits stand here. */
import { HopfieldError } from "modern-hopfield";
import { type NumericArray, pngToGrey, readArray, readCsv, readPng, toRows } from "modern-hopfield/data";
import type { ReadResult } from "../engine/tasks.ts";
import { fingerprint } from "../patterns/fingerprint.ts";
import { side } from "../patterns/pen.ts";
import { toPictures } from "../patterns/pictures.ts";
import { finishTable, type Raw } from "./finish.ts";

/** Bytes of a file, and of what it unpacks to. */
export const largestFile = 64 * 2 ** 20;
const largestResult = 128 * 2 ** 20;

interface Named {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** @throws HopfieldError as the readers; E_LIMIT; E_SHAPE for pictures of different sizes dropped together. */
export function readFiles(files: readonly Named[]): ReadResult {
  for (const { name, bytes } of files)
    if (bytes.length > largestFile)
      throw new HopfieldError("E_LIMIT", `${name} has ${bytes.length} bytes; this page reads files of at most ${largestFile}`);
  const [first] = files;
  if (!first) throw new HopfieldError("E_SHAPE", "no file was given");
  const raw = files.length > 1 ? together(files.map(rawOf)) : rawOf(first);
  const name = files.length > 1 ? `${files.length} files from ${first.name}` : first.name;
  const all = files.length > 1 ? joined(files.map(({ bytes }) => bytes)) : first.bytes;
  const table = finishTable(raw, name, fingerprint(all));
  return { table, pictures: raw.width === null ? null : toPictures(raw.data, raw.rows, raw.width, side) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function together(parts: readonly Raw[]): Raw {
  const [first] = parts as [Raw];
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    if (part.columns !== first.columns || part.width !== first.width)
      throw new HopfieldError("E_SHAPE", `the files do not fit together: rows of ${first.columns} and of ${part.columns} numbers`);
    data.set(part.data, at);
    at += part.data.length;
  }
  return { ...first, data, rows: data.length / first.columns };
}

function rawOf({ name, bytes }: Named): Raw {
  if (/\.png$/i.test(name) || (bytes[0] === 0x89 && bytes[1] === 0x50)) {
    const { data, rows, columns } = pngToGrey(readPng(bytes, { limit: largestResult }));
    return { data, rows: 1, columns: rows * columns, names: null, width: columns };
  }
  if (/\.(csv|tsv|txt)$/i.test(name)) return csvOf(name, bytes);
  const array = readArray(bytes, name, { limit: largestResult });
  const { data, rows, columns } = toRows(array);
  return { data, rows, columns, names: null, width: widthOf(array, columns) };
}

function csvOf(name: string, bytes: Uint8Array): Raw {
  const delimiter = /\.tsv$/i.test(name) ? "\t" : ",";
  const array = readArray(bytes, /\.tsv$/i.test(name) ? "table.tsv" : "table.csv", { limit: largestResult, missing: "nan" });
  const { data, rows, columns } = toRows(array);
  // The names are in the first line; the rest was read as numbers above.
  const end = bytes.indexOf(10);
  const head = readCsv(bytes.subarray(0, end < 0 ? bytes.length : end), { delimiter, header: "auto" });
  return { data, rows, columns, names: head.names, width: columns === side * side ? side : null };
}

/** Rows are pictures when the file says so (n x height x width), or when they have 784 numbers. */
function widthOf({ shape }: NumericArray, columns: number): number | null {
  if (shape.length === 3) return shape[2] ?? null;
  return columns === side * side ? side : null;
}

/** @file Files and standard input as bytes and arrays. What a file is and how large is looked at before anything is read. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { Matrix } from "../core/matrix.ts";
import { type NumericArray, readArray, splitArrayName, toRows } from "../data/index.ts";
import { blame, CommandError, systemReason } from "./failure.ts";

/** Largest file that is read: what one array of the data room may take. */
const largestFile = 2 ** 31 - 2 ** 16;

/** @throws CommandError (exit 3) E_IO: missing, a directory, a device or pipe (their size is not known); E_LIMIT. */
export function readFileBytes(path: string, what: string): Uint8Array {
  const here = `${what} ${JSON.stringify(path)}`;
  try {
    // Opening a pipe would wait for a writer, so the kind of file is asked for first.
    checkKind(statSync(path), here);
    const file = openSync(path, "r");
    try {
      const stat = fstatSync(file);
      checkKind(stat, here);
      return readAll(file, stat.size, here);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError("E_IO", `${here} cannot be read: ${systemReason(error)}`, 3);
  }
}

function checkKind(stat: { isDirectory(): boolean; isFile(): boolean; size: number }, here: string): void {
  if (stat.isDirectory()) throw new CommandError("E_IO", `${here} is a directory, expected a file`, 3);
  if (!stat.isFile()) throw new CommandError("E_IO", `${here} is a device or a pipe, whose size is not known; "-" reads standard input`, 3);
  if (stat.size > largestFile) throw new CommandError("E_LIMIT", `${here} has ${stat.size} bytes, at most ${largestFile} are read`, 3);
}

function readAll(file: number, size: number, here: string): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(file, bytes, filled, Math.min(size - filled, 2 ** 26), null);
    if (count === 0) throw new CommandError("E_IO", `${here} ended after ${filled} of ${size} bytes: it changed while it was read`, 3);
    filled += count;
  }
  return bytes;
}

async function readStandardInput(what: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of process.stdin) {
      size += (piece as Uint8Array).length;
      if (size > largestFile) throw new CommandError("E_LIMIT", `${what}: standard input has more than ${largestFile} bytes`, 3);
      pieces.push(piece as Uint8Array);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError("E_IO", `${what}: standard input cannot be read: ${systemReason(error)}`, 3);
  }
  if (size === 0) throw new CommandError("E_IO", `${what}: standard input is empty`, 3);
  return new Uint8Array(Buffer.concat(pieces));
}

/** One array out of a file, by its name ("-" is standard input), with file and option in front of every complaint. */
export async function readNumbers(name: string, what: string, missing: "refuse" | "nan" = "refuse"): Promise<NumericArray> {
  const [, parquet, column] = /^(.*?\.parquet)(?:#(.*))?$/is.exec(name) ?? [];
  const { file } = parquet === undefined ? splitArrayName(name) : { file: parquet };
  const bytes = name === "-" ? await readStandardInput(what) : readFileBytes(file, what);
  if (parquet !== undefined || (name === "-" && isParquet(bytes))) {
    const { readParquet } = await import("./parquet-read.ts");
    const { array } = await readParquet({ bytes, column: column ?? null, missing, exported: false }, `${what} ${JSON.stringify(name)}: `);
    return array;
  }
  const known = name === "-" && isText(bytes) ? "standard input.csv" : name;
  return blame(3, `${what} ${JSON.stringify(name)}: `, () => readArray(bytes, known, { missing }));
}

/** Patterns, queries, weights: rows of f32. */
export async function readRows(name: string, what: string, missing: "refuse" | "nan" = "refuse"): Promise<Matrix> {
  const array = await readNumbers(name, what, missing);
  return blame(3, `${what} ${JSON.stringify(name)}: `, () => toRows(array));
}

/** Labels: one text a line, or the numbers of an array. */
export async function readLabels(name: string, what: string): Promise<(string | number)[]> {
  if (/\.(npy|npz|safetensors|csv|tsv|idx|parquet(#.*)?)$|-ubyte$/i.test(splitArrayName(name).file))
    return Array.from((await readNumbers(name, what)).data);
  const bytes = name === "-" ? await readStandardInput(what) : readFileBytes(name, what);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    const lines = decoder.decode(bytes).split(/\r\n|\n|\r/);
    if (lines.at(-1) === "") lines.pop();
    return lines;
  } catch {
    throw new CommandError(
      "E_FORMAT",
      `${what} ${JSON.stringify(name)}: labels are one text a line in UTF-8 (or an npy file of numbers)`,
      3,
    );
  }
}

/** Parquet files are known by their name, or, from standard input, by their first bytes. */
function isParquet(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 4)) === "PAR1";
}

/** Whether a nameless stream can only be csv: printable throughout its first bytes. */
function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 512).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

/** @file What `hopfield memory` reads from files: patterns with ids and metadata, and lists of ids. */
import { statSync } from "node:fs";
import type { Matrix } from "../core/matrix.ts";
import { type NumericArray, readSafetensors, splitArrayName, toRows } from "../data/index.ts";
import { type Id, idOf, type Metadata } from "../store/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes, readLabels, readNumbers, readRows } from "./input.ts";
import { type Input, textOf } from "./spec.ts";

export interface Added {
  readonly rows: Matrix;
  readonly ids?: readonly Id[];
  readonly metadata?: readonly (Metadata | null)[];
}

/** Patterns, and ids and metadata from their own files or from one that export wrote. @throws CommandError exit 3. */
export async function readAdded(input: Input): Promise<Added> {
  const patterns = textOf(input, "patterns") ?? "";
  const [ids, metadata] = [textOf(input, "ids"), textOf(input, "metadata")];
  const exported = /\.safetensors$/i.test(patterns)
    ? readExported(patterns)
    : /\.parquet$/i.test(patterns)
      ? await readExportedParquet(patterns)
      : null;
  const rows = exported?.rows ?? (await readRows(patterns, "--patterns"));
  const given: Added = {
    rows,
    ...(exported?.ids ? { ids: exported.ids } : {}),
    ...(exported?.metadata ? { metadata: exported.metadata } : {}),
    ...(ids === undefined ? {} : { ids: await readIds(ids) }),
    ...(metadata === undefined
      ? {}
      : { metadata: readMetadata(linesOf(readFileBytes(metadata, "--metadata"), `--metadata ${JSON.stringify(metadata)}`), "--metadata") }),
  };
  for (const [flag, list] of [
    ["--ids", given.ids],
    ["--metadata", given.metadata],
  ] as const) {
    if (list && list.length !== rows.rows)
      throw new CommandError("E_SHAPE", `${flag} has ${list.length} lines, --patterns has ${rows.rows} rows`, 3);
  }
  return given;
}

/** null unless the file has tensors patterns, ids and metadata. */
function readExported(name: string): Added | null {
  const bytes = readFileBytes(name, "--patterns");
  return blame(3, `--patterns ${JSON.stringify(name)}: `, () => {
    const { tensors } = readSafetensors(bytes);
    const [patterns, ids, metadata] = ["patterns", "ids", "metadata"].map((each) => tensors.get(each));
    if (!patterns || !ids || !metadata) return null;
    const text = (array: NumericArray): string[] =>
      linesOf(array.data instanceof Uint8Array ? array.data : new Uint8Array(0), "its ids or metadata");
    return {
      rows: toRows(patterns),
      ids: readIdLines(text(ids), "its ids"),
      metadata: readMetadata(text(metadata), "its metadata"),
    };
  });
}

/** Every parquet file; ids and metadata only where it is an export. */
async function readExportedParquet(name: string): Promise<Added> {
  const here = `--patterns ${JSON.stringify(name)}: `;
  const bytes = readFileBytes(name, "--patterns");
  const { readParquet } = await import("./parquet-read.ts");
  const { array, exported } = await readParquet({ bytes, column: null, missing: "refuse", exported: true }, here);
  const rows = blame(3, here, () => toRows(array));
  if (!exported) return { rows };
  return { rows, ids: readIdLines(exported.ids, `${here}its ids`), metadata: readMetadata(exported.metadata, `${here}its metadata`) };
}

/** Ids as JSON, one a line. */
function readIdLines(lines: readonly string[], what: string): Id[] {
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as Id;
    } catch {
      throw new CommandError("E_FORMAT", `${what}: line ${i + 1} is not JSON`, 3);
    }
  });
}

function readMetadata(lines: readonly string[], what: string): (Metadata | null)[] {
  return lines.map((line, i) => {
    if (line.trim() === "") return null;
    try {
      return JSON.parse(line) as Metadata | null;
    } catch {
      throw new CommandError("E_FORMAT", `${what}: line ${i + 1} is not JSON`, 3);
    }
  });
}

function linesOf(bytes: Uint8Array, what: string): string[] {
  try {
    const lines = new TextDecoder("utf-8", { fatal: true }).decode(bytes).split(/\r\n|\n/);
    if (lines.at(-1) === "") lines.pop();
    return lines;
  } catch {
    throw new CommandError("E_FORMAT", `${what} is not UTF-8`, 3);
  }
}

/** One id a line, an array of numbers, or a list with commas: a list is what neither looks like a file nor is one. */
export async function readIds(text: string): Promise<Id[]> {
  const { file } = splitArrayName(text);
  if (/\.(npy|npz|safetensors|csv|tsv|idx|parquet(#.*)?)$/i.test(file)) return Array.from((await readNumbers(text, "--ids")).data);
  const looks = /\.(txt|ids|list)$/i.test(text) || text === "-" || statSync(text, { throwIfNoEntry: false })?.isFile() === true;
  if (looks) return (await readLabels(text, "--ids")).map((line) => idOf(String(line)));
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map(idOf);
}

/** @file Columns of a parquet file as one array of numbers, or as texts, a row group at a time. */
import { type FileMetaData, parquetRead } from "hyparquet";
import type { NumericArray } from "../data/index.ts";
import { CommandError } from "./failure.ts";
import { type Column, checkCodec, compressors, readSchema } from "./parquet-columns.ts";

export interface ParquetRequest {
  readonly bytes: Uint8Array;
  /** null: the list of numbers, or all columns. */
  readonly column: string | null;
  readonly missing: "refuse" | "nan";
  /** Also the ids and the metadata, when the file is an export of ours. */
  readonly exported: boolean;
}

export interface ParquetAnswer {
  readonly array: NumericArray;
  /** JSON texts, one a row. */
  readonly exported: { readonly ids: readonly string[]; readonly metadata: readonly string[] } | null;
}

/** Names of the columns of an export, and the mark of the file. */
export const exportColumns = { id: "id", metadata: "metadata", pattern: "pattern" } as const;
export const exportMark = "hopfield export";
/** As for every array that is read. */
const mostBytes = 2 ** 31 - 2 ** 16;

const wrong = (code: "E_FORMAT" | "E_RANGE" | "E_LIMIT", message: string): CommandError => new CommandError(code, message, 3);

/** @throws CommandError; whatever the decoder throws about bytes that are no parquet file. */
export async function parquetValues({ bytes, column, missing, exported }: ParquetRequest): Promise<ParquetAnswer> {
  const { metadata, columns } = readSchema(bytes);
  const own = exported && column === null && (metadata.key_value_metadata ?? []).some(({ key }) => key === exportMark);
  const chosen = own ? columns.filter(({ name }) => name === exportColumns.pattern) : choose(columns, column);
  const array = await numbersOf(bytes, metadata, chosen, missing);
  if (!own) return { array, exported: null };
  const texts = async (name: string): Promise<string[]> => {
    if (!columns.some((each) => each.name === name && each.kind === "text"))
      throw wrong("E_FORMAT", `it lacks the column "${name}" of an export`);
    return textsOf(bytes, metadata, name);
  };
  return { array, exported: { ids: await texts(exportColumns.id), metadata: await texts(exportColumns.metadata) } };
}

/** The named column; the only list of numbers; or every column, when all are numbers. */
function choose(columns: readonly Column[], wanted: string | null): Column[] {
  const show = (some: readonly Column[]): string =>
    `${some
      .slice(0, 8)
      .map(({ name }) => JSON.stringify(name.slice(0, 60)))
      .join(", ")}${some.length > 8 ? ", ..." : ""}`;
  if (wanted !== null) {
    const found = columns.find(({ name }) => name === wanted);
    if (!found) throw wrong("E_RANGE", `it has no column ${JSON.stringify(wanted.slice(0, 60))}; it holds ${show(columns)}`);
    if (found.kind !== "number" && found.kind !== "list")
      throw wrong("E_FORMAT", `its column ${JSON.stringify(wanted.slice(0, 60))} holds no numbers`);
    return [found];
  }
  const lists = columns.filter(({ kind }) => kind === "list");
  if (lists.length === 1) return lists;
  if (lists.length > 1) throw wrong("E_RANGE", `it holds the lists ${show(lists)}; say which with "#name"`);
  const strange = columns.find(({ kind }) => kind !== "number");
  if (strange)
    throw wrong("E_FORMAT", `its column ${JSON.stringify(strange.name.slice(0, 60))} holds no numbers; "#name" takes one column`);
  return [...columns];
}

/** Decoded values of one column of one row group, with the place of each run. */
async function readGroup(
  bytes: Uint8Array,
  metadata: FileMetaData,
  name: string,
  first: number,
  rows: number,
  take: (at: number, values: ArrayLike<unknown>) => void,
): Promise<void> {
  const chunks: { values: ArrayLike<unknown>; at: number }[] = [];
  await parquetRead({
    file: { byteLength: bytes.length, slice: (from, to = bytes.length) => cut(bytes, from, to) },
    ...{ metadata, columns: [name], rowStart: first, rowEnd: first + rows, compressors, geoparquet: false },
    // Looked at afterwards: what is thrown here gets lost.
    onChunk: ({ columnData, rowStart }) => chunks.push({ values: columnData, at: rowStart - first }),
  });
  let got = 0;
  for (const { values, at } of chunks) {
    if (at !== got || got + values.length > rows)
      throw wrong("E_FORMAT", `column ${JSON.stringify(name.slice(0, 60))} has other rows than it says`);
    take(got, values);
    got += values.length;
  }
  if (got !== rows) throw wrong("E_FORMAT", `column ${JSON.stringify(name.slice(0, 60))} has ${got} of ${rows} rows from row ${first} on`);
}

function cut(bytes: Uint8Array, from: number, to: number): ArrayBuffer {
  if (!(from >= 0 && from <= to && to <= bytes.length)) throw wrong("E_FORMAT", `it names bytes ${from} to ${to} and has ${bytes.length}`);
  return bytes.slice(from, to).buffer as ArrayBuffer;
}

/** Row groups as first row and rows. */
function groupsOf({ row_groups, num_rows }: FileMetaData): { first: number; rows: number }[] {
  let first = 0;
  const groups = row_groups.map(({ num_rows: n, columns }) => {
    for (const { meta_data } of columns) if (meta_data) checkCodec(meta_data.codec);
    const rows = Number(n);
    if (!(rows >= 0 && rows < 2 ** 31)) throw wrong("E_FORMAT", `a row group says it has ${n} rows`);
    first += rows;
    return { first: first - rows, rows };
  });
  if (first !== Number(num_rows)) throw wrong("E_FORMAT", `it says it has ${num_rows} rows, its row groups have ${first}`);
  return groups.filter(({ rows }) => rows > 0);
}

async function numbersOf(
  bytes: Uint8Array,
  metadata: FileMetaData,
  columns: readonly Column[],
  missing: "refuse" | "nan",
): Promise<NumericArray> {
  const float = columns.every((column) => column.float);
  const make = (n: number): Float32Array | Float64Array => (float ? new Float32Array(n) : new Float64Array(n));
  const pieces: (Float32Array | Float64Array)[] = [];
  let width = columns.length;
  let total = 0;
  for (const { first, rows } of groupsOf(metadata)) {
    let piece: Float32Array | Float64Array | null = null;
    for (const [c, { name, kind }] of columns.entries()) {
      const put = (i: number, k: number, value: unknown): void => {
        if (!piece) {
          if (rows * width * 8 > mostBytes) throw wrong("E_LIMIT", `a row group of ${rows} x ${width} numbers is more than is read`);
          piece = make(rows * width);
        }
        piece[i * width + k] = numberOf(value, name, first + i, missing);
      };
      await readGroup(bytes, metadata, name, first, rows, (at, values) => {
        for (let i = 0; i < values.length; i++) {
          const value = values[i];
          if (kind === "number") put(at + i, c, value);
          else {
            if (!Array.isArray(value)) throw wrong("E_FORMAT", `row ${first + at + i} has no list in column ${JSON.stringify(name)}`);
            if (total === 0 && at + i === 0 && pieces.length === 0) width = value.length;
            if (value.length !== width)
              throw wrong(
                "E_FORMAT",
                `row ${first + at + i} has ${value.length} numbers in column ${JSON.stringify(name)}, row 0 has ${width}`,
              );
            for (let k = 0; k < width; k++) put(at + i, k, value[k]);
          }
        }
      });
    }
    if (piece) pieces.push(piece);
    total += rows * width;
    if (total * (float ? 4 : 8) > mostBytes) throw wrong("E_LIMIT", `it holds more than ${mostBytes} bytes of numbers`);
  }
  const data = make(total);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return { dtype: float ? "f32" : "f64", shape: [width === 0 ? Number(metadata.num_rows) : total / width, width], data };
}

function numberOf(value: unknown, name: string, row: number, missing: "refuse" | "nan"): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  const place = `row ${row}, column ${JSON.stringify(name.slice(0, 60))}`;
  if (typeof value === "bigint") {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw wrong("E_RANGE", `${place} is ${value}, beyond what a number holds exactly`);
    return number;
  }
  if (value === null || value === undefined) {
    if (missing === "nan") return Number.NaN;
    throw wrong("E_FORMAT", `${place} has no value`);
  }
  throw wrong("E_FORMAT", `${place} is no number`);
}

async function textsOf(bytes: Uint8Array, metadata: FileMetaData, name: string): Promise<string[]> {
  const texts: string[] = [];
  for (const { first, rows } of groupsOf(metadata)) {
    await readGroup(bytes, metadata, name, first, rows, (_, values) => {
      for (let i = 0; i < values.length; i++) texts.push(String(values[i] ?? "null"));
    });
  }
  return texts;
}

/** @file What is in a parquet file: its columns of numbers and of lists of numbers, by its schema, and whether its pages can be decompressed here. */
import * as zlib from "node:zlib";
import { type Compressors, type FileMetaData, parquetMetadata, parquetSchema, type SchemaTree, snappyUncompress } from "hyparquet";
import { CommandError } from "./failure.ts";

export interface Column {
  readonly name: string;
  /** "text" is UTF-8; "other" is what no pattern can be made of. */
  readonly kind: "number" | "list" | "text" | "other";
  /** All its numbers are exact in f32. */
  readonly float: boolean;
}

/** @throws CommandError E_FORMAT, E_LIMIT. */
export function readSchema(bytes: Uint8Array): { metadata: FileMetaData; columns: Column[] } {
  // Everything the file says of itself is at its end, after which nothing may come.
  if (bytes.length < 12 || !isParquet(bytes)) throw new CommandError("E_FORMAT", "it is no parquet file: it does not start with PAR1", 3);
  const metadata = parquetMetadata(bytes, { geoparquet: false });
  const columns = parquetSchema(metadata).children.map(columnOf);
  const names = new Set(columns.map(({ name }) => name));
  if (names.size < columns.length) throw new CommandError("E_FORMAT", "two of its columns have the same name", 3);
  return { metadata, columns };
}

export function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}

function columnOf({ element, children }: SchemaTree): Column {
  const { name } = element;
  if (children.length === 0 && element.repetition_type === "REPEATED")
    return { name, kind: numeric(element) ? "list" : "other", float: exact(element) };
  if (children.length === 0)
    return { name, kind: numeric(element) ? "number" : textual(element) ? "text" : "other", float: exact(element) };
  const isList = element.logical_type?.type === "LIST" || element.converted_type === "LIST";
  const repeated = children.length === 1 && isList ? children[0] : undefined;
  const leaf = repeated?.children.length === 1 ? repeated.children[0] : repeated;
  const flat = leaf && leaf.children.length === 0 && repeated?.element.repetition_type === "REPEATED" && numeric(leaf.element);
  return { name, kind: flat ? "list" : "other", float: flat ? exact(leaf.element) : false };
}

type Element = SchemaTree["element"];

function numeric({ type, logical_type, converted_type }: Element): boolean {
  if (logical_type?.type === "FLOAT16") return true;
  const dated = ["DATE", "TIME", "TIMESTAMP"].includes(logical_type?.type ?? "") || /^(?:DATE|TIME)/.test(converted_type ?? "");
  return !dated && type !== undefined && ["BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE"].includes(type);
}

function textual({ type, logical_type, converted_type }: Element): boolean {
  return type === "BYTE_ARRAY" && (logical_type?.type === "STRING" || converted_type === "UTF8");
}

function exact({ type, logical_type }: Element): boolean {
  return type === "FLOAT" || logical_type?.type === "FLOAT16";
}

const wrongSize = (): never => {
  throw new CommandError("E_FORMAT", "a page says of itself that it grows to more than its bytes can", 3);
};

/** zstd is in newer engines only. */
const zstd = (zlib as { zstdDecompressSync?: typeof zlib.brotliDecompressSync }).zstdDecompressSync;

/** Nothing is allocated from a size that a page claims before its bytes could come to it: 64 bytes of snappy take at least 3. */
export const compressors: Compressors = {
  SNAPPY: (input, length) => {
    if (!(length >= 0 && length <= 22 * input.length + 64)) return wrongSize();
    const output = new Uint8Array(length);
    snappyUncompress(input, output);
    return output;
  },
  GZIP: (input, length) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ...(zstd ? { ZSTD: (input: Uint8Array, length: number) => zstd(input, { maxOutputLength: Math.max(1, length) }) } : {}),
};

/** @throws CommandError E_UNSUPPORTED. */
export function checkCodec(codec: string): void {
  const known = ["UNCOMPRESSED", ...Object.keys(compressors)];
  if (!known.includes(codec))
    throw new CommandError("E_UNSUPPORTED", `it is compressed with ${codec}; this engine reads ${known.join(", ").toLowerCase()}`, 3);
}

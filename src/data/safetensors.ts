/**
 * @file The safetensors format: u64 length of the header, the header (JSON: name -> { dtype, shape, data_offsets }, and "__metadata__" with strings), the numbers,
 * little-endian, without gaps or overlaps. Source: https://github.com/huggingface/safetensors (README, "Format"; the rules of tensor.rs `validate`).
 */
import { checkNames } from "../core/options.ts";
import { bytesInFile, bytesInMemory, checkArray, countEntries, type Dtype, type NumericArray } from "./array.ts";
import { checkBytes, checkLimit, claim, decodeUtf8, fail, quote, type ReadOptions, viewOf } from "./bytes.ts";
import { decodeElements, encodeElements } from "./elements.ts";
import { type Json, parseJson } from "./json.ts";

export interface Safetensors {
  /** In the order of the header. */
  readonly tensors: Map<string, NumericArray>;
  readonly metadata: Map<string, string>;
}

const headerCap = 100_000_000;
const tensorCap = 100_000;

const dtypes: Readonly<Record<string, Dtype>> = {
  BOOL: "bool",
  I8: "i8",
  U8: "u8",
  I16: "i16",
  U16: "u16",
  I32: "i32",
  U32: "u32",
  I64: "i64",
  U64: "u64",
  F16: "f16",
  BF16: "bf16",
  F32: "f32",
  F64: "f64",
};

interface Tensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: number[];
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Reads all tensors of a safetensors file.
 * @param options.limit most bytes of all results together.
 * @throws HopfieldError E_FORMAT (malformed header, repeated or forbidden keys, offsets with gaps, overlaps or beyond the file, shape and offsets that differ),
 * E_UNSUPPORTED (8-bit and smaller floats, complex), E_LIMIT (header above 100 MB, more than 100 000 tensors or 64 dimensions, results above the limit),
 * E_RANGE (a 64-bit integer beyond 2^53 - 1). The message names the tensor.
 */
export function readSafetensors(bytes: Uint8Array, options?: ReadOptions): Safetensors {
  const where = "readSafetensors";
  const limit = checkLimit(where, options);
  const body = checkBytes(where, bytes);
  const { header, start } = readHeader(where, body);
  const data = body.subarray(start);
  const metadata = readMetadata(where, header);
  if (header.size > tensorCap) fail("E_LIMIT", where, `the header has ${header.size} tensors, at most ${tensorCap} are read`);
  const tensors = [...header].map(([name, description]) => readDescription(where, name, description, data.length));
  checkCover(where, tensors, data.length);
  claim(
    where,
    "the sum of its tensors",
    tensors.reduce((sum, { count, dtype }) => sum + count * bytesInMemory(dtype), 0),
    limit,
  );

  const arrays = new Map<string, NumericArray>();
  for (const { name, dtype, shape, count, from, to } of tensors) {
    arrays.set(name, {
      dtype,
      shape,
      data: decodeElements(`${where}: tensor ${quote(name)}`, data.subarray(from, to), dtype, count, true),
    });
  }
  return { tensors: arrays, metadata };
}

function readHeader(where: string, bytes: Uint8Array): { header: Map<string, Json>; start: number } {
  if (bytes.length < 8) fail("E_FORMAT", where, `the file has ${bytes.length} bytes, at least 8 are needed for the length of the header`);
  const view = viewOf(bytes);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (length > headerCap)
    fail("E_LIMIT", where, `the header declares ${length} bytes, at most ${headerCap} are read (or this is no safetensors file)`);
  if (length > bytes.length - 8) fail("E_FORMAT", where, `the header declares ${length} bytes, only ${bytes.length - 8} are there`);
  if (length < 2) fail("E_FORMAT", where, `the header declares ${length} bytes, the shortest is {}`);
  if (bytes[8] !== 0x7b) fail("E_FORMAT", where, 'the header does not start with "{"');
  const header = parseJson(where, "the header", decodeUtf8(where, "the header", bytes.subarray(8, 8 + length)));
  if (!(header instanceof Map)) return fail("E_FORMAT", where, "the header is not an object");
  return { header, start: 8 + length };
}

/** Takes "__metadata__" out of the header. */
function readMetadata(where: string, header: Map<string, Json>): Map<string, string> {
  const given = header.get("__metadata__") ?? new Map<string, Json>();
  const metadata = new Map<string, string>();
  if (!(given instanceof Map)) return fail("E_FORMAT", where, "__metadata__ is not an object");
  for (const [key, value] of given) {
    if (typeof value !== "string") fail("E_FORMAT", where, `__metadata__: the value of ${quote(key)} is not a string`);
    else metadata.set(key, value);
  }
  header.delete("__metadata__");
  return metadata;
}

function readDescription(where: string, name: string, description: Json, available: number): Tensor {
  const here = `${where}: tensor ${quote(name)}`;
  if (!(description instanceof Map)) return fail("E_FORMAT", here, "expected { dtype, shape, data_offsets }");
  for (const key of description.keys()) {
    if (!["dtype", "shape", "data_offsets"].includes(key)) fail("E_FORMAT", here, `unknown key ${quote(key)}`);
  }
  const code = description.get("dtype");
  if (typeof code !== "string") return fail("E_FORMAT", here, "dtype is missing or not a string");
  const dtype = Object.hasOwn(dtypes, code) ? dtypes[code] : undefined;
  if (!dtype) {
    const known = /^(F8_\w+|F4|F6_\w+|C64)$/.test(code);
    return fail(known ? "E_UNSUPPORTED" : "E_FORMAT", here, `dtype ${quote(code)} is not one of ${Object.keys(dtypes).join(", ")}`);
  }
  const shape = readCounts(here, "shape", description.get("shape"));
  const offsets = readCounts(here, "data_offsets", description.get("data_offsets"));
  const [from = 0, to = 0] = offsets;
  if (offsets.length !== 2) fail("E_FORMAT", here, `data_offsets has ${offsets.length} numbers, expected 2`);
  if (from > to) fail("E_FORMAT", here, `data_offsets are reversed: ${from} to ${to}`);
  if (to > available) fail("E_FORMAT", here, `data_offsets ${from} to ${to} reach beyond the ${available} bytes of data`);
  const count = countEntries(here, shape);
  if (count * bytesInFile(dtype) !== to - from) {
    fail(
      "E_FORMAT",
      here,
      `shape [${shape.join(", ")}] of ${code} needs ${count * bytesInFile(dtype)} bytes, data_offsets give ${to - from}`,
    );
  }
  return { name, dtype, shape, count, from, to };
}

function readCounts(where: string, key: string, value: Json | undefined): number[] {
  if (!Array.isArray(value)) return fail("E_FORMAT", where, `${key} is missing or not a list`);
  return value.map((n) =>
    typeof n === "number" && n >= 0 ? n : fail("E_FORMAT", where, `${key} holds something else than whole numbers of at least 0`),
  );
}

/** Sorted by their place, the tensors must follow each other from the first byte to the last. */
function checkCover(where: string, tensors: readonly Tensor[], available: number): void {
  let covered = 0;
  for (const { name, from, to } of tensors.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < covered) fail("E_FORMAT", where, `tensor ${quote(name)} overlaps another one (data starts at ${from}, ${covered} is taken)`);
    if (from > covered) fail("E_FORMAT", where, `the bytes ${covered} to ${from} of the data belong to no tensor`);
    covered = to;
  }
  if (covered !== available) fail("E_FORMAT", where, `${available - covered} bytes after the last tensor belong to no tensor`);
}

/** Options of writeSafetensors. */
export interface SafetensorsOptions {
  /** Stored as "__metadata__". Default none. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/**
 * The bytes of a safetensors file. Same tensors, same bytes: data is ordered by entry size (largest first) and then by name, so that every tensor is
 * aligned; the header is filled with spaces to a multiple of 8.
 * @throws HopfieldError E_SHAPE, E_RANGE (an entry that the dtype cannot hold; a name or key that the reader refuses or that is not well-formed text), E_LIMIT.
 */
export function writeSafetensors(tensors: ReadonlyMap<string, NumericArray>, options?: SafetensorsOptions): Uint8Array {
  const where = "writeSafetensors";
  checkNames(where, options, ["metadata"]);
  if (!(tensors instanceof Map)) fail("E_SHAPE", where, "expected a Map from names to arrays");
  if (tensors.size > tensorCap) fail("E_LIMIT", where, `${tensors.size} tensors, at most ${tensorCap} are read back`);
  const metadata = options?.metadata ?? new Map<string, string>();
  if (!(metadata instanceof Map)) fail("E_SHAPE", where, "expected metadata as a Map from strings to strings");
  for (const text of [...tensors.keys(), ...[...metadata].flat()]) checkText(where, text);
  for (const name of [...tensors.keys(), ...metadata.keys()]) {
    const forbidden = ["__proto__", "constructor", "prototype"].includes(name) || (tensors.has(name) && name === "__metadata__");
    if (forbidden) fail("E_RANGE", where, `${quote(name)} cannot be a name`);
  }
  for (const [name, array] of tensors) checkArray(`${where}: tensor ${quote(name)}`, array);
  const ordered = [...tensors].sort(
    ([a, { dtype: p }], [b, { dtype: q }]) => bytesInFile(q) - bytesInFile(p) || (a < b ? -1 : a > b ? 1 : 0),
  );

  const parts =
    metadata.size > 0 ? [`"__metadata__":${jsonObject([...metadata].map(([key, value]) => [key, JSON.stringify(value)]))}`] : [];
  let at = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    const to = at + data.length * bytesInFile(dtype);
    parts.push(`${JSON.stringify(name)}:{"dtype":"${dtype.toUpperCase()}","shape":[${shape.join(",")}],"data_offsets":[${at},${to}]}`);
    at = to;
  }
  const text = new TextEncoder().encode(`{${parts.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > headerCap) fail("E_LIMIT", where, `the header needs ${length} bytes, at most ${headerCap} are read back`);
  const bytes = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  viewOf(bytes).setUint32(0, length, true);
  bytes.set(text, 8);
  at = 8 + length;
  for (const [name, array] of ordered) {
    encodeElements(`${where}: tensor ${quote(name)}`, array, bytes, at);
    at += array.data.length * bytesInFile(array.dtype);
  }
  return bytes;
}

function jsonObject(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}

/** Half of a surrogate pair has no UTF-8 form and would come back as another character. */
function checkText(where: string, text: string): void {
  if (typeof text !== "string" || /\p{Surrogate}/u.test(text)) fail("E_RANGE", where, `${quote(String(text))} is not well-formed text`);
}

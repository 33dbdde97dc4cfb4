/**
 * @file The live patterns as one file, in pieces, whatever their number: safetensors with ids and metadata, npy and csv with the patterns alone. Taken from a reader it is the backup of a
 * live store: what the reader saw when it opened, whole.
 */
import { writeCsv } from "../data/csv-write.ts";
import { fail } from "./fail.ts";
import type { Store } from "./types.ts";
import { bytesOf } from "./whole-numbers.ts";

export type ExportFormat = "safetensors" | "npy" | "csv";

/** Rows of one step. */
const step = 1024;

/**
 * The bytes of the file. safetensors: "patterns" F32 (n, d), "ids" and "metadata" U8, one JSON value a line (null for no metadata).
 * @throws HopfieldError E_RANGE (an empty store), E_FORMAT, E_IO.
 */
export function* exportPieces(store: Store, format: ExportFormat): Generator<Uint8Array> {
  const { patterns, dimension } = store;
  if (patterns === 0) return fail("E_RANGE", "export", "the store holds no pattern");
  if (format === "npy") {
    yield npyHeader(patterns, dimension);
    for (const { rows } of store.batches(step)) yield bytesOf(rows.data);
  } else if (format === "csv") {
    for (const { rows } of store.batches(step)) yield new TextEncoder().encode(writeCsv(rows));
  } else yield* safetensorsPieces(store);
}

function* safetensorsPieces(store: Store): Generator<Uint8Array> {
  const { patterns, dimension } = store;
  let ids = 0;
  let metadata = 0;
  for (const batch of store.batches(step)) {
    ids += lines(batch.ids).length;
    metadata += lines(batch.metadata).length;
  }
  const sizes: [string, string, number[], number][] = [
    ["patterns", "F32", [patterns, dimension], patterns * dimension * 4],
    ["ids", "U8", [ids], ids],
    ["metadata", "U8", [metadata], metadata],
  ];
  let at = 0;
  const tensors = sizes.map(([name, dtype, shape, bytes]) => {
    const text = `"${name}":{"dtype":"${dtype}","shape":[${shape.join(",")}],"data_offsets":[${at},${at + bytes}]}`;
    at += bytes;
    return text;
  });
  const json = new TextEncoder().encode(`{"__metadata__":{"format":"hopfield export 1"},${tensors.join(",")}}`);
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20, 8);
  header.set(json, 8);
  new DataView(header.buffer).setUint32(0, header.length - 8, true);
  yield header;
  for (const { rows } of store.batches(step)) yield bytesOf(rows.data);
  for (const batch of store.batches(step)) yield lines(batch.ids);
  for (const batch of store.batches(step)) yield lines(batch.metadata);
}

function lines(values: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

/** Version 1.0, filled with spaces so that the numbers start at a multiple of 64. */
function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}

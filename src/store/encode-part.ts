/** @file Rows, ids and metadata as the bytes of a part, with the checksums of its blocks. */
import { crc32 } from "node:zlib";
import type { Matrix } from "../core/matrix.ts";
import { fromHalf, toHalf } from "../data/half.ts";
import { allocate, openArena, viewF32, viewU8 } from "../kernels/arena.ts";
import { fail } from "./fail.ts";
import { encodeIds, type Id } from "./ids.ts";
import { type Counts, codeStride, type Kind, type Layout, layoutOf, type SectionName, type Storage } from "./layout.ts";
import { bytesOf, setU64 } from "./whole-numbers.ts";

export interface EncodedPart {
  readonly counts: Counts;
  readonly layout: Layout;
  /** One piece a section, in the order of the layout. */
  readonly pieces: readonly Uint8Array[];
  readonly checksums: Uint32Array;
  readonly dead: Uint32Array;
  readonly largestNorm: number;
  readonly lost: number;
}

/**
 * @param rows null: only removals. @param metadata UTF-8 JSON of each row, empty for none. @param dead ordinals that it takes out.
 */
export function encodePart(
  kind: Kind,
  rows: Matrix | null,
  ids: readonly Id[],
  metadata: readonly Uint8Array[],
  dead: readonly number[],
): EncodedPart {
  const named = new Map<SectionName, Uint8Array>();
  const { codes, text } = encodeIds(ids);
  named.set("ids", codes).set("ids.text", text);
  const blob = joinMetadata(metadata);
  named.set("metadata", blob.text).set("metadata.ends", blob.ends);
  // An odd number of ordinals is filled up with one that no row can have.
  const list = new Uint32Array(Math.ceil(dead.length / 2) * 2).fill(2 ** 32 - 1);
  list.set(dead);
  named.set("dead", bytesOf(list));
  const encoded = rows ? encodeRows(kind.storage, rows) : { sections: [["patterns", new Uint8Array(0)]] as const, largestNorm: 0, lost: 0 };
  for (const [name, bytes] of encoded.sections) named.set(name, bytes);
  const counts: Counts = { rows: rows?.rows ?? 0, dead: dead.length, idText: text.length, metadata: blob.text.length };
  const layout = layoutOf(kind, counts);
  const pieces = layout.sections.map(({ name }) => named.get(name) ?? new Uint8Array(0));
  return {
    counts,
    layout,
    pieces,
    checksums: checksumsOf(layout, pieces),
    dead: list.subarray(0, dead.length),
    largestNorm: encoded.largestNorm,
    lost: encoded.lost,
  };
}

function checksumsOf(layout: Layout, pieces: readonly Uint8Array[]): Uint32Array {
  const checksums = new Uint32Array(layout.blocks);
  layout.sections.forEach(({ bytes, block, firstBlock }, s) => {
    for (let from = 0, b = firstBlock; from < bytes; from += block, b++) {
      checksums[b] = crc32((pieces[s] as Uint8Array).subarray(from, Math.min(bytes, from + block)));
    }
  });
  return checksums;
}

/** All texts one after another, filled with spaces to a multiple of 8, and where each ends. Both empty when there is none at all. */
function joinMetadata(metadata: readonly Uint8Array[]): { text: Uint8Array; ends: Uint8Array } {
  const total = metadata.reduce((sum, bytes) => sum + bytes.length, 0);
  if (total === 0) return { text: new Uint8Array(0), ends: new Uint8Array(0) };
  const text = new Uint8Array(Math.ceil(total / 8) * 8).fill(0x20);
  const ends = new Uint8Array(metadata.length * 8);
  const view = new DataView(ends.buffer);
  let at = 0;
  metadata.forEach((bytes, i) => {
    text.set(bytes, at);
    at += bytes.length;
    setU64(view, i * 8, at);
  });
  return { text, ends };
}

interface EncodedRows {
  readonly sections: readonly (readonly [SectionName, Uint8Array])[];
  readonly largestNorm: number;
  readonly lost: number;
}

/** @throws HopfieldError E_RANGE for an entry that f16 cannot hold. */
export function encodeRows(storage: Storage, rows: Matrix): EncodedRows {
  if (storage === "f16") {
    const halves = new Uint16Array(rows.data.length);
    const rounded = new Float32Array(rows.data.length);
    for (let i = 0; i < halves.length; i++) {
      const bits = toHalf(rows.data[i] as number);
      halves[i] = bits;
      rounded[i] = fromHalf(bits);
      if (!Number.isFinite(rounded[i] as number)) {
        const row = Math.floor(i / rows.columns);
        fail("E_RANGE", "add", `row ${row}, column ${i % rows.columns} is ${rows.data[i]}, storage f16 holds at most 65504`, { row });
      }
    }
    return { sections: [["patterns", bytesOf(halves)]], largestNorm: Math.sqrt(largestSquare({ ...rows, data: rounded })), lost: 0 };
  }
  const largestNorm = Math.sqrt(largestSquare(rows));
  const patterns = ["patterns", bytesOf(rows.data)] as const;
  if (storage === "f32") return { sections: [patterns], largestNorm, lost: 0 };
  const { codes, scales, lost } = quantise(rows);
  return {
    sections: [patterns, ["scales", bytesOf(scales)], ["biases", bytesOf(squares(rows).map((square) => -0.5 * square))], ["codes", codes]],
    largestNorm,
    lost,
  };
}

function largestSquare(rows: Matrix): number {
  let largest = 0;
  for (let i = 0; i < rows.rows; i++) largest = Math.max(largest, squareOf(rows, i));
  return largest;
}

function squares(rows: Matrix): Float32Array {
  return Float32Array.from({ length: rows.rows }, (_, i) => squareOf(rows, i));
}

/** |x_i|^2 in f64. */
function squareOf({ data, columns }: Matrix, i: number): number {
  let sum = 0;
  for (let k = i * columns; k < (i + 1) * columns; k++) sum += (data[k] as number) * (data[k] as number);
  return sum;
}

/** The kernel's bytes and scales, in pieces so that its memory stays small. */
function quantise({ data, rows, columns }: Matrix): { codes: Uint8Array; scales: Float32Array; lost: number } {
  const stride = codeStride(columns);
  const codes = new Uint8Array(rows * stride);
  const scales = new Float32Array(rows);
  const step = Math.max(1, Math.floor(2 ** 20 / columns));
  const arena = openArena();
  const source = allocate(arena, step * columns * 4);
  const bytes = allocate(arena, step * stride);
  const factors = allocate(arena, step * 4);
  let lost = 0;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    viewF32(arena, source, count * columns).set(data.subarray(first * columns, (first + count) * columns));
    lost = Math.max(lost, arena.kernels.quantiseRows(source, count, columns, bytes, factors));
    codes.set(viewU8(arena, bytes, count * stride), first * stride);
    scales.set(viewF32(arena, factors, count), first);
  }
  return { codes, scales, lost };
}

/**
 * @file One transaction of the log: a head of 96 bytes, its part (layout.ts), the part's checksums, and a mark of 32 bytes that is written only after everything before it is on the
 * disk. A transaction counts when its mark is there and right. Byte by byte in docs/store/format.md.
 */
import { crc32 } from "node:zlib";
import { type Counts, type Kind, type Layout, layoutOf, mostRows } from "./layout.ts";
import { bytesOf, getU64, setU64 } from "./whole-numbers.ts";

export const headBytes = 96;
export const markBytes = 32;
const headMagic = 0x31544c48; // "HLT1"
const markMagic = 0x31434c48; // "HLC1"

export interface RecordHead extends Counts {
  /** Transactions count from 1 for the life of a store. */
  readonly sequence: number;
  /** Where the record starts in the log, and how long it is with its mark. */
  readonly start: number;
  readonly bytes: number;
  /** First number that no pattern has ever had as its id. */
  readonly nextId: number;
  /** Largest norm of its rows, and (int8) largest norm of what rounding took from one. */
  readonly largestNorm: number;
  readonly lost: number;
}

/** Length of a record with these counts. */
export function recordBytes({ bytes, blocks }: Layout): number {
  return headBytes + Math.ceil((bytes + blocks * 4) / 8) * 8 + markBytes;
}

export function encodeHead(head: RecordHead): Uint8Array {
  const bytes = new Uint8Array(headBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, headMagic, true);
  setU64(view, 8, head.sequence);
  setU64(view, 16, head.start);
  setU64(view, 24, head.bytes);
  view.setUint32(32, head.rows, true);
  view.setUint32(36, head.dead, true);
  setU64(view, 40, head.idText);
  setU64(view, 48, head.metadata);
  setU64(view, 56, head.nextId);
  view.setFloat64(64, head.largestNorm, true);
  view.setFloat64(72, head.lost, true);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** @returns null for anything that is not the head of the record that starts here with this number. */
export function decodeHead(bytes: Uint8Array, kind: Kind, start: number, sequence: number): RecordHead | null {
  if (bytes.length < headBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  if (view.getUint32(0, true) !== headMagic || view.getUint32(4, true) !== crc32(bytes.subarray(8, headBytes))) return null;
  const head: RecordHead = {
    sequence: getU64(view, 8),
    start: getU64(view, 16),
    bytes: getU64(view, 24),
    rows: view.getUint32(32, true),
    dead: view.getUint32(36, true),
    idText: getU64(view, 40),
    metadata: getU64(view, 48),
    nextId: getU64(view, 56),
    largestNorm: view.getFloat64(64, true),
    lost: view.getFloat64(72, true),
  };
  const sound =
    head.sequence === sequence &&
    head.start === start &&
    head.rows <= mostRows &&
    head.dead <= mostRows &&
    head.idText % 8 === 0 &&
    head.metadata % 8 === 0 &&
    Number.isSafeInteger(head.nextId) &&
    head.largestNorm >= 0 &&
    head.lost >= 0 &&
    bytes.subarray(80, headBytes).every((byte) => byte === 0) &&
    head.bytes === recordBytes(layoutOf(kind, head));
  return sound ? head : null;
}

/** The mark of a record, from its head and its checksums. */
export function encodeMark(head: RecordHead, headText: Uint8Array, checksums: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(markBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, markMagic, true);
  setU64(view, 8, head.sequence);
  setU64(view, 16, head.start);
  view.setUint32(24, crc32(headText), true);
  view.setUint32(28, crc32(bytesOf(checksums)), true);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** What a mark says: which record it closes, and the checksum of that record's checksums. */
export interface Mark {
  readonly sequence: number;
  readonly start: number;
  readonly headCrc: number;
  readonly checksumsCrc: number;
}

/** @returns null for anything that is not a mark. */
export function decodeMark(bytes: Uint8Array): Mark | null {
  if (bytes.length < markBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, markBytes);
  if (view.getUint32(0, true) !== markMagic || view.getUint32(4, true) !== crc32(bytes.subarray(8, markBytes))) return null;
  return { sequence: getU64(view, 8), start: getU64(view, 16), headCrc: view.getUint32(24, true), checksumsCrc: view.getUint32(28, true) };
}

/** The four bytes every mark begins with, to look for one. */
export const markStart: Uint8Array = new Uint8Array(new Uint32Array([markMagic]).buffer);

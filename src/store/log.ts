/** @file The log: a start of 32 bytes, then transactions (record.ts) one after another. Reading, appending, and telling a torn tail from damage. */
import { crc32 } from "node:zlib";
import { type DiskFile, readFully, writeFully } from "./disk.ts";
import type { EncodedPart } from "./encode-part.ts";
import { fail } from "./fail.ts";
import { layoutOf, mostRows } from "./layout.ts";
import { logName, type Manifest } from "./manifest.ts";
import type { Part } from "./part.ts";
import { decodeHead, decodeMark, encodeHead, encodeMark, headBytes, markBytes, markStart, type RecordHead, recordBytes } from "./record.ts";
import { bytesOf, getU64, setU64 } from "./whole-numbers.ts";

export const logStartBytes = 32;
const magic = 0x474c4f48; // "HOLG"

export interface Transaction {
  readonly head: RecordHead;
  readonly part: Part;
  /** The rows it takes out, where they are at hand; else they are read. */
  readonly dead?: Uint32Array;
}

/** "HOLG", checksum, generation, dimension, zeros. */
export function logStart({ generation, dimension }: Manifest): Uint8Array {
  const bytes = new Uint8Array(logStartBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  setU64(view, 8, generation);
  setU64(view, 16, dimension);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  return bytes;
}

/** @throws HopfieldError E_FORMAT unless the log is the one of this manifest. */
export function checkLogStart(log: DiskFile, manifest: Manifest): void {
  const found = new Uint8Array(logStartBytes);
  const expected = logStart(manifest);
  const there = readFully(log, 0, found);
  if (there === logStartBytes && expected.every((byte, i) => byte === found[i])) return;
  const other = there === logStartBytes ? `, its start names generation ${getU64(new DataView(found.buffer), 8)}` : "";
  fail("E_FORMAT", "store", `${logName(manifest.generation)} is damaged: it does not start as the log of this store${other}`, {
    file: logName(manifest.generation),
    byte: 0,
  });
}

/** Small reads through a window of 4 to 64 KiB: heads and marks of small transactions lie close together. */
export function windowOn(file: DiskFile): (at: number, length: number) => Uint8Array {
  let window = new Uint8Array(2 ** 12);
  let start = 0;
  let filled = 0;
  return (at, length) => {
    if (at < start || at + length > start + filled) {
      // It starts small and grows where reading goes on from where it ended.
      if (at <= start + filled && filled === window.length && window.length < 2 ** 16) window = new Uint8Array(window.length * 4);
      start = at;
      filled = readFully(file, at, window);
    }
    return window.subarray(at - start, Math.min(at - start + length, filled));
  };
}

/** The acknowledged transaction that starts at `start`, or null: the end, a torn tail, or damage. */
export function readTransaction(
  window: ReturnType<typeof windowOn>,
  file: DiskFile,
  name: string,
  kind: Manifest,
  start: number,
  sequence: number,
  firstRow: number,
): Transaction | null {
  const headText = window(start, headBytes).slice();
  const head = decodeHead(headText, kind, start, sequence);
  if (!head || firstRow + head.rows > mostRows) return null;
  const mark = decodeMark(window(start + head.bytes - markBytes, markBytes));
  if (!mark || mark.sequence !== sequence || mark.start !== start || mark.headCrc !== crc32(headText)) return null;
  const { rows, dead, idText, metadata, largestNorm, lost } = head;
  const base = start + headBytes;
  const part: Part = {
    ...{ kind, file, name, base, firstRow, rows, dead, idText, metadata, largestNorm, lost },
    checksumsCrc: mark.checksumsCrc,
    details: null,
  };
  return { head, part };
}

/**
 * Appends one transaction and returns when it is on the disk: everything first, then the mark that makes it count.
 * @param mayCommit called before the mark: throws when the store is not ours any more.
 */
export function appendTransaction(
  log: DiskFile,
  name: string,
  kind: Manifest,
  encoded: EncodedPart,
  place: { readonly start: number; readonly sequence: number; readonly nextId: number; readonly firstRow: number },
  mayCommit: () => void,
): Transaction {
  const { counts, layout, pieces, checksums, largestNorm, lost } = encoded;
  const { start, sequence, nextId, firstRow } = place;
  const head: RecordHead = { ...counts, sequence, start, bytes: recordBytes(layout), nextId, largestNorm, lost };
  const headText = encodeHead(head);
  let at = start;
  for (const piece of joinSmall([headText, ...pieces, bytesOf(checksums)])) {
    writeFully(log, at, piece);
    at += piece.length;
  }
  log.sync("rows");
  mayCommit();
  const mark = encodeMark(head, headText, checksums);
  writeFully(log, start + head.bytes - markBytes, mark);
  log.sync("commit");
  const checksumsCrc = decodeMark(mark)?.checksumsCrc ?? 0;
  const part: Part = {
    ...{ kind, file: log, name, base: start + headBytes, firstRow, ...counts, largestNorm, lost, checksumsCrc },
    details: { layout: layoutOf(kind, counts), checksums, checked: new Uint8Array(layout.blocks) },
  };
  return { head, part, dead: encoded.dead };
}

/** Small neighbours in one write. */
function joinSmall(pieces: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const flush = (): void => {
    if (small.length > 0) joined.push(new Uint8Array(Buffer.concat(small)));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.length > 2 ** 16) {
      flush();
      joined.push(piece);
    } else if (piece.length > 0) small.push(piece);
  }
  flush();
  return joined;
}

/**
 * Whether a mark lies in the log beyond `end`, where nothing sound starts: then acknowledged data is damaged there. Without one, what is beyond is a transaction that was never acknowledged.
 * A mark names the place of its record, which the bytes of a pattern would have to guess.
 * @param acknowledged bytes known to be acknowledged, 0 when nothing is: only then the mark of a record that starts at `end` itself is believed, because a commit that failed and was cut may
 * come back in part.
 */
export function hasMarkBeyond(log: DiskFile, end: number, acknowledged: number): boolean {
  const size = log.size();
  const window = new Uint8Array(Math.min(2 ** 20, Math.max(64, size - end)));
  for (let at = end; at < size; at += window.length - markBytes) {
    const bytes = Buffer.from(window.buffer, 0, readFully(log, at, window));
    for (let found = bytes.indexOf(markStart); found >= 0; found = bytes.indexOf(markStart, found + 1)) {
      const mark = decodeMark(bytes.subarray(found));
      if (mark && (mark.start > end || (mark.start === end && acknowledged === 0)) && mark.start + headBytes <= at + found) return true;
    }
    if (bytes.length < window.length) break;
  }
  return false;
}

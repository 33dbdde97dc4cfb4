/**
 * @file What a store holds at one moment: its parts in order, which rows are gone, and where the log ends. Opening reads the manifest, the heads and marks of the log and the removals,
 * never the patterns. Reading takes no lock: a writer only appends, and a compaction makes new files.
 */
import { HopfieldError } from "../core/errors.ts";
import { readAcknowledged } from "./acknowledged.ts";
import { bury, type DeadRows, noDeadRows } from "./dead-rows.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { fail } from "./fail.ts";
import { checkLogStart, logStartBytes, readTransaction, type Transaction, windowOn } from "./log.ts";
import { logName, type Manifest, manifestName, readManifest, snapshotName } from "./manifest.ts";
import { type Part, readSection } from "./part.ts";
import { snapshotPart } from "./snapshot.ts";

export interface Contents {
  readonly manifest: Manifest;
  readonly log: DiskFile;
  readonly snapshot: DiskFile | null;
  readonly parts: Part[];
  readonly dead: DeadRows;
  /** Rows, dead ones included. */
  rows: number;
  /** Number of the last transaction, and where the next one starts. */
  sequence: number;
  end: number;
  nextId: number;
  largestNorm: number;
  lost: number;
  /** How many bytes of the log were acknowledged at least, as far as known before the log was read. */
  acknowledged: number;
}

export function liveRows({ rows, dead }: Contents): number {
  return rows - dead.count;
}

/**
 * @param mode "write": the log is opened for appending.
 * @throws HopfieldError E_IO (no store there), E_FORMAT (damaged), E_UNSUPPORTED (a newer format).
 */
export function openContents(disk: Disk, mode: "read" | "write"): Contents {
  // A compaction may replace the files between the reading of the manifest and their opening; then the new manifest is there already.
  for (let attempt = 0; ; attempt++) {
    const manifest = readManifest(disk);
    if (!manifest) return absent(disk);
    const acknowledged = readAcknowledged(disk, manifest.generation);
    const log = disk.open(logName(manifest.generation), mode);
    const snapshot = manifest.snapshot && disk.open(snapshotName(manifest.generation), "read");
    if (log && (snapshot || !manifest.snapshot)) return contentsOf(disk, manifest, log, snapshot, acknowledged);
    log?.close();
    snapshot?.close();
    if (attempt === 20) {
      const missing = log ? snapshotName(manifest.generation) : logName(manifest.generation);
      return fail("E_FORMAT", "store", `${JSON.stringify(disk.path)} is damaged: ${missing} is missing`);
    }
  }
}

function absent(disk: Disk): never {
  const names = disk.list();
  if (names === null) return fail("E_IO", "store", `${JSON.stringify(disk.path)} does not exist; create it first`);
  return fail("E_IO", "store", `${JSON.stringify(disk.path)} is no store: it has no ${manifestName}`);
}

function contentsOf(disk: Disk, manifest: Manifest, log: DiskFile, snapshot: DiskFile | null, acknowledged: number): Contents {
  const contents: Contents = {
    manifest,
    log,
    snapshot,
    parts: [],
    dead: noDeadRows(),
    rows: 0,
    sequence: manifest.sequence,
    end: logStartBytes,
    nextId: manifest.nextId,
    largestNorm: 0,
    lost: 0,
    acknowledged,
  };
  try {
    checkLogStart(log, manifest);
    if (snapshot) addPart(contents, snapshotPart(snapshot, manifest));
    readOn(contents);
    if (contents.end < acknowledged) {
      fail(
        "E_FORMAT",
        "store",
        `${JSON.stringify(disk.path)} is damaged: ${logName(manifest.generation)} is sound up to byte ${contents.end} only, ${acknowledged} bytes were acknowledged`,
        { file: logName(manifest.generation), byte: contents.end },
      );
    }
    return contents;
  } catch (error) {
    closeContents(contents);
    throw error;
  }
}

/** Takes in the transactions that were added to the log since; returns how many. */
export function readOn(contents: Contents): number {
  const window = windowOn(contents.log);
  let count = 0;
  for (let next = nextTransaction(contents, window); next; next = nextTransaction(contents, window)) {
    include(contents, next);
    count++;
  }
  return count;
}

function nextTransaction(contents: Contents, window: ReturnType<typeof windowOn>): Transaction | null {
  const { manifest, log, end, sequence, rows } = contents;
  return readTransaction(window, log, logName(manifest.generation), manifest, end, sequence + 1, rows);
}

/** One transaction more. @throws HopfieldError E_FORMAT when it removes rows that are not there. */
export function include(contents: Contents, { head, part, dead }: Transaction): void {
  for (const row of dead ?? deadOf(part)) {
    if (row >= contents.rows || !bury(contents.dead, row)) {
      throw new HopfieldError("E_FORMAT", `store: transaction ${head.sequence} removes row ${row}, which is not there`);
    }
  }
  addPart(contents, part);
  contents.sequence = head.sequence;
  contents.end = head.start + head.bytes;
  contents.nextId = Math.max(contents.nextId, head.nextId);
}

function deadOf(part: Part): Uint32Array {
  if (part.dead === 0) return new Uint32Array(0);
  const bytes = readSection(part, "dead", 0, Math.ceil(part.dead / 2) * 8);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, part.dead);
}

function addPart(contents: Contents, part: Part): void {
  if (part.rows > 0) contents.parts.push(part);
  contents.rows += part.rows;
  contents.largestNorm = Math.max(contents.largestNorm, part.largestNorm);
  contents.lost = Math.max(contents.lost, part.lost);
}

export function closeContents({ log, snapshot }: Contents): void {
  log.close();
  snapshot?.close();
}

/** The part that holds a row, by bisection. */
export function partOf({ parts }: Contents, row: number): Part {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((parts[middle] as Part).firstRow <= row) low = middle;
    else high = middle - 1;
  }
  return parts[low] as Part;
}

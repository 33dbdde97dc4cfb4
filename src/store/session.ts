/** @file An opened store between calls, and what opening for writing takes: the lock, a clean tail, no debris. */
import { HopfieldError } from "../core/errors.ts";
import { writeAcknowledged } from "./acknowledged.ts";
import { type Contents, closeContents, openContents } from "./contents.ts";
import type { Disk } from "./disk.ts";
import { fail } from "./fail.ts";
import type { IdIndex } from "./id-index.ts";
import { type Lock, pause, releaseLock, removeDebris, takeLock } from "./lock.ts";
import { hasMarkBeyond } from "./log.ts";
import { logName, manifestName, snapshotName } from "./manifest.ts";

export interface Session {
  readonly disk: Disk;
  readonly lock: Lock | null;
  /** Whether `acknowledged` may be written: only what is surely on the disk. */
  readonly durable: boolean;
  contents: Contents;
  /** Made when first needed; dropped when the store changes under it. */
  ids: IdIndex | null;
  /** Counts changes, for what is kept between recalls. */
  version: number;
  /** Why nothing may be written any more, or null. */
  broken: string | null;
  closed: boolean;
}

/** Takes the lock, waiting for it `wait` seconds at most (in looks 20 ms apart). @throws HopfieldError E_LOCKED. */
export function lockFor(disk: Disk, wait: number, breakLock: boolean): Lock {
  for (let looks = Math.ceil(wait * 50); ; looks--) {
    try {
      return takeLock(disk, breakLock);
    } catch (error) {
      if (!(error instanceof HopfieldError) || error.code !== "E_LOCKED" || looks <= 0) throw error;
      pause();
    }
  }
}

/** @param lock held; given back here when opening fails. */
export function openForWriting(disk: Disk, lock: Lock, durable: boolean): Session {
  try {
    const contents = openContents(disk, "write");
    try {
      // A rename that an earlier writer did not live to flush is made to last before anything is built on it.
      disk.syncNames("names at opening");
      cutTail(disk, contents);
      removeLeftovers(disk, contents);
      return { disk, lock, durable, contents, ids: null, version: 0, broken: null, closed: false };
    } catch (error) {
      closeContents(contents);
      throw error;
    }
  } catch (error) {
    releaseLock(disk, lock);
    throw error;
  }
}

/** Takes away what a writer left that was killed in a transaction. @throws HopfieldError E_FORMAT when it looks like acknowledged data. */
function cutTail(disk: Disk, { log, end, manifest, acknowledged }: Contents): void {
  if (log.size() === end) return;
  if (hasMarkBeyond(log, end, acknowledged)) {
    fail(
      "E_FORMAT",
      "store",
      `${JSON.stringify(disk.path)} is damaged: ${logName(manifest.generation)} has transactions beyond byte ${end}, where none starts`,
      {
        file: logName(manifest.generation),
        byte: end,
      },
    );
  }
  log.truncate(end);
}

/** Files of other generations and files in the making. Nothing but names of the store's own is touched. */
function removeLeftovers(disk: Disk, { manifest }: Contents): void {
  const keep = [snapshotName(manifest.generation), logName(manifest.generation)];
  for (const name of disk.list() ?? []) {
    const own = /^(?:snapshot-\d{1,15}\.safetensors|log-\d{1,15}\.bin)$/.test(name) || name === `${manifestName}.new`;
    if (own && !keep.includes(name)) disk.remove(name);
  }
  removeDebris(disk);
}

/** After a commit or a compaction: what is known to be on the disk. A failure here loses nothing. */
export function acknowledge({ disk, durable, contents }: Session): void {
  if (!durable) return;
  try {
    writeAcknowledged(disk, contents.manifest.generation, contents.end);
  } catch (error) {
    if (!(error instanceof HopfieldError)) throw error;
  }
}

export function closeSession(session: Session): void {
  if (session.closed) return;
  session.closed = true;
  closeContents(session.contents);
  if (session.lock) releaseLock(session.disk, session.lock);
}

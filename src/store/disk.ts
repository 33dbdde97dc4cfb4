/**
 * @file What the store asks of a disk: one flat directory, positioned reads and writes, and the three things that make a change last (fsync of a file, of the directory, of its
 * parent). Small, so that tests can put a simulated disk in its place that loses power or fails on demand. Names are the store's own fixed names, never paths.
 */

export interface DiskFile {
  /** File descriptor that other threads of the process may read from, or null. */
  readonly descriptor: number | null;
  /** Bytes. */
  size(): number;
  /** Reads at most into.length bytes from `at` on; fewer near the end, 0 at it. */
  read(at: number, into: Uint8Array): number;
  /** Writes at `at`; may write fewer than asked, returns how many. */
  write(at: number, bytes: Uint8Array): number;
  truncate(size: number): void;
  /** Returns when everything written to this file so far is on the disk. `what` names the call for tests and messages. */
  sync(what: SyncPoint): void;
  close(): void;
}

export interface Disk {
  /** For messages. */
  readonly path: string;
  /** Makes the directory; false when there is one already. */
  make(): boolean;
  /** Names in the directory; null when there is no such directory. */
  list(): string[] | null;
  /** "create" is exclusive: null when the name is taken; the others: null when there is no such file. Never follows a symbolic link, never opens what is not a plain file. */
  open(name: string, mode: "read" | "write" | "create"): DiskFile | null;
  /** Replaces what is at `to`, atomically. */
  rename(from: string, to: string): void;
  /** Gives a file a second name, exclusively: false when `to` is taken; null when this file system has no hard links. */
  link(from: string, to: string): boolean | null;
  /** A name that is not there is no error. */
  remove(name: string): void;
  /** Returns when every name made, renamed or removed in the directory so far is on the disk. */
  syncNames(what: SyncPoint): void;
  /** The same for the directory's own name in its parent. */
  syncParent(what: SyncPoint): void;
}

/** Every place that waits for the disk, by name. docs/store/durability.md says what each is for. */
export type SyncPoint =
  | "directory"
  | "first log"
  | "rows"
  | "commit"
  | "snapshot"
  | "next log"
  | "manifest"
  | "names before the switch"
  | "names after the switch"
  | "names at opening";

/** Reads exactly into.length bytes; the number that were there. */
export function readFully(file: DiskFile, at: number, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const count = file.read(at + filled, filled === 0 ? into : into.subarray(filled));
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Writes all bytes, however few a call takes. @throws what the disk throws; Error when it takes none at all. */
export function writeFully(file: DiskFile, at: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    // Pieces, because one call of more than 2 GiB is refused by Linux.
    const count = file.write(at + written, bytes.subarray(written, written + 2 ** 26));
    if (count <= 0) throw new Error("the disk took no byte of a write");
    written += count;
  }
}

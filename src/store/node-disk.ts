/** @file The Disk over node:fs. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HopfieldError } from "../core/errors.ts";
import type { Disk, DiskFile } from "./disk.ts";

/** @param path of the store's directory, which need not exist yet. @throws HopfieldError E_RANGE for a path that no system takes. */
export function nodeDisk(path: string): Disk {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new HopfieldError("E_RANGE", "store: the path must be a non-empty text without NUL");
  }
  const root = resolve(path);
  const at = (name: string): string => join(root, name);
  return {
    path,
    make: () => unless(["EEXIST"], () => mkdirSync(root) === undefined, false),
    list: () => unless(["ENOENT"], () => readdirSync(root), null),
    open: (name, mode) => openFile(at(name), name, mode),
    rename: (from, to) => renameSync(at(from), at(to)),
    link: (from, to) =>
      unless(
        ["EEXIST"],
        () => unless(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"], () => linkSync(at(from), at(to)) === undefined, null),
        false,
      ),
    remove: (name) => unless(["ENOENT"], () => unlinkSync(at(name)), undefined),
    syncNames: () => syncDirectory(root),
    syncParent: () => syncDirectory(dirname(root)),
  };
}

/** What `work` gives, or `otherwise` when it fails with one of these system errors. */
function unless<T>(codes: readonly string[], work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? "")) return otherwise;
    throw error;
  }
}

function openFile(path: string, name: string, mode: "read" | "write" | "create"): DiskFile | null {
  const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  if (mode === "create") {
    const fresh = unless(["EEXIST"], () => openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666), null);
    return fresh === null ? null : fileOf(fresh);
  }
  // Looked at before it is opened: opening a pipe would wait, and a device could do anything. Looked at again after it: it may have been exchanged.
  const before = lstatSync(path, { throwIfNoEntry: false });
  if (!before) return null;
  plainFile(before, name);
  const descriptor = unless(["ENOENT"], () => openSync(path, (mode === "read" ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK), null);
  if (descriptor === null) return null;
  try {
    const now = fstatSync(descriptor);
    plainFile(now, name);
    if (mode === "write" && now.nlink > 1) {
      throw new HopfieldError(
        "E_IO",
        `store: ${name} has a second name (a hard link), whose file writing would change too; put a copy in its place`,
      );
    }
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return fileOf(descriptor);
}

function plainFile(stat: { isFile(): boolean; isSymbolicLink(): boolean }, name: string): void {
  if (stat.isFile()) return;
  const what = stat.isSymbolicLink() ? "a symbolic link" : "no plain file";
  throw new HopfieldError("E_IO", `store: ${name} is ${what}; a store consists of plain files only`);
}

function fileOf(descriptor: number): DiskFile {
  return {
    descriptor,
    size: () => fstatSync(descriptor).size,
    read: (at, into) => readSync(descriptor, into, 0, into.length, at),
    write: (at, bytes) => writeSync(descriptor, bytes, 0, bytes.length, at),
    truncate: (size) => ftruncateSync(descriptor, size),
    sync: () => fsyncSync(descriptor),
    close: () => closeSync(descriptor),
  };
}

/** Windows cannot open a directory to flush it; NTFS journals its names itself (docs/store/durability.md). */
function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    // Some network and user-space file systems refuse fsync on directories; they make names last at once or never.
    unless(["EINVAL", "ENOTSUP"], () => fsyncSync(descriptor), undefined);
  } finally {
    closeSync(descriptor);
  }
}

/** @file Two coats for a disk: system errors become HopfieldError E_IO that say what was tried, and `durability: "process"` leaves the waiting out. */
import { HopfieldError } from "../core/errors.ts";
import type { Disk, DiskFile } from "./disk.ts";

/** "disk": acknowledged means on the disk. "process": acknowledged means handed to the system, which survives the end of the process but not a loss of power. */
export type Durability = "disk" | "process";

/** The same disk, whose every failure is a HopfieldError. */
export function guardedDisk(disk: Disk, durability: Durability): Disk {
  const guard = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof HopfieldError) throw error;
      throw new HopfieldError("E_IO", `store ${JSON.stringify(disk.path)}: cannot ${what}: ${reasonOf(error)}`, { system: codeOf(error) });
    }
  };
  const waits = durability === "disk";
  const guardFile = (name: string, file: DiskFile): DiskFile => ({
    descriptor: file.descriptor,
    size: () => guard(`look at ${name}`, () => file.size()),
    read: (at, into) => guard(`read ${name}`, () => file.read(at, into)),
    write: (at, bytes) => guard(`write ${name}`, () => file.write(at, bytes)),
    truncate: (size) => guard(`cut ${name}`, () => file.truncate(size)),
    sync: (what) => waits && guard(`flush ${name}`, () => file.sync(what)),
    close: () => guard(`close ${name}`, () => file.close()),
  });
  return {
    path: disk.path,
    make: () => guard("make the directory", () => disk.make()),
    list: () => guard("list the directory", () => disk.list()),
    open: (name, mode) => {
      const file = guard(`open ${name}`, () => disk.open(name, mode));
      return file && guardFile(name, file);
    },
    rename: (from, to) => guard(`rename ${from} to ${to}`, () => disk.rename(from, to)),
    link: (from, to) => guard(`link ${from} to ${to}`, () => disk.link(from, to)),
    remove: (name) => guard(`remove ${name}`, () => disk.remove(name)),
    syncNames: (what) => waits && guard("flush the directory", () => disk.syncNames(what)),
    syncParent: (what) => waits && guard("flush the parent directory", () => disk.syncParent(what)),
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? "";
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "not permitted",
  ENOTDIR: "a part of the path is not a directory",
  EISDIR: "it is a directory",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EMFILE: "too many open files",
  ELOOP: "too many symbolic links",
  EIO: "the device failed",
};

function reasonOf(error: unknown): string {
  return reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}

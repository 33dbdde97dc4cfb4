/**
 * @file One writer at a time. The lock is a file that holds who made it; it is written whole under a name of its own and then linked to `lock`, which fails when there is one. A lock
 * whose holder is gone is taken over at once; who may do so is decided by a second lock named after the stale one's token, which can be held by one process only and after which the
 * stale lock, since tokens are never used twice, cannot come back. There is no time-out: a writer that is merely slow keeps its lock.
 */
import { HopfieldError } from "../core/errors.ts";
import { parseJson } from "../data/json.ts";
import { type Disk, readFully, writeFully } from "./disk.ts";
import { type Holder, isGone, thisProcess } from "./process.ts";

export const lockName = "lock";
const longest = 4096;

export interface Lock {
  readonly token: string;
}

/** Lock files in the making, and rights to take over, whose makers are gone. */
export function removeDebris(disk: Disk): void {
  const mine = thisProcess();
  for (const name of disk.list() ?? []) {
    if (!/^lock-[0-9a-f-]{36}\.new$|^takeover-[0-9a-f-]{36}$/.test(name)) continue;
    const holder = readHolder(disk, name);
    if (holder !== null && holder !== "unreadable" && isGone(holder, mine)) disk.remove(name);
  }
}

/**
 * @param breakLock takes the lock from a holder that is alive. It will notice before its next commit.
 * @throws HopfieldError E_LOCKED naming the holder.
 */
export function takeLock(disk: Disk, breakLock: boolean): Lock {
  return acquire(disk, lockName, breakLock, 0);
}

function acquire(disk: Disk, name: string, breakLock: boolean, depth: number): Lock {
  const mine = thisProcess();
  for (let attempt = 0; attempt < 100; attempt++) {
    if (create(disk, name, mine)) return { token: mine.token };
    const found = readHolder(disk, name);
    // It was given back between the two looks.
    if (found === null) continue;
    if (found === "unreadable") {
      // A file system without hard links: its maker has not written it yet, or died before it did.
      if (attempt < 50) pause();
      else if (!breakLock)
        throw new HopfieldError(
          "E_LOCKED",
          `store ${JSON.stringify(disk.path)} is locked by a file ${name} that says not by whom; --break-lock takes it over`,
        );
      else disk.remove(name);
      continue;
    }
    if (!breakLock && !isGone(found, mine)) throw locked(disk, found);
    if (depth === 8) throw locked(disk, found);
    // The token comes from a file: only one that we could have made becomes part of a name.
    if (!/^[0-9a-f-]{36}$/.test(found.token)) throw locked(disk, found);
    const right = `takeover-${found.token}`;
    acquire(disk, right, breakLock, depth + 1);
    try {
      const now = readHolder(disk, name);
      if (now !== null && now !== "unreadable" && now.token === found.token) {
        const fresh = `lock-${mine.token}.new`;
        write(disk, fresh, mine);
        disk.rename(fresh, name);
        return { token: mine.token };
      }
    } finally {
      disk.remove(right);
    }
  }
  throw new HopfieldError("E_LOCKED", `store ${JSON.stringify(disk.path)}: its lock changes hands too fast; try again`);
}

function locked(disk: Disk, { pid, host }: Holder): HopfieldError {
  return new HopfieldError("E_LOCKED", `store ${JSON.stringify(disk.path)} is locked by process ${pid} on ${host}`, { pid, host });
}

/** True when the lock is ours now, false when there is one already. */
function create(disk: Disk, name: string, mine: Holder): boolean {
  const fresh = `lock-${mine.token}.new`;
  write(disk, fresh, mine);
  try {
    const linked = disk.link(fresh, name);
    if (linked !== null) return linked;
    const file = disk.open(name, "create");
    if (!file) return false;
    try {
      writeFully(file, 0, textOf(mine));
    } finally {
      file.close();
    }
    return true;
  } finally {
    disk.remove(fresh);
  }
}

function write(disk: Disk, name: string, holder: Holder): void {
  disk.remove(name);
  const file = disk.open(name, "create");
  if (!file) throw new HopfieldError("E_LOCKED", `store ${JSON.stringify(disk.path)}: ${name} appeared while it was being made`);
  try {
    writeFully(file, 0, textOf(holder));
  } finally {
    file.close();
  }
}

function textOf({ pid, host, bootId, started, token }: Holder): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ pid, host, bootId, started, token })}\n`);
}

function readHolder(disk: Disk, name: string): Holder | "unreadable" | null {
  const file = disk.open(name, "read");
  if (!file) return null;
  try {
    const bytes = new Uint8Array(Math.min(file.size(), longest));
    const json = parseJson("store: lock", "it", new TextDecoder().decode(bytes.subarray(0, readFully(file, 0, bytes))).trimEnd());
    if (!(json instanceof Map)) return "unreadable";
    const [pid, host, bootId, started, token] = ["pid", "host", "bootId", "started", "token"].map((key) => json.get(key));
    if (
      typeof pid !== "number" ||
      pid < 1 ||
      typeof host !== "string" ||
      typeof bootId !== "string" ||
      typeof started !== "string" ||
      typeof token !== "string"
    )
      return "unreadable";
    return { pid, host, bootId, started, token };
  } catch (error) {
    if (error instanceof HopfieldError && error.code !== "E_IO") return "unreadable";
    throw error;
  } finally {
    file.close();
  }
}

/** Whether the lock is still ours. @throws HopfieldError E_LOCKED when somebody took it over. */
export function checkLock(disk: Disk, lock: Lock): void {
  const now = readHolder(disk, lockName);
  if (now !== null && now !== "unreadable" && now.token === lock.token) return;
  const by = now === null || now === "unreadable" ? "" : ` by process ${now.pid} on ${now.host}`;
  throw new HopfieldError("E_LOCKED", `store ${JSON.stringify(disk.path)}: its lock was taken over${by}; nothing more is written here`);
}

/** Gives the lock back unless somebody took it over. */
export function releaseLock(disk: Disk, lock: Lock): void {
  const now = readHolder(disk, lockName);
  if (now !== null && now !== "unreadable" && now.token === lock.token) disk.remove(lockName);
}

/** 20 ms. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

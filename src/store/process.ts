/** @file Who we are, for the lock; and whether somebody else is still there. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Of the running system; "" where it is not known (other systems than Linux). */
  readonly bootId: string;
  /** Start time of the process in clock ticks since the boot; "" where it is not known. */
  readonly started: string;
  /** Unique for every lock ever made. */
  readonly token: string;
}

export function thisProcess(): Holder {
  // None of these changes while the process lives.
  constant ??= { pid: process.pid, host: hostname(), bootId: bootId(), started: startOf(process.pid) ?? "" };
  return { ...constant, token: randomUUID() };
}

let constant: Omit<Holder, "token"> | undefined;

/**
 * Whether the holder is surely gone: the same host was started anew, no process has its number, or the one that has started at another time. A holder on another host is never
 * thought gone: there is no way to ask.
 */
export function isGone(holder: Holder, mine: Holder): boolean {
  if (holder.host !== mine.host) return false;
  if (holder.bootId !== mine.bootId) return holder.bootId !== "" && mine.bootId !== "";
  if (!isAlive(holder.pid)) return true;
  const started = startOf(holder.pid);
  return started === null || (started !== "" && holder.started !== "" && started !== holder.started);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and not ours.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "";
  }
}

/** Start time of a process; null when it is gone or a zombie; "" where the system does not say. */
function startOf(pid: number): string | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return process.platform === "linux" && isAlive(process.pid) && !isAlive(pid) ? null : "";
  }
  // "pid (name) state ppid ...": the name may hold spaces and parentheses, so fields are counted from the last one. The start time is field 22.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? "");
}

/**
 * A disk in memory that loses power. Writes to a file and changes of names are pending until the file or the directory is flushed; a loss of power keeps any subset of what is pending,
 * in order, and of a write any prefix. Names of locks are not simulated: they mean nothing after a loss of power and are kept as they are.
 */
import type { Disk, DiskFile, SyncPoint } from "../../src/store/disk.ts";

type FileChange = { readonly at: number; readonly bytes: Uint8Array } | { readonly size: number };
type NameChange =
  | { readonly enter: string; readonly inode: number }
  | { readonly from: string; readonly to: string }
  | { readonly remove: string };

interface Inode {
  readonly durable: Uint8Array;
  readonly pending: readonly FileChange[];
}

/** Everything there is at one instant; never changed once made. */
export interface Instant {
  readonly made: "no" | "pending" | "yes";
  readonly names: ReadonlyMap<string, number>;
  readonly pendingNames: readonly NameChange[];
  readonly inodes: ReadonlyMap<number, Inode>;
}

export interface SimulatedDisk extends Disk {
  instant(): Instant;
  /** Called before every change with what it is; may throw, and then nothing is changed. */
  before: (what: string) => void;
  /** The same before every read, list and look. */
  beforeRead: (what: string) => void;
  /** Called before a write; returns how many bytes are taken. */
  take: (bytes: number) => number;
  /** This flush is left out. */
  skip: SyncPoint | null;
  readonly seen: Set<SyncPoint>;
}

const nothing: Instant = { made: "no", names: new Map(), pendingNames: [], inodes: new Map() };
const isLock = (name: string): boolean => /^(?:lock|takeover-)/.test(name);

export function applyChange(bytes: Uint8Array, change: FileChange, keep = Number.POSITIVE_INFINITY): Uint8Array {
  if ("size" in change) {
    const out = new Uint8Array(change.size);
    out.set(bytes.subarray(0, change.size));
    return out;
  }
  const taken = change.bytes.subarray(0, Math.min(keep, change.bytes.length));
  const out = new Uint8Array(Math.max(bytes.length, change.at + taken.length));
  out.set(bytes);
  out.set(taken, change.at);
  return out;
}

function applyName(names: Map<string, number>, change: NameChange): void {
  if ("enter" in change) names.set(change.enter, change.inode);
  else if ("remove" in change) names.delete(change.remove);
  else {
    const inode = names.get(change.from);
    if (inode === undefined) return;
    names.delete(change.from);
    names.set(change.to, inode);
  }
}

export function simulatedDisk(start: Instant = nothing): SimulatedDisk {
  let { made } = start;
  const durableNames = new Map(start.names);
  let pendingNames = [...start.pendingNames];
  const inodes = new Map(start.inodes);
  const names = new Map(start.names);
  for (const change of pendingNames) applyName(names, change);
  const content = new Map<number, Uint8Array>();
  for (const [inode, { durable, pending }] of inodes)
    content.set(
      inode,
      pending.reduce((bytes, change) => applyChange(bytes, change), durable),
    );
  let nextInode = Math.max(0, ...inodes.keys()) + 1;
  const changeName = (change: NameChange): void => {
    applyName(names, change);
    const name = "enter" in change ? change.enter : "remove" in change ? change.remove : change.to;
    if (isLock(name)) applyName(durableNames, change);
    else pendingNames.push(change);
  };
  const systemError = (code: string): Error => Object.assign(new Error(code), { code });
  const change = (inode: number, what: FileChange): void => {
    content.set(inode, applyChange(content.get(inode) ?? new Uint8Array(0), what));
    const old = inodes.get(inode) ?? { durable: new Uint8Array(0), pending: [] };
    inodes.set(inode, { durable: old.durable, pending: [...old.pending, what] });
  };
  const fileOf = (inode: number, name: string): DiskFile => ({
    descriptor: null,
    size: () => {
      if (!isLock(name)) disk.beforeRead(`look at ${name}`);
      return (content.get(inode) as Uint8Array).length;
    },
    read: (at, into) => {
      if (!isLock(name)) disk.beforeRead(`read ${name}`);
      const bytes = (content.get(inode) as Uint8Array).subarray(at, at + into.length);
      into.set(bytes);
      return bytes.length;
    },
    write: (at, bytes) => {
      if (!isLock(name)) disk.before(`write ${name}`);
      const taken = isLock(name) ? bytes.length : disk.take(bytes.length);
      if (taken > 0) change(inode, { at, bytes: bytes.slice(0, taken) });
      if (isLock(name)) inodes.set(inode, { durable: content.get(inode) as Uint8Array, pending: [] });
      return taken;
    },
    truncate: (size) => {
      disk.before(`cut ${name}`);
      change(inode, { size });
    },
    sync: (what) => {
      disk.before(`flush ${name}`);
      disk.seen.add(what);
      if (what !== disk.skip) inodes.set(inode, { durable: content.get(inode) as Uint8Array, pending: [] });
    },
    close: () => {},
  });
  const disk: SimulatedDisk = {
    path: "simulated",
    before: () => {},
    beforeRead: () => {},
    take: (bytes) => bytes,
    skip: null,
    seen: new Set(),
    instant: () => ({ made, names: new Map(durableNames), pendingNames: [...pendingNames], inodes: new Map(inodes) }),
    make: () => {
      if (made !== "no") return false;
      disk.before("make");
      made = "pending";
      return true;
    },
    list: () => {
      disk.beforeRead("list");
      return made === "no" ? null : [...names.keys()];
    },
    open: (name, mode) => {
      const inode = names.get(name);
      if (mode !== "create") return inode === undefined ? null : fileOf(inode, name);
      if (inode !== undefined) return null;
      if (made === "no") throw systemError("ENOENT");
      if (!isLock(name)) disk.before(`create ${name}`);
      const fresh = nextInode++;
      content.set(fresh, new Uint8Array(0));
      inodes.set(fresh, { durable: new Uint8Array(0), pending: [] });
      changeName({ enter: name, inode: fresh });
      return fileOf(fresh, name);
    },
    rename: (from, to) => {
      if (!names.has(from)) throw systemError("ENOENT");
      if (!isLock(to)) disk.before(`rename ${from}`);
      changeName({ from, to });
    },
    link: (from, to) => {
      if (names.has(to)) return false;
      changeName({ enter: to, inode: names.get(from) as number });
      return true;
    },
    remove: (name) => {
      if (!names.has(name)) return;
      if (!isLock(name)) disk.before(`remove ${name}`);
      changeName({ remove: name });
    },
    syncNames: (what) => {
      disk.before("flush names");
      disk.seen.add(what);
      if (what === disk.skip) return;
      for (const each of pendingNames) applyName(durableNames, each);
      pendingNames = [];
    },
    syncParent: (what) => {
      disk.before("flush parent");
      disk.seen.add(what);
      if (what !== disk.skip && made === "pending") made = "yes";
    },
  };
  return disk;
}

/** What a loss of power keeps: of every list of pending changes, those whose bit is set; of one write, a prefix only. */
export interface Kept {
  readonly made: boolean;
  readonly names: number;
  readonly files: ReadonlyMap<number, number>;
  readonly torn?: { readonly inode: number; readonly change: number; readonly bytes: number };
}

export function afterPowerLoss(instant: Instant, kept: Kept): Instant {
  if (instant.made === "no" || (instant.made === "pending" && !kept.made)) return nothing;
  const names = new Map(instant.names);
  instant.pendingNames.forEach((change, i) => {
    if ((kept.names >> i) & 1) applyName(names, change);
  });
  const inodes = new Map<number, Inode>();
  for (const inode of new Set(names.values())) {
    const { durable, pending } = instant.inodes.get(inode) as Inode;
    const bits = kept.files.get(inode) ?? 0;
    let bytes = durable;
    pending.forEach((change, i) => {
      if (!((bits >> i) & 1)) return;
      const torn = kept.torn?.inode === inode && kept.torn.change === i ? kept.torn.bytes : undefined;
      bytes = applyChange(bytes, change, torn);
    });
    inodes.set(inode, { durable: bytes, pending: [] });
  }
  return { made: "yes", names, pendingNames: [], inodes };
}

/** Inodes with pending changes. */
export function pendingFiles(instant: Instant): [number, readonly FileChange[]][] {
  return [...instant.inodes].filter(([, { pending }]) => pending.length > 0).map(([inode, { pending }]) => [inode, pending]);
}

/** Every subset of everything pending, then every prefix of every single write with everything else kept and with nothing else kept. */
export function* everyLoss(instant: Instant, prefixStep: number): Generator<Kept> {
  const files = pendingFiles(instant);
  const counts = [instant.pendingNames.length, ...files.map(([, pending]) => pending.length)];
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total > 16) throw new Error(`${total} pending changes are too many to try every subset`);
  const keptOf = (bits: number): Omit<Kept, "made" | "torn"> => {
    let rest = bits >> (counts[0] as number);
    const chosen = new Map<number, number>();
    for (const [inode, pending] of files) {
      chosen.set(inode, rest & ((1 << pending.length) - 1));
      rest >>= pending.length;
    }
    return { names: bits & ((1 << (counts[0] as number)) - 1), files: chosen };
  };
  if (instant.made === "pending") yield { made: false, names: 0, files: new Map() };
  for (let bits = 0; bits < 2 ** total; bits++) yield { made: true, ...keptOf(bits) };
  const everything = keptOf(2 ** total - 1);
  for (const [inode, pending] of files) {
    for (let c = 0; c < pending.length; c++) {
      const change = pending[c] as FileChange;
      if ("size" in change) continue;
      for (let bytes = 1; bytes < change.bytes.length; bytes += prefixStep) {
        const torn = { inode, change: c, bytes };
        yield { made: true, ...everything, torn };
        yield { made: true, names: everything.names, files: new Map([[inode, 1 << c]]), torn };
      }
    }
  }
}

/** The losses that show most: nothing kept, everything, only names, only bytes, all but one change, one change alone. */
export function* tellingLosses(instant: Instant): Generator<Kept> {
  const files = pendingFiles(instant);
  const bitsOf = (n: number): number => 2 ** n - 1;
  const all = new Map(files.map(([inode, pending]) => [inode, bitsOf(pending.length)]));
  const allNames = bitsOf(instant.pendingNames.length);
  if (instant.made === "pending") yield { made: false, names: 0, files: new Map() };
  for (const names of [0, allNames]) for (const kept of [new Map<number, number>(), all]) yield { made: true, names, files: kept };
  for (let i = 0; i < instant.pendingNames.length; i++) {
    yield { made: true, names: 1 << i, files: all };
    yield { made: true, names: allNames - (1 << i), files: all };
  }
  for (const [inode, pending] of files) {
    for (let i = 0; i < pending.length; i++) {
      yield { made: true, names: allNames, files: new Map(all).set(inode, (all.get(inode) as number) - (1 << i)) };
      yield { made: true, names: allNames, files: new Map([[inode, 1 << i]]) };
    }
  }
}

/** One loss drawn by `draw(n)`, whole numbers 0 ... n - 1. */
export function randomLoss(instant: Instant, draw: (n: number) => number): Kept {
  const files = pendingFiles(instant);
  const chosen = new Map(files.map(([inode, pending]) => [inode, draw(2 ** Math.min(30, pending.length))]));
  const kept: Kept = { made: draw(4) > 0, names: draw(2 ** Math.min(30, instant.pendingNames.length)), files: chosen };
  const [inode, pending] = files.length > 0 ? (files[draw(files.length)] as [number, readonly FileChange[]]) : [0, []];
  if (pending.length === 0 || draw(2) === 0) return kept;
  const change = draw(pending.length);
  const what = pending[change] as FileChange;
  return "size" in what ? kept : { ...kept, torn: { inode, change, bytes: draw(what.bytes.length) } };
}

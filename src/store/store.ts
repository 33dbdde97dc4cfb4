/** @file createStore and openStore: a directory in, a Store out. The state is a Session; everything else is a function. */
import { type MatrixLike, toMatrix } from "../core/matrix.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { startLog } from "./compact.ts";
import { type Contents, closeContents, liveRows, openContents, readOn } from "./contents.ts";
import type { Disk } from "./disk.ts";
import { fail } from "./fail.ts";
import { type Durability, guardedDisk } from "./guarded-disk.ts";
import { indexIds, rowOf } from "./id-index.ts";
import { checkId } from "./ids.ts";
import { infoOf } from "./info.ts";
import { type Kind, mostDimensions, type Storage } from "./layout.ts";
import { releaseLock } from "./lock.ts";
import { type Manifest, manifestName, readManifest, replaceManifest } from "./manifest.ts";
import { nodeDisk } from "./node-disk.ts";
import { loadFrom, recallFrom } from "./recall.ts";
import { batchesOf, idAt, metadataAt, patternAt } from "./rows.ts";
import { closeSession, lockFor, openForWriting, type Session } from "./session.ts";
import { endScanner } from "./stream.ts";
import type { CreateOptions, OpenOptions, Store } from "./types.ts";
import { verifyDisk } from "./verify.ts";
import { checkByteOrder } from "./whole-numbers.ts";
import { addRows, compactStore, removeRows } from "./write.ts";

/**
 * Makes an empty store in a new (or empty) directory and opens it for writing.
 * @throws HopfieldError E_RANGE (options), E_CONFLICT (there is a store, or something else), E_IO, E_LOCKED.
 */
export function createStore(path: string, options: CreateOptions): Store {
  return createOn(nodeDisk(path), options);
}

/**
 * Opens a store. Readers take no lock and see what was acknowledged before.
 * @throws HopfieldError E_IO (no store), E_FORMAT (damaged), E_UNSUPPORTED (a newer format), E_LOCKED (mode "write": another writer is at work).
 */
export function openStore(path: string, options: OpenOptions = {}): Store {
  return openOn(nodeDisk(path), options);
}

/** createStore on any disk. */
export function createOn(bare: Disk, options: CreateOptions): Store {
  const where = "createStore";
  checkByteOrder();
  checkNames(where, options, ["dimension", "storage", "durability"]);
  const kind: Kind = {
    dimension: checkNumber(where, "dimension", options?.dimension, { whole: true, atLeast: 1, atMost: mostDimensions }),
    storage: checkChoice<Storage>(where, "storage", options.storage ?? "f32", ["f32", "f16", "int8"]),
  };
  const durability = durabilityOf(where, options.durability);
  const disk = guardedDisk(bare, durability);
  if (disk.make()) disk.syncParent("directory");
  const names = disk.list() ?? [];
  if (names.includes(manifestName)) return fail("E_CONFLICT", where, `${JSON.stringify(disk.path)} is a store already`);
  // What a killed create leaves may be there.
  const strange = names.find((name) => !/^(?:lock(?:-[0-9a-f-]{36}\.new)?|log-1\.bin|store\.json\.new|takeover-[0-9a-f-]{36})$/.test(name));
  if (strange !== undefined)
    return fail("E_CONFLICT", where, `${JSON.stringify(disk.path)} is not empty: it holds ${JSON.stringify(strange)}`);
  const lock = lockFor(disk, 0, false);
  try {
    if (readManifest(disk)) fail("E_CONFLICT", where, `${JSON.stringify(disk.path)} is a store already`);
    const manifest: Manifest = { ...kind, generation: 1, snapshot: null, sequence: 0, nextId: 0 };
    startLog(disk, manifest, "first log");
    replaceManifest(disk, manifest);
  } catch (error) {
    releaseLock(disk, lock);
    throw error;
  }
  return facade(openForWriting(disk, lock, durability === "disk"));
}

/** openStore on any disk. */
export function openOn(bare: Disk, options: OpenOptions): Store {
  const where = "openStore";
  checkByteOrder();
  checkNames(where, options, ["mode", "durability", "wait", "breakLock"]);
  const mode = checkChoice(where, "mode", options.mode ?? "read", ["read", "write"]);
  const durability = durabilityOf(where, options.durability);
  const disk = guardedDisk(bare, durability);
  const wait = checkNumber(where, "wait", options.wait ?? 0, { atLeast: 0, atMost: 1e6 });
  if (mode === "read") {
    return facade({
      disk,
      lock: null,
      durable: false,
      contents: openContents(disk, "read"),
      ids: null,
      version: 0,
      broken: null,
      closed: false,
    });
  }
  // Before the lock file is made, so that nothing is written where no store is.
  if (!readManifest(disk)) closeContents(openContents(disk, "read"));
  return facade(openForWriting(disk, lockFor(disk, wait, options.breakLock === true), durability === "disk"));
}

function durabilityOf(where: string, given: unknown): Durability {
  return checkChoice(where, "durability", given ?? "disk", ["disk", "process"]);
}

function facade(session: Session): Store {
  const now = (): Contents => {
    if (session.closed) return fail("E_CONFLICT", "store", "it was closed; open it again");
    return session.contents;
  };
  const { manifest } = session.contents;
  return {
    path: session.disk.path,
    mode: session.lock ? "write" : "read",
    dimension: manifest.dimension,
    storage: manifest.storage,
    get patterns() {
      return liveRows(now());
    },
    add(rows: MatrixLike, options = {}) {
      now();
      return addRows(session, rows, options ?? {});
    },
    remove(what) {
      now();
      return removeRows(session, what);
    },
    get(id) {
      const contents = now();
      session.ids ??= indexIds(contents);
      const row = rowOf(session.ids, contents, checkId("get", id));
      return row < 0 ? null : { id: idAt(contents, row), pattern: patternAt(contents, row), metadata: metadataAt(contents, row) };
    },
    batches: (size = 1024, where) => batchesOf(now(), checkNumber("batches", "size", size, { whole: true, atLeast: 1 }), where),
    recall(queries, options = {}) {
      now();
      const missing = options?.missing === "nan" ? "keep" : "refuse";
      return recallFrom(session, toMatrix(queries, "recall: queries", missing), options ?? {});
    },
    load(options = {}, where) {
      now();
      return loadFrom(session, where, options ?? {});
    },
    info() {
      now();
      return infoOf(session);
    },
    verify() {
      now();
      return verifyDisk(session.disk);
    },
    compact() {
      now();
      return compactStore(session);
    },
    refresh() {
      return refresh(session, now());
    },
    close() {
      endScanner(session);
      closeSession(session);
    },
  };
}

/** A writer is always up to date: nobody else may write. */
function refresh(session: Session, contents: Contents): boolean {
  if (session.lock) return false;
  const latest = readManifest(session.disk);
  if (latest && latest.generation === contents.manifest.generation) {
    if (readOn(contents) === 0) return false;
  } else {
    const next = openContents(session.disk, "read");
    closeContents(contents);
    session.contents = next;
  }
  session.ids = null;
  session.version++;
  return true;
}

/** Reads a whole store against its checksums; takes no lock, writes nothing. @throws HopfieldError E_IO when there is no store, E_UNSUPPORTED for a newer format. */
export function verifyStore(path: string): ReturnType<typeof verifyDisk> {
  return verifyDisk(guardedDisk(nodeDisk(path), "disk"));
}

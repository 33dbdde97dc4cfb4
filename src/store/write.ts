/** @file The three changes of a store: add, remove, compact. Everything is checked before anything is written. */
import { HopfieldError } from "../core/errors.ts";
import { type MatrixLike, toMatrix } from "../core/matrix.ts";
import { checkNames } from "../core/options.ts";
import { compactTo } from "./compact.ts";
import { closeContents, include, liveRows, openContents } from "./contents.ts";
import { type EncodedPart, encodePart } from "./encode-part.ts";
import { fail } from "./fail.ts";
import { indexIds, rowOf } from "./id-index.ts";
import { checkId, type Id, textBase } from "./ids.ts";
import { mostRows } from "./layout.ts";
import { checkLock } from "./lock.ts";
import { appendTransaction } from "./log.ts";
import { logName, snapshotName } from "./manifest.ts";
import { encodeMetadata } from "./metadata.ts";
import { matchingRows } from "./rows.ts";
import { acknowledge, type Session } from "./session.ts";
import type { Added, AddOptions, Removed } from "./types.ts";
import { predicateOf, type Where } from "./where.ts";

export function addRows(session: Session, input: MatrixLike, options: AddOptions): Added {
  checkNames("add", options, ["ids", "metadata", "upsert"]);
  checkWritable(session, "add");
  const { contents } = session;
  const { dimension } = contents.manifest;
  const rows = toMatrix(input, "add: rows");
  if (rows.columns !== dimension) {
    return fail("E_SHAPE", "add", `rows have ${rows.columns} columns, the store has ${dimension}`, {
      expected: dimension,
      got: rows.columns,
    });
  }
  if (contents.rows + rows.rows > mostRows)
    return fail("E_LIMIT", "add", `a store holds at most ${mostRows} rows, removed ones included until it is compacted`);
  const ids = options.ids === undefined ? newIds(contents.nextId, rows.rows) : givenIds(options.ids, rows.rows);
  const dead = options.ids === undefined ? [] : replaced(session, ids, options.upsert === true);
  const metadata = metadataOf(options.metadata, rows.rows);
  const nextId = ids.reduce<number>((next, id) => (typeof id === "number" && id >= next ? id + 1 : next), contents.nextId);
  const first = contents.rows;
  commit(session, encodePart(contents.manifest, rows, ids, metadata, dead), nextId);
  const index = session.ids;
  ids.forEach((id, i) => {
    index?.others.set(id, first + i);
  });
  return { added: rows.rows, patterns: liveRows(contents), ids: [ids[0] as Id, ids[ids.length - 1] as Id] };
}

export function removeRows(session: Session, what: { readonly ids?: ArrayLike<Id>; readonly where?: Where }): Removed {
  checkNames("remove", what, ["ids", "where"]);
  if ((what.ids === undefined) === (what.where === undefined)) return fail("E_RANGE", "remove", "expected either ids or where");
  checkWritable(session, "remove");
  const { contents } = session;
  const missing: Id[] = [];
  let rows: Uint32Array;
  if (what.ids === undefined) rows = matchingRows(contents, predicateOf("remove", what.where as Where));
  else {
    session.ids ??= indexIds(contents);
    const found = new Set<number>();
    for (const id of Array.from(checkList("remove", what.ids), (each) => checkId("remove", each))) {
      const row = rowOf(session.ids, contents, id);
      if (row >= 0) found.add(row);
      else missing.push(id);
    }
    rows = Uint32Array.from(found).sort();
  }
  if (rows.length > 0) commit(session, encodePart(contents.manifest, null, [], [], Array.from(rows)), contents.nextId);
  return { removed: rows.length, missing };
}

export function compactStore(session: Session): { before: number; after: number } {
  checkWritable(session, "compact");
  const { disk, contents } = session;
  const before = filesBytes(session);
  const old = contents.manifest.generation;
  guardWrites(session, () => {
    compactTo(disk, contents, () => ours(session));
    const next = openContents(disk, "write");
    closeContents(contents);
    session.contents = next;
  });
  session.ids = null;
  session.version++;
  acknowledge(session);
  // Readers that have them open go on reading them; where an open file cannot be removed, the next writer does it.
  for (const name of [snapshotName(old), logName(old)]) {
    try {
      disk.remove(name);
    } catch (error) {
      if (!(error instanceof HopfieldError)) throw error;
    }
  }
  return { before, after: filesBytes(session) };
}

/** Bytes of snapshot and log. */
export function filesBytes({ contents }: Session): number {
  return contents.log.size() + (contents.snapshot?.size() ?? 0);
}

function checkWritable(session: Session, where: string): void {
  if (!session.lock) fail("E_UNSUPPORTED", where, 'the store is open for reading; open it with mode "write"');
  if (session.broken !== null) fail("E_IO", where, `an earlier write failed (${session.broken}); close the store and open it again`);
}

/** @throws HopfieldError E_LOCKED when the lock is not ours any more. */
function ours(session: Session): void {
  if (session.lock) checkLock(session.disk, session.lock);
}

/** After a failed write nobody knows what is on the disk, and a second flush may wrongly succeed: the session writes nothing more. */
function guardWrites<T>(session: Session, work: () => T): T {
  ours(session);
  try {
    return work();
  } catch (error) {
    session.broken = error instanceof Error ? error.message : String(error);
    throw error;
  }
}

function commit(session: Session, encoded: EncodedPart, nextId: number): void {
  const { contents } = session;
  const { manifest, log, end } = contents;
  const transaction = guardWrites(session, () => {
    try {
      const place = { start: end, sequence: contents.sequence + 1, nextId, firstRow: contents.rows };
      return appendTransaction(log, logName(manifest.generation), manifest, encoded, place, () => ours(session));
    } catch (error) {
      // Refused is refused: nothing of it should come back. Not when the lock is another's now: then the log is, too.
      if (error instanceof HopfieldError && error.code === "E_IO") cut(session, end);
      throw error;
    }
  });
  include(contents, transaction);
  session.version++;
  acknowledge(session);
}

function cut(session: Session, end: number): void {
  try {
    ours(session);
    session.contents.log.truncate(end);
  } catch (error) {
    if (!(error instanceof HopfieldError)) throw error;
  }
}

function newIds(first: number, count: number): Id[] {
  if (first + count > textBase) return fail("E_LIMIT", "add", "there are no numbers below 2^52 left for new ids");
  return Array.from({ length: count }, (_, i) => first + i);
}

function checkList<T>(where: string, list: ArrayLike<T>, what = "ids"): ArrayLike<T> {
  if (list === null || typeof list !== "object" || typeof list.length !== "number") return fail("E_SHAPE", where, `${what} must be a list`);
  return list;
}

function givenIds(ids: ArrayLike<Id>, rows: number): Id[] {
  if (checkList("add", ids).length !== rows) return fail("E_SHAPE", "add", `${ids.length} ids for ${rows} rows`);
  const checked = Array.from(ids, (id, i) => checkId("add", id, `id of row ${i}`));
  const seen = new Set<Id>();
  checked.forEach((id, i) => {
    if (seen.has(id)) fail("E_CONFLICT", "add", `id ${JSON.stringify(id)} of row ${i} is there twice among the rows`, { id, row: i });
    seen.add(id);
  });
  return checked;
}

/** Rows that these ids have already. @throws HopfieldError E_CONFLICT when there are some and `upsert` is false. */
function replaced(session: Session, ids: readonly Id[], upsert: boolean): number[] {
  session.ids ??= indexIds(session.contents);
  const rows: number[] = [];
  for (const id of ids) {
    const row = rowOf(session.ids, session.contents, id);
    if (row < 0) continue;
    if (!upsert) fail("E_CONFLICT", "add", `id ${JSON.stringify(id)} is there already; upsert replaces it`, { id });
    rows.push(row);
  }
  return rows.sort((a, b) => a - b);
}

function metadataOf(metadata: AddOptions["metadata"], rows: number): Uint8Array[] {
  if (metadata === undefined) return [];
  if (checkList("add", metadata, "metadata").length !== rows) return fail("E_SHAPE", "add", `${metadata.length} metadata for ${rows} rows`);
  return Array.from(metadata, (each, i) => encodeMetadata(`add: metadata of row ${i}`, each));
}

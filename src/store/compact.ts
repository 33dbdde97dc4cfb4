/**
 * @file Compaction: the live rows of all parts, in order, become one snapshot of a new generation with an empty log; then the manifest is switched. Until the switch nothing of the old
 * generation is touched. Memory stays at a few MiB whatever the store holds, apart from ids that are texts.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Contents, liveRows } from "./contents.ts";
import { isDead } from "./dead-rows.ts";
import { type Disk, writeFully } from "./disk.ts";
import { encodeIds, type Id, textBase } from "./ids.ts";
import { type Counts, codeStride, rowBytesOf, type SectionName } from "./layout.ts";
import { logStart } from "./log.ts";
import { logName, type Manifest, replaceManifest } from "./manifest.ts";
import { idOfCode, type Part, readIdCodes, readMetadataBytes, readPatterns, readSection } from "./part.ts";
import { writeSnapshot } from "./snapshot.ts";
import { setU64 } from "./whole-numbers.ts";

/** A run of live rows of one part: rows first ... first + count - 1 of it. */
interface Run {
  readonly part: Part;
  readonly first: number;
  readonly count: number;
}

/** Rows of one step. */
const stepRows = 8192;

function* liveRuns({ parts, dead }: Contents, most = stepRows): Generator<Run> {
  for (const part of parts) {
    for (let row = 0; row < part.rows; ) {
      let end = row;
      while (end < part.rows && end - row < most && !isDead(dead, part.firstRow + end)) end++;
      if (end > row) yield { part, first: row, count: end - row };
      row = Math.max(end, row + 1);
      while (row < part.rows && isDead(dead, part.firstRow + row)) row++;
    }
  }
}

/** Writes generation + 1 and puts it in force. @param mayCommit as in appendTransaction. @returns the new manifest. */
export function compactTo(disk: Disk, contents: Contents, mayCommit: () => void): Manifest {
  const { manifest, sequence, nextId } = contents;
  const generation = manifest.generation + 1;
  const measured = measure(contents);
  const next: Manifest = { dimension: manifest.dimension, storage: manifest.storage, generation, sequence, nextId, snapshot: null };
  const snapshot =
    liveRows(contents) === 0
      ? null
      : writeSnapshot(disk, generation, manifest, measured.counts, measured, (name) => sectionBytes(contents, name, measured));
  const whole: Manifest = { ...next, snapshot };
  startLog(disk, whole, "next log");
  mayCommit();
  replaceManifest(disk, whole);
  return whole;
}

/** An empty log of a generation, on the disk. */
export function startLog(disk: Disk, manifest: Manifest, what: "first log" | "next log"): void {
  const name = logName(manifest.generation);
  disk.remove(name);
  const file = disk.open(name, "create");
  if (!file) throw new HopfieldError("E_CONFLICT", `store: ${name} appeared while it was being made`);
  try {
    writeFully(file, 0, logStart(manifest));
    file.sync(what);
  } finally {
    file.close();
  }
}

interface Measured {
  readonly counts: Counts;
  readonly metadataBytes: number;
  readonly largestNorm: number;
  readonly lost: number;
}

/** What the new part's layout follows from; the largest norm is that of the live rows again. */
function measure(contents: Contents): Measured {
  const { dimension } = contents.manifest;
  let idText = 0;
  let metadataBytes = 0;
  let largest = 0;
  for (const { part, first, count } of liveRuns(contents, Math.max(1, Math.floor(2 ** 20 / dimension)))) {
    for (const bytes of readMetadataBytes(part, first, count)) metadataBytes += bytes.length;
    if (part.idText > 0)
      for (const id of idsOf(part, first, count)) if (typeof id === "string") idText += 4 + new TextEncoder().encode(id).length;
    const rows = new Float32Array(count * dimension);
    readPatterns(part, first, count, rows);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let k = i * dimension; k < (i + 1) * dimension; k++) sum += (rows[k] as number) * (rows[k] as number);
      largest = Math.max(largest, sum);
    }
  }
  const counts = { rows: liveRows(contents), dead: 0, idText: Math.ceil(idText / 8) * 8, metadata: Math.ceil(metadataBytes / 8) * 8 };
  return { counts, metadataBytes, largestNorm: Math.sqrt(largest), lost: contents.lost };
}

function idsOf(part: Part, first: number, count: number): Id[] {
  return Array.from(readIdCodes(part, first, count), (code) => idOfCode(part, code));
}

function* sectionBytes(contents: Contents, name: SectionName, { counts, metadataBytes }: Measured): Generator<Uint8Array> {
  const { dimension, storage } = contents.manifest;
  const rowBytes: Partial<Record<SectionName, number>> = {
    patterns: rowBytesOf({ dimension, storage }),
    scales: 4,
    biases: 4,
    codes: codeStride(dimension),
  };
  if (name === "ids" || name === "ids.text") yield* idBytes(contents, name);
  else if (name === "metadata" || name === "metadata.ends") yield* metadataPieces(contents, name, counts.metadata, metadataBytes);
  else if (name !== "dead") {
    const bytes = rowBytes[name] ?? 0;
    const most = Math.max(1, Math.floor(2 ** 20 / bytes));
    for (const { part, first, count } of liveRuns(contents, most)) yield readSection(part, name, first * bytes, (first + count) * bytes);
  }
}

/** Codes of texts count from the start of all texts, so they are made anew. */
function* idBytes(contents: Contents, name: "ids" | "ids.text"): Generator<Uint8Array> {
  let at = 0;
  for (const { part, first, count } of liveRuns(contents)) {
    const ids = idsOf(part, first, count);
    const { codes, text } = encodeIds(ids);
    const view = new DataView(codes.buffer);
    let used = 0;
    ids.forEach((id, i) => {
      if (typeof id === "number") return;
      setU64(view, i * 8, textBase + at + used);
      used += 4 + new DataView(text.buffer).getUint32(used, true);
    });
    at += used;
    yield name === "ids" ? codes : text.subarray(0, used);
  }
  if (name === "ids.text") yield new Uint8Array(Math.ceil(at / 8) * 8 - at);
}

function* metadataPieces(contents: Contents, name: "metadata" | "metadata.ends", padded: number, total: number): Generator<Uint8Array> {
  if (total === 0) return;
  let at = 0;
  for (const { part, first, count } of liveRuns(contents)) {
    const texts = readMetadataBytes(part, first, count);
    if (name === "metadata") yield* texts;
    else {
      const ends = new Uint8Array(count * 8);
      const view = new DataView(ends.buffer);
      texts.forEach((text, i) => {
        at += text.length;
        setU64(view, i * 8, at);
      });
      yield ends;
    }
  }
  if (name === "metadata") yield new Uint8Array(padded - total).fill(0x20);
}

/** @file Going over the live rows: which match a condition, what their ids and metadata are, their patterns. */
import type { Matrix } from "../core/matrix.ts";
import { type Contents, liveRows, partOf } from "./contents.ts";
import { isDead } from "./dead-rows.ts";
import type { Id } from "./ids.ts";
import { type Metadata, parseMetadata } from "./metadata.ts";

import { idOfCode, type Part, readIdCodes, readMetadata, readMetadataBytes, readPatterns } from "./part.ts";
import { predicateOf, type Where } from "./where.ts";

/** Calls `visit` with every live row that has metadata: its ordinal, and the metadata. */
export function visitMetadata({ parts, dead }: Contents, visit: (row: number, metadata: Metadata, bytes: number) => void): void {
  const step = 4096;
  for (const part of parts) {
    if (part.metadata === 0) continue;
    for (let first = 0; first < part.rows; first += step) {
      const texts = readMetadataBytes(part, first, Math.min(step, part.rows - first));
      texts.forEach((text, i) => {
        const row = part.firstRow + first + i;
        if (text.length > 0 && !isDead(dead, row)) visit(row, parseMetadata(text), text.length);
      });
    }
  }
}

/** Ordinals of the live rows that match, rising. */
export function matchingRows(contents: Contents, matches: (metadata: Metadata) => boolean): Uint32Array {
  const found: number[] = [];
  visitMetadata(contents, (row, metadata) => {
    if (matches(metadata)) found.push(row);
  });
  return Uint32Array.from(found);
}

/** Ordinals of all live rows, rising; null when that is every row there is. */
export function livingRows(contents: Contents): Uint32Array | null {
  if (contents.dead.count === 0) return null;
  const rows = new Uint32Array(liveRows(contents));
  for (let row = 0, at = 0; row < contents.rows; row++) if (!isDead(contents.dead, row)) rows[at++] = row;
  return rows;
}

export function idAt(contents: Contents, row: number): Id {
  const part = partOf(contents, row);
  return idOfCode(part, readIdCodes(part, row - part.firstRow, 1)[0] as number);
}

export function metadataAt(contents: Contents, row: number): Metadata | null {
  const part = partOf(contents, row);
  return readMetadata(part, row - part.firstRow);
}

export function patternAt(contents: Contents, row: number): Float32Array {
  const part = partOf(contents, row);
  const out = new Float32Array(part.kind.dimension);
  readPatterns(part, row - part.firstRow, 1, out);
  return out;
}

/** Calls `visit` with each run of the given rows (rising; null: all) that follow each other within a part: first row of the part, how many. */
function visitRuns({ parts }: Contents, rows: Uint32Array | null, visit: (part: Part, first: number, count: number) => void): void {
  let next = 0;
  for (const part of parts) {
    if (rows === null) visit(part, 0, part.rows);
    else {
      const end = part.firstRow + part.rows;
      while (next < rows.length && (rows[next] as number) < end) {
        const first = rows[next] as number;
        let count = 1;
        while (next + count < rows.length && rows[next + count] === first + count && first + count < end) count++;
        visit(part, first - part.firstRow, count);
        next += count;
      }
    }
  }
}

/** Copies the patterns of the given rows one after another, in long reads where they follow each other. */
export function copyPatterns(contents: Contents, rows: Uint32Array | null, dimension: number, into: Float32Array): void {
  let at = 0;
  visitRuns(contents, rows, (part, first, count) => {
    for (let row = first; row < first + count; row += stepOf(dimension)) {
      const some = Math.min(stepOf(dimension), first + count - row);
      readPatterns(part, row, some, into.subarray(at * dimension, (at + some) * dimension));
      at += some;
    }
  });
}

function idsAt(contents: Contents, rows: Uint32Array): Id[] {
  const ids: Id[] = [];
  visitRuns(contents, rows, (part, first, count) => {
    for (const code of readIdCodes(part, first, count)) ids.push(idOfCode(part, code));
  });
  return ids;
}

function allMetadataAt(contents: Contents, rows: Uint32Array): (Metadata | null)[] {
  const all: (Metadata | null)[] = [];
  visitRuns(contents, rows, (part, first, count) => {
    for (const text of readMetadataBytes(part, first, count)) all.push(text.length > 0 ? parseMetadata(text) : null);
  });
  return all;
}

/** Rows of one long read: whole blocks. */
function stepOf(dimension: number): number {
  return Math.max(1, Math.floor(2 ** 20 / (dimension * 4)));
}

/** Live rows (or those that match) in order, at most `size` at a time. */
export function* batchesOf(
  contents: Contents,
  size: number,
  where?: Where,
): Generator<{ rows: Matrix; ids: Id[]; metadata: (Metadata | null)[] }> {
  const rows =
    where === undefined
      ? (livingRows(contents) ?? Uint32Array.from({ length: contents.rows }, (_, i) => i))
      : matchingRows(contents, predicateOf("batches", where));
  const { dimension } = contents.manifest;
  for (let first = 0; first < rows.length; first += size) {
    const some = rows.subarray(first, first + size);
    const data = new Float32Array(some.length * dimension);
    copyPatterns(contents, some, dimension, data);
    yield {
      rows: { data, rows: some.length, columns: dimension },
      ids: idsAt(contents, some),
      metadata: allMetadataAt(contents, some),
    };
  }
}

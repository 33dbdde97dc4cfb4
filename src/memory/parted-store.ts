/**
 * @file Patterns that are more than one memory of the engine holds (4 GiB): consecutive rows in several pattern stores, each with an arena of its own, behind one store that
 * knows how many there are. evaluate.ts asks every part and parted-evaluate.ts makes one answer of theirs.
 */
import { HopfieldError } from "../core/errors.ts";
import { type MatrixLike, shapeOf, toMatrix } from "../core/matrix.ts";
import { createMemoryIn } from "./facade.ts";
import { evaluateParts } from "./parted-evaluate.ts";
import { openPatternStore, type PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import type { Memory, MemoryOptions } from "./types.ts";

/** createLargeMemory where one arena takes at most `partBytes` of patterns, keys and values. */
export function createMemoryOfParts(patterns: MatrixLike, options: MemoryOptions, partBytes: number): Memory {
  return createMemoryIn(patterns, options, (values, settings) =>
    bytesOf(patterns, values, settings) > partBytes
      ? openPartedStore(patterns, values, settings, partBytes)
      : openPatternStore(patterns, values, settings.kernel, settings.build, settings.threads),
  );
}

/** Bytes that patterns, projected keys and values take. */
function bytesOf(patterns: MatrixLike, values: MatrixLike | undefined, settings: Settings): number {
  const { rows, columns } = shapeOf(patterns, "createMemory: patterns");
  const valueColumns = values === undefined ? 0 : shapeOf(values, "createMemory: values").columns;
  return 4 * rows * (columns + (settings.kernel?.rows ?? 0) + valueColumns);
}

/**
 * @param partBytes a part holds at most so many bytes, and at least one row.
 * @throws HopfieldError as openPatternStore; E_LIMIT for models that need all patterns in one place.
 */
function openPartedStore(input: MatrixLike, values: MatrixLike | undefined, settings: Settings, partBytes: number): PatternStore {
  const { rows, columns } = shapeOf(input, "createMemory: patterns");
  const bytes = bytesOf(input, values, settings);
  checkSpread(settings, bytes, partBytes);
  const valueMatrix = values === undefined ? null : toMatrix(values, "createMemory: values");
  if (valueMatrix && valueMatrix.rows !== rows) {
    throw new HopfieldError("E_SHAPE", `createMemory: values has ${valueMatrix.rows} rows, there are ${rows} patterns`);
  }
  const partRows = Math.ceil(rows / Math.min(rows, Math.ceil(bytes / partBytes)));
  const parts: { first: number; store: PatternStore }[] = [];
  for (let first = 0; first < rows; first += partRows) {
    const last = Math.min(rows, first + partRows);
    const own = valueMatrix ? rowsOf(valueMatrix, first, last, valueMatrix.columns) : undefined;
    const part = rowsOf(input, first, last, columns);
    parts.push({ first, store: openPatternStore(part, own, settings.kernel, settings.build, settings.threads, first) });
  }
  const { store } = parts[0] as { store: PatternStore };
  const whole: PatternStore = {
    ...store,
    ...{ rows, capacity: rows, parts, derived: new Map() },
    join: (asked, beta, request, part) => evaluateParts(whole, asked, beta, request, part),
  };
  return whole;
}

function checkSpread(settings: Settings, bytes: number, partBytes: number): void {
  const spread =
    settings.procedure === "operator" &&
    settings.similarity !== "centered-cosine" &&
    (settings.support === "all" || settings.support === "top-k");
  if (spread) return;
  throw new HopfieldError(
    "E_LIMIT",
    `createLargeMemory: ${Math.ceil(bytes / 2 ** 20)} MiB of patterns are more than the ${Math.floor(partBytes / 2 ** 20)} MiB that one memory of the engine takes; only models with similarity dot, l2, cosine or kernel over all patterns or the top-k spread over several`,
    { bytes },
  );
}

function rowsOf(input: MatrixLike, first: number, last: number, columns: number): MatrixLike {
  if (!("data" in input && "columns" in input)) return (input as ReadonlyArray<ArrayLike<number>>).slice(first, last);
  const [from, to] = [first * columns, last * columns];
  const data = canCut(input.data) ? input.data.subarray(from, to) : Array.prototype.slice.call(input.data, from, to);
  return { data, rows: last - first, columns };
}

/** Typed arrays give a view instead of a copy. */
function canCut(data: ArrayLike<number>): data is ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> } {
  return ArrayBuffer.isView(data) && "subarray" in data;
}

/**
 * @file Recall from a store. Patterns that fit into the memory limit are loaded once, as a memory of any model, and kept while the store does not change; a larger store is streamed from
 * the disk (stream.ts), for the models that can be.
 */
import type { Matrix } from "../core/matrix.ts";
import { checkNumber } from "../core/options.ts";
import { allocateRows } from "../memory/allocate.ts";
import { createMemory } from "../memory/create.ts";
import type { Memory, MemoryOptions, Recall, RecallOptions } from "../memory/types.ts";
import { liveRows } from "./contents.ts";
import { fail } from "./fail.ts";
import { copyPatterns, idAt, livingRows, matchingRows, metadataAt } from "./rows.ts";
import type { Session } from "./session.ts";
import { recallStreamed } from "./stream.ts";
import type { Nearest, StoreRecall, StoreRecallOptions } from "./types.ts";
import { predicateOf } from "./where.ts";

/** Rows recalled from (null: every row of the store), and how many. */
export interface Chosen {
  readonly rows: Uint32Array | null;
  readonly count: number;
}

/** The answer with the memory it came from. */
export interface Answered {
  readonly recall: Recall;
  readonly memory: StoreRecall["memory"];
}

export function recallFrom(session: Session, queries: Matrix, options: StoreRecallOptions): StoreRecall {
  const { memory: memoryOptions = {}, where, nearest: asked, memoryLimit: limit, ...rest } = options;
  const nearest = asked === undefined ? 5 : checkNumber("recall", "nearest", asked, { whole: true, atLeast: 0 });
  const memoryLimit = limit === undefined ? 2 ** 30 : checkNumber("recall", "memoryLimit", limit, { atLeast: 0 });
  const chosen = choose(session, where);
  const streamed = residentBytes(session, chosen) > memoryLimit;
  const recallOptions: RecallOptions = nearest > 0 ? { ...rest, alternatives: Math.max(rest.alternatives ?? 0, nearest) } : rest;
  const { recall, memory } = streamed
    ? recallStreamed(session, chosen, queries, memoryOptions, recallOptions, memoryLimit)
    : recallResident(session, chosen, where, queries, memoryOptions, recallOptions);
  return {
    ...recall,
    results: recall.results.map(({ alternatives, ...result }) =>
      rest.alternatives ? { ...result, alternatives: (alternatives ?? []).slice(0, rest.alternatives) } : result,
    ),
    nearest: recall.results.map(({ alternatives = [] }) =>
      alternatives.slice(0, nearest).map((leader) => nearestOf(session, chosen, leader)),
    ),
    patterns: chosen.count,
    streamed,
    memory,
  };
}

/** Patterns, their norms and biases, masks and scores of a few queries. */
function residentBytes({ contents }: Session, { count }: Chosen): number {
  return count * (4 * contents.manifest.dimension + 48);
}

function choose({ contents }: Session, where: StoreRecallOptions["where"]): Chosen {
  const rows = where === undefined ? livingRows(contents) : matchingRows(contents, predicateOf("recall", where));
  const count = rows ? rows.length : liveRows(contents);
  if (count === 0) return fail("E_RANGE", "recall", where === undefined ? "the store holds no pattern" : "no pattern matches where");
  return { rows, count };
}

function nearestOf(
  { contents }: Session,
  { rows }: Chosen,
  { index, weight }: { readonly index: number; readonly weight: number },
): Nearest {
  const row = rows ? (rows[index] as number) : index;
  return { id: idAt(contents, row), weight, metadata: metadataAt(contents, row) };
}

interface Kept {
  readonly version: number;
  readonly where: StoreRecallOptions["where"];
  readonly options: MemoryOptions;
  readonly memory: Memory;
}

/** The memory of the last recall of each session. */
const kept = new WeakMap<Session, Kept>();

/** The memory over what was chosen: the one of the last recall if it still fits. */
export function loadFrom(session: Session, where: StoreRecallOptions["where"], options: MemoryOptions): Memory {
  return residentMemory(session, choose(session, where), where, options);
}

function residentMemory(session: Session, chosen: Chosen, where: StoreRecallOptions["where"], options: MemoryOptions): Memory {
  const last = kept.get(session);
  if (last && last.version === session.version && last.where === where && sameOptions(last.options, options)) return last.memory;
  // Two at a time would be twice the memory.
  kept.delete(session);
  const memory = load(session, chosen, options);
  kept.set(session, { version: session.version, where, options, memory });
  return memory;
}

function recallResident(
  session: Session,
  chosen: Chosen,
  where: StoreRecallOptions["where"],
  queries: Matrix,
  options: MemoryOptions,
  recallOptions: RecallOptions,
): Answered {
  const memory = residentMemory(session, chosen, where, options);
  const recall = memory.recall(queries, recallOptions);
  const { model, similarity, separation, support, beta, betaSource, kernel, threads } = memory;
  return { recall, memory: { model, similarity, separation, support, beta, betaSource, kernel, threads } };
}

/** The same values; arrays by identity. */
function sameOptions(a: MemoryOptions, b: MemoryOptions): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof MemoryOptions>;
  return [...names].every((name) => a[name] === b[name]);
}

function load({ contents }: Session, { rows, count }: Chosen, options: MemoryOptions): Memory {
  const { dimension } = contents.manifest;
  const patterns = allocateRows(count, dimension);
  copyPatterns(contents, rows, dimension, patterns.data);
  // Bytes beside the rows on disk: bytes beside them in memory.
  return createMemory(patterns, contents.manifest.storage === "int8" ? { storage: "int8", ...options } : options);
}

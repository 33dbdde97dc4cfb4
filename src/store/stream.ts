/** @file Recall from a store that is larger than memory: which models can be streamed, and the recall of the library over the streaming engine. */
import type { Matrix } from "../core/matrix.ts";
import { hasThreads } from "../kernels/pool.ts";
import type { PatternStore } from "../memory/pattern-store.ts";
import { resolve, type Settings } from "../memory/presets.ts";
import { recallCues } from "../memory/recall.ts";
import type { MemoryState } from "../memory/state.ts";
import type { MemoryOptions, RecallOptions } from "../memory/types.ts";
import { fail } from "./fail.ts";
import type { Answered, Chosen } from "./recall.ts";
import { openScanner, type Scanner } from "./scan.ts";
import type { Session } from "./session.ts";
import { adviseStreamed } from "./stream-beta.ts";
import { streamEngine } from "./stream-engine.ts";

/** @throws HopfieldError E_UNSUPPORTED for what needs the patterns in memory. */
function checkStreams(settings: Settings, options: MemoryOptions, limit: number): void {
  const refuse = (what: string): never =>
    fail(
      "E_UNSUPPORTED",
      "recall",
      `${what} needs all patterns in memory, which the memory limit of ${limit} bytes does not allow; similarities dot, l2 and cosine over all patterns or top-k can be streamed`,
    );
  if (settings.procedure !== "operator") refuse(`model "${settings.model}"`);
  if (!["dot", "l2", "cosine"].includes(settings.similarity ?? "")) refuse(`similarity "${settings.similarity}"`);
  if (settings.support !== "all" && settings.support !== "top-k") refuse(`support "${settings.support}"`);
  if (options.values !== undefined) refuse("values");
  if (options.labels !== undefined) refuse("labels");
}

export function recallStreamed(
  session: Session,
  chosen: Chosen,
  queries: Matrix,
  options: MemoryOptions,
  recallOptions: RecallOptions,
  limit: number,
): Answered {
  const { contents } = session;
  const { dimension } = contents.manifest;
  // A mask would have to be as long as the store: it is refused below, whatever it is.
  const settings = resolve(
    options.support === "mask" || options.supportMask ? { ...options, supportMask: new Uint8Array(chosen.count).fill(1) } : options,
    chosen.count,
    dimension,
  );
  checkStreams(settings, options, limit);
  const scanner = scannerOf(session, settings, chosen, limit);
  const keep = recallOptions.alternatives ?? 0;
  const base = { contents, chosen, scanner, settings, keep, mostCandidates: Math.max(2 ** 20, Math.floor(limit / 32)) };
  const advised = settings.beta === null;
  const beta = settings.beta ?? adviseStreamed(base);
  const norms: Record<number, number> = {};
  const state: MemoryState = {
    store: absentPatterns(session, chosen, norms),
    settings: { ...settings, beta },
    hasValues: false,
    labels: null,
    engine: streamEngine({ ...base, beta }, norms),
    beta,
  };
  const recall = recallCues(state, queries, recallOptions);
  const { model, similarity, separation, support, build } = settings;
  return {
    recall,
    memory: {
      model,
      similarity,
      separation,
      support,
      beta,
      betaSource: advised ? "advised" : "given",
      kernel: build,
      threads: hasThreads() ? settings.threads : 1,
    },
  };
}

/**
 * What recall asks of patterns when an engine of its own does the evaluating: their shape, and two derived figures for the certificate, which are filled in here. The largest norm is that
 * of every row the store ever had since it was compacted, so a bound may be wider than in memory, never wrong.
 */
function absentPatterns({ contents }: Session, { count }: Chosen, norms: Record<number, number>): PatternStore {
  const { dimension } = contents.manifest;
  const derived = new Map<string, unknown>([
    ["norms:0:plain", norms],
    ["largest:0:plain", contents.largestNorm],
  ]);
  const shape = { rows: count, capacity: count, dimension, keyDimension: dimension, valueDimension: dimension };
  return { ...shape, patterns: 0, keys: 0, values: 0, kernel: null, base: 0, derived } as unknown as PatternStore;
}

const scanners = new WeakMap<Session, { readonly scanner: Scanner; readonly key: string }>();

/** Buffers and threads stay from one recall to the next. */
function scannerOf(session: Session, settings: Settings, { count }: Chosen, limit: number): Scanner {
  const bytes = count * session.contents.manifest.dimension * 4;
  // An eighth of the limit for a float a row; a few MiB are always there.
  const keepsFigures = session.contents.rows * 4 <= Math.max(2 ** 23, limit / 8);
  const key = `${session.contents.manifest.generation} ${keepsFigures} ${settings.build} ${settings.threads} ${bytes > 2 ** 24}`;
  const last = scanners.get(session);
  if (last?.key === key) return last.scanner;
  last?.scanner.threads?.end();
  const scanner = openScanner(session.contents, settings.build, settings.threads, bytes, keepsFigures);
  scanners.set(session, { scanner, key });
  return scanner;
}

/** Ends the session's threads. */
export function endScanner(session: Session): void {
  scanners.get(session)?.scanner.threads?.end();
  scanners.delete(session);
}

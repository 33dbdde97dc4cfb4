/** @file `hopfield memory recall`: as `hopfield recall`, with the patterns from a store, and ids, weights and metadata of the leaders. */
import { performance } from "node:perf_hooks";
import type { Matrix } from "../core/matrix.ts";
import { checkNumber } from "../core/options.ts";
import { enableWide, type MemoryOptions, type RecallOptions } from "../index.ts";
import { openStore, type Store, type StoreRecall } from "../store/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readLabels, readNumbers, readRows } from "./input.ts";
import { type Io, short, tableLines } from "./io.ts";
import { memoryLimitOf } from "./memory-options.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { checkFormat, encode, encodeTrace, type FloatType, lastWeights } from "./recall-files.ts";
import { memoryOptionsOf, rehearse } from "./recall-options.ts";
import { flagOf, type Input, numberOf, textOf } from "./spec.ts";

/** Rows of the table that people read. */
const shownRows = 20;

export async function recallStore(directory: string, input: Input, io: Io): Promise<number> {
  const [out, weights, trace] = [textOf(input, "out"), textOf(input, "weights"), textOf(input, "trace")];
  const dtype = (textOf(input, "dtype") ?? "f32") as FloatType;
  if (textOf(input, "build") === "wide") await enableWide();
  rehearse(input);
  const memoryLimit = memoryLimitOf(input);
  const nearest = blame(2, "", () => checkNumber("memory recall", "return", numberOf(input, "return") ?? 5, { whole: true, atLeast: 0 }));
  const tables = ["npy", "npz", "csv", "safetensors"];
  if (out !== undefined) checkFormat("--out", out, tables);
  if (weights !== undefined) checkFormat("--weights", weights, tables);
  if (trace !== undefined) checkFormat("--trace", trace, ["npz"]);
  const named = [["--out", out] as const, ["--weights", weights] as const, ["--trace", trace] as const];
  checkOutputs(
    named.flatMap(([flag, path]) => (path === undefined ? [] : [[flag, path.replace(/\.(npz|safetensors)#.*$/is, ".$1")] as const])),
  );
  const { queries, memory, recall } = await readQuestion(input);
  const store = openStore(directory);
  try {
    const where = textOf(input, "where");
    const placed = where === undefined ? {} : { where };
    const started = performance.now();
    const answer = blame(3, "", () =>
      store.recall(queries, {
        ...recall,
        ...placed,
        memory,
        nearest,
        energy: true,
        ...(memoryLimit === undefined ? {} : { memoryLimit }),
        ...(trace !== undefined || (weights !== undefined && (memory.steps ?? 1) !== 1) ? { trace: true } : {}),
      }),
    );
    const milliseconds = performance.now() - started;
    if (answer.memory.betaSource === "advised") io.note(`recall: beta ${answer.memory.beta} (from the patterns; --beta sets it)`);
    const outputs = blame(3, "", () => {
      const list: { path: string; bytes: Uint8Array }[] = [];
      if (out !== undefined) list.push(encode(out, answer.states, dtype, "states"));
      if (weights !== undefined) list.push(encode(weights, weightsOf(store, answer, queries, memory, recall, where), dtype, "weights"));
      if (trace !== undefined && answer.trace) list.push(encodeTrace(trace, answer.trace));
      return list;
    });
    await writeOutputs(outputs);
    if (io.json) io.printJson(documentOf(store, answer, milliseconds));
    else {
      printTable(io, store, answer, milliseconds);
      for (const { path, bytes } of outputs) io.print(`wrote ${path} (${bytes.length} bytes)`);
    }
    return 0;
  } finally {
    store.close();
  }
}

function weightsOf(
  store: Store,
  answer: StoreRecall,
  queries: Matrix,
  memory: MemoryOptions,
  recall: RecallOptions,
  where: string | undefined,
): Matrix {
  if (answer.streamed) throw new CommandError("E_LIMIT", "--weights needs the patterns in memory; raise --memory-limit", 3);
  if (queries.rows * answer.patterns > 2 ** 29) {
    throw new CommandError(
      "E_LIMIT",
      `--weights: ${queries.rows} x ${answer.patterns} are more than 2^29 numbers; recall fewer queries at a time`,
      3,
    );
  }
  return lastWeights(store.load(memory, where), queries, recall, answer);
}

/** Everything `recall` reads from files, except the patterns. @throws CommandError exit 3. */
async function readQuestion(input: Input): Promise<{ queries: Matrix; memory: MemoryOptions; recall: RecallOptions }> {
  const rows = async (name: string, flag: string): Promise<Matrix | undefined> => {
    const file = textOf(input, name);
    return file === undefined ? undefined : readRows(file, flag);
  };
  const missing = textOf(input, "missing") === "nan" ? ("nan" as const) : undefined;
  const queries = await readRows(textOf(input, "queries") ?? "", "--queries", missing ?? "refuse");
  const [labels, positions] = [textOf(input, "labels"), textOf(input, "positions")];
  const memory = defined({
    ...memoryOptionsOf(input),
    values: await rows("values", "--values"),
    labels: labels === undefined ? undefined : await readLabels(labels, "--labels"),
    kernel: await rows("kernel", "--kernel"),
    supportMask: await rows("supportMask", "--support-mask"),
    featureMatrix: await rows("featuresFile", "--features-file"),
  }) as MemoryOptions;
  const recall = defined({
    missing,
    clamp: flagOf(input, "clamp") ? true : undefined,
    alternatives: numberOf(input, "alternatives"),
    minimumWeight: numberOf(input, "minimumWeight"),
    known: await rows("known", "--known"),
    positions: positions === undefined ? undefined : (await readNumbers(positions, "--positions")).data,
  }) as RecallOptions;
  return { queries, memory, recall };
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The JSON of `hopfield recall` with `nearest` in every result. */
function documentOf(store: Store, { memory, patterns, results, nearest }: StoreRecall, milliseconds: number): Record<string, unknown> {
  return {
    command: "recall",
    model: memory.model,
    similarity: memory.similarity,
    separation: memory.separation,
    support: memory.support,
    beta: memory.beta,
    patterns,
    dimension: store.dimension,
    queries: results.length,
    results: results.map(({ steps, converged, energy, label, top, weight, support, margin, bound, alternatives, vote }, b) => ({
      ...{ steps, converged, energy, label, top, weight, support, margin, bound },
      ...(alternatives ? { alternatives } : {}),
      ...(vote ? { vote } : {}),
      nearest: nearest[b] ?? [],
    })),
    milliseconds: Math.round(milliseconds * 1000) / 1000,
    kernel: memory.kernel,
    threads: memory.threads,
  };
}

function printTable(io: Io, store: Store, { memory, patterns, results, nearest, streamed }: StoreRecall, milliseconds: number): void {
  const beta = memory.beta === null ? "" : `, beta ${short(memory.beta)}`;
  const how = streamed ? "streamed" : "in memory";
  io.print(
    `${memory.model}: ${results.length} queries, ${patterns} patterns of ${store.dimension}${beta}, ${short(milliseconds, 3)} ms (${how}, ${memory.kernel})`,
  );
  const rows = results.slice(0, shownRows).map((r, b) => {
    const leaders = (nearest[b] ?? []).map(
      ({ id, weight, metadata }) =>
        `${JSON.stringify(id)}:${short(weight, 3)}${metadata ? ` ${JSON.stringify(metadata).slice(0, 40)}` : ""}`,
    );
    return [String(b), short(r.weight), r.label, String(r.support), short(r.margin), short(r.bound, 3), leaders.join("  ")];
  });
  for (const line of tableLines(["query", "weight", "label", "support", "margin", "bound", "nearest (id:weight metadata)"], rows))
    io.print(line);
  if (results.length > shownRows) io.print(`... and ${results.length - shownRows} more (--json or --out has all)`);
}

/** @file `hopfield recall`: patterns and queries from files, answers and what is known about them to stdout and to files. */
import { performance } from "node:perf_hooks";
import { createMemory, enableWide, type Memory, type Recall, type RecallResult } from "../index.ts";
import { blame, CommandError } from "./failure.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { checkFormat, encode, encodeTrace, type FloatType, lastWeights } from "./recall-files.ts";
import { readFiles, recallOptions, rehearse } from "./recall-options.ts";
import { type CommandSpec, type Input, textOf } from "./spec.ts";

/** Rows of the table that people read. */
const shownRows = 20;

export const recall: CommandSpec = {
  name: "recall",
  summary: "complete queries from patterns in files",
  about:
    "Stores the patterns under one model and completes the queries. Arrays are read from .npy, .npz#name, .safetensors#name, .csv, .idx and .png; one file may be - (standard input).",
  options: recallOptions,
  examples: [
    "hopfield recall --patterns patterns.npy --queries queries.npy --out answers.npy",
    "hopfield recall --patterns patterns.csv --queries cues.csv --missing nan --json",
    "hopfield recall --patterns p.npy --queries q.npy --model sparsemax --beta 8 --steps converge --trace t.npz",
  ],
  notes: [
    "",
    "--weights: with one step the weights of the queries, otherwise of the state each query's last evaluation started from.",
    "The table shows the first 20 queries; --json has all. Exit status 2: the options are wrong; 3: a file is, or files do not fit each other.",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const out = textOf(input, "out");
  const weights = textOf(input, "weights");
  const trace = textOf(input, "trace");
  const dtype = (textOf(input, "dtype") ?? "f32") as FloatType;
  if (textOf(input, "build") === "wide") await enableWide();
  rehearse(input);
  const tables = ["npy", "npz", "csv", "safetensors"];
  if (out !== undefined) checkFormat("--out", out, tables);
  if (weights !== undefined) checkFormat("--weights", weights, tables);
  if (trace !== undefined) checkFormat("--trace", trace, ["npz"]);
  const plainPath = (path: string): string => path.replace(/\.(npz|safetensors)#.*$/is, ".$1");
  checkOutputs(
    (
      [
        ["--out", out],
        ["--weights", weights],
        ["--trace", trace],
      ] as const
    ).flatMap(([flag, path]) => (path === undefined ? [] : [[flag, plainPath(path)] as const])),
  );

  const files = await readFiles(input);
  const { memory, answer, milliseconds } = blame(3, "", () => {
    const memory = createMemory(files.patterns, files.memory);
    // The advice costs a pass of its own; it is not part of the recall that is timed.
    if (memory.betaSource === "advised") io.note(`recall: beta ${memory.beta} (from the patterns; --beta sets it)`);
    const steps = files.memory.steps ?? (memory.kernel === "js" && memory.beta === null ? "converge" : 1);
    const started = performance.now();
    const answer = memory.recall(files.queries, {
      ...files.recall,
      energy: true,
      // Always in parts, on a terminal or not: the same numbers either way.
      onProgress: (done, total) => io.progress(`recall: ${done} of ${total} queries`, done, total),
      ...(trace !== undefined || (weights !== undefined && steps !== 1) ? { trace: true } : {}),
    });
    return { memory, answer, milliseconds: performance.now() - started };
  });

  const outputs = blame(3, "", () => {
    const list: { path: string; bytes: Uint8Array }[] = [];
    if (out !== undefined) list.push(encode(out, answer.states, dtype, "states"));
    if (weights !== undefined) {
      if (files.queries.rows * memory.patterns > 2 ** 29) {
        throw new CommandError(
          "E_LIMIT",
          `--weights: ${files.queries.rows} x ${memory.patterns} are more than 2^29 numbers; recall fewer queries at a time`,
          3,
        );
      }
      list.push(encode(weights, lastWeights(memory, files.queries, files.recall, answer), dtype, "weights"));
    }
    if (trace !== undefined && answer.trace) list.push(encodeTrace(trace, answer.trace));
    return list;
  });
  await writeOutputs(outputs);
  if (io.json) io.printJson(documentOf(memory, answer, milliseconds));
  else {
    printTable(io, memory, answer, milliseconds);
    for (const { path, bytes } of outputs) io.print(`wrote ${path} (${bytes.length} bytes)`);
  }
  return 0;
}

/** The JSON of docs/cli.md, fields in its order. */
function documentOf(memory: Memory, { results }: Recall, milliseconds: number): Record<string, unknown> {
  return {
    command: "recall",
    model: memory.model,
    similarity: memory.similarity,
    separation: memory.separation,
    support: memory.support,
    beta: memory.beta,
    patterns: memory.patterns,
    dimension: memory.dimension,
    queries: results.length,
    results: results.map(({ steps, converged, energy, label, top, weight, support, margin, bound, alternatives, vote }: RecallResult) => ({
      steps,
      converged,
      energy,
      label,
      top,
      weight,
      support,
      margin,
      bound,
      ...(alternatives ? { alternatives } : {}),
      ...(vote ? { vote } : {}),
    })),
    milliseconds: Math.round(milliseconds * 1000) / 1000,
    kernel: memory.kernel,
    threads: memory.threads,
  };
}

function printTable(io: Io, memory: Memory, { results }: Recall, milliseconds: number): void {
  const beta = memory.beta === null ? "" : `, beta ${short(memory.beta)}`;
  io.print(
    `${memory.model}: ${results.length} queries, ${memory.patterns} patterns of ${memory.dimension}${beta}, ${short(milliseconds, 3)} ms (${memory.kernel})`,
  );
  const head = ["query", "top", "weight", "label", "support", "margin", "bound", "steps", "energy"];
  const voted = results.some((result) => result.vote);
  const iterated = results.some((result) => result.converged !== null);
  const rows = results
    .slice(0, shownRows)
    .map((r, b) => [
      String(b),
      String(r.top),
      short(r.weight),
      r.label,
      String(r.support),
      short(r.margin),
      short(r.bound, 3),
      `${r.steps}${r.converged === false ? "+" : ""}`,
      short(r.energy),
      ...(voted ? [r.vote?.label === null || r.vote === undefined ? "(abstains)" : String(r.vote.label)] : []),
      ...(results.some((each) => each.alternatives)
        ? [(r.alternatives ?? []).map((a) => `${a.index}:${short(a.weight, 3)}`).join(" ")]
        : []),
    ]);
  const more = [...(voted ? ["vote"] : []), ...(results.some((each) => each.alternatives) ? ["alternatives"] : [])];
  for (const line of tableLines([...head, ...more], rows)) io.print(line);
  if (results.length > shownRows) io.print(`... and ${results.length - shownRows} more (--json or --out has all)`);
  if (iterated && results.some((r) => r.converged === false)) io.print("+ not settled within --max-steps");
}

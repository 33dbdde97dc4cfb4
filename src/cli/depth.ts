/** @file `hopfield depth`: how often networks of L layers answer connectivity, tree isomorphism and words of S5 rightly, beside closed forms and exact solvers. */
import { depthFigure } from "./depth-figure.ts";
import { type DepthSettings, type DepthTask, depthOptions, depthSettings } from "./depth-options.ts";
import { type DepthRow, depthRows } from "./depth-rows.ts";
import { blame } from "./failure.ts";
import { encodeFigure } from "./figure-output.ts";
import { type Io, short, tableLines } from "./io.ts";
import { writeOutputs } from "./output.ts";
import type { CommandSpec, Input } from "./spec.ts";

export const depth: CommandSpec = {
  name: "depth",
  summary: "what networks of L layers decide: connectivity, trees, S5",
  about:
    "Runs networks of explicit weights, layer by layer, on problems that need depth, and counts right answers: are two nodes connected, are two trees isomorphic, what is the product of a word of S5. " +
    "Beside each share stand its closed form, the least number of layers that is always right, an exact solver and a rule that reads degrees.",
  options: depthOptions,
  examples: [
    "hopfield depth --task cycles --n 8,16,32,64 --layers 1,2,3,4,5",
    "hopfield depth --task cycles --construction cube --n 32 --layers 1,2,3 --json",
    "hopfield depth --task paths --decision graph --readout count --n 9,17 --plot paths.svg",
    "hopfield depth --task random-graph --n 24 --diameter 12 --samples 100",
    "hopfield depth --task trees --n 8,16 --layers 4,5,12,13",
    "hopfield depth --task s5 --mode cot --length 100 --beta 5.7 --readout threshold",
    "hopfield depth --construction trained --trained-on beyond --n 8,16",
  ],
  notes: [
    "",
    "Samples: --samples all asks every question once, and its interval is a point; a number draws balanced random questions, with a 95 % interval (Wilson).",
    "On paths and trees all questions of a class are alike, so samples change the interval only. The closed form is in docs/depth/accuracy.md.",
  ],
  run,
};

const asymptotic =
  "one graph size proves nothing: for each fixed n some circuit of depth 2 (of enormous size) decides the problem, and updates that grow as log n suffice. " +
  "Rows measure these particular weights; minLayers is theirs and no lower bound for other networks";

/** What the hardness of each task rests on; always conditional, always about families. */
const hardness: Record<DepthTask, string> = {
  cycles: "undirected connectivity is complete for logarithmic space, hence NC1-hard",
  paths: "undirected connectivity is complete for logarithmic space, hence NC1-hard",
  "random-graph": "undirected connectivity is complete for logarithmic space, hence NC1-hard",
  trees:
    "isomorphism of trees given as bracket strings is NC1-complete (as parent lists, which are run here, complete for logarithmic space)",
  s5: "the word problem of S5 is NC1-complete; networks that may write out intermediate states (chain of thought) are outside the statement",
};

function noteOf(task: DepthTask): string {
  return (
    `Conditional and asymptotic: no uniform constant-depth family of these networks with polynomial precision decides the task for all n unless TC0 = NC1 (arXiv 2412.05562), because ${hardness[task]}; ` +
    `${asymptotic}.`
  );
}

async function run(input: Input, io: Io): Promise<number> {
  const settings = depthSettings(input);
  const note = noteOf(settings.task);
  const rows = blame(2, "", () =>
    depthRows(settings, (done, total) => io.progress(`${settings.task} ${settings.sizes[done] ?? ""}`, done, total)),
  );
  io.endProgress();
  if (settings.plot !== undefined) {
    await writeOutputs([await encodeFigure(settings.plot, depthFigure(settings, rows, note))]);
    io.note(`wrote ${settings.plot}`);
  }
  if (io.json) io.printJson({ command: "depth", task: settings.task, note, rows });
  else print(settings, rows, note, io);
  return 0;
}

function print(settings: DepthSettings, rows: readonly DepthRow[], note: string, io: Io): void {
  const baselines = Object.keys(rows[0]?.baseline ?? {});
  const head = [settings.task === "s5" ? "letters" : "n", "layers", "accuracy", "low", "high", "closed form", "min layers", ...baselines];
  const cells = rows.map((row) => [
    ...[row.n, row.layers].map(String),
    ...[row.accuracy, row.low, row.high, row.predicted, row.minLayers, ...Object.values(row.baseline)].map((x) => short(x)),
  ]);
  for (const line of tableLines(head, cells)) io.print(line);
  io.print();
  io.print(note);
}

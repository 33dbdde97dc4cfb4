/**
 * @file `hopfield bench`: runs the benchmark of the repository (bench/run.mjs) in a process of its own, so that engine flags and the memory of other programs stay there. An installed package does not
 * carry it, and says so.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkChoice, checkNumber } from "../core/options.ts";
import { blame, CommandError } from "./failure.ts";
import type { Io } from "./io.ts";
import { type CommandSpec, flagOf, type Input, numberOf, textOf } from "./spec.ts";

const shapes = ["A", "B", "C", "D", "E"] as const;
const builds = ["auto", "plain", "relaxed", "wide"] as const;

export const bench: CommandSpec = {
  name: "bench",
  summary: "speed beside plain loops or other programs, roofline, cost against size",
  about:
    "Times one update softmax(beta Q X^T) X beside three plain loops, or with --peers beside the other programs of bench/peers; needs a checkout of the repository. One thread is timed by CPU time, several by wall time.",
  options: [
    { flags: "--peers", text: "beside tfjs-wasm, jax-js, onnxruntime-web, onnxruntime-node and numpy, as far as they are installed" },
    { flags: "--cost", text: "cost against M, d, B and the length L, with slopes" },
    { flags: "--scaling", text: "several threads (--threads, at least 2) against one, by the clock" },
    { flags: "--roofline", text: "what one thread of this machine can do: multiply-adds and reading memory" },
    { flags: "--shapes <names>", text: "of A,B,C,D,E (default all); E needs 4 GB with --peers" },
    { flags: "--build <name>", text: "auto (default), plain, relaxed or wide" },
    { flags: "--threads <n>", text: "threads of each program that has them, 1 to 64 (default 1)", kind: "number" },
    { flags: "--repeats <n>", text: "rounds, 1 to 1000 (default 9)", kind: "number" },
    { flags: "--seed <n>", text: "seed of the patterns and queries (default 1)", kind: "number" },
    { flags: "--python <path>", text: "the python3 that has numpy (default python3)" },
    { flags: "--write", text: "put the results into bench/RESULTS.md" },
  ],
  examples: ["hopfield bench", "hopfield bench --peers --shapes D --repeats 25", "hopfield bench --cost --json"],
  notes: ["", "The other programs: npm ci --prefix bench/peers --ignore-scripts"],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const words = wordsOf(input, io.json);
  const script = fileURLToPath(new URL("../../bench/run.mjs", import.meta.url));
  if (!existsSync(script)) {
    throw new CommandError(
      "E_UNSUPPORTED",
      "bench: this is an installed package, which does not carry the benchmark; clone the repository, run npm ci there, then npx hopfield bench",
      2,
    );
  }
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [script, ...words], { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", failed);
    child.on("close", (status, signal) => {
      if (signal) process.kill(process.pid, signal);
      done(status ?? 1);
    });
  });
}

/** The checked options as words for bench/run.mjs. @throws CommandError exit 2. */
function wordsOf(input: Input, json: boolean): string[] {
  const words: string[] = [];
  blame(2, "", () => {
    const names = textOf(input, "shapes")?.split(",") ?? [];
    for (const name of names) checkChoice("bench", "shapes", name, shapes);
    if (names.length > 0) words.push("--shapes", names.join(","));
    const build = textOf(input, "build");
    if (build !== undefined) words.push("--build", checkChoice("bench", "build", build, builds));
    const number = (name: string, atLeast: number, atMost: number): void => {
      const value = numberOf(input, name);
      if (value !== undefined) words.push(`--${name}`, String(checkNumber("bench", name, value, { whole: true, atLeast, atMost })));
    };
    number("threads", 1, 64);
    number("repeats", 1, 1000);
    // The generator of the benchmark's data has a seed of 32 bits.
    number("seed", 0, 2 ** 32 - 1);
  });
  const python = textOf(input, "python");
  if (python !== undefined) words.push("--python", python);
  for (const name of ["peers", "cost", "scaling", "roofline", "write"]) if (flagOf(input, name)) words.push(`--${name}`);
  if (json) words.push("--json");
  return words;
}

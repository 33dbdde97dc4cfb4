#!/usr/bin/env node
/**
 * @file The command `hopfield`. Names and summaries of the commands are here; everything else of a command is loaded when it is called, so that `--version` and `--help` are quick.
 * In a worker thread (`hopfield demo` starts two) the same file runs the worker's part.
 */
import { isMainThread } from "node:worker_threads";
import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { nearestName } from "../core/options.ts";
import { CommandError, exitOf, lineOf } from "./failure.ts";
import { type Io, openIo } from "./io.ts";
import { type CommandSpec, commonOptions, type Input, type OptionSpec, parseNumber } from "./spec.ts";

interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandSpec>;
}

const commands: readonly Entry[] = [
  {
    name: "demo",
    summary: "store handwritten digits, damage them, get them back: a table and a picture",
    load: async () => (await import("./demo.ts")).demo,
  },
  { name: "recall", summary: "complete queries from patterns in files", load: async () => (await import("./recall.ts")).recall },
  { name: "memory", summary: "patterns on disk, safe against crashes", load: async () => (await import("./memory.ts")).memory },
  {
    name: "plan",
    summary: "what a memory of your patterns can do: separation, beta, trials",
    load: async () => (await import("./plan.ts")).plan,
  },
  { name: "circuit", summary: "a network as a threshold circuit", load: async () => (await import("./circuit.ts")).circuit },
  {
    name: "capacity",
    summary: "how many patterns fit: thresholds, phases and basins from theory",
    load: async () => (await import("./capacity.ts")).capacity,
  },
  {
    name: "simulate",
    summary: "simulate retrieval beside the theory of capacity",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  {
    name: "diffusion",
    summary: "the memory as a diffusion model: collapse, sampling, cloning, U-turns",
    load: async () => (await import("./diffusion.ts")).diffusion,
  },
  {
    name: "depth",
    summary: "what networks of L layers decide: connectivity, trees, S5",
    load: async () => (await import("./depth.ts")).depth,
  },
  {
    name: "manifold",
    summary: "memory, generalisation and neither for patterns on a manifold",
    load: async () => (await import("./manifold.ts")).manifold,
  },
  { name: "train", summary: "train a network with a Hopfield layer", load: async () => (await import("./train.ts")).train },
  { name: "predict", summary: "apply a trained network to new data", load: async () => (await import("./predict.ts")).predict },
  { name: "layer", summary: "run a layer trained with hopfield-layers", load: async () => (await import("./layer.ts")).layer },
  {
    name: "sweep",
    summary: "a grid of simulate, train or depth runs into one result file",
    load: async () => (await import("./sweep.ts")).sweep,
  },
  { name: "serve", summary: "the playground in the browser, on this machine only", load: async () => (await import("./serve.ts")).serve },
  { name: "doctor", summary: "engine, kernels, memory and a self-test", load: async () => (await import("./doctor.ts")).doctor },
  { name: "reproduce", summary: "check the claims of the papers", load: async () => (await import("./reproduce.ts")).reproduce },
  {
    name: "bench",
    summary: "speed beside other programs, roofline, cost against size",
    load: async () => (await import("./bench.ts")).bench,
  },
];

/** A command of commander made from the data; `run` is told what was typed. */
function build(spec: CommandSpec, run: (input: Input) => Promise<void>): Command {
  const command = new Command(spec.name).description(spec.about).allowExcessArguments(false);
  if (spec.arguments) command.argument(spec.arguments);
  for (const option of [...spec.options, ...commonOptions]) addOption(command, option);
  command.addHelpText("after", `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join("\n")}`);
  if (spec.notes) command.addHelpText("after", spec.notes.join("\n"));
  command.action((...given: unknown[]) => {
    // After the parsing, so that a misspelt name is told as such and not as one that is missing.
    for (const { flags, required } of spec.options) {
      const name = flags.split(" ")[0] ?? flags;
      if (required && command.getOptionValue(name.slice(2)) === undefined)
        throw new CommandError("E_RANGE", `${spec.name} needs ${flags}`, 2);
    }
    const list = spec.arguments ? given[0] : [];
    return run({ options: command.opts(), arguments: Array.isArray(list) ? list.map(String) : [] });
  });
  return quiet(command);
}

function addOption(command: Command, { flags, text, kind }: OptionSpec): void {
  const flag = flags.split(" ")[0] ?? flags;
  const read = (value: string, previous: unknown): unknown => {
    if (previous !== undefined) throw new CommandError("E_RANGE", `${flag} is given twice`, 2);
    return kind === "number" ? parseNumber(flag, value) : value;
  };
  if (flags.includes("<")) command.option(flags, text, read);
  else command.option(flags, text);
}

/** commander throws instead of printing errors and ending the process. */
function quiet(command: Command): Command {
  return command.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} });
}

async function main(words: readonly string[]): Promise<number> {
  const program = quiet(new Command("hopfield"))
    .description("Modern Hopfield networks: store patterns, complete partial or noisy cues, and check what the theory says.")
    .version(manifest.version, "-V, --version", "print the version")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nExample:\n  hopfield demo\n\nhopfield <command> --help tells more. Exit status: 0 done, 1 a check failed, 2 wrong usage, 3 bad input.",
    );
  const first = words.find((word) => !word.startsWith("-"));
  const outcome = { status: 0 };
  for (const entry of commands) {
    if (entry.name === first) {
      const spec = await entry.load();
      const run = async (input: Input): Promise<void> => {
        outcome.status = await runQuietly(spec, input, openIo(input.options.json === true));
      };
      program.addCommand(build(spec, run));
    } else program.addCommand(quiet(new Command(entry.name).description(entry.summary)));
  }
  if (words.length === 0) {
    process.stderr.write(program.helpInformation());
    return 2;
  }
  if (first !== undefined && words[0] === first && !commands.some((entry) => entry.name === first)) throw unknownCommand(first);
  await program.parseAsync([...words], { from: "user" });
  return outcome.status;
}

async function runQuietly(spec: CommandSpec, input: Input, io: Io): Promise<number> {
  try {
    return await spec.run(input, io);
  } finally {
    io.endProgress();
  }
}

function unknownCommand(name: string): CommandError {
  const names = commands.map((entry) => entry.name);
  const near = nearestName(name, names);
  return new CommandError(
    "E_RANGE",
    `unknown command ${JSON.stringify(name)}; ${near ? `did you mean "${near}"?` : `known are ${names.join(", ")}`}`,
    2,
  );
}

/** commander's "error: unknown option '--bta'\n(Did you mean --beta?)" as one of our errors. */
function translate(error: CommanderError): CommandError {
  const text = error.message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\?\)/s, "; did you mean $1?");
  return new CommandError("E_RANGE", text.replaceAll("'", '"'), 2);
}

function start(): void {
  // A reader that went away (`| head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  process.stderr.on("error", () => {});
  const words = process.argv.slice(2);
  main(words).then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      if (error instanceof CommanderError && error.exitCode === 0) return;
      const known = error instanceof CommanderError ? translate(error) : error;
      process.exitCode = exitOf(known);
      process.stderr.write(`${lineOf(known)}\n`);
      if (words.includes("--debug") && known instanceof Error) process.stderr.write(`${known.stack}\n`);
    },
  );
}

if (isMainThread) start();
else await import("./demo-worker.ts");

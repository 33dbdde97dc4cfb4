/** @file The actions of `hopfield memory` as data: which options each has, and how many names follow it. */
import { nearestName } from "../core/options.ts";
import { CommandError } from "./failure.ts";
import { recallOptions } from "./recall-options.ts";
import { type Input, numberOf, type OptionSpec, textOf } from "./spec.ts";

const storeOptions: readonly OptionSpec[] = [
  { flags: "--dimension <n>", text: "create: entries of a pattern", kind: "number" },
  {
    flags: "--storage <type>",
    text: "create: f32 (default), f16 (half the room, rounded) or int8 (bytes beside f32: faster scans, exact answers)",
  },
  {
    flags: "--patterns <file>",
    text: "add: patterns, one a row (.npy, .npz, .safetensors, .parquet, .csv); an export to .safetensors or .parquet brings its ids and metadata",
  },
  { flags: "--ids <list>", text: "add, remove: a file with one id a line, or a list with commas" },
  { flags: "--metadata <file>", text: "add: one JSON object (or null) a line, one line a row" },
  { flags: "--upsert", text: "add: replace patterns whose id is there already" },
  { flags: "--where <condition>", text: "remove, recall: on metadata, for example 'label=3, year >= 2020'" },
  { flags: "--return <n>", text: "recall: give the best n patterns of each query (default 5)", kind: "number" },
  { flags: "--memory-limit <size>", text: "recall: a store above it is streamed from disk, for example 256MB (default 1GiB)" },
  { flags: "--durability <kind>", text: "disk (default): done means on the disk; process: handed to the system" },
  { flags: "--wait <seconds>", text: "wait for the lock of another writer (default 0)", kind: "number" },
  { flags: "--break-lock", text: "take the lock from a writer that is alive" },
];

export const memoryOptions: readonly OptionSpec[] = [
  ...storeOptions,
  ...recallOptions
    .filter(({ flags }) => !flags.startsWith("--patterns "))
    .map(({ flags, text, kind }) => ({ flags, text, ...(kind ? { kind } : {}) })),
];

interface Action {
  /** Names after the action. */
  readonly names: readonly string[];
  readonly options: readonly string[];
  readonly needs?: readonly string[];
}

const writing = ["durability", "wait", "breakLock"] as const;

/** "--memory-limit <size>" as commander names it. */
const keyOf = (flags: string): string =>
  (flags.split(" ")[0] ?? "").slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const actions: Readonly<Record<string, Action>> = {
  create: { names: ["directory"], options: ["dimension", "storage", "durability"], needs: ["dimension"] },
  add: { names: ["directory"], options: ["patterns", "ids", "metadata", "upsert", ...writing], needs: ["patterns"] },
  remove: { names: ["directory"], options: ["ids", "where", ...writing] },
  recall: {
    names: ["directory"],
    options: ["where", "return", "memoryLimit", ...recallOptions.map(({ flags }) => keyOf(flags)).filter((key) => key !== "patterns")],
    needs: ["queries"],
  },
  verify: { names: ["directory"], options: [] },
  info: { names: ["directory"], options: [] },
  compact: { names: ["directory"], options: [...writing] },
  export: { names: ["directory", "file"], options: [] },
};

const wrong = (message: string): CommandError => new CommandError("E_RANGE", message, 2);

/** The action and its names; anything wrong with them is told before a file is touched. @throws CommandError exit 2. */
export function actionOf(input: Input): { action: string; names: readonly string[] } {
  const [action = "", ...names] = input.arguments;
  const known = Object.keys(actions);
  const spec = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (!spec) {
    const near = nearestName(action, known);
    const hint = near ? `; did you mean "${near}"?` : `; it takes one of ${known.join(", ")}`;
    throw wrong(
      action === ""
        ? `memory needs an action: one of ${known.join(", ")}`
        : `memory has no action ${JSON.stringify(action.slice(0, 40))}${hint}`,
    );
  }
  if (names.length !== spec.names.length) throw wrong(`memory ${action} takes a ${spec.names.join(" and a ")}, got ${names.length} names`);
  for (const [key, value] of Object.entries(input.options)) {
    const common = key === "json" || key === "debug" || key === "seed";
    if (value !== undefined && value !== false && !common && !spec.options.includes(key)) {
      throw wrong(`memory ${action} has no option --${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    }
  }
  for (const key of spec.needs ?? []) if (input.options[key] === undefined) throw wrong(`memory ${action} needs --${key}`);
  return { action, names };
}

const units: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

/** Bytes of `--memory-limit`. @throws CommandError exit 2. */
export function memoryLimitOf(input: Input): number | undefined {
  const text = textOf(input, "memoryLimit");
  if (text === undefined) return undefined;
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN);
  if (bytes >= 0 && Number.isSafeInteger(Math.floor(bytes))) return Math.floor(bytes);
  throw wrong(`--memory-limit takes a size such as 256MB, got ${JSON.stringify(text.slice(0, 40))}`);
}

/** How a store is opened for writing. @throws CommandError exit 2. */
export function openingOf(input: Input): { mode: "write"; wait: number; breakLock: boolean } {
  const wait = numberOf(input, "wait") ?? 0;
  if (!(wait >= 0 && wait <= 1e6)) throw wrong(`--wait takes seconds from 0 to 1000000, got ${wait}`);
  return { mode: "write", wait, breakLock: input.options.breakLock === true };
}

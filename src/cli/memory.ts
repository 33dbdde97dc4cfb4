/** @file `hopfield memory`: a store of patterns on disk. */
import { checkChoice, checkNumber } from "../core/options.ts";
import { createStore, openStore, predicateOf, type Storage, type Store, verifyStore } from "../store/index.ts";
import { blame, CommandError } from "./failure.ts";
import type { Io } from "./io.ts";
import { exportStore } from "./memory-export.ts";
import { readAdded, readIds } from "./memory-files.ts";
import { actionOf, memoryOptions, openingOf } from "./memory-options.ts";
import { recallStore } from "./memory-recall.ts";
import { type CommandSpec, flagOf, type Input, numberOf, textOf } from "./spec.ts";

export const memory: CommandSpec = {
  name: "memory",
  summary: "patterns on disk: keep, find, complete; safe against crashes",
  about:
    "A store is a directory of patterns with ids and metadata. Actions: create, add, remove, recall, verify, info, compact, export. One add is one transaction: all rows or none, on the disk when it says so.",
  arguments: "[action...]",
  options: memoryOptions,
  examples: [
    "hopfield memory create faces --dimension 128",
    "hopfield memory add faces --patterns faces.npy --ids ids.txt --metadata faces.jsonl",
    "hopfield memory recall faces --queries cues.npy --return 3 --where 'label=cat' --json",
    "hopfield memory remove faces --ids 12,14",
    "hopfield memory verify faces",
    "hopfield memory export faces backup.safetensors",
  ],
  notes: [
    "",
    "recall takes every option of `hopfield recall` but --patterns. One writer at a time; readers need no lock.",
    "export writes .safetensors and .parquet with ids and metadata, .npy and .csv without; it is the backup of a store that is being written.",
    "Exit status 1: verify found acknowledged data damaged; 2: the options are wrong; 3: a file, an id or the store is, or another writer holds the lock.",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const { action, names } = actionOf(input);
  const [directory = "", file = ""] = names;
  const where = textOf(input, "where");
  if (where !== undefined) blame(2, "", () => predicateOf(`memory ${action}`, where));
  switch (action) {
    case "create":
      return create(directory, input, io);
    case "add":
      return add(directory, input, io);
    case "remove":
      return remove(directory, input, io);
    case "recall":
      return recallStore(directory, input, io);
    case "verify":
      return verify(directory, io);
    case "info":
      return info(directory, io);
    case "compact":
      return compact(directory, input, io);
    default:
      return exportStore(directory, file, io);
  }
}

/** Results as the one document of --json, or as a line. */
function tell(io: Io, document: Record<string, unknown>, line: string): number {
  if (io.json) io.printJson(document);
  else io.print(line);
  return 0;
}

function durabilityOf(input: Input): "disk" | "process" {
  return blame(2, "", () => checkChoice("memory", "durability", textOf(input, "durability") ?? "disk", ["disk", "process"]));
}

function create(directory: string, input: Input, io: Io): number {
  const options = blame(2, "", () => ({
    dimension: checkNumber("memory create", "dimension", numberOf(input, "dimension"), { whole: true, atLeast: 1, atMost: 2 ** 24 }),
    storage: checkChoice<Storage>("memory create", "storage", textOf(input, "storage") ?? "f32", ["f32", "f16", "int8"]),
    durability: durabilityOf(input),
  }));
  createStore(directory, options).close();
  return tell(io, { dimension: options.dimension }, `made ${directory}: patterns of ${options.dimension} entries, ${options.storage}`);
}

function writing<T>(directory: string, input: Input, work: (store: Store) => T): T {
  const store = openStore(directory, { ...openingOf(input), durability: durabilityOf(input) });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

async function add(directory: string, input: Input, io: Io): Promise<number> {
  openingOf(input);
  durabilityOf(input);
  const { rows, ids, metadata } = await readAdded(input);
  const {
    added,
    patterns,
    ids: ends,
  } = writing(directory, input, (store) =>
    store.add(rows, { upsert: flagOf(input, "upsert"), ...(ids ? { ids } : {}), ...(metadata ? { metadata } : {}) }),
  );
  return tell(
    io,
    { added, patterns, ids: ends },
    `added ${added} patterns (ids ${JSON.stringify(ends[0])} to ${JSON.stringify(ends[1])}); ${patterns} in all`,
  );
}

async function remove(directory: string, input: Input, io: Io): Promise<number> {
  const [ids, where] = [textOf(input, "ids"), textOf(input, "where")];
  if ((ids === undefined) === (where === undefined)) throw new CommandError("E_RANGE", "memory remove takes either --ids or --where", 2);
  const what = ids === undefined ? { where: where ?? "" } : { ids: await readIds(ids) };
  const { removed, missing } = writing(directory, input, (store) => store.remove(what));
  return tell(
    io,
    { removed, missing },
    `removed ${removed} patterns${
      missing.length > 0
        ? `; not there: ${missing
            .slice(0, 20)
            .map((id) => JSON.stringify(id))
            .join(", ")}`
        : ""
    }`,
  );
}

function verify(directory: string, io: Io): number {
  const { ok, patterns, tornBytes, damaged } = verifyStore(directory);
  const torn = tornBytes > 0 ? `; ${tornBytes} bytes of a transaction that was never acknowledged (the next writer cuts them)` : "";
  tell(
    io,
    { ok, patterns, tornBytes, damaged },
    ok ? `sound: ${patterns} patterns${torn}` : `damaged:\n${damaged.map((each) => `  ${each}`).join("\n")}`,
  );
  return ok ? 0 : 1;
}

function info(directory: string, io: Io): number {
  const store = openStore(directory);
  try {
    const facts = store.info();
    if (io.json) io.printJson(facts);
    else
      for (const [name, value] of Object.entries(facts)) io.print(`${name.padEnd(13)} ${Array.isArray(value) ? value.join(", ") : value}`);
    return 0;
  } finally {
    store.close();
  }
}

function compact(directory: string, input: Input, io: Io): number {
  const { before, after } = writing(directory, input, (store) => store.compact());
  return tell(io, { before, after }, `${before} bytes before, ${after} after`);
}

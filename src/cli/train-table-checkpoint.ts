/** @file What `hopfield train --task tabular --checkpoint` writes: the folds that are done, and the state of the network that is being trained. --resume goes on there, with the same weights. */
import { createHash } from "node:crypto";
import { HopfieldError } from "../core/errors.ts";
import { type HopularState, readHopularState, writeHopularState } from "../tasks/index.ts";
import { blame } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import { writeOutputs } from "./output.ts";
import type { FoldJob, FoldOutcome } from "./train-table-fold.ts";
import type { TableRequest } from "./train-table-options.ts";

export interface TableRun {
  /** Outcomes by `keyOf`. */
  readonly done: Map<string, FoldOutcome>;
  /** The run that was interrupted: its key and where it stood. */
  readonly current: { readonly key: string; readonly state: HopularState } | null;
}

export const keyOf = ({ seed, fold }: Pick<FoldJob, "seed" | "fold">): string => `seed ${seed}, fold ${fold + 1}`;
/** The model of all rows, for --save. */
export const wholeKey = "all rows";

/** What must agree when a run goes on: the table, and everything that was asked but how many threads there are. */
export function aboutOf(request: TableRequest, bytes: Uint8Array): string {
  const { data: _path, threads: _threads, ...asked } = request;
  return JSON.stringify({ asked, table: createHash("sha256").update(bytes).digest("hex") });
}

export async function writeTableRun(path: string, about: string, { done, current }: TableRun): Promise<void> {
  const words = JSON.stringify({ about, done: [...done], current: current?.key ?? null });
  await writeOutputs([{ path, bytes: writeHopularState(current?.state ?? null, words) }]);
}

/** @throws CommandError exit 3: E_FORMAT; E_CONFLICT for a run on another table or with other settings. */
export function readTableRun(path: string, about: string): TableRun {
  const bytes = readFileBytes(path, "--resume");
  return blame(3, `--resume ${JSON.stringify(path)}: `, () => {
    const { state, about: words } = readHopularState(bytes);
    const found = parsed(words);
    if (found.about !== about)
      throw new HopfieldError("E_CONFLICT", "this checkpoint is of a run on another table, or with another model, seed, folds or setting");
    return { done: new Map(found.done), current: state && found.current !== null ? { key: found.current, state } : null };
  });
}

interface Words {
  readonly about: string;
  readonly done: [string, FoldOutcome][];
  readonly current: string | null;
}

function parsed(text: string): Words {
  try {
    const found = JSON.parse(text) as Words;
    if (Array.isArray(found.done)) return found;
  } catch {
    // Told below.
  }
  throw new HopfieldError("E_FORMAT", "this file holds no run of train --task tabular");
}

/** Histories of a store, a model of what it must hold after each step (a plain list, no code of the store), and what a disk actually holds. */
import { randomStream, uniformInteger } from "../../src/core/random.ts";
import type { Disk } from "../../src/store/disk.ts";
import { createOn, openOn } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { verifyDisk } from "../../src/store/verify.ts";

export interface Entry {
  readonly id: number | string;
  readonly pattern: readonly number[];
  readonly metadata: Record<string, unknown> | null;
}

export type Step =
  | { readonly kind: "create" }
  | { readonly kind: "add"; readonly entries: readonly Entry[]; readonly given: boolean; readonly upsert: boolean }
  | { readonly kind: "remove"; readonly ids: readonly (number | string)[] }
  | { readonly kind: "compact" };

export const dimension = 2;

/** What the store holds after each step, as text; the first is "no store". */
export function statesOf(steps: readonly Step[]): string[] {
  const states = ["none"];
  let held: Entry[] = [];
  for (const step of steps) {
    if (step.kind === "add") {
      const replaced = new Set(step.entries.map(({ id }) => id));
      held = [...held.filter(({ id }) => !replaced.has(id)), ...step.entries];
    } else if (step.kind === "remove") held = held.filter(({ id }) => !step.ids.includes(id));
    states.push(JSON.stringify(held));
  }
  return states;
}

/** Does one step; `store` is null before the first. */
export function take(step: Step, store: Store | null, disk: Disk): Store {
  if (step.kind === "create") return createOn(disk, { dimension });
  if (!store) throw new Error("a history starts with create");
  if (step.kind === "add") {
    const ids = step.entries.map(({ id }) => id);
    store.add(
      step.entries.map(({ pattern }) => pattern),
      { ...(step.given ? { ids } : {}), metadata: step.entries.map(({ metadata }) => metadata), upsert: step.upsert },
    );
  } else if (step.kind === "remove") store.remove({ ids: step.ids });
  else store.compact();
  return store;
}

/** What an opener finds, as text: "none" for no store. Also opens it with verify. @throws whatever the store throws; Error when verify is not content. */
export function found(disk: Disk): string {
  if (disk.list() === null || !disk.list()?.includes("store.json")) return "none";
  const { ok, damaged } = verifyDisk(disk);
  if (!ok) throw new Error(`verify: ${damaged.join("; ")}`);
  const store = openOn(disk, {});
  try {
    return heldBy(store);
  } finally {
    store.close();
  }
}

export function heldBy(store: Store): string {
  const held: Entry[] = [];
  for (const { rows, ids, metadata } of store.batches()) {
    ids.forEach((id, i) => {
      held.push({ id, pattern: Array.from(rows.data.subarray(i * rows.columns, (i + 1) * rows.columns)), metadata: metadata[i] ?? null });
    });
  }
  return JSON.stringify(held);
}

/** A history of `length` steps after create, from a seed. Numbers are small integers, exact in f32. */
export function randomHistory(seed: number, length: number): Step[] {
  const random = randomStream(seed, 0x57e9);
  const draw = (n: number): number => uniformInteger(random, n);
  const steps: Step[] = [{ kind: "create" }];
  let held: (number | string)[] = [];
  let next = 0;
  for (let i = 0; i < length; i++) {
    const kind = held.length === 0 ? 0 : draw(6);
    if (kind <= 2) {
      const given = draw(2) === 1;
      const upsert = given && held.length > 0 && draw(2) === 1;
      const fresh = Array.from({ length: 1 + draw(3) }, (_, j) => (given ? (draw(2) ? `t${seed}.${i}.${j}` : next + j * 2) : next + j));
      const ids = upsert ? [held[draw(held.length)] as number | string, ...fresh.slice(1)] : fresh;
      const unique = [...new Set(ids)].filter((id) => upsert || !held.includes(id));
      const entries = unique.map(
        (id): Entry => ({ id, pattern: [draw(100) - 50, draw(100) - 50], metadata: draw(3) === 0 ? { at: i, ü: "ö" } : null }),
      );
      for (const id of unique) if (typeof id === "number" && id >= next) next = id + 1;
      held = [...held.filter((id) => !unique.includes(id)), ...unique];
      steps.push({ kind: "add", entries, given, upsert });
    } else if (kind <= 4) {
      const ids = [held[draw(held.length)] as number | string, "not there"];
      held = held.filter((id) => !ids.includes(id));
      steps.push({ kind: "remove", ids });
    } else steps.push({ kind: "compact" });
  }
  return steps;
}

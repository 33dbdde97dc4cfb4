/** The work of a writer that gets killed, as a pure function of a seed: what it does next, and what the store must hold after it. No code of the store. */
import { crc32 } from "node:zlib";
import { randomStream, uniformInteger } from "../../src/core/random.ts";

export const dimension = 4;
/** Rows of the large batches. */
const many = 200_000;

export type Work =
  | {
      readonly kind: "add";
      readonly ids: readonly (number | string)[] | null;
      readonly count: number;
      readonly value: number;
      readonly upsert: boolean;
    }
  | { readonly kind: "remove"; readonly ids: readonly (number | string)[] }
  | { readonly kind: "compact" };

export interface Model {
  readonly seed: number;
  /** Steps taken. */
  step: number;
  /** Id -> value, in the order of the store. */
  readonly held: Map<number | string, number>;
  nextId: number;
}

export function newModel(seed: number): Model {
  return { seed, step: 0, held: new Map(), nextId: 0 };
}

/** Row i of a batch: exact in f32. */
export function patternOf(value: number): number[] {
  return [value, value + 0.5, -value, value % 7];
}

export function metadataOf(value: number): { value: number } | null {
  return value % 3 === 0 ? { value } : null;
}

/** Every second life has a batch of 200 000 rows as its third step. */
export function isLarge(seed: number, step: number): boolean {
  return seed % 2 === 0 && step === 2;
}

/** The next piece of work; nothing is changed. */
export function nextWork({ seed, step, held, nextId }: Model): Work {
  const random = randomStream(seed, step + 1);
  const draw = (n: number): number => uniformInteger(random, n);
  const value = step * 8;
  const some = (): (number | string)[] => {
    const ids = [...held.keys()];
    return Array.from(new Set(Array.from({ length: 1 + draw(4) }, () => ids[draw(ids.length)] as number | string)));
  };
  const kind = held.size === 0 ? 0 : draw(19);
  // What a large batch brought goes again, so that looking at the store stays quick.
  if (held.size > many) return { kind: "remove", ids: [...held.keys()].slice(0, held.size - 50) };
  if (isLarge(seed, step)) return { kind: "add", ids: null, count: many, value, upsert: false };
  if (kind < 8) return { kind: "add", ids: null, count: 1 + draw(5), value, upsert: false };
  if (kind < 11) return { kind: "add", ids: [`t${step}`, nextId + 5], count: 2, value, upsert: false };
  if (kind < 14) {
    const ids = [...some(), `u${step}`];
    return { kind: "add", ids, count: ids.length, value, upsert: true };
  }
  if (kind < 18) return { kind: "remove", ids: [...some(), "absent"] };
  return { kind: "compact" };
}

/** What the store holds after the work. */
export function applyWork(model: Model, work: Work): void {
  model.step++;
  if (work.kind === "remove") for (const id of work.ids) model.held.delete(id);
  if (work.kind !== "add") return;
  for (let i = 0; i < work.count; i++) {
    const id = work.ids ? (work.ids[i] as number | string) : model.nextId + i;
    model.held.delete(id);
    model.held.set(id, work.value + (i % 8));
  }
  const numbers = work.ids ? work.ids.filter((id) => typeof id === "number") : [model.nextId + work.count - 1];
  for (const id of numbers) model.nextId = Math.max(model.nextId, id + 1);
}

/** A checksum of (id, pattern, metadata) of everything held, in order. */
export function digest(entries: Iterable<readonly [number | string, ArrayLike<number>, unknown]>): string {
  let sum = 0;
  let count = 0;
  let text = "";
  for (const [id, pattern, metadata] of entries) {
    text += `${JSON.stringify(id)} ${Array.from(pattern).join()} ${JSON.stringify(metadata)}\n`;
    count++;
    if (text.length > 2 ** 16) {
      sum = crc32(text, sum);
      text = "";
    }
  }
  return `${count} ${crc32(text, sum).toString(16)}`;
}

export function digestOf({ held }: Model): string {
  return digest(
    (function* () {
      for (const [id, value] of held) yield [id, patternOf(value), metadataOf(value)] as const;
    })(),
  );
}

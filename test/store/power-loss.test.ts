/**
 * Loss of power at every instant: what was acknowledged is there, what was not is there whole or not at all, and a new writer can go on. Then the same with every single flush left out
 * in turn: each must be missed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomStream, uniformInteger } from "../../src/core/random.ts";
import type { SyncPoint } from "../../src/store/disk.ts";
import { openOn } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { found, heldBy, randomHistory, type Step, statesOf, take } from "./histories.ts";
import {
  afterPowerLoss,
  everyLoss,
  type Instant,
  type Kept,
  randomLoss,
  type SimulatedDisk,
  simulatedDisk,
  tellingLosses,
} from "./simulated-disk.ts";

interface Point {
  readonly instant: Instant;
  /** Steps acknowledged. */
  readonly done: number;
  readonly next: string;
}

/** Every instant of a history: before each change of the disk, and at the end. @param killAt the process ends before this change. */
function pointsOf(disk: SimulatedDisk, steps: readonly Step[], killAt = Number.POSITIVE_INFINITY): Point[] {
  const points: Point[] = [];
  let done = 0;
  let store: Store | null = null;
  disk.before = (next) => {
    // A killed process does nothing more, not even what an error would make it do: from here on every change throws.
    if (points.length === killAt) throw new Error("killed");
    points.push({ instant: disk.instant(), done, next });
  };
  try {
    for (const step of steps) {
      store = take(step, store, disk);
      done++;
    }
  } catch (error) {
    if (points.length !== killAt) throw error;
  }
  disk.before = () => {};
  points.push({ instant: disk.instant(), done, next: "the end" });
  return points;
}

/** Looks at one image; null when all is well. @param goOn also let a new writer add a row. */
function complaint(image: Instant, allowed: readonly string[], goOn: boolean): string | null {
  const disk = simulatedDisk(image);
  let there: string;
  try {
    there = found(disk);
  } catch (error) {
    return `not readable: ${(error as Error).message}`;
  }
  if (!allowed.includes(there)) return `found ${there}, expected ${allowed.join(" or ")}`;
  if (there === "none" || !goOn) return null;
  try {
    const writer = openOn(disk, { mode: "write", breakLock: true });
    const { ids } = writer.add([[7, 7]], {});
    const after = JSON.parse(heldBy(writer)) as { id: number }[];
    writer.close();
    const before = JSON.parse(there) as { id: number }[];
    if (after.length !== before.length + 1 || before.some(({ id }) => id === ids[0]))
      return `a new writer spoils it: ${JSON.stringify(after)}`;
  } catch (error) {
    return `a new writer fails: ${(error as Error).message}`;
  }
  return null;
}

/** What is in an image, as one text: different losses often leave the same. */
function keyOf({ made, names, inodes }: Instant): string {
  const files = [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inode]) =>
      name.startsWith("lock") ? name : `${name}=${Buffer.from(inodes.get(inode)?.durable ?? []).toString("base64")}`,
    );
  return `${made} ${files.join(" ")}`;
}

/** First complaint of any loss at any point, and how many losses were tried. A new writer goes on after every fourth kind of image. */
function search(
  points: readonly Point[],
  states: readonly string[],
  losses: (instant: Instant) => Iterable<Kept>,
): { complaint: string | null; tried: number } {
  let tried = 0;
  const seen = new Set<string>();
  for (const { instant, done, next } of points) {
    const allowed = [states[done] as string, states[Math.min(done + 1, states.length - 1)] as string];
    for (const kept of losses(instant)) {
      tried++;
      const image = afterPowerLoss(instant, kept);
      const key = `${done} ${keyOf(image)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const wrong = complaint(image, allowed, seen.size % 4 === 0);
      if (wrong) return { complaint: `before "${next}", ${done} steps done: ${wrong}`, tried };
    }
  }
  return { complaint: null, tried };
}

const entry = (id: number | string, x: number, metadata: Record<string, unknown> | null = null) => ({ id, pattern: [x, -x], metadata });

/** Every kind of change once, and adding after a compaction. */
const small: Step[] = [
  { kind: "create" },
  { kind: "add", entries: [entry(0, 1), entry(1, 2, { a: 1 })], given: false, upsert: false },
  { kind: "remove", ids: [0] },
  { kind: "add", entries: [entry(1, 3), entry("x", 4)], given: true, upsert: true },
  { kind: "compact" },
  { kind: "add", entries: [entry(2, 5)], given: false, upsert: false },
];

/** A writer is killed at some instant, a new one adds a row; then the power goes. */
function killedAt(k: number, skip: SyncPoint | null): { points: Point[]; states: string[] } | null {
  const disk = simulatedDisk();
  disk.skip = skip;
  pointsOf(disk, small, k);
  const before = found(disk);
  if (before === "none") return null;
  const points: Point[] = [];
  let done = 0;
  // Before the new writer acknowledges anything, what the old one had in flight may still be lost.
  disk.before = (next) => {
    if (done > 0) points.push({ instant: disk.instant(), done, next });
  };
  const writer = openOn(disk, { mode: "write", breakLock: true });
  writer.add([[9, 9]], { ids: ["after"] });
  done = 1;
  points.push({ instant: disk.instant(), done: 0, next: "the end" });
  const after = heldBy(writer);
  return { points, states: [after] };
}

test("every subset and prefix of a small history, at every instant", () => {
  const disk = simulatedDisk();
  const points = pointsOf(disk, small);
  const { complaint: wrong, tried } = search(points, statesOf(small), (instant) => everyLoss(instant, 1));
  expect(wrong).toBeNull();
  expect(points.length).toBeGreaterThan(30);
  expect(tried).toBeGreaterThan(3000);
});

test("a new writer after a killed one: what it acknowledges stays, whatever the old one left pending", () => {
  let kills = 0;
  for (let k = 0; k < 60; k++) {
    const run = killedAt(k, null);
    if (!run) continue;
    kills++;
    expect(search(run.points, run.states, (instant) => everyLoss(instant, 32)).complaint).toBeNull();
  }
  expect(kills).toBeGreaterThan(20);
});

test("10 000 losses in long random histories", () => {
  const random = randomStream(1, 0x10ad);
  const draw = (n: number): number => uniformInteger(random, n);
  let tried = 0;
  for (let seed = 1; tried < 10_000; seed++) {
    const steps = randomHistory(seed, 25);
    const points = pointsOf(simulatedDisk(), steps);
    const outcome = search(points, statesOf(steps), (instant) => [randomLoss(instant, draw)]);
    expect(outcome.complaint, `history ${seed}`).toBeNull();
    tried += outcome.tried;
  }
});

/** Every name of a flush in the sources. */
const flushes = (): SyncPoint[] => {
  const folder = new URL("../../src/store/", import.meta.url);
  const code = readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .join("\n");
  const type = /export type SyncPoint =([^;]*);/.exec(code)?.[1] ?? "";
  return Array.from(type.matchAll(/"([^"]+)"/g), (match) => match[1] as SyncPoint);
};

test.each(flushes())("without the flush %j acknowledged data can be lost, and this test sees it", (skip) => {
  const disk = simulatedDisk();
  disk.skip = skip;
  const points = pointsOf(disk, small);
  let wrong = search(points, statesOf(small), tellingLosses).complaint;
  for (let k = 0; k < 60 && wrong === null; k++) {
    const run = killedAt(k, skip);
    if (run) wrong = search(run.points, run.states, tellingLosses).complaint;
  }
  expect(wrong).not.toBeNull();
});

test("every flush in the sources has a name that a history passes", () => {
  const disk = simulatedDisk();
  pointsOf(disk, small);
  expect([...disk.seen].sort()).toEqual(flushes().sort());
  const folder = new URL("../../src/store/", import.meta.url);
  const calls = readdirSync(folder).flatMap((name) =>
    Array.from(readFileSync(new URL(name, folder), "utf8").matchAll(/\.sync(?:Names|Parent)?\(([^)]*)\)/g), (match) => match[1] as string),
  );
  const named = calls.filter((text) => text !== "what");
  // startLog passes its name on: "first log" and "next log" share one call.
  expect(named.map((text) => /"([^"]+)"/.exec(text)?.[1]).sort()).toEqual(
    flushes()
      .filter((name) => !name.endsWith(" log"))
      .sort(),
  );
});

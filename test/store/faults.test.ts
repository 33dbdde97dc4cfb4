/** Every k-th operation of the disk fails, in every step of a history: an E_IO that says so or a step that is done, nothing lost, and a new writer can do it again. */
import { expect, test } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { openOn } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { type Entry, found, type Step, statesOf, take } from "./histories.ts";
import { type SimulatedDisk, simulatedDisk } from "./simulated-disk.ts";

const entry = (id: number | string, x: number, metadata: Record<string, unknown> | null = null): Entry => ({
  id,
  pattern: [x, -x],
  metadata,
});

const history: Step[] = [
  { kind: "create" },
  { kind: "add", entries: [entry(0, 1), entry(1, 2, { a: 1 })], given: false, upsert: false },
  { kind: "remove", ids: [0] },
  { kind: "add", entries: [entry(1, 3), entry("x", 4)], given: true, upsert: true },
  { kind: "compact" },
  { kind: "add", entries: [entry(2, 5)], given: true, upsert: false },
  { kind: "compact" },
];
const states = statesOf(history);

/** Fails the k-th change (or read) from now on; returns whether it came to that. */
type Fault = (disk: SimulatedDisk, k: number) => () => boolean;

const failing =
  (code: string, reads: boolean): Fault =>
  (disk, k) => {
    let left = k;
    const hook = (): void => {
      if (left-- === 0) throw Object.assign(new Error(code), { code });
    };
    if (reads) disk.beforeRead = hook;
    else disk.before = hook;
    return () => left < 0;
  };

/** A write takes half of its bytes, and the next change finds no room. */
const torn: Fault = (disk, k) => {
  let left = k;
  let full = false;
  disk.before = () => {
    if (full) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  };
  disk.take = (bytes) => {
    if (left-- !== 0) return bytes;
    full = true;
    return Math.floor(bytes / 2);
  };
  return () => left < 0;
};

function heal(disk: SimulatedDisk): void {
  disk.before = () => {};
  disk.beforeRead = () => {};
  disk.take = (bytes) => bytes;
}

test.each<[string, Fault]>([
  ["ENOSPC", failing("ENOSPC", false)],
  ["EIO", failing("EIO", false)],
  ["EACCES", failing("EACCES", false)],
  ["EIO on a read", failing("EIO", true)],
  ["a torn write and no room", torn],
])("%s", (_, fault) => {
  let faults = 0;
  let refused = 0;
  for (let step = 0; step < history.length; step++) {
    for (let k = 0; ; k++) {
      const disk = simulatedDisk();
      let store: Store | null = null;
      for (let s = 0; s < step; s++) store = take(history[s] as Step, store, disk);
      const struck = fault(disk, k);
      let failed: unknown = null;
      try {
        store = take(history[step] as Step, store, disk);
      } catch (error) {
        failed = error;
      }
      heal(disk);
      if (!struck()) break;
      faults++;
      const where = `step ${step}, operation ${k}`;
      if (failed === null) expect(found(disk), where).toBe(states[step + 1]);
      else {
        refused++;
        expect(failed instanceof HopfieldError ? failed.code : failed, `${where}: ${String(failed)}`).toBe("E_IO");
        expect([states[step], states[step + 1]], where).toContain(found(disk));
      }
      if (step > 0 && failed !== null) {
        // A refused change is not there: only a failure after the switch of a compaction leaves the new files, with the same contents.
        expect(found(disk), where).toBe(states[step]);
        const writer = openOn(disk, { mode: "write", breakLock: true });
        take(history[step] as Step, writer, disk);
        writer.close();
        expect(found(disk), where).toBe(states[step + 1]);
      }
    }
  }
  expect(faults).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(10);
});

test("after a failed write the store refuses to write and still reads", () => {
  const disk = simulatedDisk();
  let store: Store | null = null;
  for (const step of history.slice(0, 3)) store = take(step, store, disk);
  failing("EIO", false)(disk, 1);
  expect(() => store?.add([[1, 1]])).toThrow("the device failed");
  heal(disk);
  expect(() => store?.add([[1, 1]])).toThrow("an earlier write failed");
  expect(store?.get(1)?.metadata).toEqual({ a: 1 });
  expect(store?.patterns).toBe(1);
});

test("short writes alone change nothing", () => {
  const disk = simulatedDisk();
  disk.take = (bytes) => Math.ceil(bytes / 3);
  let store: Store | null = null;
  for (const step of history) store = take(step, store, disk);
  expect(found(disk)).toBe(states.at(-1));
});

/**
 * Files that are not what was written: every truncation and every flipped bit of a small store is detected or harmless; files made up by others, with checksums that fit, give a value or
 * a HopfieldError.
 */
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { randomStream, uniformInteger } from "../../src/core/random.ts";
import { layoutOf } from "../../src/store/layout.ts";
import { openOn } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { verifyDisk } from "../../src/store/verify.ts";
import { found, heldBy, type Step, statesOf, take } from "./histories.ts";
import { type Instant, simulatedDisk } from "./simulated-disk.ts";

const history: Step[] = [
  { kind: "create" },
  {
    kind: "add",
    entries: [
      { id: 0, pattern: [1, 2], metadata: { a: 1 } },
      { id: "x", pattern: [3, 4], metadata: null },
    ],
    given: true,
    upsert: false,
  },
  { kind: "compact" },
  { kind: "add", entries: [{ id: "x", pattern: [5, 6], metadata: { b: "c" } }], given: true, upsert: true },
  { kind: "remove", ids: [0] },
  { kind: "add", entries: [{ id: 1, pattern: [7, 8], metadata: null }], given: false, upsert: false },
];
const whole = statesOf(history).at(-1) as string;

/** The files of the store after the history. */
function files(): Map<string, Uint8Array> {
  const disk = simulatedDisk();
  let store: Store | null = null;
  for (const step of history) store = take(step, store, disk);
  store?.close();
  const { names, pendingNames, inodes } = disk.instant();
  const all = new Map(names);
  for (const change of pendingNames) {
    if ("enter" in change) all.set(change.enter, change.inode);
    else if ("remove" in change) all.delete(change.remove);
  }
  const disk2 = simulatedDisk(disk.instant());
  const read = (name: string): Uint8Array => {
    const file = disk2.open(name, "read");
    const bytes = new Uint8Array(file?.size() ?? 0);
    file?.read(0, bytes);
    return bytes;
  };
  expect(inodes.size).toBeGreaterThan(0);
  return new Map([...all.keys()].map((name) => [name, read(name)]));
}

function diskOf(contents: ReadonlyMap<string, Uint8Array>): ReturnType<typeof simulatedDisk> {
  const names = new Map([...contents.keys()].map((name, i) => [name, i + 1]));
  const inodes: Instant["inodes"] = new Map([...contents.values()].map((durable, i) => [i + 1, { durable, pending: [] }]));
  return simulatedDisk({ made: "yes", names, pendingNames: [], inodes });
}

const original = files();

/** "detected", "harmless", or what is wrong. */
function outcome(changed: ReadonlyMap<string, Uint8Array>): string {
  const disk = diskOf(changed);
  try {
    const there = found(disk);
    return there === whole ? "harmless" : `found ${there}`;
  } catch (error) {
    if (!(error instanceof HopfieldError) && !/^verify: /.test((error as Error).message)) return `BUG ${String(error)}`;
  }
  // Detected by verify or by opening; reading on must not give anything else either.
  try {
    const store = openOn(disk, {});
    const held = heldBy(store);
    return held === whole ? "detected" : `read ${held}`;
  } catch (error) {
    return error instanceof HopfieldError ? "detected" : `BUG ${String(error)}`;
  }
}

test("the files of the test", () => {
  expect([...original.keys()].sort()).toEqual(["acknowledged", "log-2.bin", "snapshot-2.safetensors", "store.json"]);
  expect(outcome(original)).toBe("harmless");
});

test.each([...original.keys()])("%s cut off at every byte: detected or harmless", (name) => {
  const bytes = original.get(name) as Uint8Array;
  const seen = new Set<string>();
  for (let length = 0; length < bytes.length; length++) {
    const got = outcome(new Map(original).set(name, bytes.slice(0, length)));
    seen.add(got);
    if (got !== "detected" && got !== "harmless") expect(got, `${name} cut to ${length} bytes`).toBe("detected");
  }
  // Only the file that may always be missing is harmless.
  expect([...seen]).toEqual([name === "acknowledged" ? "harmless" : "detected"]);
});

test.each([...original.keys()])("%s with every bit flipped: detected or harmless", (name) => {
  const bytes = original.get(name) as Uint8Array;
  const tally: Record<string, number> = {};
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    const got = outcome(new Map(original).set(name, changed));
    tally[got] = (tally[got] ?? 0) + 1;
    if (got !== "detected" && got !== "harmless") expect(got, `${name} bit ${bit}`).toBe("detected");
  }
  // Harmless: all of the hint that is never trusted, and the few bytes that fill a record up to a multiple of 8.
  if (name !== "acknowledged") expect(tally.harmless ?? 0).toBeLessThanOrEqual(name.startsWith("log") ? 3 * 7 * 8 : 0);
});

test("bytes after the end are torn, and the next writer cuts them", () => {
  const log = original.get("log-2.bin") as Uint8Array;
  const longer = new Uint8Array(log.length + 100).fill(0x48);
  longer.set(log);
  const disk = diskOf(new Map(original).set("log-2.bin", longer));
  expect(verifyDisk(disk)).toEqual({ ok: true, patterns: 2, tornBytes: 100, damaged: [] });
  openOn(disk, { mode: "write" }).close();
  expect(verifyDisk(disk)).toMatchObject({ ok: true, tornBytes: 0 });
  expect(found(disk)).toBe(whole);
});

/** Writes the checksums of a record anew, so that what was changed in it looks as if it had been written. */
function seal(log: Uint8Array, start: number, blocks: boolean): void {
  const view = new DataView(log.buffer, log.byteOffset);
  const u64 = (at: number): number => Number(view.getBigUint64(at, true));
  const bytes = u64(start + 24);
  const kind = { dimension: 2, storage: "f32" } as const;
  const counts = {
    rows: view.getUint32(start + 32, true),
    dead: view.getUint32(start + 36, true),
    idText: u64(start + 40),
    metadata: u64(start + 48),
  };
  view.setUint32(start + 4, crc32(log.subarray(start + 8, start + 96)), true);
  const mark = start + bytes - 32;
  if (!(mark > start && mark + 32 <= log.length)) return;
  if (blocks) {
    const layout = layoutOf(kind, counts);
    const table = start + 96 + layout.bytes;
    for (const section of layout.sections) {
      if (section.bytes === 0) continue;
      const from = start + 96 + section.offset;
      view.setUint32(table + section.firstBlock * 4, crc32(log.subarray(from, from + section.bytes)), true);
    }
    view.setUint32(mark + 28, crc32(log.subarray(table, table + layout.blocks * 4)), true);
  }
  view.setUint32(mark + 24, crc32(log.subarray(start, start + 96)), true);
  view.setUint32(mark + 4, crc32(log.subarray(mark + 8, mark + 32)), true);
}

test("20 000 files made up by others: a value or a HopfieldError", () => {
  const random = randomStream(1, 0xf022);
  const draw = (n: number): number => uniformInteger(random, n);
  const log = original.get("log-2.bin") as Uint8Array;
  const starts = [32];
  while ((starts.at(-1) as number) < log.length)
    starts.push((starts.at(-1) as number) + Number(new DataView(log.buffer).getBigUint64((starts.at(-1) as number) + 24, true)));
  starts.pop();
  expect(starts.length).toBe(3);
  const names = [...original.keys()];
  const tally: Record<string, number> = {};
  for (let i = 0; i < 20_000; i++) {
    const changed = new Map(original);
    const way = draw(4);
    if (way === 0) {
      const name = names[draw(names.length)] as string;
      const bytes = (original.get(name) as Uint8Array).slice(0, draw(4) === 0 ? draw(500) : undefined);
      for (let n = draw(5); n >= 0 && bytes.length > 0; n--) bytes[draw(bytes.length)] = draw(256);
      changed.set(name, bytes);
    } else if (way === 1) {
      // Every digit of the manifest may say something else, with a checksum that fits.
      const text = new TextDecoder().decode(original.get("store.json"));
      const body = text
        .slice(0, text.indexOf(',"crc32"'))
        .replaceAll(/\d+/g, (digits, at: number) =>
          at > 12 && draw(3) === 0 ? String(draw(2) ? draw(20) : draw(2 ** 31) * 2 ** draw(22)) : digits,
        );
      changed.set(
        "store.json",
        new TextEncoder().encode(`${body},"crc32":"${crc32(new TextEncoder().encode(body)).toString(16).padStart(8, "0")}"}\n`),
      );
    } else {
      const bytes = log.slice();
      const start = starts[draw(starts.length)] as number;
      const view = new DataView(bytes.buffer);
      if (way === 2) {
        const field = [16, 24, 32, 36, 40, 48, 56, 64, 72, 80][draw(10)] as number;
        if (draw(2)) view.setUint32(start + field, draw(2) ? draw(64) : draw(2 ** 32), true);
        else view.setBigUint64(start + field, BigInt(draw(2 ** 32)) << BigInt(draw(32)), true);
      } else for (let n = draw(6); n >= 0; n--) bytes[start + 96 + draw(120)] = draw(2) ? draw(256) : 0x22;
      try {
        seal(bytes, start, true);
      } catch {
        // The change leads out of the file: it goes unsealed.
      }
      changed.set("log-2.bin", bytes);
    }
    let got = "value";
    try {
      const store = openOn(diskOf(changed), {});
      heldBy(store);
      store.get("x");
      store.info();
      store.close();
    } catch (error) {
      got = error instanceof HopfieldError ? error.code : `BUG ${String((error as Error).stack)}`;
    }
    tally[got] = (tally[got] ?? 0) + 1;
    if (got.startsWith("BUG")) expect(got, `input ${i}, way ${way}`).toBe("a HopfieldError");
  }
  // Both ends of the funnel are reached: what is refused, and what goes through because its checksums fit.
  expect(tally.value).toBeGreaterThan(500);
  expect(tally.E_FORMAT).toBeGreaterThan(5000);
});

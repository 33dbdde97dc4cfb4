/** A directory made up by somebody else: whatever stands in place of a store's files, nothing outside the directory is read as data, changed, made or removed. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { createStore, openStore, type Store, verifyStore } from "../../src/store/index.ts";

let root: string;
let model: string;
let outside: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "hopfield-outside-"));
  model = join(root, "model");
  outside = join(root, "outside");
  const store = createStore(model, { dimension: 2, durability: "process" });
  store.add([
    [1, 2],
    [3, 4],
  ]);
  store.compact();
  store.add([[5, 6]]);
  store.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const token = "11111111-1111-1111-1111-111111111111";
/** Every name a store reads, writes, makes or removes, now or at its next compaction. */
const names = [
  ...["store.json", "store.json.new", "log-2.bin", "snapshot-2.safetensors", "acknowledged", "lock"],
  ...["log-3.bin", "snapshot-3.safetensors", "log-1.bin", "snapshot-1.safetensors", `lock-${token}.new`, `takeover-${token}`],
];

const kinds: Record<string, (place: string, victim: string) => void> = {
  "a symbolic link to a file": (place, victim) => symlinkSync(victim, place),
  "a symbolic link by ..": (place, victim) => symlinkSync(`../outside/${victim.split("/").at(-1)}`, place),
  "a symbolic link to nothing": (place) => symlinkSync(join(outside, "made"), place),
  "a directory": (place) => {
    mkdirSync(place);
    writeFileSync(join(place, "inside"), "mine");
  },
  "a hard link": (place, victim) => linkSync(victim, place),
  "a pipe": (place) => execFileSync("mkfifo", [place]),
};

/** Everything outside, to the byte. */
const look = (folder: string): string =>
  readdirSync(folder)
    .sort()
    .map((name) => `${name} ${lstatSync(join(folder, name)).mode} ${readFileSync(join(folder, name)).toString("base64")}`)
    .join("\n");

const work: ((path: string) => void)[] = [
  (path) => void verifyStore(path),
  (path) => using(openStore(path), (store) => store.recall([[1, 2]], { memory: { beta: 1 } })),
  (path) =>
    using(openStore(path, { mode: "write", durability: "process" }), (store) => {
      store.add([[7, 8]]);
      store.remove({ ids: [0] });
      store.compact();
      store.add([[9, 9]]);
    }),
  (path) => using(openStore(path, { mode: "write", breakLock: true, durability: "process" }), (store) => store.add([[7, 8]])),
  (path) => createStore(path, { dimension: 2, durability: "process" }).close(),
];

function using(store: Store, act: (store: Store) => unknown): void {
  try {
    act(store);
  } finally {
    store.close();
  }
}

describe.each(Object.keys(kinds))("%s", (kind) => {
  test.each(names)("in place of %s", (name) => {
    rmSync(outside, { recursive: true, force: true });
    mkdirSync(outside);
    // What it leads to is the very file that would be there, so that it would be taken if it were followed.
    const victim = join(outside, "victim");
    const there = join(model, name);
    writeFileSync(victim, lstatSync(there, { throwIfNoEntry: false }) ? readFileSync(there) : "mine");
    const before = look(outside);
    const others = readdirSync(root).sort();
    const path = join(root, "store");
    for (const act of work) {
      rmSync(path, { recursive: true, force: true });
      cpSync(model, path, { recursive: true });
      rmSync(join(path, name), { force: true });
      kinds[kind]?.(join(path, name), victim);
      try {
        act(path);
      } catch (error) {
        expect(error instanceof HopfieldError ? error.code : String(error)).toMatch(/^E_(?:IO|LOCKED|FORMAT|CONFLICT)$/);
      }
      expect(look(outside)).toBe(before);
      if (kind === "a directory") expect(readFileSync(join(path, name, "inside"), "utf8")).toBe("mine");
    }
    rmSync(path, { recursive: true });
    expect(readdirSync(root).sort()).toEqual(others);
  });
});

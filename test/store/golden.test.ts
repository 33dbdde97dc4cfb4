/** Stores written by format version 1 stay readable: those in test/golden/store-v1 were written once and are never written again. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore, verifyStore } from "../../src/store/index.ts";
import { heldBy } from "./histories.ts";

const golden = new URL("../golden/store-v1/", import.meta.url).pathname;
const stores = readdirSync(golden, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(stores.map(({ name }) => name))("%s: read, verified, written on", (name) => {
  const expected = readFileSync(join(golden, `${name}.json`), "utf8").trim();
  const path = join(golden, name);
  expect(verifyStore(path)).toMatchObject({ ok: true, tornBytes: 0 });
  const reader = openStore(path);
  expect(heldBy(reader)).toBe(expected);
  reader.close();
  const folder = mkdtempSync(join(tmpdir(), "hopfield-golden-"));
  try {
    cpSync(path, folder, { recursive: true });
    const writer = openStore(folder, { mode: "write" });
    const { ids } = writer.add([[1, 2, 3]]);
    writer.compact();
    expect(writer.patterns).toBe(JSON.parse(expected).length + 1);
    expect(Array.from(writer.get(ids[0])?.pattern ?? [])).toEqual([1, 2, 3]);
    writer.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("all three kinds of storage are there", () => {
  expect(stores.map(({ name }) => name).sort()).toEqual(["f16", "f32", "int8"]);
});

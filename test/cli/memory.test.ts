/** `hopfield memory` as a user runs it: the documents of --json to the letter, exit statuses, the lock. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSafetensors } from "../../src/data/index.ts";
import { createMemory } from "../../src/index.ts";
import { openStore } from "../../src/store/index.ts";
import { command, type Folder, normals, openFolder, run } from "./helpers.ts";

let folder: Folder;
const x = normals(40 * 8, 3);
beforeAll(async () => {
  folder = openFolder();
  folder.npy("p.npy", x, [40, 8]);
  folder.npy("one.npy", x.slice(0, 8), [1, 8]);
  folder.text("wrong.jsonl", '{"a":1');
  folder.npy("bad.npy", x.slice(0, 14), [2, 7]);
  folder.text("ids.txt", Array.from({ length: 40 }, (_, i) => (i === 4 ? "four" : i * 2)).join("\n"));
  folder.text("m.jsonl", Array.from({ length: 40 }, (_, i) => (i === 5 ? "null" : JSON.stringify({ label: i % 3 }))).join("\n"));
});
afterAll(() => folder.remove());

const memory = (...words: string[]) => run(["memory", ...words], { cwd: folder.path });
const json = async (...words: string[]) => {
  const { status, stdout, stderr } = await memory(...words, "--json");
  expect([status, stderr.replace(/^recall: beta .*\n/, "")]).toEqual([0, ""]);
  return JSON.parse(stdout);
};

test("the life of a store: every document has exactly the fields of the contract", async () => {
  expect(await json("create", "s", "--dimension", "8")).toEqual({ dimension: 8 });
  expect(await json("add", "s", "--patterns", "p.npy", "--ids", "ids.txt", "--metadata", "m.jsonl")).toEqual({
    added: 40,
    patterns: 40,
    ids: [0, 78],
  });
  expect(await json("add", "s", "--patterns", "one.npy")).toEqual({ added: 1, patterns: 41, ids: [79, 79] });
  expect(await json("remove", "s", "--ids", "four,79,99")).toEqual({ removed: 2, missing: [99] });
  expect(await json("remove", "s", "--where", "label=2")).toEqual({ removed: 12, missing: [] });
  const info = await json("info", "s");
  expect(info).toEqual({
    patterns: 27,
    dimension: 8,
    storage: "f32",
    bytes: expect.any(Number),
    liveBytes: expect.any(Number),
    format: 1,
    metadataKeys: ["label"],
  });
  const { before, after, ...rest } = await json("compact", "s");
  expect([before, rest]).toEqual([info.bytes, {}]);
  expect(after).toBeLessThan(before);
  expect(await json("verify", "s")).toEqual({ ok: true, patterns: 27, tornBytes: 0, damaged: [] });
  expect(await json("export", "s", "e.safetensors")).toEqual({ patterns: 27 });
  const { tensors } = readSafetensors(folder.bytes("e.safetensors"));
  expect(tensors.get("patterns")?.shape).toEqual([27, 8]);
  expect((await memory("create", "t", "--dimension", "8")).status).toBe(0);
  expect((await json("add", "t", "--patterns", "e.safetensors")).added).toBe(27);
  const [a, b] = ["s", "t"].map((name) => [...openStore(folder.file(name)).batches()]);
  expect(b).toEqual(a);
});

test("recall: the results of recall over the live patterns, and nearest", async () => {
  const got = await json("recall", "s", "--queries", "one.npy", "--beta", "2", "--return", "3", "--threads", "1", "--build", "plain");
  const live = Array.from({ length: 40 }, (_, i) => i).filter((i) => i !== 4 && (i === 5 || i % 3 !== 2));
  const patterns = live.map((i) => x.slice(i * 8, i * 8 + 8));
  const expected = createMemory(patterns, { beta: 2, build: "plain" }).recall([x.slice(0, 8)], { alternatives: 3, energy: true })
    .results[0];
  const { alternatives = [], ...figures } = expected ?? {};
  const nearest = alternatives.map(({ index, weight }) => {
    const i = live[index] as number;
    return { id: i * 2, weight, metadata: i === 5 ? null : { label: i % 3 } };
  });
  expect(got).toEqual({
    ...{
      command: "recall",
      model: "gaussian",
      similarity: "l2",
      separation: "softmax",
      support: "all",
      beta: 2,
      patterns: 27,
      dimension: 8,
      queries: 1,
    },
    results: [{ ...figures, nearest }],
    ...{ milliseconds: expect.any(Number), kernel: "plain", threads: 1 },
  });
  const files = ["--out", "y.npy", "--weights", "w.npy", "--trace", "t.npz", "--steps", "2"];
  expect((await memory("recall", "s", "--queries", "one.npy", "--where", "label=1", ...files)).status).toBe(0);
  expect([folder.read("y.npy").shape, folder.read("w.npy").shape, folder.read("t.npz#states").shape]).toEqual([
    [1, 8],
    [1, 12],
    [3, 1, 8],
  ]);
});

test.each([
  [2, "E_RANGE: memory needs an action", []],
  [2, 'E_RANGE: memory has no action "ad"; did you mean "add"?', ["ad", "s"]],
  [2, "E_RANGE: memory create needs --dimension", ["create", "u"]],
  [2, "E_RANGE: memory create: dimension must be", ["create", "u", "--dimension", "0"]],
  [2, "E_RANGE: memory create: storage must be", ["create", "u", "--dimension", "2", "--storage", "f31"]],
  [2, "E_RANGE: memory add needs --patterns", ["add", "s"]],
  [2, "E_RANGE: memory info has no option --beta", ["info", "s", "--beta", "2"]],
  [2, "E_RANGE: memory remove takes either", ["remove", "s"]],
  [2, "E_RANGE: memory remove: where", ["remove", "s", "--where", "label"]],
  [2, "E_RANGE: --memory-limit takes", ["recall", "s", "--queries", "one.npy", "--memory-limit", "3 potatoes"]],
  [2, "E_RANGE: createMemory: beta must be", ["recall", "s", "--queries", "one.npy", "--beta", "-1"]],
  [3, "E_CONFLICT: add: id 0 is there already", ["add", "s", "--patterns", "p.npy", "--ids", "ids.txt"]],
  [3, "E_SHAPE: add: rows have 7 columns, the store has 8", ["add", "s", "--patterns", "bad.npy"]],
  [3, "E_SHAPE: --ids has 40 lines, --patterns has 1 rows", ["add", "s", "--patterns", "one.npy", "--ids", "ids.txt"]],
  [3, "E_FORMAT: --metadata: line 1 is not JSON", ["add", "s", "--patterns", "one.npy", "--metadata", "wrong.jsonl"]],
  [3, 'E_IO: store: "absent" does not exist', ["info", "absent"]],
  [3, 'E_CONFLICT: createStore: "s" is a store already', ["create", "s", "--dimension", "8"]],
  [3, "E_RANGE: recall: no pattern matches where", ["recall", "s", "--queries", "one.npy", "--where", "label=77"]],
  [3, "E_SHAPE: recall: query has 7 columns", ["recall", "s", "--queries", "bad.npy"]],
])("exit %i, one line: %s", async (status, message, words) => {
  const ended = await memory(...words);
  expect(ended.stdout).toBe("");
  // beta from the patterns may be told first.
  const lines = ended.stderr.trimEnd().split("\n");
  expect(lines.at(-1)?.startsWith(message) ? message : lines.at(-1)).toBe(message);
  expect(ended.status).toBe(status);
});

test("--upsert replaces; nothing of a refused add stays", async () => {
  const before = await json("verify", "s");
  expect((await memory("add", "s", "--patterns", "p.npy", "--ids", "ids.txt")).status).toBe(3);
  expect(await json("verify", "s")).toEqual(before);
  expect(await json("add", "s", "--patterns", "p.npy", "--ids", "ids.txt", "--upsert")).toEqual({ added: 40, patterns: 40, ids: [0, 78] });
});

test("damage: verify ends with 1 and says where, a torn tail is no damage", async () => {
  const store = folder.file("s");
  const log = readdirSync(store).find((name) => name.startsWith("log-")) as string;
  const bytes = folder.bytes(`s/${log}`);
  writeFileSync(`${store}/${log}`, Buffer.concat([bytes, Buffer.from("torn")]));
  expect(await json("verify", "s")).toEqual({ ok: true, patterns: 40, tornBytes: 4, damaged: [] });
  const spoilt = Buffer.from(bytes);
  spoilt[1000] = (spoilt[1000] as number) ^ 4;
  writeFileSync(`${store}/${log}`, spoilt);
  const ended = await memory("verify", "s", "--json");
  expect(ended.status).toBe(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, tornBytes: 0, damaged: [expect.stringContaining(`${log} is damaged`)] });
  writeFileSync(`${store}/${log}`, bytes);
});

test("the lock: E_LOCKED names the holder, --wait waits, --break-lock takes it, a killed holder is no hindrance", async () => {
  const store = openStore(folder.file("t"), { mode: "write" });
  const refused = await memory("add", "t", "--patterns", "one.npy");
  expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining(`is locked by process ${process.pid} on`)]);
  const waiting = memory("add", "t", "--patterns", "one.npy", "--wait", "20", "--json");
  setTimeout(() => store.close(), 300);
  expect(JSON.parse((await waiting).stdout)).toMatchObject({ added: 1, patterns: 28 });
  const again = openStore(folder.file("t"), { mode: "write" });
  expect((await memory("add", "t", "--patterns", "one.npy", "--break-lock")).status).toBe(0);
  expect(() => again.add([x.slice(0, 8)])).toThrow("taken over");
  again.close();
  expect(existsSync(folder.file("t/lock"))).toBe(false);
});

test("killed while it adds: the next writer goes on at once", async () => {
  folder.npy("many.npy", normals(20_000 * 8, 5), [20_000, 8]);
  const child = spawn(process.execPath, [command, "memory", "add", "t", "--patterns", "many.npy"], { cwd: folder.path });
  const ended = new Promise((done) => child.on("close", done));
  setTimeout(() => child.kill("SIGKILL"), 250);
  await ended;
  const { ok, patterns } = await json("verify", "t");
  expect(ok).toBe(true);
  expect([29, 20_029]).toContain(patterns);
  expect((await json("add", "t", "--patterns", "one.npy")).patterns).toBe(patterns + 1);
});

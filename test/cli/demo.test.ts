import { afterAll, beforeAll, expect, test } from "vitest";
import { readPng } from "../../src/data/index.ts";
import { type Folder, openFolder, run } from "./helpers.ts";

interface Row {
  readonly cue: string;
  readonly model: string;
  readonly patterns: number;
  readonly correct: number;
  readonly exact: number | null;
  readonly ceiling: number | null;
  readonly milliseconds: number;
  readonly labels: Record<string, number>;
}

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
});
afterAll(() => folder.remove());

const words = ["demo", "--bundled", "--queries", "60"];

/** Everything but times. */
function timeless(text: string): string {
  const strip = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== "milliseconds" && name !== "seconds"))
      : value;
  return JSON.stringify(JSON.parse(text), strip);
}

test("stored digits come back from half of themselves; the picture is written; a seed repeats all of it", async () => {
  const first = await run([...words, "--json"], { cwd: folder.path });
  expect(first.status).toBe(0);
  expect(first.stderr).toContain("900 of the 1 000 digits that come along");
  const document = JSON.parse(first.stdout);
  expect(document).toMatchObject({ command: "demo", source: "bundled", seed: 1, queries: 60, picture: "demo.png" });
  const rows: Row[] = document.rows;
  const find = (cue: string, model: string): Row => {
    const row = rows.find((each) => each.cue === cue && each.model === model);
    if (!row) throw new Error(`no row ${cue}, ${model}`);
    return row;
  };
  expect(find("lower half missing", "gaussian")).toMatchObject({
    patterns: 900,
    correct: 1,
    exact: 1,
    labels: { single: 60, metastable: 0, global: 0 },
  });
  const noisy = rows.filter((row) => row.ceiling !== null);
  expect(noisy).toHaveLength(3);
  for (const { correct, ceiling } of noisy) expect(correct).toBe(ceiling);
  expect(find("lower half set to 0", "dense (dot)").correct).toBeLessThan(0.6);
  expect(find("unseen digits", "gaussian").correct).toBeGreaterThan(find("unseen, lower half set to 0", "dense (dot)").correct);
  expect(document.certificates).toEqual({ given: 600, violated: 0 });
  const picture = folder.bytes("demo.png");
  const image = readPng(picture);
  expect([image.channels, image.width > 1000, image.height > 400]).toEqual([3, true, true]);

  const second = await run([...words, "--json"], { cwd: folder.path });
  expect(timeless(second.stdout)).toBe(timeless(first.stdout));
  expect(folder.bytes("demo.png").equals(picture)).toBe(true);
  const other = await run([...words, "--json", "--seed", "2"], { cwd: folder.path });
  expect(timeless(other.stdout)).not.toBe(timeless(first.stdout));
});

test("for people: the table, the certificates, digits in plain characters", async () => {
  const { status, stdout } = await run([...words, "--out", "other.png"], { cwd: folder.path });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ +900 {2}lower half missing +gaussian +100\.0 +100\.0/m);
  expect(stdout).toContain("certificates: 600 of 600");
  expect(stdout).toContain("????????");
  expect(stdout).toMatch(/wrote other\.png; [\d.]+ s\n$/);
  expect(stdout).not.toContain("\u001b");
});

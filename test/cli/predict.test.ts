/** hopfield predict on arrays, and what it refuses. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { latchSequences } from "../../src/tasks/index.ts";
import { openFolder, run } from "./helpers.ts";

const folder = openFolder();
afterAll(() => folder.remove());
const model = folder.file("latch.safetensors");

beforeAll(async () => {
  const { status } = await run(["train", "--task", "latch", "--length", "8", "--save", model]);
  expect(status).toBe(0);
});

describe("hopfield predict", () => {
  const { bags, targets } = latchSequences(99, 50, 0, { length: 8 });

  it("rows are cut into bags as long as in training; three dimensions say it themselves", async () => {
    for (const [name, shape] of [
      ["flat", [400, 20]],
      ["deep", [50, 8, 20]],
    ] as const) {
      const { status, stdout } = await run([
        "predict",
        "--load",
        model,
        "--data",
        folder.npy(`${name}.npy`, bags.data, shape),
        "--out",
        folder.file(`${name}-out.npy`),
        "--json",
      ]);
      expect(status).toBe(0);
      const found = JSON.parse(stdout);
      expect(found).toMatchObject({ command: "predict", task: "latch", model: "pooling", bags: 50 });
      expect(found.results.map((r: { class: string }) => Number(r.class))).toEqual(Array.from(targets));
      const written = folder.read(`${name}-out.npy`);
      expect(written.shape).toEqual([50, 2]);
      for (let b = 0; b < 50; b++) expect((written.data[2 * b] as number) + (written.data[2 * b + 1] as number)).toBeCloseTo(1, 6);
    }
  });

  it.each([
    ["wrong width", () => folder.npy("w.npy", new Float32Array(8), [4, 2]), /E_SHAPE: .*2 columns, the network takes 20/],
    ["a rest", () => folder.npy("r.npy", new Float32Array(60), [3, 20]), /E_SHAPE: .*not a multiple of the 8 instances/],
    ["NaN", () => folder.npy("n.npy", new Float32Array(160).fill(Number.NaN), [8, 20]), /E_NONFINITE/],
  ])("refuses %s", async (_name, file, message) => {
    const { status, stderr } = await run(["predict", "--load", model, "--data", file()]);
    expect(stderr).toMatch(message);
    expect(status).toBe(3);
  });

  it("refuses a file that holds no network", async () => {
    const { status, stderr } = await run([
      "predict",
      "--load",
      folder.text("no.safetensors", "{}"),
      "--data",
      folder.npy("x.npy", bags.data, [400, 20]),
    ]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^E_FORMAT: --load/);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { wilson } from "../../src/cli/wilson.ts";
import { type Folder, normals, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
  const x = normals(200 * 32, 1);
  x.copyWithin(3 * 32, 0, 32);
  folder.npy("p.npy", x, [200, 32]);
  folder.npy("signs.npy", x.slice(0, 5 * 32).map(Math.sign), [5, 32]);
});
afterAll(() => folder.remove());

const plan = (...words: string[]) => run(["plan", ...words], { cwd: folder.path });

test("the JSON: copies, separation, promise, trials with intervals", async () => {
  const { status, stdout, stderr } = await plan("--patterns", "p.npy", "--noise", "0.1", "--json");
  expect([status, stderr]).toEqual([0, ""]);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    command: "plan",
    model: "gaussian",
    patterns: 200,
    dimension: 32,
    noise: 0.1,
    seed: 1,
    copies: 1,
    zeroPatterns: 0,
  });
  expect(report.separation).toMatchObject({ similarity: "l2", sampled: 200, min: 0, negative: 0 });
  expect(report.promised.of).toBe(200);
  // The two copies cannot be promised; nearly everything else is far apart at this noise.
  expect(report.promised.patterns).toBeLessThanOrEqual(198);
  expect(report.promised.patterns).toBeGreaterThan(150);
  expect(report.trial).toMatchObject({ trials: 200, right: 200, share: 1, high: 1, low: wilson(200, 200).low });
  expect(report.trialHalfMissing.right).toBeGreaterThan(150);
  expect((await plan("--patterns", "p.npy", "--noise", "0.1", "--json")).stdout).toBe(stdout);
});

test("a promise is kept: promised patterns are no more than those that come back", async () => {
  for (const words of [
    ["--noise", "0.5"],
    ["--noise", "0.8"],
    ["--noise", "0.2", "--model", "dense"],
  ]) {
    const report = JSON.parse((await plan("--patterns", "p.npy", ...words, "--json")).stdout);
    expect(report.promised.patterns / 200).toBeLessThanOrEqual(report.trial.high);
  }
});

test("for people: sentences, and a command that runs", async () => {
  const { stdout } = await plan("--patterns", "p.npy");
  expect(stdout).toContain("200 patterns of 32 entries");
  expect(stdout).toContain("1 patterns are exact copies");
  const next = /^ {2}hopfield (recall .*)$/m.exec(stdout)?.[1]?.split(" ") ?? [];
  const words = next.map((word) => (word === "queries.npy" ? "p.npy" : word));
  expect((await run(words, { cwd: folder.path })).status).toBe(0);
});

test.each(["hebbian", "exponential"])("%s: bits are flipped, entries cannot be left out", async (model) => {
  const report = JSON.parse((await plan("--patterns", "signs.npy", "--noise", "0.05", "--model", model, "--json")).stdout);
  expect(report).toMatchObject({ beta: null, betaSource: "none", promised: null, theorem: null, trialHalfMissing: null });
  expect(report.trial.trials).toBe(5);
});

test.each(["window", "sparsemax", "random-features"])("%s has a trial too", async (model) => {
  const report = JSON.parse((await plan("--patterns", "p.npy", "--noise", "0.05", "--model", model, "--json")).stdout);
  expect(report.promised).toBeNull();
  expect(report.trial.trials).toBe(200);
});

test("Wilson's interval: the figures of 0, 8 and 10 of 10", () => {
  // (x + z^2/2 +- z sqrt(x (n - x) / n + z^2/4)) / (n + z^2) with z = 1.96.
  expect(wilson(0, 10)).toMatchObject({ low: 0, high: expect.closeTo(0.27754, 4) });
  expect(wilson(8, 10)).toMatchObject({ low: expect.closeTo(0.49016, 4), high: expect.closeTo(0.94331, 4) });
  expect(wilson(10, 10)).toMatchObject({ low: expect.closeTo(0.72246, 4), high: 1 });
});

test("theory and the held-out trial: what patterns carry, directions, an advice that can be refuted", async () => {
  // Twenty-four entries driven by three latent numbers.
  const z = normals(300 * 3, 5);
  const F = normals(24 * 3, 6);
  const x = Float32Array.from({ length: 300 * 24 }, (_, at) => {
    const [p, i] = [Math.floor(at / 24), at % 24];
    return [0, 1, 2].reduce((sum, k) => sum + (F[3 * i + k] ?? 0) * (z[3 * p + k] ?? 0), 0);
  });
  folder.npy("latent.npy", x, [300, 24]);
  const { theory, heldOut, beta } = JSON.parse((await plan("--patterns", "latent.npy", "--noise", "0.1", "--json")).stdout);
  expect(theory.sampled).toBe(300);
  expect(theory.effectiveDimension).toBeGreaterThan(1.5);
  expect(theory.effectiveDimension).toBeLessThan(3.2);
  expect(theory.lowerBound).toBe(beta > theory.betaLimit);
  expect(heldOut).toMatchObject({ advisers: 150, patterns: 150, verdict: "confirmed" });
  expect(heldOut.trials.map((trial: { beta: number }) => trial.beta / heldOut.trials[1].beta)).toEqual([0.25, 1, 4]);
  // Half of the patterns of the dense memory answer louder to another: theory knows (few patterns fit), and a given beta is no advice.
  const dense = JSON.parse((await plan("--patterns", "latent.npy", "--model", "dense", "--beta", "0.05", "--json")).stdout);
  expect(dense.heldOut).toBeNull();
  expect(10 ** dense.theory.log10Patterns).toBeLessThan(300);
  expect(dense.trial.share).toBeLessThan(0.5);
  const { stdout } = await plan("--patterns", "latent.npy", "--noise", "0.1");
  expect(stdout).toContain("The advice is confirmed");
  expect(stdout).toMatch(/use about \S+ of 24 directions/);
  // Five patterns of signs have no say.
  expect(JSON.parse((await plan("--patterns", "signs.npy", "--json")).stdout)).toMatchObject({ theory: null, heldOut: null });
});

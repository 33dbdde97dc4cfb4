/** Simulations over threads and in pieces: the same numbers as in one go. */
import { describe, expect, test } from "vitest";
import { type SimulationOptions, simulate, simulateThreads } from "../../src/capacity/index.ts";

const table = [
  [-3, -1],
  [0, 0],
  [3, 1],
] as const;

describe("any number of threads gives the numbers of one", () => {
  const common = { n: 14, lambda: 0.8, instances: 9, seed: 5, alphas: [0.1, 0.3] } as const;
  test.each<[string, SimulationOptions]>([
    ["levels", { ...common, ensemble: "gaussian", instances: 70 }],
    ["streams", { ...common, ensemble: "hidden-manifold", activation: "tanh", ratio: 0.5, maxPatterns: 300 }],
    ["streams of a table", { ...common, ensemble: "hidden-manifold", activation: { table }, ratio: 0.5 }],
    // A function cannot go to a thread; it is drawn here.
    ["streams of a function", { ...common, ensemble: "hidden-manifold", activation: { value: Math.atan }, ratio: 0.5 }],
    ["tilted sampling", { ...common, ensemble: "hidden-manifold", activation: "relu", method: "slice", instances: 3 }],
    ["iterated dynamics", { ...common, ensemble: "spherical", dynamics: "converge", n: 8 }],
  ])("%s", async (_, options) => {
    const alone = simulate(options);
    expect(await simulateThreads(options, { threads: 2 })).toEqual(alone);
    expect(await simulateThreads(options)).toEqual(alone);
  });
});

const options = { ensemble: "hidden-manifold", activation: "tanh", n: 16, lambda: 1, instances: 24, maxPatterns: 100 } as const;

test("a run that is stopped and gone on with has the numbers of one that was not, censored ones among them", async () => {
  const whole = simulate(options);
  expect(whole.censored).toBeGreaterThan(0);
  const known: number[] = [];
  const stop = new AbortController();
  const stopped = simulateThreads(options, {
    signal: stop.signal,
    onValue: (index, value) => {
      known[index] = value;
      if (index === 10) stop.abort(new Error("enough"));
    },
  });
  await expect(stopped).rejects.toThrow("enough");
  expect(known.length).toBeLessThan(24);
  // A hole: it was never drawn.
  known[3] = Number.NaN;
  const drawn: number[] = [];
  const resumed = await simulateThreads(options, { threads: 2, known, onValue: (index) => void drawn.push(index) });
  expect(resumed).toEqual(whole);
  expect(drawn.sort((a, b) => a - b)).toEqual([3, ...Array.from({ length: 24 - known.length }, (_, i) => known.length + i)]);
});

test("more instances go on from fewer", async () => {
  const few = simulate({ ...options, instances: 10 });
  expect(await simulateThreads(options, { known: few.values })).toEqual(simulate(options));
});

test("a signal that was given before ends it at once; options are checked as by simulate", async () => {
  const stop = new AbortController();
  stop.abort(new Error("no"));
  await expect(simulateThreads(options, { threads: 2, signal: stop.signal })).rejects.toThrow("no");
  await expect(simulateThreads({ ...options, n: 1 })).rejects.toMatchObject({ code: "E_RANGE" });
  await expect(simulateThreads(options, { threads: 0 })).rejects.toMatchObject({ code: "E_RANGE" });
  await expect(simulateThreads(options, { treads: 2 } as never)).rejects.toMatchObject({ code: "E_RANGE" });
});

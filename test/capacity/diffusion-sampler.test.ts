/** The reverse sampler: the fast denoiser against the energy's own update, the steps against a plain loop, the law of the ends against the exact posterior. */
import { describe, expect, test } from "vitest";
import { openDenoiser } from "../../src/capacity/diffusion-denoise.ts";
import { drawPatterns } from "../../src/capacity/diffusion-draw.ts";
import { memoryEnergy } from "../../src/capacity/diffusion-energy.ts";
import { weightExp } from "../../src/capacity/diffusion-exponential.ts";
import { fillNormals, fillSigns } from "../../src/capacity/diffusion-normals.ts";
import { geometricTimes, nearestPatterns, runReverse, startStates } from "../../src/capacity/diffusion-sampler.ts";
import { patternSet } from "../../src/capacity/diffusion-set.ts";

const largestDifference = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? Number.NaN))));

test("e^x by the table: against Math.exp over its whole range", () => {
  let worst = 0;
  for (let i = 0; i <= 45e3; i++) worst = Math.max(worst, Math.abs(weightExp(-i / 1000.3) / Math.exp(-i / 1000.3) - 1));
  // Four roundings of 1.1e-16, and those of the two functions compared with.
  expect(worst).toBeLessThan(2e-15);
  expect([weightExp(0), weightExp(-45.01), weightExp(Number.NEGATIVE_INFINITY), weightExp(Number.NaN)]).toEqual([1, 0, 0, 0]);
});

test("normals and signs: any part of a stream, moments", () => {
  const [whole, part] = [new Float64Array(4000), new Float64Array(7)];
  fillNormals(whole, 5, 1, 0);
  fillNormals(part, 5, 1, 1001);
  expect(part).toEqual(whole.slice(1001, 1008));
  const mean = whole.reduce((a, b) => a + b, 0) / 4000;
  const square = whole.reduce((a, b) => a + b * b, 0) / 4000;
  // Five standard errors: 5 / sqrt(4000) and 5 sqrt(2 / 4000).
  expect(Math.abs(mean)).toBeLessThan(0.08);
  expect(Math.abs(square - 1)).toBeLessThan(0.112);
  const signs = new Float64Array(100);
  fillSigns(signs, 5, 1, 64);
  const all = new Float64Array(164);
  fillSigns(all, 5, 1, 0);
  expect(signs).toEqual(all.slice(64));
});

describe("the denoiser", () => {
  test.each(["none", "norm"] as const)("bias %s: the energy's update for any number of states, near and far in time", (bias) => {
    for (const n of [5, 12]) {
      const set = drawPatterns({ kind: "hidden-manifold", activation: "tanh", latentRatio: 0.7 }, n, 5 / n, 2);
      for (const chains of [1, 3, 6]) {
        const states = new Float64Array(chains * n);
        const images = new Float64Array(chains * n);
        const denoise = openDenoiser(set, bias);
        for (const time of [30, 1, 0.05, 0.001]) {
          fillNormals(states, 1, chains, 0);
          denoise(states, images, time);
          for (let b = 0; b < chains; b++) {
            const { image } = memoryEnergy(set, states.subarray(b * n, (b + 1) * n), 1 / time, bias);
            // Logits up to 12 / .001 rounded to 1e-16 of themselves: weights are off by 1e-12.
            expect(largestDifference(images.subarray(b * n, (b + 1) * n), image)).toBeLessThan(1e-11);
          }
        }
      }
    }
  });

  test("leaving far patterns out changes nothing: whole runs against a plain loop with the same noise", () => {
    for (const [kind, bias] of [
      ["spherical", "none"],
      ["binary", "norm"],
    ] as const) {
      const set = drawPatterns({ kind }, 14, 0.45, 4);
      const times = geometricTimes(20, 1e-4, 60);
      const fast = startStates(set, 5, 20, 9);
      const slow = fast.slice();
      runReverse(set, bias, fast, times, { seed: 9 });
      const noise = new Float64Array(slow.length);
      for (let step = 1; step < times.length; step++) {
        const [t, s] = [times[step - 1] ?? 0, times[step] ?? 0];
        fillNormals(noise, 9, 0x14_0000, step * slow.length);
        for (let b = 0; b < 5; b++) {
          const { image } = memoryEnergy(set, slow.slice(b * 14, (b + 1) * 14), 1 / t, bias);
          for (let k = 0; k < 14; k++) {
            const i = b * 14 + k;
            slow[i] = (s / t) * (slow[i] ?? 0) + (1 - s / t) * (image[k] ?? 0) + Math.sqrt(s * (1 - s / t)) * (noise[i] ?? 0);
          }
        }
      }
      // 60 steps of rounding, amplified where a chain hesitates between patterns.
      expect(largestDifference(fast, slow)).toBeLessThan(1e-9);
    }
  });
});

describe("reverse runs", () => {
  test("from one point, chains end on each pattern as often as the posterior says", () => {
    // Two patterns on a line, x = .3 at t = 1: posterior weight of +1 is 1 / (1 + e^{-2 * .3}) = .6457.
    const { set } = patternSet([[1], [-1]]);
    const states = new Float64Array(4000).fill(0.3);
    runReverse(set, "norm", states, geometricTimes(1, 1e-4, 600), { seed: 3 });
    const share = nearestPatterns(set, states).filter(({ index }) => index === 0).length / 4000;
    // Four standard errors are .030; 600 steps of frozen means cost less than .01 (halving them moves the share by .002).
    expect(Math.abs(share - 1 / (1 + Math.exp(-0.6)))).toBeLessThan(0.04);
  });

  test("all end within .05 of a stored pattern, on many different ones; same seed, same bytes", () => {
    const set = drawPatterns({ kind: "spherical" }, 24, 0.25, 1);
    const run = (): Float64Array => {
      const states = startStates(set, 40, 100, 1);
      runReverse(set, "none", states, geometricTimes(100, 1e-4, 300), { seed: 1 });
      return states;
    };
    const states = run();
    const ends = nearestPatterns(set, states);
    // What is left is noise of variance 1e-4 on 24 entries: rms .01, and .05 is 17 standard deviations away.
    expect(Math.max(...ends.map(({ rms }) => rms))).toBeLessThan(0.05);
    expect(new Set(ends.map(({ index }) => index)).size).toBeGreaterThan(30);
    expect(run()).toEqual(states);
  });

  test("times that grow, states that do not fit", () => {
    const { set } = patternSet([[1], [-1]]);
    expect(() => runReverse(set, "none", new Float64Array(1), [1, 2], { seed: 1 })).toThrow(expect.objectContaining({ code: "E_RANGE" }));
    expect(() => runReverse(set, "none", new Float64Array(0), [2, 1], { seed: 1 })).toThrow(expect.objectContaining({ code: "E_SHAPE" }));
    expect(() => geometricTimes(1, 2, 5)).toThrow(expect.objectContaining({ code: "E_RANGE" }));
    expect(geometricTimes(8, 1, 3).map((t) => Number(t.toFixed(12)))).toEqual([8, 4, 2, 1]);
  });
});

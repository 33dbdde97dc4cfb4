/** The generators: known answers, uniformity, the normal quantile, the kernels' copy, and the portable functions against the engine's. */
import { expect, it } from "vitest";
import { lambertW } from "../../src/core/numerics.ts";
import { portableExp, portableLog } from "../../src/core/portable.ts";
import {
  normal,
  normalQuantile,
  philox,
  randomStream,
  sampleWithoutReplacement,
  uniform,
  uniformInteger,
  wordAt,
} from "../../src/core/random.ts";
import { allocate, openArena, viewU8 } from "../../src/kernels/arena.ts";

/** Known answers of the Random123 distribution (kat_vectors, philox4x32 10 rounds). */
it.each([
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
])("philox of $counter", ({ counter, key, words }) => {
  const out = new Uint32Array(4);
  philox(out, counter[0] as number, counter[1] as number, counter[2] as number, counter[3] as number, key[0] as number, key[1] as number);
  expect(Array.from(out)).toEqual(words);
});

it("the kernels' masks come from the same generator", () => {
  const arena = openArena();
  const address = allocate(arena, 300);
  const seed = 2 ** 40 + 12345;
  const out = new Uint32Array(4);
  for (const [row, n, keep] of [
    [0, 87, 0.37],
    [1, 16, 0.37],
    [77, 3, 0.5],
    [2 ** 31, 257, 0.999],
    [5, 40, 1],
    [6, 200, 2 ** -7],
  ] as const) {
    const kept = arena.kernels.randomMask(seed >>> 0, Math.floor(seed / 2 ** 32), row, n, keep * 2 ** 32, address);
    const expected = Array.from({ length: n }, (_, i) => {
      philox(out, i >>> 2, row, 0, 1, seed >>> 0, Math.floor(seed / 2 ** 32));
      return Number((out[i % 4] as number) < keep * 2 ** 32);
    });
    expect(Array.from(viewU8(arena, address, n))).toEqual(expected);
    expect(kept).toBe(expected.reduce((a, b) => a + b, 0));
  }
});

it("words are a function of seed, stream and position", () => {
  expect(wordAt(5, 1, 9)).toBe(wordAt(5, 1, 9));
  expect(new Set([wordAt(5, 1, 9), wordAt(6, 1, 9), wordAt(5, 2, 9), wordAt(5, 1, 10), wordAt(5 + 2 ** 32, 1, 9)]).size).toBe(5);
});

it("uniform and normal have the moments they should", () => {
  const random = randomStream(3);
  const n = 40_000;
  let [sum, squares, normalSum, normalSquares, fourth] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const u = uniform(random);
    expect(u > 0 && u < 1).toBe(true);
    sum += u;
    squares += u * u;
    const z = normal(random);
    normalSum += z;
    normalSquares += z * z;
    fourth += z ** 4;
  }
  // Five standard errors each.
  expect(Math.abs(sum / n - 1 / 2)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(n));
  expect(Math.abs(squares / n - 1 / 3)).toBeLessThan((5 * Math.sqrt(4 / 45)) / Math.sqrt(n));
  expect(Math.abs(normalSum / n)).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(normalSquares / n - 1)).toBeLessThan((5 * Math.sqrt(2)) / Math.sqrt(n));
  expect(Math.abs(fourth / n - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(n));
});

it("the normal quantile at known probabilities", () => {
  for (const [u, z] of [
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167814],
    [1e-10, -6.361340902404056],
    [0.84134474606854293, 1],
  ] as const) {
    expect(normalQuantile(u)).toBeCloseTo(z, 12);
  }
});

it("sampling without replacement: distinct, in range, every element equally likely", () => {
  const counts = new Array(10).fill(0);
  for (let seed = 0; seed < 3000; seed++) {
    const drawn = sampleWithoutReplacement(randomStream(seed), 10, 3);
    expect(new Set(drawn).size).toBe(3);
    for (const i of drawn) counts[i]++;
  }
  for (const count of counts) expect(Math.abs(count - 900)).toBeLessThan(5 * Math.sqrt(3000 * 0.3 * 0.7));
  expect(sampleWithoutReplacement(randomStream(1), 4, 9).sort()).toEqual([0, 1, 2, 3]);
  const random = randomStream(8);
  for (let i = 0; i < 100; i++) expect([0, 1, 2]).toContain(uniformInteger(random, 3));
});

it("portable log and exp are within 2 units in the last place of the engine's", () => {
  const random = randomStream(4);
  for (let i = 0; i < 20_000; i++) {
    const x = 10 ** (600 * uniform(random) - 300);
    const log = Math.log(x);
    expect(Math.abs(portableLog(x) - log)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.max(Math.abs(log), 2 ** -1));
    const near = 1 + (uniform(random) - 0.5) * 0.01;
    expect(Math.abs(portableLog(near) - Math.log(near))).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(Math.log(near)));
    const y = 1400 * uniform(random) - 700;
    expect(Math.abs(portableExp(y) / Math.exp(y) - 1)).toBeLessThanOrEqual(2 * Number.EPSILON);
  }
  expect([portableLog(0), portableLog(-1), portableLog(Number.POSITIVE_INFINITY), portableLog(1)]).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0,
  ]);
  expect([portableExp(0), portableExp(1000), portableExp(-1000), portableExp(Number.NaN)]).toEqual([
    1,
    Number.POSITIVE_INFINITY,
    0,
    Number.NaN,
  ]);
  expect(portableLog(5e-324)).toBeCloseTo(Math.log(5e-324), 10);
  expect(portableExp(-744)).toBe(Math.exp(-744));
});

it("Lambert's W inverts w e^w", () => {
  for (const x of [1e-12, 0.1, 1, Math.E, 10, 1e5, 1e100]) {
    const w = lambertW(x);
    expect(Math.abs(w * Math.exp(w) - x)).toBeLessThanOrEqual(1e-13 * Math.max(x, 1) * Math.max(w, 1));
  }
  expect(lambertW(Math.E)).toBeCloseTo(1, 15);
  expect(lambertW(0)).toBe(0);
  expect(lambertW(-1)).toBeNaN();
});

it("the kernels' exp and log are the portable ones to the bit", () => {
  const { kernels } = openArena();
  const random = randomStream(6);
  for (let i = 0; i < 20_000; i++) {
    const x = 10 ** (600 * uniform(random) - 300);
    expect(Object.is(kernels.log(x), portableLog(x))).toBe(true);
    const y = 1500 * uniform(random) - 750;
    expect(Object.is(kernels.exp(y), portableExp(y))).toBe(true);
  }
  for (const x of [0, -1, 1, 5e-324, Number.POSITIVE_INFINITY, Number.NaN, 710, -745.1]) {
    expect(Object.is(kernels.log(x), portableLog(x))).toBe(true);
    expect(Object.is(kernels.exp(x), portableExp(x))).toBe(true);
  }
});

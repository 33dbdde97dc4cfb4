/**
 * The streaming kernels by themselves: ranges of keys that follow each other give what one pass gives, the batch and the one-query path agree, masks hide whole blocks and parts of
 * blocks, and the state says what a definition-level pass over all logits says.
 */
import { describe, expect, it } from "vitest";
import { normal } from "../../src/core/random.ts";
import { type Arena, allocate, openArena, placeF32, roundUp, viewF32, viewI32, viewU8 } from "../../src/kernels/arena.ts";
import { stream } from "../memory/problems.ts";

interface Case {
  readonly rows: number;
  readonly patterns: number;
  readonly d: number;
  readonly dv: number;
}

const cases: Case[] = [
  { rows: 1, patterns: 1, d: 1, dv: 1 },
  { rows: 4, patterns: 63, d: 7, dv: 3 },
  { rows: 5, patterns: 64, d: 8, dv: 8 },
  { rows: 9, patterns: 65, d: 17, dv: 9 },
  { rows: 3, patterns: 200, d: 33, dv: 30 },
  { rows: 8, patterns: 331, d: 64, dv: 40 },
];

interface Problem extends Case {
  readonly arena: Arena;
  readonly q: Float32Array;
  readonly x: Float32Array;
  readonly v: Float32Array;
  readonly keys: number;
  readonly values: number;
}

function problem(size: Case, seed: number): Problem {
  const random = stream(seed);
  const numbers = (n: number): Float32Array => Float32Array.from({ length: n }, () => normal(random));
  const arena = openArena();
  const [q, x, v] = [numbers(size.rows * size.d), numbers(size.patterns * size.d), numbers(size.patterns * size.dv)];
  return { ...size, arena, q, x, v, keys: placeF32(arena, x), values: placeF32(arena, v) };
}

interface Answer {
  readonly y: Float32Array;
  readonly leader: number[];
  readonly weight: number[];
  readonly rest: number[];
  readonly second: number[];
}

const yStrideOf = (dv: number): number => roundUp(dv, 8);

/** Runs the batch kernel over the given ranges; mask bytes (one row a query, or one for all). */
function batch(
  p: Problem,
  scale: number,
  ranges: [number, number][],
  mask?: { bytes: Uint8Array; stride: number },
  noneLogit = Number.NEGATIVE_INFINITY,
): Answer {
  const { arena, rows, d, dv } = p;
  const padded = roundUp(rows, 4);
  const packed = allocate(arena, padded * d * 4);
  arena.kernels.packQueries(placeF32(arena, p.q), rows, d, 0, scale, 0, 0, 0, 0, packed);
  const [state, y, scratch] = [allocate(arena, padded * 32), allocate(arena, padded * yStrideOf(dv) * 4), allocate(arena, d * 256 + 8192)];
  let address = 0;
  if (mask) {
    address = allocate(arena, mask.bytes.length);
    viewU8(arena, address, mask.bytes.length).set(mask.bytes);
  }
  ranges.forEach(([first, last], i) => {
    arena.kernels.accumulate(
      packed,
      rows,
      d,
      p.keys,
      p.values,
      first,
      last,
      dv,
      0,
      0,
      0,
      1,
      address,
      mask?.stride ?? 0,
      60,
      Number(i === 0),
      state,
      y,
      yStrideOf(dv),
      scratch,
      0,
      0,
    );
  });
  return finish(p, state, y, noneLogit);
}

function single(p: Problem, scale: number, ranges: [number, number][]): Answer {
  const { arena, rows, d, dv } = p;
  const q = placeF32(
    arena,
    p.q.map((x) => x * scale),
  );
  const [state, y, scratch] = [
    allocate(arena, roundUp(rows, 4) * 32),
    allocate(arena, roundUp(rows, 4) * yStrideOf(dv) * 4),
    allocate(arena, 512),
  ];
  for (let r = 0; r < rows; r++) {
    ranges.forEach(([first, last], i) => {
      arena.kernels.accumulateOne(
        q + r * d * 4,
        d,
        p.keys,
        p.values,
        first,
        last,
        dv,
        0,
        0,
        0,
        1,
        0,
        60,
        Number(i === 0),
        state + r * 32,
        y + r * yStrideOf(dv) * 4,
        yStrideOf(dv),
        scratch,
      );
    });
  }
  return finish(p, state, y, Number.NEGATIVE_INFINITY);
}

function finish({ arena, rows, dv }: Problem, state: number, y: number, noneLogit: number): Answer {
  const out = allocate(arena, rows * dv * 4);
  arena.kernels.finish(state, rows, y, yStrideOf(dv), dv, noneLogit, out);
  const floats = viewF32(arena, state, rows * 8);
  const field = (offset: number): number[] => Array.from({ length: rows }, (_, r) => floats[r * 8 + offset] as number);
  const leaders = viewI32(arena, state, rows * 8);
  return {
    y: viewF32(arena, out, rows * dv).slice(),
    leader: Array.from({ length: rows }, (_, r) => leaders[r * 8 + 4] as number),
    weight: field(5),
    rest: field(1),
    second: field(3),
  };
}

/** The definition in f64: weights 2^z / sum, with `none` as one more logit. */
function definition(p: Problem, scale: number, shown: (row: number, i: number) => boolean, noneLogit = Number.NEGATIVE_INFINITY): Answer {
  const answer: Answer = { y: new Float32Array(p.rows * p.dv), leader: [], weight: [], rest: [], second: [] };
  for (let r = 0; r < p.rows; r++) {
    const z = Array.from({ length: p.patterns }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < p.d; k++) sum += (p.q[r * p.d + k] as number) * (p.x[i * p.d + k] as number);
      return shown(r, i) ? scale * sum : Number.NEGATIVE_INFINITY;
    });
    const top = Math.max(...z, noneLogit);
    const w = z.map((value) => 2 ** (value - top));
    const total = w.reduce((a, b) => a + b, 0) + 2 ** (noneLogit - top);
    const leader = z.indexOf(Math.max(...z));
    answer.leader.push(leader);
    answer.weight.push((w[leader] as number) / total);
    answer.rest.push(w.reduce((sum, value, i) => (i === leader ? sum : sum + value), 0) / total);
    answer.second.push(Math.max(...z.filter((_, i) => i !== leader), Number.NEGATIVE_INFINITY));
    for (let c = 0; c < p.dv; c++)
      answer.y[r * p.dv + c] = w.reduce((sum, value, i) => sum + (value / total) * (p.v[i * p.dv + c] as number), 0);
  }
  return answer;
}

/** |z| <= 60 here, so logits are right to 60 * d u <= 2e-4 in the worst case and 1e-5 as seen; answers of norm 1 to 5 to 2e-5. */
function expectNear(actual: Answer, expected: Answer): void {
  expect(actual.leader).toEqual(expected.leader);
  actual.y.forEach((x, i) => {
    expect(Math.abs(x - (expected.y[i] as number))).toBeLessThanOrEqual(2e-5);
  });
  for (const key of ["weight", "rest"] as const) {
    actual[key].forEach((x, r) => {
      expect(Math.abs(x - (expected[key][r] as number))).toBeLessThanOrEqual(2e-5 * Math.max(expected[key][r] as number, 1e-3));
    });
  }
  actual.second.forEach((x, r) => {
    if (expected.second[r] === Number.NEGATIVE_INFINITY) expect(x).toBe(Number.NEGATIVE_INFINITY);
    else expect(Math.abs(x - (expected.second[r] as number))).toBeLessThanOrEqual(1e-4);
  });
}

describe.each(cases)("$rows queries, $patterns keys, $d x $dv", (size) => {
  const p = problem(size, size.patterns);
  const all: [number, number][] = [[0, size.patterns]];
  it.each([0.1, 1])("scale %d: both paths against the definition", (scale) => {
    const expected = definition(p, scale, () => true);
    expectNear(batch(p, scale, all), expected);
    expectNear(single(p, scale, all), expected);
  });
  it("ranges that follow each other are one pass (to rounding), in any cut", () => {
    const expected = definition(p, 0.5, () => true);
    for (const cut of [1, 16, 64, 100]) {
      const ranges: [number, number][] = [];
      for (let at = 0; at < size.patterns; at += cut) ranges.push([at, Math.min(size.patterns, at + cut)]);
      expectNear(batch(p, 0.5, ranges), expected);
      expectNear(single(p, 0.5, ranges), expected);
    }
  });
  it("blocks of 64 cut at 64 are the same to the bit", () => {
    const ranges: [number, number][] = [];
    for (let at = 0; at < size.patterns; at += 64) ranges.push([at, Math.min(size.patterns, at + 64)]);
    expect(batch(p, 0.5, ranges)).toEqual(batch(p, 0.5, all));
  });
  it("masks, one row a query and one for all, with whole blocks hidden", () => {
    const own = Uint8Array.from({ length: size.rows * size.patterns }, (_, i) => Number((i * 31) % 7 > 2 || i % size.patterns === 0));
    expectNear(
      batch(p, 0.5, all, { bytes: own, stride: size.patterns }),
      definition(p, 0.5, (r, i) => own[r * size.patterns + i] === 1),
    );
    const shared = Uint8Array.from({ length: size.patterns }, (_, i) => Number(i === 0 || i > 140));
    expectNear(
      batch(p, 0.5, all, { bytes: shared, stride: 0 }),
      definition(p, 0.5, (_, i) => shared[i] === 1),
    );
  });
  it("the weight of no pattern (softmax1), above and below the maximum", () => {
    for (const none of [-3, 0, 40])
      expectNear(
        batch(p, 0.5, all, undefined, none),
        definition(p, 0.5, () => true, none),
      );
  });
});

it("equal logits: the lowest index leads and the second equals the first", () => {
  const arena = openArena();
  const x = new Float32Array(70 * 4).fill(1);
  const p: Problem = {
    rows: 4,
    patterns: 70,
    d: 4,
    dv: 4,
    arena,
    q: new Float32Array(16).fill(1),
    x,
    v: x,
    keys: placeF32(arena, x),
    values: placeF32(arena, x),
  };
  const { leader, second, weight } = batch(p, 1, [[0, 70]]);
  expect(leader).toEqual([0, 0, 0, 0]);
  expect(second).toEqual([4, 4, 4, 4]);
  for (const w of weight) expect(w).toBeCloseTo(1 / 70, 7);
});

it("exp2 of a row: relative error below 2.5e-7 down to 2^-60, exactly 1 at 0 and 0 below", () => {
  // Through the state: two keys with logits 0 and t leave rest = 2^t.
  const arena = openArena();
  for (let t = 0; t >= -59.9; t -= 0.0137) {
    const x = Float32Array.of(0, t);
    const p: Problem = {
      rows: 1,
      patterns: 2,
      d: 1,
      dv: 1,
      arena,
      q: Float32Array.of(1),
      x,
      v: x,
      keys: placeF32(arena, x),
      values: placeF32(arena, x),
    };
    const mark = arena.top;
    const { rest, weight } = batch(p, 1, [[0, 2]]);
    arena.top = mark;
    const expected = 2 ** Math.fround(t);
    expect(Math.abs((rest[0] as number) / (weight[0] as number) / expected - 1)).toBeLessThanOrEqual(2.5e-7 + 1.2e-7);
  }
});

/** Laws that hold between members, and under changes of the problem, on the kernels themselves. Both sizes: weighed exactly and streamed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normal, uniformInteger } from "../../src/core/random.ts";
import { createMemory, drawFrequencies, type MemoryOptions } from "../../src/index.ts";
import { gaussianRows, noisyQueries, stream } from "./problems.ts";

const sizes = [
  { patterns: 12, dimension: 5 },
  { patterns: 1100, dimension: 31 },
];

/** 2e-6 of the larger of 1 and the norm: the tolerance of the kernels, on both sides. */
function expectSame(a: Float32Array, b: Float32Array, columns: number, factor = 2): void {
  expect(a.length).toBe(b.length);
  for (let row = 0; row < a.length; row += columns) {
    const norm = Math.hypot(...b.subarray(row, row + columns));
    for (let k = row; k < row + columns; k++)
      expect(Math.abs((a[k] as number) - (b[k] as number))).toBeLessThanOrEqual(factor * 2e-6 * Math.max(1, norm));
  }
}

function setting(seed: number, size: (typeof sizes)[number]) {
  const random = stream(seed);
  const scale = 1 / Math.sqrt(size.dimension);
  const X = gaussianRows(random, size.patterns, size.dimension, scale);
  const V = gaussianRows(random, size.patterns, 3);
  return { random, X, V, Q: noisyQueries(random, X, 6, 0.5 * scale), beta: 6 };
}

const answer = (X: number[][], Q: number[][], options: MemoryOptions): Float32Array => createMemory(X, options).recall(Q).states.data;

describe.each(sizes)("$patterns x $dimension", (size) => {
  const M = size.patterns;
  const { random, X, V, Q, beta } = setting(M, size);
  const dense = answer(X, Q, { model: "dense", beta, values: V });
  const equalities: [string, Float32Array, Float32Array?][] = [
    ["top-k with k = M and beyond is dense", answer(X, Q, { model: "top-k", k: M + 3, beta, values: V })],
    ["a mask that shows all is dense", answer(X, Q, { model: "masked", supportMask: new Array(M).fill(1), beta, values: V })],
    ["a window over all is dense", answer(X, Q, { model: "window", window: M, beta, values: V })],
    ["keeping all is dense", answer(X, Q, { model: "random-masked", keep: 1, beta, values: V })],
    ["entmax 1 is softmax", answer(X, Q, { model: "entmax", alpha: 1, beta, values: V })],
    [
      "the identity as kernel is dense",
      answer(X, Q, {
        model: "dense",
        similarity: "kernel",
        kernel: Array.from({ length: size.dimension }, (_, i) => Array.from({ length: size.dimension }, (_, j) => Number(i === j))),
        beta,
        values: V,
      }),
    ],
    [
      "entmax 2 is sparsemax",
      answer(X, Q, { model: "entmax", alpha: 2, beta, values: V }),
      answer(X, Q, { model: "sparsemax", beta, values: V }),
    ],
    [
      "1-subset is sparsemax",
      answer(X, Q, { model: "k-subset", k: 1, beta, values: V }),
      answer(X, Q, { model: "sparsemax", beta, values: V }),
    ],
    [
      "softmax1 is dense with a zero pattern of zero value",
      answer(X, Q, { model: "softmax1", beta, values: V }),
      answer([...X, X.map(() => 0).slice(0, size.dimension)], Q, { model: "dense", beta, values: [...V, [0, 0, 0]] }),
    ],
    [
      "beta X, beta with sqrt(beta) in patterns and queries",
      answer(
        X.map((x) => x.map((v) => v * 2)),
        Q.map((q) => q.map((v) => v * 2)),
        { model: "dense", beta: beta / 4, values: V },
      ),
    ],
  ];
  it.each(equalities.map(([name, a, b]) => ({ name, a, b })))("$name", ({ a, b }) => expectSame(a, b ?? dense, 3));

  it("l2 is dot on patterns of equal norm", () => {
    const U = X.map((x) => x.map((v) => v / Math.hypot(...x)));
    // The f32 norms differ by 1e-7 of 1, so the logits by 1e-7 beta.
    expectSame(answer(U, Q, { model: "gaussian", beta, values: V }), answer(U, Q, { model: "dense", beta, values: V }), 3, 4);
  });
  it("rotation: f(R q; X R^T) = R f(q; X)", () => {
    const R = drawFrequencies(size.dimension, size.dimension, 5);
    const rows = Array.from({ length: size.dimension }, (_, i) => {
      const row = Array.from(R.data.subarray(i * size.dimension, (i + 1) * size.dimension));
      return row.map((v) => v / Math.hypot(...row));
    });
    const turn = (x: readonly number[]): number[] => rows.map((row) => row.reduce((sum, v, k) => sum + v * (x[k] as number), 0));
    const plain = answer(X, Q, { model: "gaussian", beta });
    const turned = answer(X.map(turn), Q.map(turn), { model: "gaussian", beta });
    const expected = Q.flatMap((_, b) => turn(Array.from(plain.subarray(b * size.dimension, (b + 1) * size.dimension))));
    expectSame(turned, Float32Array.from(expected), size.dimension);
  });
  it("permuting the patterns permutes top and leaves the answer", () => {
    const order = X.map((_, i) => i).sort((a, b) => Math.sin(a * 7.1) - Math.sin(b * 7.1));
    for (const model of ["gaussian", "sparsemax", "top-k", "linear"] as const) {
      const one = createMemory(X, { model, beta }).recall(Q);
      const other = createMemory(
        order.map((i) => X[i] as number[]),
        { model, beta },
      ).recall(Q);
      expectSame(one.states.data, other.states.data, size.dimension);
      one.results.forEach((result, b) => {
        expect(order[other.results[b]?.top as number]).toBe(result.top);
      });
    }
  });
  it("duplicating every pattern changes nothing for dense, gaussian, epanechnikov, linear and random features", () => {
    for (const options of [
      { model: "dense" },
      { model: "gaussian" },
      { model: "epanechnikov" },
      { model: "linear" },
      { model: "random-features", features: 40 },
    ] as const) {
      // A ball needs a smaller beta to hold any pattern.
      const width = options.model === "epanechnikov" ? 1 : beta;
      expectSame(
        answer([...X, ...X], Q, { ...options, beta: width, values: [...V, ...V] }),
        answer(X, Q, { ...options, beta: width, values: V }),
        3,
      );
    }
  });
  it("a pattern far below the leader changes nothing", () => {
    const q = X[0] as number[];
    const far = q.map((x) => (-x * 1000) / beta / q.reduce((sum, v) => sum + v * v, 0));
    for (const model of ["dense", "sparsemax", "entmax", "normmax", "top-k", "softmax1"] as const) {
      const with1000 = answer([...X, far], [q], { model, beta, values: [...V, [1, 1, 1]] });
      expectSame(with1000, answer(X, [q], { model, beta, values: V }), 3);
    }
  });
  it("a batch is its queries one by one", () => {
    for (const options of [
      { model: "gaussian" },
      { model: "dense", similarity: "cosine" },
      { model: "entmax" },
      { model: "softmax1" },
    ] as const) {
      const together = answer(X, Q, { ...options, beta });
      const single = Float32Array.from(Q.flatMap((q) => Array.from(answer(X, [q], { ...options, beta }))));
      expectSame(together, single, size.dimension);
    }
  });
  it("the answer lies in the convex hull: no direction sees it beyond the patterns", () => {
    for (const options of [
      { model: "gaussian" },
      { model: "sparsemax" },
      { model: "linear" },
      { model: "random-features", features: 32 },
      { model: "window" },
    ] as const) {
      const y = answer(X, Q, { ...options, beta });
      for (let trial = 0; trial < 20; trial++) {
        const direction = Array.from({ length: size.dimension }, () => normal(random));
        const height = (x: ArrayLike<number>): number => direction.reduce((sum, v, k) => sum + v * (x[k] as number), 0);
        const top = Math.max(...X.map(height));
        Q.forEach((_, b) => {
          expect(height(y.subarray(b * size.dimension, (b + 1) * size.dimension))).toBeLessThanOrEqual(top + 1e-5);
        });
      }
    }
  });
  it("weights are distributions (softmax1 below 1, k-subset k)", () => {
    for (const [options, total] of [
      [{ model: "gaussian" }, 1],
      [{ model: "sparsemax" }, 1],
      [{ model: "entmax" }, 1],
      [{ model: "normmax" }, 1],
      [{ model: "top-k" }, 1],
      [{ model: "k-subset", k: 3 }, 3],
    ] as const) {
      const weights = createMemory(X, { ...options, beta }).weights(Q);
      Q.forEach((_, b) => {
        const row = weights.data.subarray(b * M, (b + 1) * M);
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
        // M weights rounded to f32: M u / 2 at most, far less in truth.
        expect(Math.abs(row.reduce((sum, p) => sum + p, 0) - total)).toBeLessThanOrEqual(1e-5);
      });
    }
    const none = createMemory(X, { model: "softmax1", beta }).weights(Q);
    Q.forEach((_, b) => {
      expect(none.data.subarray(b * M, (b + 1) * M).reduce((sum, p) => sum + p, 0)).toBeLessThan(1);
    });
  });
});

it("exact one-step retrieval of the sparse members under the margin condition", () => {
  const random = stream(21);
  let hits = 0;
  for (let round = 0; round < 200; round++) {
    const d = 4 + uniformInteger(random, 12);
    const X = gaussianRows(random, 3 + uniformInteger(random, 20), d);
    const norms = X.map((x) => Math.hypot(...x));
    const m = Math.max(...norms);
    for (const [options, slack] of [
      [{ model: "sparsemax" }, 1],
      [{ model: "entmax", alpha: 1.5 }, 2],
      [{ model: "entmax", alpha: 3 }, 0.5],
      [{ model: "normmax", alpha: 2 }, 1],
      [{ model: "normmax", alpha: 5 }, 1],
    ] as const) {
      const i = uniformInteger(random, X.length);
      const x = X[i] as number[];
      const separation =
        (norms[i] as number) ** 2 -
        Math.max(...X.filter((_, j) => j !== i).map((other) => other.reduce((sum, v, k) => sum + v * (x[k] as number), 0)));
      const beta = 5;
      // 1e-6 keeps the query's own rounding to f32 inside the ball.
      const radius = (separation - slack / beta) / (2 * m) - 1e-6;
      if (radius <= 0) continue;
      hits++;
      const step = Array.from({ length: d }, () => normal(random));
      const length = Math.hypot(...step);
      const { states, results } = createMemory(X, { ...options, beta }).recall(
        x.map((v, k) => v + (radius * (step[k] as number)) / length),
      );
      expect(Array.from(states.data)).toEqual(x);
      expect(results[0]).toMatchObject({ top: i, weight: 1, support: 1, margin: null, label: "single" });
    }
  }
  expect(hits).toBeGreaterThan(150);
});

it("beta to 0 gives the mean, beta to infinity the nearest", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (seed) => {
      const random = stream(seed);
      const X = gaussianRows(random, 9, 4);
      const [q] = noisyQueries(random, X, 1, 0.5) as [number[]];
      const mean = [0, 1, 2, 3].map((k) => X.reduce((sum, x) => sum + (x[k] as number) / 9, 0));
      answer(X, [q], { beta: 1e-9 }).forEach((y, k) => {
        expect(Math.abs(y - (mean[k] as number))).toBeLessThanOrEqual(1e-6);
      });
      const distances = X.map((x) => x.reduce((sum, v, k) => sum + (v - (q[k] as number)) ** 2, 0));
      const nearest = distances.indexOf(Math.min(...distances));
      expect(Array.from(answer(X, [q], { beta: 1e12 }))).toEqual(X[nearest]);
    }),
    { numRuns: 50, seed: 4 },
  );
});

/** @file The same recalls under a build and under the plain one, at sizes with every tail; run in the test's own engine or in another. */
import { normal, randomStream } from "../../src/core/random.ts";
import { createMemory, type MemoryOptions } from "../../src/index.ts";

export interface BuildReport {
  readonly kernel: string;
  readonly cases: { readonly name: string; readonly error: number; readonly allowed: number }[];
}

export function buildReport(build: "relaxed" | "wide"): BuildReport {
  const random = randomStream(5, 3);
  const numbers = (count: number, scale: number): Float32Array => Float32Array.from({ length: count }, () => scale * normal(random));
  const cases: BuildReport["cases"] = [];
  let kernel = "";
  for (const [queries, patterns, d, dv] of [
    [1, 700, 50, 7],
    [3, 1100, 31, 40],
    [6, 1025, 33, 9],
    [70, 640, 64, 64],
    [5, 4100, 8, 17],
    [9, 300, 784, 25],
  ] as const) {
    const X = { data: numbers(patterns * d, 1 / Math.sqrt(d)), rows: patterns, columns: d };
    const values = { data: numbers(patterns * dv, 1), rows: patterns, columns: dv };
    const Q = { data: X.data.slice(0, queries * d).map((x) => x + (0.3 * normal(random)) / Math.sqrt(d)), rows: queries, columns: d };
    const variants: [string, MemoryOptions][] = [
      ["dense", { model: "dense", beta: 5 }],
      ["gaussian with values", { beta: 5, values }],
      ["masked", { model: "random-masked", beta: 5 }],
      ["sparsemax", { model: "sparsemax", beta: 5 }],
    ];
    for (const [name, options] of variants) {
      const memory = createMemory(X, { ...options, build });
      kernel = memory.kernel;
      const a = memory.recall(Q).states.data;
      const b = createMemory(X, { ...options, build: "plain" }).recall(Q).states.data;
      // Fused or not, the logits (|z| <= 10) are right to a few 1e-6 and the answers, of norm 1 to 5, likewise.
      cases.push({
        name: `${name} ${queries} ${patterns} ${d} ${dv}`,
        error: a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - (b[i] as number))), 0),
        allowed: 1e-5,
      });
    }
  }
  return { kernel, cases };
}

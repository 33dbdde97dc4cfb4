/**
 * @file Promise 2 as numbers: every way a result is computed, on fixed seeded inputs, hashed to the bit. Takes the library as an argument, so that the same cases run on the sources,
 * on the built package, on another engine and in a page.
 */
type Library = typeof import("../../src/index.ts");
type Options = Parameters<Library["createMemory"]>[1];

/** FNV-1a over the bytes, 2 x 32 bits. */
export function hashOf(...arrays: (ArrayLike<number> | ArrayBufferView)[]): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (const array of arrays) {
    const view = ArrayBuffer.isView(array) ? array : Float64Array.from(array);
    for (const byte of new Uint8Array(view.buffer, view.byteOffset, view.byteLength)) {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x85ebca6b) ^ (b >>> 13);
    }
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}

/** f32 numbers of a linear congruential sequence, sums of four for a bell shape: exact arithmetic on every engine. */
function numbers(count: number, seed: number, scale: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    let sum = 0;
    for (let j = 0; j < 4; j++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      sum += state / 2 ** 32 - 0.5;
    }
    return scale * sum;
  });
}

const matrix = (rows: number, columns: number, seed: number, scale = 1) => ({ data: numbers(rows * columns, seed, scale), rows, columns });
const signs = (rows: number, columns: number, seed: number) => numbers(rows * columns, seed, 1).map((x) => (x < 0 ? -1 : 1));

export function determinismCases(library: Library): Record<string, string> {
  const { createMemory, drawFrequencies, separate, adviseBeta, separations } = library;
  const out: Record<string, string> = {};
  const small = matrix(40, 9, 1);
  const large = matrix(1500, 40, 2, 0.5);
  const recall = (name: string, patterns: typeof small, options: Options, queries = 7, recallOptions = {}): void => {
    const memory = createMemory(patterns, { ...options, build: "plain" });
    const { states, results } = memory.recall(
      { data: patterns.data.slice(0, queries * patterns.columns), rows: queries, columns: patterns.columns },
      { energy: true, ...recallOptions },
    );
    out[name] = hashOf(
      states.data,
      results.flatMap((r) => [r.top, r.weight, r.support, r.margin ?? -1, r.bound ?? -1, r.energy ?? -1, r.steps]),
    );
  };
  for (const model of [
    "gaussian",
    "dense",
    "sparsemax",
    "entmax",
    "normmax",
    "softmax1",
    "k-subset",
    "top-k",
    "window",
    "random-masked",
    "linear",
    "random-features",
    "epanechnikov",
  ] as const) {
    recall(`${model} small`, small, { model, beta: 1.7 });
    recall(`${model} large`, large, { model, beta: 1.7 });
  }
  recall("gaussian, one query", large, { beta: 2 }, 1);
  recall("gaussian, sharp and rescored", large, { beta: 5000 });
  recall("gaussian, beta from the data", large, {});
  recall("cosine", large, { model: "dense", similarity: "cosine", beta: 9 });
  recall("centered-cosine", large, { model: "dense", similarity: "centered-cosine", beta: 9 });
  recall("kernel", small, { model: "dense", similarity: "kernel", kernel: matrix(4, 9, 3), beta: 0.5 });
  recall("kernel regression", small, { model: "kernel-regression", beta: 0.2 });
  recall("entmax 1.25", small, { model: "entmax", alpha: 1.25, beta: 2 });
  recall("converge", small, { beta: 0.8, steps: "converge" });
  recall("known entries", large, { beta: 3 }, 7, { known: large.data.slice(0, 40).map((x) => (x < 0 ? 0 : 1)) });
  recall("layer normalisation", small, { model: "dense", post: "layernorm", beta: 1, steps: 3 });
  const binary = { data: signs(12, 60, 4), rows: 12, columns: 60 };
  for (const model of ["hebbian", "polynomial", "exponential"] as const) recall(model, binary, { model }, 5);
  out.frequencies = hashOf(drawFrequencies(20, 7, 3).data);
  out.separations = hashOf(separations(small).separations, separations(small, { similarity: "l2" }).separations);
  out.advice = hashOf([adviseBeta(large).beta, adviseBeta(large, { similarity: "dot" }).beta]);
  const logits = Float64Array.from(numbers(50, 5, 3));
  for (const separation of ["softmax", "softmax1", "sparsemax", "entmax", "normmax", "k-subset"] as const) {
    const { weights, conjugate } = separate(logits, { separation });
    out[`separate ${separation}`] = hashOf(weights, [conjugate]);
  }
  return out;
}

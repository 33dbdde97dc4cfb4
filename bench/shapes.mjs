// The problems that are timed: Y = softmax(beta Q X^T) X with B queries over M patterns of dimension d. Patterns are Gaussian vectors scaled to norm 1; a query is a stored pattern
// plus noise of norm .3 in a random direction; beta 8. One seed gives one problem (its numbers pass through Math.log, so the last bit may differ between engines; the work does not).
export const beta = 8;
const noiseNorm = 0.3;

/** Name -> [B, M, d]. */
export const shapes = { A: [1, 100_000, 64], B: [64, 65_536, 64], C: [256, 10_000, 784], D: [1024, 1024, 64], E: [1, 1_000_000, 128] };

export const operationsOf = ([queries, patterns, dimension]) => 4 * queries * patterns * dimension;

/** @returns { Q, X, beta }, Q and X as { data: Float32Array, rows, columns }. */
export function problemOf([queries, patterns, dimension], seed) {
  const random = generator(seed);
  const X = unitRows(patterns, dimension, random);
  const Q = unitRows(queries, dimension, random);
  for (let b = 0; b < queries; b++) {
    const stored = Math.floor(random.uniform() * patterns);
    for (let k = 0; k < dimension; k++) {
      const at = b * dimension + k;
      Q.data[at] = X.data[stored * dimension + k] + noiseNorm * Q.data[at];
    }
  }
  return { Q, X, beta };
}

function unitRows(rows, columns, random) {
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    let squared = 0;
    for (let k = 0; k < columns; k++) {
      const x = random.normal();
      data[i * columns + k] = x;
      squared += x * x;
    }
    const scale = 1 / Math.sqrt(squared);
    for (let k = 0; k < columns; k++) data[i * columns + k] *= scale;
  }
  return { data, rows, columns };
}

/** xorshift128 (Marsaglia, "Xorshift RNGs", 2003) and his polar method: 10^8 numbers in seconds. */
function generator(seed) {
  let [a, b, c, d] = [seed ^ 0x9e3779b9, 362436069, 521288629, 88675123];
  const uniform = () => {
    const t = a ^ (a << 11);
    a = b;
    b = c;
    c = d;
    d = d ^ (d >>> 19) ^ t ^ (t >>> 8);
    return (d >>> 0) / 2 ** 32;
  };
  let spare = Number.NaN;
  const normal = () => {
    if (!Number.isNaN(spare)) {
      const kept = spare;
      spare = Number.NaN;
      return kept;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };
  for (let i = 0; i < 64; i++) uniform();
  return { uniform, normal };
}

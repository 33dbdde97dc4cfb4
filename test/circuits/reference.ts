/**
 * The frozen integer semantics of `hopfield circuit`, written from the command's description alone: no import from src, BigInt sums, a loop for every definition. Slow on purpose.
 */
export interface ReferenceNetwork {
  readonly p: number;
  readonly X: readonly (readonly number[])[];
  readonly beta: number;
  readonly layers?: number;
  /** Patterns that are inputs are scored with the unit of all patterns of the format, not with that of the stored ones. */
  readonly memory?: "fixed" | "input";
  /** r x d whole numbers. */
  readonly W?: readonly (readonly number[])[];
}

const big = (x: number): bigint => BigInt(x);
const abs = (x: bigint): bigint => (x < 0n ? -x : x);
const floorDivide = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** W^T W, or null without W. */
function gram(W: readonly (readonly number[])[] | undefined, d: number): bigint[][] | null {
  if (!W) return null;
  return Array.from({ length: d }, (_, a) =>
    Array.from({ length: d }, (_, b) => W.reduce((sum, row) => sum + big(row[a] as number) * big(row[b] as number), 0n)),
  );
}

export function referenceScale(net: ReferenceNetwork): { S: bigint; unit: bigint; table: bigint[]; K: bigint[][] } {
  const { p, X, beta } = net;
  const d = X[0]?.length ?? 0;
  const qm = 2n ** big(p - 1);
  const F = 2n ** big(p);
  const G = gram(net.W, d);
  const K = X.map((row) =>
    row.map((x, k) => (G ? row.reduce((sum, y, a) => sum + big(y) * ((G[a] as bigint[])[k] as bigint), 0n) : big(x))),
  );
  let S = 0n;
  if (net.memory === "input") {
    let factor = 1n;
    if (G) {
      factor = 0n;
      for (const row of G) {
        const sum = row.reduce((total, g) => total + abs(g), 0n);
        if (sum > factor) factor = sum;
      }
    }
    S = factor * big(d) * qm * qm;
  } else {
    for (const row of K) {
      const sum = row.reduce((total, x) => total + abs(x), 0n) * qm;
      if (sum > S) S = sum;
    }
  }
  let unit = (2n * S + F - 1n) / F;
  if (unit < 1n) unit = 1n;
  const table = Array.from({ length: Number(F) }, (_, D) =>
    big(Math.floor((2 ** p - 1) * Math.exp((-beta * D * Number(unit)) / Number(qm * qm)) + 0.5)),
  );
  return { S, unit, table, K };
}

/**
 * The retrieval of a network as a function of the query (d whole numbers in the range of the format), `layers` times. The scale is made once in BigInt; the sums below stay far
 * inside the exact integers of a double (scores below 2^31, numerators below 2^40).
 */
export function referenceRetriever(net: ReferenceNetwork): (query: readonly number[]) => number[] {
  const { p, X } = net;
  const qm = 2 ** (p - 1);
  const F = 2 ** p;
  const scale = referenceScale(net);
  const [S, unit] = [Number(scale.S), Number(scale.unit)];
  const table = scale.table.map(Number);
  const K = scale.K.map((row) => row.map(Number));
  return (query) => {
    let q = query.slice();
    for (let layer = 0; layer < (net.layers ?? 1); layer++) {
      const scores = K.map((row) => {
        const level = Math.floor((row.reduce((sum, x, k) => sum + x * (q[k] as number), 0) + S) / unit);
        return level < 0 ? 0 : level > F - 1 ? F - 1 : level;
      });
      const m = Math.max(...scores);
      const e = scores.map((s) => table[m - s] as number);
      const denominator = e.reduce((a, b) => a + b, 0);
      q = q.map((_, j) => {
        const numerator = e.reduce((sum, w, i) => sum + w * ((X[i] as readonly number[])[j] as number), 0);
        const rounded = Number(roundHalfEven(BigInt(numerator), BigInt(denominator)));
        return Math.min(qm - 1, Math.max(-qm, rounded));
      });
    }
    return q;
  };
}

export function roundHalfEven(numerator: bigint, denominator: bigint): bigint {
  const low = floorDivide(numerator, denominator);
  const twice = 2n * (numerator - low * denominator);
  if (twice < denominator) return low;
  if (twice > denominator) return low + 1n;
  return low % 2n === 0n ? low : low + 1n;
}

/** d numbers of p bits out of a bit string, bit k p + b of number k first. */
export function numbersOf(bits: ArrayLike<number>, p: number, count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, k) => {
    let x = 0;
    for (let b = 0; b < p; b++) x += (bits[from + k * p + b] as number) * (b === p - 1 ? -(2 ** b) : 2 ** b);
    return x;
  });
}

export function bitsOf(numbers: readonly number[], p: number): number[] {
  return numbers.flatMap((x) => Array.from({ length: p }, (_, b) => Math.floor(x / 2 ** b) - 2 * Math.floor(x / 2 ** (b + 1))));
}

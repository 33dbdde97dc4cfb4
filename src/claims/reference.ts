/**
 * @file The family written out from its definitions in f64, for the claims: slow, without a matrix product or a shared trick, so that agreement with the kernels means
 * something. Patterns are rows x_i of plain numbers, q a state, z = beta * s(q, x_i) the logits, p the weights.
 */
export type Vector = readonly number[];
export type Rows = readonly Vector[];

export function sum(x: Vector): number {
  let total = 0;
  for (const value of x) total += value;
  return total;
}

export function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += (a[k] as number) * (b[k] as number);
  return total;
}

export const norm = (a: Vector): number => Math.sqrt(dot(a, a));

export function squaredDistance(a: Vector, b: Vector): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += ((a[k] as number) - (b[k] as number)) ** 2;
  return total;
}

export const distance = (a: Vector, b: Vector): number => Math.sqrt(squaredDistance(a, b));

export const largestNorm = (X: Rows): number => Math.max(...X.map(norm));

/** sum_i p_i x_i */
export function blend(p: Vector, X: Rows): number[] {
  const y = new Array<number>((X[0] as Vector).length).fill(0);
  X.forEach((x, i) => {
    x.forEach((value, k) => {
      y[k] = (y[k] as number) + (p[i] as number) * value;
    });
  });
  return y;
}

export const dotLogits = (q: Vector, X: Rows, beta: number): number[] => X.map((x) => beta * dot(x, q));
export const gaussianLogits = (q: Vector, X: Rows, beta: number): number[] => X.map((x) => (-beta / 2) * squaredDistance(q, x));

/** log sum_i e^{z_i} */
export function logSumExp(z: Vector): number {
  const top = Math.max(...z);
  return top + Math.log(sum(z.map((value) => Math.exp(value - top))));
}

export function softmax(z: Vector): number[] {
  const total = logSumExp(z);
  return z.map((value) => Math.exp(value - total));
}

/** The largest of `tau` in (low, high) with f(tau) >= 1, f decreasing. */
function threshold(low: number, high: number, f: (tau: number) => number): number {
  let [a, b] = [low, high];
  for (let round = 0; round < 200; round++) {
    const middle = a + (b - a) / 2;
    if (middle <= a || middle >= b) break;
    if (f(middle) >= 1) a = middle;
    else b = middle;
  }
  return a;
}

/** p = [(alpha - 1) z - tau]_+^{1 / (alpha - 1)} with sum 1; alpha = 2 is sparsemax. */
export function entmax(z: Vector, alpha: number): number[] {
  if (alpha === 1) return softmax(z);
  const top = Math.max(...z);
  const x = z.map((value) => (alpha - 1) * (value - top));
  const raised = (tau: number): number[] => x.map((value) => Math.max(0, value - tau) ** (1 / (alpha - 1)));
  const p = raised(threshold(-1, 0, (tau) => sum(raised(tau))));
  return p.map((value) => value / sum(p));
}

export const sparsemax = (z: Vector): number[] => entmax(z, 2);

/** u = [z - tau]_+^{1 / (alpha - 1)} with sum u^alpha = 1, p = u / sum u. */
export function normmax(z: Vector, alpha: number): number[] {
  const top = Math.max(...z);
  const raised = (tau: number): number[] => z.map((value) => Math.max(0, value - top - tau) ** (1 / (alpha - 1)));
  const u = raised(threshold(-1, 0, (tau) => sum(raised(tau).map((value) => value ** alpha))));
  return u.map((value) => value / sum(u));
}

/** p = clip(z - tau, 0, 1) with sum k. */
export function kSubset(z: Vector, k: number): number[] {
  const top = Math.max(...z);
  const clipped = (tau: number): number[] => z.map((value) => Math.min(1, Math.max(0, value - top - tau)));
  return clipped(threshold(Math.min(...z) - top - 1, 0, (tau) => sum(clipped(tau)) / k));
}

/** Indices of the k largest logits; of equals the lowest index first. */
export function largest(z: Vector, k: number): number[] {
  const order = z.map((_, i) => i);
  order.sort((a, b) => (z[b] as number) - (z[a] as number) || a - b);
  return order.slice(0, k);
}

/** Softmax over the patterns in `support`, 0 elsewhere. */
export function softmaxOn(z: Vector, support: readonly number[]): number[] {
  const p = z.map(() => 0);
  softmax(support.map((i) => z[i] as number)).forEach((value, j) => {
    p[support[j] as number] = value;
  });
  return p;
}

/** W x */
export const apply = (W: Rows, x: Vector): number[] => W.map((row) => dot(row, x));

/**
 * Definition-level second implementation for the capacity room: plain sums and integrals, no shared code with src/capacity. Slow and short.
 */

/** Composite Simpson rule with an even number of pieces. */
export function simpson(f: (x: number) => number, low: number, high: number, pieces = 400): number {
  const h = (high - low) / pieces;
  let sum = f(low) + f(high);
  for (let i = 1; i < pieces; i++) sum += (i % 2 === 1 ? 4 : 2) * f(low + i * h);
  return (sum * h) / 3;
}

export const gauss = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** E f(h), h standard normal, with a border at `split`. */
export function expectation(f: (x: number) => number, split = 0, pieces = 200): number {
  const g = (x: number): number => gauss(x) * f(x);
  // Borders are approached from inside, so that a jump there is not counted with the wrong value.
  const e = 1e-13;
  return simpson(g, -8.5, split - e, pieces) + simpson(g, split + e, 8.5, pieces);
}

/** (1/N) log E exp(lambda x . xi) for +-1 patterns of N entries, from the binomial sum. */
export function binaryZetaFinite(lambda: number, N: number): number {
  let [log, top] = [0, Number.NEGATIVE_INFINITY];
  const terms: number[] = [];
  for (let k = 0; k <= N; k++) {
    if (k > 0) log += Math.log((N - k + 1) / k);
    terms.push(log - N * Math.LN2 + lambda * (N - 2 * k));
    top = Math.max(top, terms[k] as number);
  }
  return (top + Math.log(terms.reduce((sum, t) => sum + Math.exp(t - top), 0))) / N;
}

/** max over u in (0, 1) of h u + log(1 - u^2) / 2, by golden sections. */
export function sphericalZeta(h: number): number {
  const f = (u: number): number => h * u + 0.5 * Math.log(1 - u * u);
  let [low, high] = [0, 1 - 1e-15];
  const g = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 200; i++) {
    const [a, b] = [high - g * (high - low), low + g * (high - low)];
    if (f(a) < f(b)) low = a;
    else high = b;
  }
  return f((low + high) / 2);
}

/** alpha_1 as the definition says: the largest of l s - zeta(l) over a fine grid of l up to lambda. */
export function alphaByGrid(zeta: (l: number) => number, signal: number, lambda: number, points = 4000): number {
  let best = 0;
  for (let i = 1; i <= points; i++) best = Math.max(best, (lambda * i * signal) / points - zeta((lambda * i) / points));
  return best;
}

export interface Order {
  m: number;
  q: number;
  r: number;
}

/** ratio S(m, q, r) + E_{u, h} log E_w exp(lambda sigma(u) sigma(m u + sqrt(q - m^2) h + sqrt(r - q) w)), three nested rules; sigma may bend or jump at 0 only. */
export function freeEntropy(sigma: (u: number) => number, ratio: number, lambda: number, { m, q, r }: Order, pieces = 60): number {
  const entropy = 0.5 * (Math.log(r - q) + (q - m * m) / (r - q) - r + 1);
  const root = Math.sqrt(r - q);
  const inner = (b: number, mu: number): number =>
    Math.log(expectation((w) => Math.exp(b * sigma(mu + root * w)), Math.min(8, Math.max(-8, -mu / root)), pieces));
  const field = (u: number): number => expectation((h) => inner(lambda * sigma(u), m * u + Math.sqrt(q - m * m) * h), 0, pieces);
  return ratio * entropy + expectation(field, 0, pieces);
}

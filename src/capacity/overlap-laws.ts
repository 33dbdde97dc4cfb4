/**
 * @file How overlaps with a fixed query are distributed at finite N, where that is known: normal, one coordinate of a point on a sphere, a binomial sum of signs. A law is given by its
 * upper quantiles on a log scale, t(v) with P(overlap > t) = e^{-v}, so that the largest of e^{600} overlaps are as easy as the largest of ten, and by partial moments of e^{a t}.
 */
import { logNormalCdf } from "./normal.ts";
import { gaussLegendre } from "./quadrature.ts";

export interface OverlapLaw {
  /** The overlap t with P(T > t) = e^{-v} (binary: P(T >= t) >= e^{-v}); v >= 0.5 (below it the value at 0.5). */
  quantile(v: number): number;
  /** log E[e^{a T}; T below quantile(v)] (binary: with the part of the level at quantile(v) that lies beyond e^{-v}); -Infinity if there is nothing below. */
  logBelow(a: number, v: number): number;
  /** What finite-median.ts integrates: weights e^{a t - s} split at `smallest` < 1 and at 1. */
  split(a: number, s: number, smallest: number): WeightSplit;
}

/** Logs, per pattern: E[w; w < smallest], E[w^2; w < smallest], P(w > 1); and the weights between as values with logs of their probabilities. */
export interface WeightSplit {
  readonly logMean: number;
  readonly logSquare: number;
  readonly logFatal: number;
  readonly weights: Float64Array;
  readonly logs: Float64Array;
}

/** Points between smallest and 1, even in log w. */
const middlePoints = 300;

const start = 0.5;
const step = 1 / 32;

/** Hermite interpolation on an even grid of v from values and exact slopes. */
function interpolated(values: Float64Array, slopes: Float64Array): (v: number) => number {
  const last = values.length - 2;
  return (v) => {
    const place = Math.max(0, (v - start) / step);
    const i = Math.min(last, Math.floor(place));
    const f = place - i;
    const [y0, y1] = [values[i] as number, values[i + 1] as number];
    const [d0, d1] = [(slopes[i] as number) * step, (slopes[i + 1] as number) * step];
    return y0 + f * (d0 + f * (3 * (y1 - y0) - 2 * d0 - d1 + f * (2 * (y0 - y1) + d0 + d1)));
  };
}

/** @param largest v that will be asked for, at least 1. */
export function normalLaw(largest: number): OverlapLaw {
  const count = Math.ceil((largest - start) / step) + 2;
  const values = new Float64Array(count);
  const slopes = new Float64Array(count);
  let t = 0;
  for (let i = 0; i < count; i++) {
    const v = start + i * step;
    // Newton for -log Q(t) = v from the value before; its derivative is density / Q.
    for (let round = 0; round < 60; round++) {
      const log = logNormalCdf(-t);
      const hazard = Math.exp(-0.5 * t * t - 0.9189385332046727 - log);
      const move = (v + log) / hazard;
      t += move;
      slopes[i] = 1 / hazard;
      if (Math.abs(move) < 1e-13 * (1 + Math.abs(t))) break;
    }
    values[i] = t;
  }
  const quantile = interpolated(values, slopes);
  return {
    quantile,
    logBelow: (a, v) => 0.5 * a * a + logNormalCdf(quantile(v) - a),
    split: (a, s, smallest) => {
      const low = Math.log(smallest);
      const spacing = -low / middlePoints;
      const ys = Float64Array.from({ length: middlePoints }, (_, i) => low + (i + 0.5) * spacing);
      return {
        logMean: 0.5 * a * a - s + logNormalCdf((s + low) / a - a),
        logSquare: 2 * a * a - 2 * s + logNormalCdf((s + low) / a - 2 * a),
        logFatal: logNormalCdf(-s / a),
        weights: ys.map(Math.exp),
        logs: ys.map((y) => -0.5 * ((s + y) / a) ** 2 - 0.9189385332046727 + Math.log(spacing / a)),
      };
    },
  };
}

/** The split of a law given as atoms. */
function splitAtoms(values: Float64Array, logs: Float64Array, a: number, s: number, smallest: number): WeightSplit {
  const ys = values.map((t) => a * t - s);
  const low = Math.log(smallest);
  const middle = Array.from(ys, (y, i) => ({ y, log: logs[i] as number })).filter(({ y }) => y >= low && y <= 0);
  const logSum = (keep: (y: number) => boolean, power: number): number => {
    let [top, sum] = [Number.NEGATIVE_INFINITY, 0];
    ys.forEach((y, i) => {
      if (keep(y)) top = Math.max(top, power * y + (logs[i] as number));
    });
    ys.forEach((y, i) => {
      if (keep(y)) sum += Math.exp(power * y + (logs[i] as number) - top);
    });
    return top === Number.NEGATIVE_INFINITY ? top : top + Math.log(sum);
  };
  return {
    logMean: logSum((y) => y < low, 1),
    logSquare: logSum((y) => y < low, 2),
    logFatal: logSum((y) => y > 0, 0),
    weights: Float64Array.from(middle, ({ y }) => Math.exp(y)),
    logs: Float64Array.from(middle, ({ log }) => log),
  };
}

/** T = cos of the angle to a fixed direction on the sphere of d >= 3 dimensions: density proportional to (1 - t^2)^{(d-3)/2}. In s, t = tanh s, it is sech^{d-1} s. */
export function sphereLaw(d: number, largest: number): OverlapLaw {
  const power = d - 1;
  const logSech = (s: number): number => {
    const x = Math.abs(s);
    return Math.LN2 - x - Math.log1p(Math.exp(-2 * x));
  };
  const rule = gaussLegendre(48, -1, 1);
  /** log of the integral over [low, high] of sech^power s e^{a tanh s}, split into `pieces`. */
  const exponents = new Float64Array(48 * 8);
  const logIntegral = (a: number, low: number, high: number, pieces: number): number => {
    const half = (high - low) / (2 * pieces);
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < 48 * pieces; k++) {
      const s = low + half * (2 * Math.floor(k / 48) + 1 + (rule.nodes[k % 48] as number));
      // tanh and log sech from one exponential.
      const e = Math.exp(-2 * Math.abs(s));
      const t = (1 - e) / (1 + e);
      const exponent = power * (Math.LN2 - Math.abs(s) - Math.log1p(e)) + (s < 0 ? -a * t : a * t);
      exponents[k] = exponent;
      if (exponent > top) top = exponent;
    }
    let sum = 0;
    for (let k = 0; k < 48 * pieces; k++) sum += (rule.weights[k % 48] as number) * Math.exp((exponents[k] as number) - top);
    return top + Math.log(half * sum);
  };
  const wide = 12 / Math.sqrt(power);
  const whole = logIntegral(0, -Math.min(40, wide + 2), Math.min(40, wide + 2), 8);
  const logTail = (s: number): number => logIntegral(0, s, s + Math.min(wide + 1, 42 / (power * Math.max(0.02, Math.tanh(s)))), 2) - whole;
  const count = Math.ceil((largest - start) / step) + 2;
  const values = new Float64Array(count);
  const slopes = new Float64Array(count);
  let s = 0;
  for (let i = 0; i < count; i++) {
    const v = start + i * step;
    for (let round = 0; round < 40; round++) {
      const log = logTail(s);
      const hazard = Math.exp(power * logSech(s) - whole - log);
      const move = (v + log) / hazard;
      s += move;
      slopes[i] = 1 / hazard;
      if (Math.abs(move) < 1e-12 * (1 + s)) break;
    }
    values[i] = s;
  }
  const places = Float64Array.from(values);
  const place = interpolated(values, slopes);
  const quantile = interpolated(
    values.map(Math.tanh),
    slopes.map((slope, i) => slope * (1 - Math.tanh(values[i] as number) ** 2)),
  );
  const logBelow = (a: number, v: number): number => {
    const edge = place(v);
    // Peak of power log sech s + a tanh s: tanh s = u with power u = a (1 - u^2); its width, and the slope at the edge where the edge lies below the peak.
    const u = (2 * a) / (power + Math.sqrt(power * power + 4 * a * a));
    const peak = Math.atanh(u);
    const width = 1 / Math.sqrt(power * (1 - u * u) * (1 + 2 * u * u) + 1e-300);
    const t = Math.tanh(edge);
    const slope = a * (1 - t * t) - power * t;
    const low = edge < peak ? edge - Math.min(10 * width, 42 / Math.max(slope, 1e-9)) : peak - 10 * width;
    return logIntegral(a, low, Math.min(edge, peak + 10 * width), 2) - whole;
  };
  // Where every instance asks for the same a (no noise), a table over v pays, with the exact slope e^{a t - v - logBelow}.
  const calls = new Map<number, number>();
  const tables = new Map<number, (v: number) => number>();
  const tableOf = (a: number): ((v: number) => number) | undefined => {
    const known = tables.get(a);
    if (known) return known;
    if (calls.size > 16) calls.clear();
    const called = (calls.get(a) ?? 0) + 1;
    calls.set(a, called);
    if (called < 300) return undefined;
    const logs = Float64Array.from({ length: count }, (_, i) => logBelow(a, start + i * step));
    const table = interpolated(
      logs,
      logs.map((log, i) => Math.exp(a * Math.tanh(places[i] as number) - (start + i * step) - log)),
    );
    tables.set(a, table);
    return table;
  };
  return {
    quantile,
    logBelow: (a, v) => tableOf(a)?.(v) ?? logBelow(a, v),
    split: (a, s, smallest) => {
      const reach = Math.min(18, (places[count - 1] as number) + 0.5);
      // The bulk is smooth on 1 / sqrt(d), a weight on 1 / a; below -10 / sqrt(d) lies nothing that counts (a >= 0).
      const spacing = Math.min(0.08 / Math.sqrt(power), 0.08 / Math.max(1, a));
      const from = Math.min(reach, 10 / Math.sqrt(power));
      const n = Math.ceil((from + reach) / spacing);
      const points = Float64Array.from({ length: n }, (_, i) => -from + (i + 0.5) * spacing);
      return splitAtoms(
        points.map(Math.tanh),
        points.map((x) => power * logSech(x) - whole + Math.log(spacing)),
        a,
        s,
        smallest,
      );
    },
  };
}

/** T = sum of N signs / N: N + 1 levels. */
export function binaryLaw(n: number): OverlapLaw {
  const logs = new Float64Array(n + 1);
  const tails = new Float64Array(n + 1);
  let log = -n * Math.LN2;
  let tail = Number.NEGATIVE_INFINITY;
  for (let k = 0; k <= n; k++) {
    if (k > 0) log += Math.log((n - k + 1) / k);
    logs[k] = log;
    tail = tail === Number.NEGATIVE_INFINITY ? log : Math.max(tail, log) + Math.log1p(Math.exp(-Math.abs(tail - log)));
    tails[k] = Math.min(0, tail);
  }
  const values = Float64Array.from({ length: n + 1 }, (_, k) => (n - 2 * k) / n);
  /** The first level whose tail is at least e^{-v}: near the one of the call before. */
  const last = { level: 0 };
  const levelAt = (v: number): number => {
    let k = last.level;
    while (k > 0 && (tails[k - 1] as number) >= -v) k--;
    while (k < n && (tails[k] as number) < -v) k++;
    last.level = k;
    return k;
  };
  /** log of the sum over levels k and beyond of p_k e^{a t_k}; kept for the few values of a that are asked for again and again. */
  const kept = new Map<number, Float64Array>();
  const suffix = (a: number): Float64Array => {
    const known = kept.get(a);
    if (known) return known;
    const sums = new Float64Array(n + 2);
    sums[n + 1] = Number.NEGATIVE_INFINITY;
    for (let k = n; k >= 0; k--) {
      const x = (logs[k] as number) + a * (values[k] as number);
      const before = sums[k + 1] as number;
      const top = Math.max(x, before);
      sums[k] = top + Math.log1p(Math.exp(Math.min(x, before) - top));
    }
    if (kept.size > 8) kept.clear();
    kept.set(a, sums);
    return sums;
  };
  return {
    quantile: (v) => values[levelAt(v)] as number,
    logBelow: (a, v) => {
      const k = levelAt(v);
      const rest = suffix(a)[k + 1] as number;
      const beyond = -v - (tails[k] as number);
      if (!(beyond < 0)) return rest;
      const part = (tails[k] as number) + Math.log(-Math.expm1(beyond)) + a * (values[k] as number);
      const top = Math.max(part, rest);
      return top + Math.log1p(Math.exp(Math.min(part, rest) - top));
    },
    split: (a, s, smallest) => splitAtoms(values, logs, a, s, smallest),
  };
}

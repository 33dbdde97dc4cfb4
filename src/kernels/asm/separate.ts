/**
 * Separations in f64: logits to weights. Each threshold is searched in f64 and ends with an exact solve or a Newton step on the support it found.
 * kinds: 0 softmax, 1 softmax1, 2 sparsemax, 3 entmax(alpha), 4 normmax(alpha), 5 k-subset(k), 6 epanechnikov. docs/models derives each.
 */

import { exp, power } from "./math";

// @ts-ignore: decorator
@inline
function z(at: usize, i: i32): f64 {
  return load<f64>(at + ((<usize>i) << 3));
}

// @ts-ignore: decorator
@inline
function put(at: usize, i: i32, x: f64): void {
  store<f64>(at + ((<usize>i) << 3), x);
}

/** p <- sep(logits), n of each; `none` is the logit weight of "no pattern" (softmax1: count of zero logits, usually 1). Entries of -Infinity get 0. */
export function separate(kind: i32, logits: usize, n: i32, alpha: f64, k: i32, none: f64, p: usize): void {
  let top: f64 = -Infinity;
  for (let i = 0; i < n; i++) top = max(top, z(logits, i));
  if (kind == 3 && alpha < 1 + 1e-4) softmax(logits, n, top, 0, p);
  else if (kind == 0) softmax(logits, n, top, 0, p);
  else if (kind == 1) softmax(logits, n, max(top, 0), none, p);
  else if (kind == 2 || (kind == 3 && alpha == 2)) sparsemax(logits, n, top, p);
  else if (kind == 3) entmax(logits, n, top, alpha, p);
  else if (kind == 4) normmax(logits, n, top, alpha, p);
  else if (kind == 5) subset(logits, n, top, k, p);
  else ball(logits, n, p);
}

function softmax(logits: usize, n: i32, shift: f64, none: f64, p: usize): void {
  let sum: f64 = none > 0 ? none * exp(-shift) : 0;
  for (let i = 0; i < n; i++) {
    const e = exp(z(logits, i) - shift);
    put(p, i, e);
    sum += e;
  }
  for (let i = 0; i < n; i++) put(p, i, z(p, i) / sum);
}

/** Michelot's algorithm: the threshold of the current support, drop what falls below it, repeat; exact after finitely many rounds. */
function sparsemax(logits: usize, n: i32, top: f64, p: usize): void {
  let tau: f64 = -1;
  while (true) {
    let sum: f64 = 0;
    let count = 0;
    for (let i = 0; i < n; i++) {
      const x = z(logits, i) - top;
      if (x > tau) {
        sum += x;
        count++;
      }
    }
    const next = (sum - 1) / <f64>count;
    if (!(next > tau)) break;
    tau = next;
  }
  for (let i = 0; i < n; i++) put(p, i, max(z(logits, i) - top - tau, 0));
}

/** p = [(alpha - 1) z - tau]_+^{1/(alpha - 1)}, sum 1. With the maximum shifted to 0, tau lies in [-1, -M^{1 - alpha}]. */
function entmax(logits: usize, n: i32, top: f64, alpha: f64, p: usize): void {
  const scale = alpha - 1;
  const exponent = 1 / scale;
  let low: f64 = -1;
  let high: f64 = -power(<f64>n, 1 - alpha);
  for (let round = 0; round < 60; round++) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) {
      const x = scale * (z(logits, i) - top) - middle;
      if (x > 0) sum += power(x, exponent);
    }
    if (sum >= 1) low = middle;
    else high = middle;
  }
  // At low the sum is at least 1: one Newton step from there, then what remains of rounding is divided out.
  let sum: f64 = 0;
  let slope: f64 = 0;
  for (let i = 0; i < n; i++) {
    const x = scale * (z(logits, i) - top) - low;
    if (x > 0) {
      const value = power(x, exponent);
      sum += value;
      slope += (exponent * value) / x;
    }
  }
  const tau = slope > 0 ? min(low + (sum - 1) / slope, high) : low;
  let total: f64 = 0;
  for (let i = 0; i < n; i++) {
    const x = scale * (z(logits, i) - top) - tau;
    const value: f64 = x > 0 ? power(x, exponent) : 0;
    put(p, i, value);
    total += value;
  }
  for (let i = 0; i < n; i++) put(p, i, z(p, i) / total);
}

/** u = [z - tau]_+^{1/(alpha - 1)} with |u|_alpha = 1, p = u / sum u. tau lies in [-1, -M^{(1 - alpha)/alpha}]; -1 exactly is the lower end. */
function normmax(logits: usize, n: i32, top: f64, alpha: f64, p: usize): void {
  const exponent = 1 / (alpha - 1);
  const conjugate = alpha / (alpha - 1);
  let low: f64 = -1;
  let high: f64 = -power(<f64>n, (1 - alpha) / alpha);
  for (let round = 0; round < 60; round++) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) {
      const x = z(logits, i) - top - middle;
      if (x > 0) sum += power(x, conjugate);
    }
    if (sum >= 1) low = middle;
    else high = middle;
  }
  let sum: f64 = 0;
  let slope: f64 = 0;
  for (let i = 0; i < n; i++) {
    const x = z(logits, i) - top - low;
    if (x > 0) {
      const value = power(x, conjugate);
      sum += value;
      slope += (conjugate * value) / x;
    }
  }
  const tau = slope > 0 ? min(low + (sum - 1) / slope, high) : low;
  let total: f64 = 0;
  for (let i = 0; i < n; i++) {
    const x = z(logits, i) - top - tau;
    const value: f64 = x > 0 ? power(x, exponent) : 0;
    put(p, i, value);
    total += value;
  }
  for (let i = 0; i < n; i++) put(p, i, z(p, i) / total);
}

/** p = clip(z - tau, 0, 1), sum k: bisection on the sum, then tau solved exactly on the entries strictly between 0 and 1. */
function subset(logits: usize, n: i32, top: f64, k: i32, p: usize): void {
  if (k >= n) {
    for (let i = 0; i < n; i++) put(p, i, z(logits, i) > -Infinity ? 1 : 0);
    return;
  }
  let bottom: f64 = 0;
  for (let i = 0; i < n; i++) if (z(logits, i) > -Infinity) bottom = min(bottom, z(logits, i) - top);
  let low = bottom - 1;
  let high: f64 = 0;
  for (let round = 0; round < 80; round++) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) sum += min(max(z(logits, i) - top - middle, 0), 1);
    if (sum >= <f64>k) low = middle;
    else high = middle;
  }
  let free = 0;
  let whole = 0;
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const x = z(logits, i) - top - low;
    if (x >= 1) whole++;
    else if (x > 0) {
      free++;
      sum += z(logits, i) - top;
    }
  }
  const tau = free ? (sum + <f64>whole - <f64>k) / <f64>free : low;
  for (let i = 0; i < n; i++) put(p, i, min(max(z(logits, i) - top - tau, 0), 1));
}

/** Equal weights on the patterns with z > -1; all zeros when there is none. */
function ball(logits: usize, n: i32, p: usize): void {
  let count = 0;
  for (let i = 0; i < n; i++) if (z(logits, i) > -1) count++;
  for (let i = 0; i < n; i++) put(p, i, z(logits, i) > -1 ? 1 / <f64>count : 0);
}

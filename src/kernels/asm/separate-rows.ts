/**
 * Separations of whole rows of f32 logits, and their backward passes, for the trainable layers. softmax runs on vectors; the thresholds of the sparse ones are found in f64 by Newton's method
 * from the left, where the sum is at least 1: on a convex falling sum no step overshoots. Kinds as in separate.ts. A logit of -Infinity has weight 0 and takes part in nothing.
 */
import { exp2, four, log2e, putFour } from "./layers-exp";
import { exp, log, power } from "./math";
import { separate } from "./separate";
import { sumLanes } from "./vector";

function softmaxRow(z: usize, n: i32, none: bool, p: usize): void {
  let tops = f32x4.splat(-Infinity);
  for (let i = 0; i < n; i += 4) tops = f32x4.max(tops, four(z + ((<usize>i) << 2), n - i, -Infinity));
  let top = max(max(f32x4.extract_lane(tops, 0), f32x4.extract_lane(tops, 1)), max(f32x4.extract_lane(tops, 2), f32x4.extract_lane(tops, 3)));
  if (none) top = max<f32>(top, 0);
  const shift = f32x4.splat(top);
  const scale = log2e();
  let sums = f32x4.splat(0);
  for (let i = 0; i < n; i += 4) {
    const at = (<usize>i) << 2;
    const e = exp2(f32x4.mul(f32x4.sub(four(z + at, n - i, -Infinity), shift), scale));
    sums = f32x4.add(sums, e);
    putFour(p + at, e, n - i);
  }
  const sum = sumLanes(sums) + (none ? <f32>exp(-<f64>top) : 0);
  const inverse = f32x4.splat(1 / sum);
  for (let i = 0; i < n; i += 4) {
    const at = (<usize>i) << 2;
    putFour(p + at, f32x4.mul(four(p + at, n - i, 0), inverse), n - i);
  }
}

// @ts-ignore: decorator
@inline
function x64(at: usize, i: i32): f64 {
  return load<f64>(at + ((<usize>i) << 3));
}

/** x <- scale * (z - max z) of the row, in f64. */
function shifted(z: usize, n: i32, scale: f64, x: usize): void {
  let top: f32 = -Infinity;
  for (let i = 0; i < n; i++) top = max(top, load<f32>(z + ((<usize>i) << 2)));
  for (let i = 0; i < n; i++) store<f64>(x + ((<usize>i) << 3), scale * (<f64>load<f32>(z + ((<usize>i) << 2)) - <f64>top));
}

/** d^n; whole n up to 16 by products: what alpha = 1 + 1 / n needs, several times faster than exp and log. */
// @ts-ignore: decorator
@inline
function raised(d: f64, n: f64): f64 {
  if (n <= 16 && n == Math.floor(n)) {
    let value: f64 = 1;
    for (let i: f64 = 0; i < n; i += 1) value *= d;
    return value;
  }
  return power(d, n);
}

/**
 * tau with sum [x - tau]_+^e = 1, e >= 1, max x = 0: Newton from the left. At -1 the top alone gives 1; and since powers are convex, n (mean - tau)^e <= 1 at the root, so it lies right of
 * mean - n^{-1/e} too, which is near it when logits are close together.
 */
function threshold(x: usize, n: i32, e: f64): f64 {
  let mean: f64 = 0;
  let shown: f64 = 0;
  for (let i = 0; i < n; i++) {
    if (x64(x, i) > -Infinity) {
      mean += x64(x, i);
      shown += 1;
    }
  }
  // A hair further left, for what the power was rounded by.
  let tau: f64 = max<f64>(-1, mean / shown - exp(-log(shown) / e) * (1 + 1e-12) - 1e-12);
  for (let round = 0; round < 50; round++) {
    let sum: f64 = 0;
    let slope: f64 = 0;
    for (let i = 0; i < n; i++) {
      const d = x64(x, i) - tau;
      if (d > 0) {
        const lower: f64 = raised(d, e - 1);
        slope += lower;
        sum += lower * d;
      }
    }
    const next = tau + (sum - 1) / (e * slope);
    if (!(next > tau + 1e-15)) return tau;
    tau = next;
  }
  return tau;
}

/** p = [x - tau]_+^exponent, divided by its sum. */
function powers(x: usize, n: i32, tau: f64, exponent: f64, p: usize): void {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const d = x64(x, i) - tau;
    const value: f64 = d > 0 ? raised(d, exponent) : 0;
    sum += value;
    store<f64>(x + ((<usize>i) << 3), value);
  }
  for (let i = 0; i < n; i++) store<f32>(p + ((<usize>i) << 2), <f32>(x64(x, i) / sum));
}

/** clip(x - tau, 0, 1) with sum k: Newton on the broken line, kept inside a bracket that shrinks. */
function subsetRow(x: usize, n: i32, k: i32, p: usize): void {
  let shown = 0;
  let bottom: f64 = 0;
  for (let i = 0; i < n; i++) {
    if (x64(x, i) > -Infinity) {
      shown++;
      bottom = min(bottom, x64(x, i));
    }
  }
  let low = bottom - 1;
  let high: f64 = 0;
  let tau: f64 = -1;
  if (tau < low) tau = low;
  if (k >= shown) tau = low;
  else {
    for (let round = 0; round < 100; round++) {
      let sum: f64 = 0;
      let free = 0;
      for (let i = 0; i < n; i++) {
        const d = x64(x, i) - tau;
        if (d >= 1) sum += 1;
        else if (d > 0) {
          sum += d;
          free++;
        }
      }
      const excess = sum - <f64>k;
      if (Math.abs(excess) < 1e-14) break;
      if (excess > 0) low = tau;
      else high = tau;
      let next = free ? tau + excess / <f64>free : 0.5 * (low + high);
      if (!(next > low && next < high)) next = 0.5 * (low + high);
      if (next == tau) break;
      tau = next;
    }
  }
  for (let i = 0; i < n; i++) store<f32>(p + ((<usize>i) << 2), <f32>min(max(x64(x, i) - tau, 0), 1));
}

/** Each of `rows` rows of n logits, `stride` bytes apart, becomes weights, in p (may be z), same stride. `scratch`: 16 n bytes. */
export function separateRows(kind: i32, z: usize, rows: i32, n: i32, stride: usize, alpha: f64, k: i32, p: usize, scratch: usize): void {
  const soft = kind == 0 || kind == 1 || (kind == 3 && alpha < 1.0001);
  for (let row = 0; row < rows; row++) {
    if (soft) softmaxRow(z, n, kind == 1, p);
    else if (kind == 2 || (kind == 3 && alpha <= 2)) {
      const a = kind == 2 ? 2 : alpha;
      shifted(z, n, a - 1, scratch);
      powers(scratch, n, threshold(scratch, n, 1 / (a - 1)), 1 / (a - 1), p);
    } else if (kind == 4) {
      shifted(z, n, 1, scratch);
      powers(scratch, n, threshold(scratch, n, alpha / (alpha - 1)), 1 / (alpha - 1), p);
    } else if (kind == 5) {
      shifted(z, n, 1, scratch);
      subsetRow(scratch, n, k, p);
    } else {
      const out = scratch + ((<usize>n) << 3);
      shifted(z, n, 1, scratch);
      separate(kind, scratch, n, alpha, k, 1, out);
      for (let i = 0; i < n; i++) store<f32>(p + ((<usize>i) << 2), <f32>x64(out, i));
    }
    z += stride;
    p += stride;
  }
}

// @ts-ignore: decorator
@inline
function f(at: usize, i: i32): f64 {
  return <f64>load<f32>(at + ((<usize>i) << 2));
}

// @ts-ignore: decorator
@inline
function putF(at: usize, i: i32, x: f64): void {
  store<f32>(at + ((<usize>i) << 2), <f32>x);
}

function softmaxBack(p: usize, dp: usize, n: i32, dz: usize): void {
  let mean: f64 = 0;
  for (let i = 0; i < n; i++) mean += f(p, i) * f(dp, i);
  for (let i = 0; i < n; i++) putF(dz, i, f(p, i) * (f(dp, i) - mean));
}

/** sparsemax (whole = 2: any weight above 0) and k-subset (entries strictly between 0 and 1): the mean over the free entries is taken off. */
function flatBack(p: usize, dp: usize, n: i32, below: f64, dz: usize): void {
  let sum: f64 = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (f(p, i) > 0 && f(p, i) < below) {
      sum += f(dp, i);
      count++;
    }
  }
  const mean = count ? sum / <f64>count : 0;
  for (let i = 0; i < n; i++) putF(dz, i, f(p, i) > 0 && f(p, i) < below ? f(dp, i) - mean : 0);
}

/** p^{2 - alpha}: roots where alpha is 1.5 or 1.25. */
// @ts-ignore: decorator
@inline
function slopeOf(p: f64, alpha: f64): f64 {
  if (alpha == 1.5) return Math.sqrt(p);
  if (alpha == 1.25) {
    const root = Math.sqrt(p);
    return root * Math.sqrt(root);
  }
  return power(p, 2 - alpha);
}

/** r = p^{2 - alpha} on the support; dz = r (dp - (r . dp) / sum r). Returns d loss / d alpha where it is wanted, else 0. */
function entmaxBack(p: usize, dp: usize, n: i32, alpha: f64, wantAlpha: bool, dz: usize, r: usize): f64 {
  const logs = r + ((<usize>n) << 3);
  let total: f64 = 0;
  let product: f64 = 0;
  for (let i = 0; i < n; i++) {
    const weight = f(p, i);
    let value: f64 = 0;
    if (weight > 0) {
      if (wantAlpha) {
        const logarithm = log(weight);
        store<f64>(logs + ((<usize>i) << 3), logarithm);
        value = alpha == 1.5 ? Math.sqrt(weight) : exp((2 - alpha) * logarithm);
      } else value = slopeOf(weight, alpha);
    }
    store<f64>(r + ((<usize>i) << 3), value);
    total += value;
    product += value * f(dp, i);
  }
  const mean = product / total;
  let dAlpha: f64 = 0;
  if (wantAlpha) {
    const s = alpha - 1;
    let entropy: f64 = 0;
    for (let i = 0; i < n; i++) {
      const weight = f(p, i);
      if (weight > 0) entropy += weight * x64(logs, i);
    }
    for (let i = 0; i < n; i++) {
      const weight = f(p, i);
      const share = x64(r, i) / total;
      if (weight > 0 && s > 0) dAlpha += f(dp, i) * ((weight - share) / (s * s) - (weight * x64(logs, i) - share * entropy) / s);
    }
  }
  for (let i = 0; i < n; i++) {
    const value = x64(r, i);
    putF(dz, i, value > 0 ? value * (f(dp, i) - mean) : 0);
  }
  return dAlpha;
}

function normmaxBack(p: usize, dp: usize, n: i32, alpha: f64, dz: usize, b: usize): void {
  let norm: f64 = 0;
  let sumB: f64 = 0;
  let sumT: f64 = 0;
  let product: f64 = 0;
  for (let i = 0; i < n; i++) {
    const weight = f(p, i);
    const value: f64 = weight > 0 ? power(weight, 2 - alpha) : 0;
    store<f64>(b + ((<usize>i) << 3), value);
    if (weight > 0) norm += power(weight, alpha);
    sumB += value;
    sumT += value * f(dp, i);
    product += weight * f(dp, i);
  }
  const scale = power(norm, (alpha - 1) / alpha) / (alpha - 1);
  for (let i = 0; i < n; i++) {
    const weight = f(p, i);
    const value = x64(b, i);
    const t = weight > 0 ? value * f(dp, i) - sumT * weight - product * (value - sumB * weight) : 0;
    putF(dz, i, t * scale);
  }
}

/** dz from dp (may be the same), rows as in separateRows; returns the sum of d loss / d alpha (entmax where `wantAlpha`, else 0). `scratch`: 16 n bytes. */
export function separateRowsBack(kind: i32, p: usize, dp: usize, rows: i32, n: i32, stride: usize, alpha: f64, dz: usize, scratch: usize, wantAlpha: i32): f64 {
  let dAlpha: f64 = 0;
  for (let row = 0; row < rows; row++) {
    if (kind == 0 || kind == 1 || (kind == 3 && alpha < 1.0001)) softmaxBack(p, dp, n, dz);
    else if (kind == 2) flatBack(p, dp, n, 2, dz);
    else if (kind == 5) flatBack(p, dp, n, 1, dz);
    else if (kind == 3) dAlpha += entmaxBack(p, dp, n, alpha, wantAlpha != 0, dz, scratch);
    else if (kind == 4) normmaxBack(p, dp, n, alpha, dz, scratch);
    else for (let i = 0; i < n; i++) putF(dz, i, 0);
    p += stride;
    dp += stride;
    dz += stride;
  }
  return dAlpha;
}

/** p = a / sum a of each row; the sums (f32) are kept for the way back. Rows without mass get zeros. */
export function ratioRows(a: usize, rows: i32, n: i32, stride: usize, p: usize, sums: usize): void {
  for (let row = 0; row < rows; row++) {
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) sum += f(a, i);
    store<f32>(sums + ((<usize>row) << 2), <f32>sum);
    for (let i = 0; i < n; i++) putF(p, i, sum > 0 ? f(a, i) / sum : 0);
    a += stride;
    p += stride;
  }
}

/** da = (dp - p . dp) / sum a. */
export function ratioRowsBack(p: usize, dp: usize, sums: usize, rows: i32, n: i32, stride: usize, da: usize): void {
  for (let row = 0; row < rows; row++) {
    let mean: f64 = 0;
    for (let i = 0; i < n; i++) mean += f(p, i) * f(dp, i);
    const sum = f(sums, row);
    for (let i = 0; i < n; i++) putF(da, i, sum > 0 ? (f(dp, i) - mean) / sum : 0);
    p += stride;
    dp += stride;
    da += stride;
  }
}

/** All but the k largest logits of each row become -Infinity; of equals the first stays. */
export function keepLargest(z: usize, rows: i32, n: i32, stride: usize, k: i32): void {
  for (let row = 0; row < rows; row++) {
    if (k < n) keepLargestOf(z, n, k);
    z += stride;
  }
}

/** The threshold is the k-th largest of the row: found by taking the largest below the last one, with how many times it occurs. */
function keepLargestOf(z: usize, n: i32, k: i32): void {
  let bound: f32 = Infinity;
  let left = k;
  let ties = 0;
  while (true) {
    let next: f32 = -Infinity;
    let count = 0;
    for (let i = 0; i < n; i++) {
      const x = load<f32>(z + ((<usize>i) << 2));
      if (x >= bound) continue;
      if (x > next) {
        next = x;
        count = 1;
      } else if (x == next) count++;
    }
    bound = next;
    if (left <= count || next == -Infinity) {
      ties = left;
      break;
    }
    left -= count;
  }
  for (let i = 0; i < n; i++) {
    const x = load<f32>(z + ((<usize>i) << 2));
    if (x > bound) continue;
    if (x == bound && ties > 0) {
      ties--;
      continue;
    }
    store<f32>(z + ((<usize>i) << 2), -Infinity);
  }
}

/** z[i] = -Infinity where hide[i] (u8) is 0 in a row of n; returns how many entries stay finite. */
export function hideEntries(z: usize, keep: usize, n: i32): i32 {
  let kept = 0;
  for (let i = 0; i < n; i++) {
    if (load<u8>(keep + <usize>i)) kept++;
    else store<f32>(z + ((<usize>i) << 2), -Infinity);
  }
  return kept;
}

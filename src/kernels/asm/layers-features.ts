/**
 * Features of rows and their way back, for the separations that are ratios of feature products: phi = elu(x) + 1, and positive random features exp(Omega x - |x|^2 / 2 - shift) (Choromanski et
 * al., arXiv 2009.14794, lemma 1). x is scale times the row. Strides are bytes, so that the columns of one head need no copy.
 */
import { exp2, four, log2e, putFour } from "./layers-exp";
import { sumLanes } from "./vector";

/** scaled = scale * x, rows x n. */
export function scaleRows(x: usize, xStride: usize, scale: f32, rows: i32, n: i32, scaled: usize, stride: usize): void {
  const s = f32x4.splat(scale);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j += 4) {
      const at = (<usize>j) << 2;
      putFour(scaled + at, f32x4.mul(four(x + at, n - j, 0), s), n - j);
    }
    x += xStride;
    scaled += stride;
  }
}

/** phi = x + 1 where x > 0, else e^x. */
export function eluFeatures(x: usize, xStride: usize, rows: i32, n: i32, phi: usize, stride: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const factor = log2e();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j += 4) {
      const at = (<usize>j) << 2;
      const value = four(x + at, n - j, 0);
      const low = exp2(f32x4.mul(f32x4.min(value, zero), factor));
      putFour(phi + at, v128.bitselect(f32x4.add(value, one), low, f32x4.gt(value, zero)), n - j);
    }
    x += xStride;
    phi += stride;
  }
}

/** dPhi becomes dx = dPhi * phi': min(phi, 1). */
export function eluFeaturesBack(phi: usize, stride: usize, rows: i32, n: i32, dPhi: usize, dStride: usize, dx: usize, dxStride: usize): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j += 4) {
      const at = (<usize>j) << 2;
      putFour(dx + at, f32x4.mul(four(dPhi + at, n - j, 0), f32x4.min(four(phi + at, n - j, 0), one)), n - j);
    }
    phi += stride;
    dPhi += dStride;
    dx += dxStride;
  }
}

function halfSquare(x: usize, d: i32): f32 {
  let sum: f64 = 0;
  for (let j = 0; j < d; j++) {
    const value = <f64>load<f32>(x + ((<usize>j) << 2));
    sum += value * value;
  }
  return <f32>(0.5 * sum);
}

/** phi holds Omega x of each row and becomes the features; the shift is the largest exponent of the row (byRow), else that of all rows. */
export function positiveFeatures(x: usize, xStride: usize, d: i32, rows: i32, n: i32, phi: usize, stride: usize, byRow: i32): void {
  let top: f32 = -Infinity;
  for (let i = 0; i < rows; i++) {
    const row = phi + <usize>i * stride;
    const half = f32x4.splat(halfSquare(x + <usize>i * xStride, d));
    let tops = f32x4.splat(-Infinity);
    for (let j = 0; j < n; j += 4) {
      const at = (<usize>j) << 2;
      const exponent = f32x4.sub(four(row + at, n - j, -Infinity), half);
      tops = f32x4.max(tops, exponent);
      putFour(row + at, exponent, n - j);
    }
    const largest = max(max(f32x4.extract_lane(tops, 0), f32x4.extract_lane(tops, 1)), max(f32x4.extract_lane(tops, 2), f32x4.extract_lane(tops, 3)));
    if (byRow) expRow(row, n, largest);
    else top = max(top, largest);
  }
  if (!byRow) for (let i = 0; i < rows; i++) expRow(phi + <usize>i * stride, n, top);
}

function expRow(row: usize, n: i32, shift: f32): void {
  const off = f32x4.splat(shift);
  const factor = log2e();
  for (let j = 0; j < n; j += 4) {
    const at = (<usize>j) << 2;
    putFour(row + at, exp2(f32x4.mul(f32x4.sub(four(row + at, n - j, -Infinity), off), factor)), n - j);
  }
}

/** dPhi *= phi; dx = -x times the sum of that (what is left, Omega^T dPhi, is a product). */
export function positiveFeaturesBack(x: usize, xStride: usize, d: i32, phi: usize, stride: usize, rows: i32, n: i32, dPhi: usize, dStride: usize, dx: usize, dxStride: usize): void {
  for (let i = 0; i < rows; i++) {
    let sums = f32x4.splat(0);
    for (let j = 0; j < n; j += 4) {
      const at = (<usize>j) << 2;
      const value = f32x4.mul(four(dPhi + at, n - j, 0), four(phi + at, n - j, 0));
      sums = f32x4.add(sums, value);
      putFour(dPhi + at, value, n - j);
    }
    const sum = f32x4.splat(-sumLanes(sums));
    for (let j = 0; j < d; j += 4) {
      const at = (<usize>j) << 2;
      putFour(dx + at, f32x4.mul(four(x + at, d - j, 0), sum), d - j);
    }
    x += xStride;
    phi += stride;
    dPhi += dStride;
    dx += dxStride;
  }
}

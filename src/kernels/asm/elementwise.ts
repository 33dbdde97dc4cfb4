/** Element-wise passes of the trainable layers over rows of f32, four at a time with a scalar tail. Addresses need no alignment; rows are contiguous unless a stride (bytes) is given. */
import { four, logistic, putFour, tanh } from "./layers-exp";
import { fma, sumLanes64 } from "./vector";

/** x[i][j] += bias[j] (bias 0: none), then max(0, .) where `rectify`. */
export function addBias(x: usize, rows: i32, columns: i32, bias: usize, rectify: i32): void {
  const whole = columns & -4;
  const floor = rectify ? f32x4.splat(0) : f32x4.splat(-Infinity);
  for (let i = 0; i < rows; i++) {
    const row = x + ((<usize>i * <usize>columns) << 2);
    let j = 0;
    for (; j < whole; j += 4) {
      const at = row + ((<usize>j) << 2);
      v128.store(at, f32x4.max(f32x4.add(v128.load(at), v128.load(bias + ((<usize>j) << 2))), floor));
    }
    for (; j < columns; j++) {
      const at = row + ((<usize>j) << 2);
      const value = load<f32>(at) + load<f32>(bias + ((<usize>j) << 2));
      store<f32>(at, rectify ? max<f32>(value, 0) : value);
    }
  }
}

/** y = max(0, x); x may be y. */
export function rectify(x: usize, n: i32, y: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(y + ((<usize>i) << 2), f32x4.max(v128.load(x + ((<usize>i) << 2)), f32x4.splat(0)));
  for (; i < n; i++) store<f32>(y + ((<usize>i) << 2), max<f32>(load<f32>(x + ((<usize>i) << 2)), 0));
}

/** dx = dy where y > 0, else 0; dx may be dy. */
export function rectifyBack(y: usize, dy: usize, n: i32, dx: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(dx + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), f32x4.splat(0))));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(dx + at, load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0);
  }
}

/** out[j] = or += sum_i x[i][j], in order of i; sixteen columns at once, so that no sum waits for the one before. */
export function columnSums(x: usize, rows: i32, columns: i32, out: usize, add: i32): void {
  const stride = (<usize>columns) << 2;
  let j = 0;
  for (; j + 16 <= columns; j += 16) {
    const to = out + ((<usize>j) << 2);
    let s0 = add ? v128.load(to) : f32x4.splat(0);
    let s1 = add ? v128.load(to, 16) : f32x4.splat(0);
    let s2 = add ? v128.load(to, 32) : f32x4.splat(0);
    let s3 = add ? v128.load(to, 48) : f32x4.splat(0);
    let from = x + ((<usize>j) << 2);
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
      from += stride;
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; j < columns; j++) {
    const at = (<usize>j) << 2;
    let sum: f32 = add ? load<f32>(out + at) : 0;
    let from = x + at;
    for (let i = 0; i < rows; i++) {
      sum += load<f32>(from);
      from += stride;
    }
    store<f32>(out + at, sum);
  }
}

/** y += scale * x. */
export function addScaled(x: usize, scale: f32, n: i32, y: usize): void {
  const s = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, fma(s, v128.load(x + at), v128.load(y + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(y + at, load<f32>(y + at) + scale * load<f32>(x + at));
  }
}

/** y = scale * x; x may be y. */
export function scaleTo(x: usize, scale: f32, n: i32, y: usize): void {
  const s = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, f32x4.mul(s, v128.load(x + at)));
  }
  for (; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(y + at, scale * load<f32>(x + at));
  }
}

/** y[i] = keep[i] ? scale * x[i] : 0, keep u8; x may be y. */
export function keepSome(x: usize, keep: usize, scale: f32, n: i32, y: usize): void {
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    store<f32>(y + at, load<u8>(keep + <usize>i) ? scale * load<f32>(x + at) : 0);
  }
}

/** sum_i x[i] y[i] in f64: eight sums, every eighth product each, then added in a fixed order. */
export function innerProduct(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const at = (<usize>i) << 2;
    s0 = f64x2.add(s0, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(x + at)), f64x2.promote_low_f32x4(v128.load64_zero(y + at))));
    s1 = f64x2.add(s1, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(x + at, 8)), f64x2.promote_low_f32x4(v128.load64_zero(y + at, 8))));
    s2 = f64x2.add(s2, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(x + at, 16)), f64x2.promote_low_f32x4(v128.load64_zero(y + at, 16))));
    s3 = f64x2.add(s3, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(x + at, 24)), f64x2.promote_low_f32x4(v128.load64_zero(y + at, 24))));
  }
  let sum = sumLanes64(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; i < n; i++) sum += <f64>load<f32>(x + ((<usize>i) << 2)) * <f64>load<f32>(y + ((<usize>i) << 2));
  return sum;
}

/** kind 0: tanh, 1: logistic; y may be x. */
export function activate(kind: i32, x: usize, n: i32, y: usize): void {
  for (let i = 0; i < n; i += 4) {
    const at = (<usize>i) << 2;
    const value = four(x + at, n - i, 0);
    putFour(y + at, kind == 0 ? tanh(value) : logistic(value), n - i);
  }
}

/** dx = dy * derivative, told from the result y; dx may be dy. */
export function activateBack(kind: i32, y: usize, dy: usize, n: i32, dx: usize): void {
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 2;
    const value = load<f32>(y + at);
    const slope: f32 = kind == 0 ? 1 - value * value : value * (1 - value);
    store<f32>(dx + at, load<f32>(dy + at) * slope);
  }
}

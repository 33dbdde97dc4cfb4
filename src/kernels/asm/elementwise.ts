/** Element-wise passes of the trainable layers over rows of f32, four at a time with a scalar tail. Addresses need no alignment; rows are contiguous unless a stride (bytes) is given. */
import { four, logistic, putFour, tanh } from "./layers-exp";
import { fma, sumLanes } from "./vector";

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

/** out[j] = or += sum_i x[i][j], in order of i. */
export function columnSums(x: usize, rows: i32, columns: i32, out: usize, add: i32): void {
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const at = (<usize>j) << 2;
    let sum = add ? v128.load(out + at) : f32x4.splat(0);
    let from = x + at;
    for (let i = 0; i < rows; i++) {
      sum = f32x4.add(sum, v128.load(from));
      from += (<usize>columns) << 2;
    }
    v128.store(out + at, sum);
  }
  for (; j < columns; j++) {
    const at = (<usize>j) << 2;
    let sum: f32 = add ? load<f32>(out + at) : 0;
    for (let i = 0; i < rows; i++) sum += load<f32>(x + (((<usize>i) * (<usize>columns)) << 2) + at);
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

/** sum_i x[i] y[i] in f64, in order. */
export function innerProduct(x: usize, y: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += <f64>load<f32>(x + ((<usize>i) << 2)) * <f64>load<f32>(y + ((<usize>i) << 2));
  return sum;
}

/** Layer norm of each row: y = gain * (x - mean) / sqrt(var + eps) + shift (gain 0: neither); keeps the normalised rows and 1 / sqrt(var + eps). */
export function layerNorm(x: usize, rows: i32, columns: i32, eps: f32, gain: usize, shift: usize, y: usize, normal: usize, inverse: usize): void {
  const whole = columns & -4;
  const size = (<usize>columns) << 2;
  for (let i = 0; i < rows; i++) {
    const from = x + <usize>i * size;
    const to = normal + <usize>i * size;
    let sums = f32x4.splat(0);
    let j = 0;
    for (; j < whole; j += 4) sums = f32x4.add(sums, v128.load(from + ((<usize>j) << 2)));
    let sum = sumLanes(sums);
    for (; j < columns; j++) sum += load<f32>(from + ((<usize>j) << 2));
    const mean = sum / <f32>columns;
    const means = f32x4.splat(mean);
    sums = f32x4.splat(0);
    for (j = 0; j < whole; j += 4) {
      const d = f32x4.sub(v128.load(from + ((<usize>j) << 2)), means);
      sums = fma(d, d, sums);
    }
    sum = sumLanes(sums);
    for (; j < columns; j++) {
      const d = load<f32>(from + ((<usize>j) << 2)) - mean;
      sum += d * d;
    }
    const scale = <f32>(1 / Math.sqrt(<f64>(sum / <f32>columns) + <f64>eps));
    store<f32>(inverse + ((<usize>i) << 2), scale);
    const scales = f32x4.splat(scale);
    for (j = 0; j < whole; j += 4) {
      const at = (<usize>j) << 2;
      const value = f32x4.mul(f32x4.sub(v128.load(from + at), means), scales);
      v128.store(to + at, value);
      if (gain) v128.store(y + <usize>i * size + at, fma(value, v128.load(gain + at), v128.load(shift + at)));
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2;
      const value = (load<f32>(from + at) - mean) * scale;
      store<f32>(to + at, value);
      if (gain) store<f32>(y + <usize>i * size + at, value * load<f32>(gain + at) + load<f32>(shift + at));
    }
  }
}

/** dx of layerNorm (dx may be dy); with a gain also adds to the gradients of gain and shift. */
export function layerNormBack(normal: usize, inverse: usize, dy: usize, rows: i32, columns: i32, gain: usize, dGain: usize, dShift: usize, dx: usize): void {
  const whole = columns & -4;
  const size = (<usize>columns) << 2;
  for (let i = 0; i < rows; i++) {
    const from = dy + <usize>i * size;
    const xs = normal + <usize>i * size;
    const to = dx + <usize>i * size;
    let plain = f32x4.splat(0);
    let along = f32x4.splat(0);
    let j = 0;
    for (; j < whole; j += 4) {
      const at = (<usize>j) << 2;
      let g = v128.load(from + at);
      const value = v128.load(xs + at);
      if (gain) {
        v128.store(dGain + at, fma(g, value, v128.load(dGain + at)));
        v128.store(dShift + at, f32x4.add(g, v128.load(dShift + at)));
        g = f32x4.mul(g, v128.load(gain + at));
      }
      plain = f32x4.add(plain, g);
      along = fma(g, value, along);
    }
    let sum = sumLanes(plain);
    let product = sumLanes(along);
    for (; j < columns; j++) {
      const at = (<usize>j) << 2;
      let g = load<f32>(from + at);
      const value = load<f32>(xs + at);
      if (gain) {
        store<f32>(dGain + at, load<f32>(dGain + at) + g * value);
        store<f32>(dShift + at, load<f32>(dShift + at) + g);
        g *= load<f32>(gain + at);
      }
      sum += g;
      product += g * value;
    }
    const scale = load<f32>(inverse + ((<usize>i) << 2));
    const mean = f32x4.splat(sum / <f32>columns);
    const slope = f32x4.splat(product / <f32>columns);
    const scales = f32x4.splat(scale);
    for (j = 0; j < whole; j += 4) {
      const at = (<usize>j) << 2;
      let g = v128.load(from + at);
      if (gain) g = f32x4.mul(g, v128.load(gain + at));
      v128.store(to + at, f32x4.mul(scales, f32x4.sub(f32x4.sub(g, mean), f32x4.mul(v128.load(xs + at), slope))));
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2;
      let g = load<f32>(from + at);
      if (gain) g *= load<f32>(gain + at);
      store<f32>(to + at, scale * (g - sum / <f32>columns - load<f32>(xs + at) * (product / <f32>columns)));
    }
  }
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

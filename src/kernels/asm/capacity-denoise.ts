/**
 * The two passes of the denoiser over a block of patterns for four states at once, f64: a state is a lane, so every sum is the one a plain loop over entries (or over patterns) makes, to the bit.
 * Entry (k, state) of interleaved arrays is at 32 k + 8 state bytes; patterns are rows of `columns` numbers.
 */

// @ts-ignore: decorator
@inline
function scaled(sum: v128, half: v128, lambda: v128): v128 {
  return f64x2.mul(f64x2.sub(sum, half), lambda);
}

/** logits[i][state] = (sum_k data[i][k] four[k][state] - shift[i]) lambda for i in [first, end). */
export function denoiseLogits(data: usize, shift: usize, first: i32, end: i32, columns: i32, four: usize, lambda: f64, logits: usize): void {
  const rowBytes = (<usize>columns) << 3;
  const factor = f64x2.splat(lambda);
  const stop = four + ((<usize>columns) << 5);
  for (let i = first; i < end; i += 4) {
    // Of a number that is no multiple of four the last one is done again.
    const i1 = i + 1 < end ? i + 1 : end - 1;
    const i2 = i + 2 < end ? i + 2 : end - 1;
    const i3 = i + 3 < end ? i + 3 : end - 1;
    let at = data + (<usize>i) * rowBytes;
    const step1 = <usize>(i1 - i) * rowBytes;
    const step2 = <usize>(i2 - i) * rowBytes;
    const step3 = <usize>(i3 - i) * rowBytes;
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    let c0 = f64x2.splat(0);
    let c1 = f64x2.splat(0);
    let d0 = f64x2.splat(0);
    let d1 = f64x2.splat(0);
    for (let x = four; x < stop; x += 32) {
      const x0 = v128.load(x);
      const x1 = v128.load(x, 16);
      let p = v128.load64_splat(at);
      a0 = f64x2.add(a0, f64x2.mul(p, x0));
      a1 = f64x2.add(a1, f64x2.mul(p, x1));
      p = v128.load64_splat(at + step1);
      b0 = f64x2.add(b0, f64x2.mul(p, x0));
      b1 = f64x2.add(b1, f64x2.mul(p, x1));
      p = v128.load64_splat(at + step2);
      c0 = f64x2.add(c0, f64x2.mul(p, x0));
      c1 = f64x2.add(c1, f64x2.mul(p, x1));
      p = v128.load64_splat(at + step3);
      d0 = f64x2.add(d0, f64x2.mul(p, x0));
      d1 = f64x2.add(d1, f64x2.mul(p, x1));
      at += 8;
    }
    storeRow(logits, i, scaled(a0, halfOf(shift, i), factor), scaled(a1, halfOf(shift, i), factor));
    storeRow(logits, i1, scaled(b0, halfOf(shift, i1), factor), scaled(b1, halfOf(shift, i1), factor));
    storeRow(logits, i2, scaled(c0, halfOf(shift, i2), factor), scaled(c1, halfOf(shift, i2), factor));
    storeRow(logits, i3, scaled(d0, halfOf(shift, i3), factor), scaled(d1, halfOf(shift, i3), factor));
  }
}

// @ts-ignore: decorator
@inline
function halfOf(shift: usize, i: i32): v128 {
  return v128.load64_splat(shift + ((<usize>i) << 3));
}

// @ts-ignore: decorator
@inline
function storeRow(logits: usize, i: i32, low: v128, high: v128): void {
  const to = logits + ((<usize>i) << 5);
  v128.store(to, low);
  v128.store(to, high, 16);
}

/** sums[k][state] += sum_{i in [first, end)} weights[i - first][state] data[i][k]. */
export function denoiseSums(data: usize, first: i32, end: i32, columns: i32, weights: usize, sums: usize): void {
  const rowBytes = (<usize>columns) << 3;
  const from = data + (<usize>first) * rowBytes;
  const stop = data + (<usize>end) * rowBytes;
  let k = 0;
  for (; k + 3 < columns; k += 4) {
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    let c0 = f64x2.splat(0);
    let c1 = f64x2.splat(0);
    let d0 = f64x2.splat(0);
    let d1 = f64x2.splat(0);
    let w = weights;
    const shift = (<usize>k) << 3;
    for (let row = from; row < stop; row += rowBytes) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let p = v128.load64_splat(row + shift);
      a0 = f64x2.add(a0, f64x2.mul(p, w0));
      a1 = f64x2.add(a1, f64x2.mul(p, w1));
      p = v128.load64_splat(row + shift, 8);
      b0 = f64x2.add(b0, f64x2.mul(p, w0));
      b1 = f64x2.add(b1, f64x2.mul(p, w1));
      p = v128.load64_splat(row + shift, 16);
      c0 = f64x2.add(c0, f64x2.mul(p, w0));
      c1 = f64x2.add(c1, f64x2.mul(p, w1));
      p = v128.load64_splat(row + shift, 24);
      d0 = f64x2.add(d0, f64x2.mul(p, w0));
      d1 = f64x2.add(d1, f64x2.mul(p, w1));
      w += 32;
    }
    const to = sums + ((<usize>k) << 5);
    add(to, a0, a1);
    add(to + 32, b0, b1);
    add(to + 64, c0, c1);
    add(to + 96, d0, d1);
  }
  for (; k < columns; k++) {
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let w = weights;
    for (let row = from + ((<usize>k) << 3); row < stop; row += rowBytes) {
      const p = v128.load64_splat(row);
      a0 = f64x2.add(a0, f64x2.mul(p, v128.load(w)));
      a1 = f64x2.add(a1, f64x2.mul(p, v128.load(w, 16)));
      w += 32;
    }
    add(sums + ((<usize>k) << 5), a0, a1);
  }
}

// @ts-ignore: decorator
@inline
function add(to: usize, low: v128, high: v128): void {
  v128.store(to, f64x2.add(v128.load(to), low));
  v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
}

/** Choosing from a row of n scores (f32): masks, the largest two, the k-th largest, and the indices above a threshold. */

/** Hides entries whose mask byte is 0. */
export function hideRow(row: usize, mask: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) hideFour(row + ((<usize>i) << 2), mask + <usize>i);
}

/** -Infinity in place of those of four numbers whose byte is 0. */
// @ts-ignore: decorator
@inline
export function hideFour(at: usize, mask: usize): void {
  const shown = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(mask)));
  v128.store(at, v128.bitselect(f32x4.splat(-Infinity), v128.load(at), i32x4.eq(shown, i32x4.splat(0))));
}

/** out[0] = largest, out[1] = second largest (equal to the largest on a tie; -Infinity when there is none), f32 each. */
export function largestTwo(row: usize, n: i32, out: usize): void {
  let high = f32x4.splat(-Infinity);
  let next = high;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x = v128.load(row + ((<usize>i) << 2));
    next = f32x4.pmax(next, f32x4.pmin(high, x));
    high = f32x4.pmax(high, x);
  }
  v128.store(out, high);
  v128.store(out, next, 16);
  let top: f32 = -Infinity;
  let runner: f32 = -Infinity;
  for (let lane: usize = 0; lane < 16; lane += 4) {
    const a = load<f32>(out + lane);
    const b = load<f32>(out + lane, 16);
    runner = max(min(top, a), max(runner, b));
    top = max(top, a);
  }
  for (; i < n; i++) {
    const x = load<f32>(row + ((<usize>i) << 2));
    runner = max(runner, min(top, x));
    top = max(top, x);
  }
  store<f32>(out, top);
  store<f32>(out, runner, 4);
}

/** The k-th largest of n entries (k >= 1; -Infinity when k > n), by a heap of k at `heap` (k f32) whose root is its smallest. */
export function kthLargest(row: usize, n: i32, k: i32, heap: usize): f32 {
  if (k > n) return -Infinity;
  for (let i = 0; i < k; i++) store<f32>(heap + ((<usize>i) << 2), load<f32>(row + ((<usize>i) << 2)));
  for (let i = (k >> 1) - 1; i >= 0; i--) sink(heap, k, i);
  let smallest = load<f32>(heap);
  let i = k;
  for (; i + 4 <= n; i += 4) {
    const at = row + ((<usize>i) << 2);
    if (!v128.any_true(f32x4.gt(v128.load(at), f32x4.splat(smallest)))) continue;
    for (let j = 0; j < 4; j++) {
      const x = load<f32>(at + ((<usize>j) << 2));
      if (x <= smallest) continue;
      store<f32>(heap, x);
      sink(heap, k, 0);
      smallest = load<f32>(heap);
    }
  }
  for (; i < n; i++) {
    const x = load<f32>(row + ((<usize>i) << 2));
    if (x <= smallest) continue;
    store<f32>(heap, x);
    sink(heap, k, 0);
    smallest = load<f32>(heap);
  }
  return smallest;
}

function sink(heap: usize, k: i32, start: i32): void {
  let i = start;
  const x = load<f32>(heap + ((<usize>i) << 2));
  while (true) {
    let child = 2 * i + 1;
    if (child >= k) break;
    let smaller = load<f32>(heap + ((<usize>child) << 2));
    if (child + 1 < k) {
      const right = load<f32>(heap + ((<usize>(child + 1)) << 2));
      if (right < smaller) {
        smaller = right;
        child++;
      }
    }
    if (x <= smaller) break;
    store<f32>(heap + ((<usize>i) << 2), smaller);
    i = child;
  }
  store<f32>(heap + ((<usize>i) << 2), x);
}

/** Writes base + i for every row[i] >= threshold (hidden entries, -Infinity, never) in rising order; returns how many. `out` has room for n i32. */
export function collectFrom(row: usize, n: i32, threshold: f32, base: i32, out: usize): i32 {
  const bar = f32x4.splat(threshold);
  let count = 0;
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const at = row + ((<usize>i) << 2);
    const hit = v128.or(
      v128.or(f32x4.ge(v128.load(at), bar), f32x4.ge(v128.load(at, 16), bar)),
      v128.or(f32x4.ge(v128.load(at, 32), bar), f32x4.ge(v128.load(at, 48), bar)),
    );
    if (v128.any_true(hit)) count = collectScalar(row, i, i + 16, threshold, base, out, count);
  }
  return collectScalar(row, i, n, threshold, base, out, count);
}

function collectScalar(row: usize, from: i32, to: i32, threshold: f32, base: i32, out: usize, count: i32): i32 {
  let found = count;
  for (let i = from; i < to; i++) {
    const x = load<f32>(row + ((<usize>i) << 2));
    if (x >= threshold && x > -Infinity) {
      store<i32>(out + ((<usize>found) << 2), base + i);
      found++;
    }
  }
  return found;
}

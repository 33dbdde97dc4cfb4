/** The linear member: phi(x) = elu(sqrt(beta) x) + 1, its sums over the memory, and the product that reads them. */
import { microValues } from "./micro";
import { exp2One } from "./exp";

// @ts-ignore: decorator
@inline
function phi(x: f32): f32 {
  return x > 0 ? x + 1 : exp2One(x * <f32>1.4426950408889634);
}

/** out[k] = phi(scale * x[k]), d entries. */
export function featureRow(x: usize, d: i32, scale: f32, out: usize): void {
  for (let k = 0; k < d; k++) {
    const at = (<usize>k) << 2;
    store<f32>(out + at, phi(scale * load<f32>(x + at)));
  }
}

/**
 * sums (d rounded up to four, x sumStride) += Phi(X)^T V and total (d) += Phi(X)^T 1 over rows 0 ... count of x and v, in blocks of 64 rows.
 * @param sumStride floats, dv rounded up to eight. @param scratch (d rounded up to four) * 64 * 4 bytes.
 */
export function featureAccumulate(x: usize, v: usize, count: i32, d: i32, dv: i32, scale: f32, sums: usize, sumStride: i32, total: usize, scratch: usize): void {
  const tiles = (d + 3) >> 2;
  for (let base = 0; base < count; base += 64) {
    const n = min(64, count - base);
    const rows = x + ((<usize>base * <usize>d) << 2);
    for (let k = 0; k < tiles << 2; k++) {
      const line = scratch + ((<usize>k) << 8);
      let sum: f32 = 0;
      for (let j = 0; j < n; j++) {
        const f: f32 = k < d ? phi(scale * load<f32>(rows + ((<usize>j * <usize>d + <usize>k) << 2))) : 0;
        store<f32>(line + ((<usize>j) << 2), f);
        sum += f;
      }
      if (k < d) store<f32>(total + ((<usize>k) << 2), load<f32>(total + ((<usize>k) << 2)) + sum);
    }
    const values = v + ((<usize>base * <usize>dv) << 2);
    for (let t = 0; t < tiles; t++) {
      microValues(scratch + ((<usize>t) << 10), 256, values, (<usize>dv) << 2, n, dv, sums + ((<usize>(t << 2) * <usize>sumStride) << 2), (<usize>sumStride) << 2);
    }
  }
}

/** out (rows rounded up to four, x outStride) += A B with A rows x inner, B inner x columns (stride bStride floats). */
export function multiply(a: usize, rows: i32, inner: i32, b: usize, bStride: i32, columns: i32, out: usize, outStride: i32): void {
  const aStride = (<usize>inner) << 2;
  for (let t = 0; t < rows; t += 4) {
    microValues(a + <usize>t * aStride, aStride, b, (<usize>bStride) << 2, inner, columns, out + ((<usize>t * <usize>outStride) << 2), (<usize>outStride) << 2);
  }
}

/** One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) over a flat list of parameters. */
import { fma } from "./vector";

/**
 * m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; x -= rate * (m c1 / (sqrt(v c2) + eps) + decay x), with c = 1 / (1 - b^t). g is first multiplied by `clip`. n a multiple of 4.
 */
export function adamStep(x: usize, g: usize, m: usize, v: usize, n: i32, clip: f32, rate: f32, b1: f32, b2: f32, c1: f32, c2: f32, eps: f32, decay: f32): void {
  const clips = f32x4.splat(clip);
  const keep1 = f32x4.splat(b1);
  const new1 = f32x4.splat(1 - b1);
  const keep2 = f32x4.splat(b2);
  const new2 = f32x4.splat(1 - b2);
  const correct1 = f32x4.splat(c1);
  const correct2 = f32x4.splat(c2);
  const small = f32x4.splat(eps);
  const rates = f32x4.splat(-rate);
  const stay = f32x4.splat(1 - rate * decay);
  for (let i = 0; i < n; i += 4) {
    const at = (<usize>i) << 2;
    const gradient = f32x4.mul(v128.load(g + at), clips);
    const first = fma(new1, gradient, f32x4.mul(keep1, v128.load(m + at)));
    const second = fma(new2, f32x4.mul(gradient, gradient), f32x4.mul(keep2, v128.load(v + at)));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const step = f32x4.div(f32x4.mul(first, correct1), f32x4.add(f32x4.sqrt(f32x4.mul(second, correct2)), small));
    v128.store(x + at, fma(rates, step, f32x4.mul(stay, v128.load(x + at))));
  }
}

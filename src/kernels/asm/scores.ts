/**
 * Score rows: the similarities of a tile of queries with keys first ... last written out, for the separations that need to see a whole row before they can weigh it
 * (sparsemax, top-k and their kin), for energies, and for logits that are rescored exactly. The host keeps the tile small: never B x M.
 */
import { fma, sumLanes } from "./vector";
import { microScores } from "./micro";
import { packKeys } from "./pack";
import { dotRow } from "./accumulate-one";
import { panelKeys } from "./width";

/**
 * scores[r][i - first] = combine(A, B), A = packed queries . (x_i - centre), B = packed second queries . (x_i - centre)^2.
 * form 0: A * keyScale_i + keyBias_i;  1: A + B;  2: A / sqrt(B), 0 where B is 0.
 * @param rows true number of queries; scores needs room for rows rounded up to four, `stride` floats each, stride a multiple of 64 and >= last - first rounded up to 64.
 * @param scratch 128 * d * 4 + 2048 bytes.
 */
export function scoreTile(
  queries: usize,
  second: usize,
  rows: i32,
  d: i32,
  keys: usize,
  first: i32,
  last: i32,
  centre: usize,
  keyScale: usize,
  keyBias: usize,
  form: i32,
  scores: usize,
  stride: i32,
  scratch: usize,
): void {
  const tiles = (rows + 3) >> 2;
  const panels = scratch;
  const squarePanels = panels + ((<usize>d) << 8);
  const other = squarePanels + ((<usize>d) << 8);
  const strideBytes = (<usize>stride) << 2;
  for (let base = first; base < last; base += 64) {
    const count = min(64, last - base);
    const block = keys + ((<usize>base * <usize>d) << 2);
    packKeys(block, count, d, centre, false, panels);
    if (form) packKeys(block, count, d, centre, true, squarePanels);
    for (let t = 0; t < tiles; t++) {
      const out = scores + <usize>(t << 2) * strideBytes + ((<usize>(base - first)) << 2);
      const offset = (<usize>t * <usize>d) << 4;
      for (let j = 0; j < count; j += panelKeys) {
        const panel = (<usize>j * <usize>d) << 2;
        const to = out + ((<usize>j) << 2);
        microScores(queries + offset, panels + panel, d, to, strideBytes);
        if (form) {
          microScores(second + offset, squarePanels + panel, d, other, (<usize>panelKeys) << 2);
          for (let r = 0; r < 4; r++) combine(to + <usize>r * strideBytes, other + ((<usize>(r * panelKeys)) << 2), form);
        }
      }
      if (!form && (keyScale || keyBias)) {
        for (let r = 0; r < 4; r++) {
          const line = out + <usize>r * strideBytes;
          for (let j = 0; j < count; j += 4) {
            const at = line + ((<usize>j) << 2);
            const i = (<usize>(base + j)) << 2;
            let s = v128.load(at);
            if (keyScale) s = f32x4.mul(s, v128.load(keyScale + i));
            if (keyBias) s = f32x4.add(s, v128.load(keyBias + i));
            v128.store(at, s);
          }
        }
      }
    }
  }
}

/** One panel's worth of scores: A + B, or A / sqrt(B). */
export function combine(a: usize, b: usize, form: i32): void {
  for (let half: usize = 0; half < <usize>panelKeys << 2; half += 16) {
    const x = v128.load(a + half);
    const y = v128.load(b + half);
    if (form == 1) {
      v128.store(a + half, f32x4.add(x, y));
    } else {
      const positive = f32x4.gt(y, f32x4.splat(0));
      v128.store(a + half, v128.and(f32x4.div(x, f32x4.sqrt(y)), positive));
    }
  }
}

/**
 * The same for one query stored plainly, reading the keys in order: form 0 as above with q = w (q - centre) prepared by the host; 1: -1/2 sum_k w (q - (x - centre))^2;
 * 2: sum w q (x - centre) / sqrt(sum w (x - centre)^2). `weights` holds d f32 (forms 1 and 2).
 */
export function scoreOne(
  q: usize,
  weights: usize,
  d: i32,
  keys: usize,
  first: i32,
  last: i32,
  centre: usize,
  keyScale: usize,
  keyBias: usize,
  form: i32,
  scores: usize,
): void {
  const stride = (<usize>d) << 2;
  let key = keys + <usize>first * stride;
  for (let i = first; i < last; i++) {
    const at = (<usize>i) << 2;
    let s: f32;
    if (form == 0) {
      s = dotRow(q, key, d, centre);
      if (keyScale) s *= load<f32>(keyScale + at);
      if (keyBias) s += load<f32>(keyBias + at);
    } else s = weightedRow(q, weights, key, d, centre, form);
    store<f32>(scores + ((<usize>(i - first)) << 2), s);
    key += stride;
  }
}

function weightedRow(q: usize, weights: usize, x: usize, d: i32, centre: usize, form: i32): f32 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  const whole = (<usize>(d & ~3)) << 2;
  const end = (<usize>d) << 2;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const v = f32x4.sub(v128.load(x + at), centre ? v128.load(centre + at) : f32x4.splat(0));
    const w = v128.load(weights + at);
    if (form == 1) {
      const difference = f32x4.sub(v128.load(q + at), v);
      a = fma(f32x4.mul(w, difference), difference, a);
    } else {
      const scaled = f32x4.mul(w, v);
      a = fma(scaled, v128.load(q + at), a);
      b = fma(scaled, v, b);
    }
  }
  let first = sumLanes(a);
  let second = sumLanes(b);
  for (; at < end; at += 4) {
    const v = load<f32>(x + at) - (centre ? load<f32>(centre + at) : 0);
    const w = load<f32>(weights + at);
    if (form == 1) {
      const difference = load<f32>(q + at) - v;
      first += w * difference * difference;
    } else {
      first += w * v * load<f32>(q + at);
      second += w * v * v;
    }
  }
  if (form == 1) return -0.5 * first;
  return second > 0 ? first / <f32>Math.sqrt(second) : 0;
}

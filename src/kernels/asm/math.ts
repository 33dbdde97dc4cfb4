/**
 * exp, log and powers in f64 from + - * / alone, the same algorithms as src/core/portable.ts (a test keeps them equal to the bit): small, without tables, and the same on every
 * engine. Error below 2 units in the last place; power(x, y) = exp(y log x) below (2 + |y log x|) of them.
 */
const ln2High: f64 = 6.93147180369123816490e-1;
const ln2Low: f64 = 1.90821492927058770002e-10;

export function log(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  let k: f64 = 0;
  let scaled = x;
  if (scaled < 2.2250738585072014e-308) {
    scaled *= 18014398509481984;
    k = -54;
  }
  const bits = reinterpret<u64>(scaled);
  k += <f64>(<i32>(bits >> 52) - 1023);
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m /= 2;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  let series: f64 = 0;
  for (let n: f64 = 21; n >= 3; n -= 2) series = (series + 1 / n) * z;
  const half = 0.5 * f * f;
  const rest = s * (half + 2 * series);
  return k * ln2High - (half - (rest + k * ln2Low) - f);
}

export function exp(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0;
  const k = Math.floor(x * 1.4426950408889634 + 0.5);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  let series: f64 = 0;
  for (let n: f64 = 13; n >= 2; n -= 1) series = ((series + 1) * r) / n;
  const value = 1 + (r * (1 + series) + (high - r - low));
  const first = Math.floor(k / 2);
  return value * powerOfTwo(first) * powerOfTwo(k - first);
}

// @ts-ignore: decorator
@inline
function powerOfTwo(k: f64): f64 {
  return reinterpret<f64>((<u64>(<i32>k + 1023)) << 52);
}

/** x^y for x >= 0 (0^y = 0 for y > 0); the powers that separations need most are exact operations. */
export function power(x: f64, y: f64): f64 {
  if (y == 2) return x * x;
  if (y == 1) return x;
  if (y == 0.5) return Math.sqrt(x);
  return x == 0 ? 0 : exp(y * log(x));
}

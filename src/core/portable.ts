/**
 * @file Logarithm and exponential built from operations that IEEE 754 fixes to the bit (+, -, *, /, sqrt), because Math.log and Math.exp may differ between
 * engines in the last place and every seeded result must not. The kernels hold the same functions (asm/math.ts). Error below 2 units in the last place (tested against the engine's own functions).
 */

const bits = new DataView(new ArrayBuffer(8));
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/**
 * Natural logarithm. x = 2^k (1 + f) with (1 + f) in [sqrt(1/2), sqrt(2)); with s = f / (2 + f), log(1 + f) = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...), |s| < 0.172.
 * @param x any number; x < 0 gives NaN, 0 gives -Infinity.
 */
export function portableLog(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  let scaled = x;
  if (scaled < 2 ** -1022) {
    scaled *= 2 ** 54;
    k -= 54;
  }
  bits.setFloat64(0, scaled);
  const high = bits.getUint32(0);
  k += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | (1023 << 20));
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  let series = 0;
  for (let n = 21; n >= 3; n -= 2) series = (series + 1 / n) * z;
  // log(1 + f) = f - f^2/2 + s (f^2/2 + 2 series): the leading term f is exact, so the error stays in the small rest.
  const half = 0.5 * f * f;
  const rest = s * (half + 2 * series);
  return k * ln2High - (half - (rest + k * ln2Low) - f);
}

/** Logarithm to base 2, by portableLog. */
export function portableLog2(x: number): number {
  return portableLog(x) * Math.LOG2E;
}

/** Exponential: e^x = 2^k e^r with |r| <= ln 2 / 2, Taylor series to degree 13 for e^r. Overflow gives Infinity, underflow 0. */
export function portableExp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  let series = 0;
  for (let n = 13; n >= 2; n--) series = ((series + 1) * r) / n;
  // high - r - low is what rounding took from r; e^(r + c) = e^r + c to first order.
  const value = 1 + (r * (1 + series) + (high - r - low));
  return value * powerOfTwo(Math.floor(k / 2)) * powerOfTwo(k - Math.floor(k / 2));
}

/** 2^k for whole -1022 <= k <= 1023, exactly. */
function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

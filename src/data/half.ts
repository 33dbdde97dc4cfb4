/**
 * @file The two 16-bit floating-point formats, as bit patterns to numbers and back: f16 (IEEE 754 binary16) and bf16 (the upper half of binary32). Decoding is
 * exact; encoding rounds to nearest, ties to even. NaN stays NaN, infinities stay, and a finite number too large for the format becomes infinite.
 */
const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** @param bits 0 ... 65535. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** @param x any f32 number; @returns 0 ... 65535. */
export function toHalf(x: number): number {
  float[0] = x;
  const bits = word[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  const size = Math.abs(float[0]);
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 the spacing is 2^-24, so the code is the rounded multiple; it runs on into the normal numbers without a gap.
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  return sign | (roundBits(magnitude, 13) - (112 << 10));
}

/** @param bits 0 ... 65535. */
export function fromBrain(bits: number): number {
  word[0] = bits << 16;
  return float[0] ?? 0;
}

/** @param x any f32 number; @returns 0 ... 65535. */
export function toBrain(x: number): number {
  float[0] = x;
  const bits = word[0] ?? 0;
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return ((bits >>> 16) & 0x8000) | roundBits(bits & 0x7fffffff, 16);
}

/** Drops the lowest `count` bits, to nearest, ties to even. */
function roundBits(bits: number, count: number): number {
  const odd = (bits >>> count) & 1;
  return (bits + (1 << (count - 1)) - 1 + odd) >>> count;
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

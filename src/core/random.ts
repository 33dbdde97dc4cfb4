/**
 * @file Seeded counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A number is a pure function of (seed, stream, position), so any part of a sequence can be made anywhere, in any order, and is the same on every engine.
 * The kernels hold the same generator (src/kernels/asm/random.ts); a test keeps the two equal.
 */
import { portableLog } from "./portable.ts";

const multiplierA = 0xd2511f53;
const multiplierB = 0xcd9e8d57;
const weylA = 0x9e3779b9;
const weylB = 0xbb67ae85;

/**
 * One block of Philox4x32-10.
 * @param out receives four u32 words.
 * @param counter0 ... counter3 the counter, u32 each; @param key0 key1 the key, u32 each.
 */
export function philox(
  out: Uint32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let [a, b, c, d] = [counter0 >>> 0, counter1 >>> 0, counter2 >>> 0, counter3 >>> 0];
  let [k0, k1] = [key0 >>> 0, key1 >>> 0];
  for (let round = 0; round < 10; round++) {
    const highA = multiplyHigh(multiplierA, a);
    const lowA = Math.imul(multiplierA, a) >>> 0;
    const highB = multiplyHigh(multiplierB, c);
    const lowB = Math.imul(multiplierB, c) >>> 0;
    a = (highB ^ b ^ k0) >>> 0;
    b = lowB;
    c = (highA ^ d ^ k1) >>> 0;
    d = lowA;
    k0 = (k0 + weylA) >>> 0;
    k1 = (k1 + weylB) >>> 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** Upper 32 bits of the 64-bit product of two u32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middleLow = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(middleLow / 65536)) >>> 0;
}

/** A sequence of random numbers read in order. `position` counts the u32 words consumed so far. */
export interface RandomStream {
  readonly seed: number;
  readonly stream: number;
  position: number;
}

/** @param seed whole number, 0 ... 2^53 - 1; @param stream u32 that separates independent uses of one seed. */
export function randomStream(seed: number, stream = 0): RandomStream {
  return { seed, stream, position: 0 };
}

const block = new Uint32Array(4);

/** The u32 word at `position` of (seed, stream). */
export function wordAt(seed: number, stream: number, position: number): number {
  const index = Math.floor(position / 4);
  philox(block, index >>> 0, Math.floor(index / 2 ** 32), stream, 0, seed >>> 0, Math.floor(seed / 2 ** 32));
  return block[position % 4] as number;
}

function nextWord(random: RandomStream): number {
  return wordAt(random.seed, random.stream, random.position++);
}

/** Uniform in (0, 1): 52 random bits and a half, so neither end can occur. */
export function uniform(random: RandomStream): number {
  const high = nextWord(random) >>> 6;
  const low = nextWord(random) >>> 6;
  return (high * 2 ** 26 + low + 0.5) / 2 ** 52;
}

/** Whole number uniform on 0 ... n - 1; n at most 2^32 (the bias of the multiply-shift is below n / 2^52). */
export function uniformInteger(random: RandomStream, n: number): number {
  return Math.floor(uniform(random) * n);
}

/** Standard normal by the inverse distribution function (Wichura, algorithm AS 241, relative error about 1e-16); one draw uses one uniform. */
export function normal(random: RandomStream): number {
  return normalQuantile(uniform(random));
}

/** `count` distinct whole numbers of 0 ... n - 1, in the order drawn (partial Fisher-Yates shuffle). */
export function sampleWithoutReplacement(random: RandomStream, n: number, count: number): number[] {
  const moved = new Map<number, number>();
  const drawn: number[] = [];
  for (let i = 0; i < Math.min(count, n); i++) {
    const j = i + uniformInteger(random, n - i);
    drawn.push(moved.get(j) ?? j);
    moved.set(j, moved.get(i) ?? i);
  }
  return drawn;
}

const central = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813,
    2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
    5226.495278852546,
  ],
] as const;
const middle = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
    0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345,
    1.0507500716444169e-9,
  ],
] as const;
const tail = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784,
    0.000027115555687434876, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548, 1.421511758316446e-7,
    2.0442631033899397e-15,
  ],
] as const;

/** Inverse of the standard normal distribution function for 0 < u < 1 (AS 241, PPND16). */
export function normalQuantile(u: number): number {
  const q = u - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(central, 0.180625 - q * q);
  const r = Math.sqrt(-portableLog(q < 0 ? u : 1 - u));
  const value = r <= 5 ? ratio(middle, r - 1.6) : ratio(tail, r - 5);
  return q < 0 ? -value : value;
}

function ratio([numerator, denominator]: readonly [readonly number[], readonly number[]], x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + (coefficients[i] as number);
  return value;
}

/**
 * @file What the generators share: choices from a seeded stream, bytes put together from parts, and mutations of finished bytes.
 */
import { type RandomStream, uniformInteger } from "../../src/core/random.ts";

/** A whole number from `low` to `high`, both included. */
export function whole(random: RandomStream, low: number, high: number): number {
  return low + uniformInteger(random, high - low + 1);
}

export function chance(random: RandomStream, percent: number): boolean {
  return uniformInteger(random, 100) < percent;
}

export function pick<T>(random: RandomStream, choices: readonly T[]): T {
  return choices[uniformInteger(random, choices.length)] as T;
}

/** `count` arbitrary bytes; small values and zeros are as likely as others together. */
export function anyBytes(random: RandomStream, count: number): Uint8Array {
  const start = uniformInteger(random, 2 ** 31);
  const small = chance(random, 50);
  return Uint8Array.from({ length: count }, (_, i) => {
    const mixed = Math.imul(start + i, 0x9e3779b1) >>> 13;
    return small ? mixed & 3 : mixed & 255;
  });
}

/** Joins numbers (one byte each), texts (UTF-8) and byte arrays. */
export function join(...parts: (number | string | Uint8Array)[]): Uint8Array {
  const pieces = parts.map((part) =>
    typeof part === "number" ? Uint8Array.of(part) : typeof part === "string" ? new TextEncoder().encode(part) : part,
  );
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** An unsigned whole number in `width` bytes, reduced to fit. */
export function packed(width: number, value: number, littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(width);
  let rest = BigInt(Math.floor(value));
  for (let i = 0; i < width; i++) {
    bytes[littleEndian ? i : width - 1 - i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

const telling = [
  0,
  1,
  2,
  7,
  8,
  127,
  128,
  255,
  256,
  32767,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
];

/** A number at which readers tend to go wrong; `near` (a true value) and its neighbours among them. */
export function tellingNumber(random: RandomStream, near = 0): number {
  return chance(random, 40) ? Math.max(0, near + whole(random, -2, 2)) : pick(random, telling);
}

/** The true value, or rarely (`percent`) another one. */
export function lie(random: RandomStream, value: number, percent = 2): number {
  return chance(random, percent) ? tellingNumber(random, value) : value;
}

/** One to four changes at random places: bits, bytes, numbers of 2, 4 and 8 bytes, cuts, repeats, insertions. */
export function mutate(random: RandomStream, bytes: Uint8Array): Uint8Array {
  let result: Uint8Array = bytes.slice();
  for (let n = whole(random, 1, 4); n > 0 && result.length > 0; n--) {
    const at = uniformInteger(random, result.length);
    const to = Math.min(result.length, at + whole(random, 1, 16));
    switch (whole(random, 0, 7)) {
      case 0:
        result[at] = (result[at] ?? 0) ^ (1 << whole(random, 0, 7));
        break;
      case 1:
        result[at] = pick(random, [0, 1, 10, 34, 44, 48, 92, 123, 127, 128, 255]);
        break;
      case 2: {
        const number = packed(pick(random, [2, 4, 8]), tellingNumber(random, result.length), chance(random, 50));
        result.set(number.subarray(0, result.length - at), at);
        break;
      }
      case 3:
        result = result.slice(0, at);
        break;
      case 4:
        result = join(result.subarray(0, at), result.subarray(to));
        break;
      case 5:
        result = join(result.subarray(0, to), result.subarray(at));
        break;
      case 6:
        result = join(result.subarray(0, at), anyBytes(random, whole(random, 1, 8)), result.subarray(at));
        break;
      default:
        result.set(result.subarray(at, to), uniformInteger(random, result.length - (to - at) + 1));
    }
  }
  return result;
}

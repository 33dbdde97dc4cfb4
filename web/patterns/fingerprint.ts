/** @file A 64-bit fingerprint of bytes, to recognise a file that was dropped before. It guards against mistakes, not against forgery. */

/** 16 hexadecimal digits: two 32-bit multiplicative hashes (the scheme of Fowler, Noll and Vo) with different starts and multipliers, the lengths mixed in. */
export function fingerprint(bytes: Uint8Array): string {
  let a = 0x811c9dc5 ^ bytes.length;
  let b = 0x2f0b4c47 ^ bytes.length;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x5bd1e995) ^ (b >>> 15);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

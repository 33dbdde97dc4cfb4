/** @file Seeded noise: a function of (seed, index), so that a link that names the seed brings the same noise back on every machine. */

/** Two rounds of multiply and xor-shift on 32 bits; uniform on (0, 1). */
export function uniformAt(seed: number, index: number): number {
  let x = (Math.imul(seed ^ 0x5bd1e995, 0x27d4eb2f) + Math.imul(index + 1, 0x165667b1)) | 0;
  for (const factor of [0x2c1b3c6d, 0x297a2d39]) {
    x = Math.imul(x ^ (x >>> 15), factor);
    x ^= x >>> 13;
  }
  return ((x >>> 0) + 0.5) / 2 ** 32;
}

/** A standard normal number: the method of Box and Muller on two uniform ones. */
export function normalAt(seed: number, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniformAt(seed, 2 * index)));
  return radius * Math.cos(2 * Math.PI * uniformAt(seed, 2 * index + 1));
}

/** @file Which rows are gone: one bit a row, and how many. */

export interface DeadRows {
  bits: Uint8Array;
  count: number;
}

export function noDeadRows(): DeadRows {
  return { bits: new Uint8Array(64), count: 0 };
}

export function isDead({ bits }: DeadRows, row: number): boolean {
  return (((bits[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1;
}

/** @returns false when it was dead already. */
export function bury(dead: DeadRows, row: number): boolean {
  if (isDead(dead, row)) return false;
  const byte = row >>> 3;
  if (byte >= dead.bits.length) {
    const bits = new Uint8Array(Math.max(byte + 1, dead.bits.length * 2));
    bits.set(dead.bits);
    dead.bits = bits;
  }
  dead.bits[byte] = (dead.bits[byte] as number) | (1 << (row & 7));
  dead.count++;
  return true;
}

/** @file Stored pictures as the panels share them. */

/** `rows` pictures of 784 numbers in [0, 1], row-major, with a label each. */
export interface Patterns {
  /** Changes whenever the numbers do: what was computed for a key stays true for it. */
  readonly key: string;
  readonly rows: number;
  readonly data: Float32Array;
  readonly labels: readonly string[];
  /** β that adviseBeta gives for these pictures, by similarity, where it was computed beforehand. */
  readonly advised?: Readonly<Record<string, number>>;
  /** Pixels in a row. */
  readonly width: number;
}

/** Picture number `index`, a view. */
export function pictureOf(patterns: Patterns, index: number): Float32Array {
  const size = patterns.data.length / Math.max(1, patterns.rows);
  return patterns.data.subarray(index * size, (index + 1) * size);
}

/** The first `count` pictures. */
export function firstOf(patterns: Patterns, count: number): Patterns {
  if (count >= patterns.rows) return patterns;
  const size = patterns.data.length / patterns.rows;
  const { advised: _, ...rest } = patterns;
  return {
    ...rest,
    key: `${patterns.key}/${count}`,
    rows: count,
    data: patterns.data.subarray(0, count * size),
    labels: patterns.labels.slice(0, count),
  };
}

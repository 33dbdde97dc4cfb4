/** Second implementations from the definitions, slow and independent of src. */

export interface PlainGraph {
  readonly nodes: number;
  readonly edges: readonly (readonly [number, number])[];
}

/** Distances of all pairs by Floyd and Warshall; Infinity where there is no path. */
export function floydWarshall({ nodes, edges }: PlainGraph): number[][] {
  const d = Array.from({ length: nodes }, (_, i) => Array.from({ length: nodes }, (_, j) => (i === j ? 0 : Infinity)));
  const at = (i: number, j: number): number => d[i]?.[j] as number;
  const set = (i: number, j: number, x: number): void => {
    (d[i] as number[])[j] = x;
  };
  for (const [a, b] of edges) {
    set(a, b, 1);
    set(b, a, 1);
  }
  for (let k = 0; k < nodes; k++)
    for (let i = 0; i < nodes; i++) for (let j = 0; j < nodes; j++) set(i, j, Math.min(at(i, j), at(i, k) + at(k, j)));
  return d;
}

/** Rooted isomorphism by the definition: some bijection of the children matches isomorphic subtrees, tried by backtracking. */
export function isomorphicByMatching(a: readonly number[], b: readonly number[]): boolean {
  const children = (tree: readonly number[], node: number): number[] => tree.flatMap((parent, i) => (parent === node ? [i] : []));
  const same = (x: number, y: number): boolean => {
    const [left, right] = [children(a, x), children(b, y)];
    if (left.length !== right.length) return false;
    const match = (i: number, free: number[]): boolean =>
      i === left.length ||
      free.some(
        (candidate) =>
          same(left[i] as number, candidate) &&
          match(
            i + 1,
            free.filter((f) => f !== candidate),
          ),
      );
    return match(0, right);
  };
  return a.length === b.length && same(a.indexOf(-1), b.indexOf(-1));
}

/**
 * One retrieval by the definition with whole numbers of any size: weight of pattern k is base^score; an entry is 1 iff denominator * base^power * sum_k w_k v_kj >= numerator * sum_k w_k.
 * Rows of plain numbers in, rows of 0 and 1 out.
 */
export function retrieveByBigInt(
  queries: readonly (readonly number[])[],
  keys: readonly (readonly number[])[],
  values: readonly (readonly number[])[],
  base: number,
  threshold: { numerator: number; denominator: number; power: number },
): number[][] {
  return queries.map((query) => {
    const weights = keys.map((key) => BigInt(base) ** BigInt(key.reduce((sum, x, c) => sum + x * (query[c] as number), 0)));
    const total = weights.reduce((a, b) => a + b, 0n);
    return (values[0] ?? []).map((_, j) => {
      const read = weights.reduce((sum, w, k) => sum + w * BigInt(values[k]?.[j] as number), 0n);
      return BigInt(threshold.denominator) * BigInt(base) ** BigInt(threshold.power) * read >= BigInt(threshold.numerator) * total ? 1 : 0;
    });
  });
}

/** Rows of a flat matrix. */
export function rowsOf(matrix: { readonly data: ArrayLike<number>; readonly rows: number; readonly columns: number }): number[][] {
  return Array.from({ length: matrix.rows }, (_, i) => Array.from(matrix.data).slice(i * matrix.columns, (i + 1) * matrix.columns));
}

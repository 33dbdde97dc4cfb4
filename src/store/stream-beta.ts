/**
 * @file The inverse temperature the data ask for, over a store that is not in memory: beta = 2 ln(1000 M) / g as adviseBeta has it, from the same seeded sample. The most similar other
 * pattern of a sampled one is among its eight most similar unless it has seven copies; then more are looked at.
 */
import { portableLog } from "../core/portable.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import type { Similarity } from "../memory/types.ts";
import { copyPatterns } from "./rows.ts";
import { streamEngine } from "./stream-engine.ts";
import type { Streamed } from "./streamed.ts";

/** As memory/advise-beta.ts. */
const sampleLimit = 1000;
const workLimit = 2 ** 34;

export function adviseStreamed(streamed: Omit<Streamed, "beta">): number {
  const { chosen, contents, settings } = streamed;
  const { count } = chosen;
  const wanted = Math.min(sampleLimit, Math.max(32, Math.floor(workLimit / (count * contents.manifest.dimension))));
  const indices =
    count <= wanted
      ? Array.from({ length: count }, (_, i) => i)
      : sampleWithoutReplacement(randomStream(settings.seed, 0xbe7a), count, wanted);
  const similarity = settings.similarity ?? "dot";
  const gap = (similarity === "l2" ? null : smallestGap(streamed, similarity, indices)) ?? smallestGap(streamed, "l2", indices);
  return gap === null ? 1 : Math.min((2 * portableLog(1000 * count)) / gap, 1e300);
}

function smallestGap(streamed: Omit<Streamed, "beta">, similarity: Similarity, indices: readonly number[]): number | null {
  let smallest = Number.POSITIVE_INFINITY;
  let open = indices;
  for (const k of [8, 1024]) {
    const unresolved: number[] = [];
    nearest(streamed, similarity, open, k, (index, own, other, seen) => {
      const gap = 2 * (own - other);
      if (gap > 0 && gap < smallest) smallest = gap;
      // All of them are copies, and there may be others behind them.
      if (similarity === "l2" && other === Number.NEGATIVE_INFINITY && seen < streamed.chosen.count) unresolved.push(index);
    });
    open = unresolved;
    if (open.length === 0) break;
  }
  return Number.isFinite(smallest) ? smallest : null;
}

type OnNearest = (index: number, own: number, other: number, seen: number) => void;

/** For each sampled pattern its similarity with itself and with the most similar other one (l2: other than its copies) among the k best. */
function nearest(streamed: Omit<Streamed, "beta">, similarity: Similarity, indices: readonly number[], k: number, tell: OnNearest): void {
  const { contents, chosen, settings } = streamed;
  const d = contents.manifest.dimension;
  const queries = new Float32Array(indices.length * d);
  indices.forEach((index, b) => {
    copyPatterns(contents, Uint32Array.of(chosen.rows ? (chosen.rows[index] as number) : index), d, queries.subarray(b * d, (b + 1) * d));
  });
  const engine = streamEngine(
    { ...streamed, beta: 1, settings: { ...settings, similarity, separation: "softmax", support: "top-k", k } },
    {},
  );
  const rows = Int32Array.from(indices.keys());
  engine.evaluate({
    ...{ queries, count: indices.length, rows, positions: null, known: null, readValues: false },
    visit: (b, found, _weights, similarities, count) => {
      const own = ownOf(queries.subarray(b * d, (b + 1) * d), similarity);
      let other = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < count; j++) {
        if (found[j] === indices[b] || (similarity === "l2" && similarities[j] === own)) continue;
        other = Math.max(other, similarities[j] as number);
      }
      tell(indices[b] as number, own, other, count);
    },
  });
}

function ownOf(row: Float32Array, similarity: Similarity): number {
  if (similarity === "l2") return 0;
  let square = 0;
  for (const x of row) square += x * x;
  return similarity === "cosine" ? (square > 0 ? 1 : 0) : square;
}

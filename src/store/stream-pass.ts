/** @file One pass over the rows of a store: for every batch and query the rows within reach of the best so far, with exact similarities. */
import { allocate, viewF32, viewF64, viewI32 } from "../kernels/arena.ts";
import type { Request } from "../memory/evaluation.ts";
import { type QueryGroup, queryGroup } from "./batch-scores.ts";
import { joinLargest, type Running } from "./running.ts";
import { type Scanner, scan } from "./scan.ts";
import { kindOf, type Streamed } from "./streamed.ts";

/** Places for the candidates of one query in one batch. */
interface Places {
  readonly pair: number;
  readonly indices: number;
  readonly similarities: number;
  readonly weights: number;
  readonly sums: number;
  readonly answer: number;
}

function placesFor({ arena, batchRows }: Scanner, d: number): Places {
  return {
    pair: allocate(arena, 64),
    indices: allocate(arena, batchRows * 4),
    similarities: allocate(arena, batchRows * 8),
    weights: allocate(arena, batchRows * 8),
    sums: allocate(arena, d * 8),
    answer: allocate(arena, d * 4),
  };
}

export function groupFor({ contents, scanner, settings }: Streamed, { queries, known }: Request): QueryGroup {
  return queryGroup(scanner, contents, queries, kindOf(settings.similarity), known);
}

type OnCandidates = (r: number, first: number, address: number, indices: Int32Array, similarities: Float64Array, places: Places) => void;

/** One pass: for every batch and query the rows within reach of the best so far, with exact similarities. `thresholdOf` is asked after the largest two of the batch are known. */
export function pass(
  streamed: Streamed,
  group: QueryGroup,
  running: readonly Running[],
  thresholdOf: (r: number, row: number, n: number) => number,
  take: OnCandidates,
): void {
  const { contents, chosen, scanner } = streamed;
  const { arena } = scanner;
  const { kernels } = arena;
  const d = group.dimension;
  const places = placesFor(scanner, d);
  scan(scanner, contents, chosen, "patterns", group.count, group.calls, (batch, mask) => {
    const { first, count, address } = batch;
    group.settle(batch);
    const scores = group.scoresOf(batch);
    for (let r = 0; r < group.count; r++) {
      const row = scores + r * group.stride * 4;
      if (mask) kernels.hideRow(row, mask, count);
      kernels.largestTwo(row, count, places.pair);
      const [largest = 0, second = 0] = viewF32(arena, places.pair, 2);
      joinLargest(running[r] as Running, largest, second);
      const found = kernels.collectFrom(row, count, thresholdOf(r, row, count), 0, places.indices);
      if (found === 0) continue;
      const weights = group.weights ? group.weights + r * group.weightStride * 4 : 0;
      kernels.exactScores(group.kind, group.raw + r * d * 4, d, address, weights, 0, places.indices, found, places.similarities);
      take(r, first, address, viewI32(arena, places.indices, found), viewF64(arena, places.similarities, found), places);
    }
    return true;
  });
}

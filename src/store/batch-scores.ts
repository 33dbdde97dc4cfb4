/**
 * @file The f32 scores of a batch of rows for a group of queries, as calls of kernels that any thread may run. Complete queries are multiplied with the rows, whose -1/2 |x|^2 are kept
 * (that is four times as fast as whole differences, and leaves -1/2 |q|^2 out of l2); from four on by the tiled kernel. Partial cues are compared whole.
 */
import { allocate, placeF32, roundUp, viewF32 } from "../kernels/arena.ts";
import type { Known } from "../memory/evaluation.ts";
import type { Contents } from "./contents.ts";
import { keepBiases, placeBiases } from "./row-figures.ts";
import type { Batch, Scanner } from "./scan.ts";
import { type Call, mostCalls } from "./scan-thread.ts";
import { runCalls } from "./scan-work.ts";

/** Similarity as the kernels number it: 0 dot, 1 l2, 2 cosine. */
export type KindNumber = 0 | 1 | 2;

export interface QueryGroup {
  readonly count: number;
  readonly dimension: number;
  readonly kind: KindNumber;
  /** Address of the raw queries, and of the weights of their known entries (0: all known) with floats from one query's to the next's. */
  readonly raw: number;
  readonly weights: number;
  readonly weightStride: number;
  /** What a score needs to become a similarity; how far it can be off. */
  readonly offsets: Float64Array;
  readonly errors: Float64Array;
  /** Address of the score rows of a batch, `stride` floats each. */
  scoresOf(batch: Batch): number;
  readonly stride: number;
  /** What has to run over a batch. */
  calls(batch: Batch): readonly Call[];
  /** Called when that has run, before the scores are looked at. */
  settle(batch: Batch): void;
}

const unit = 2 ** -24;

/** Queries of one pass: the score rows of a batch stay below 2^19 floats, calls below what a job can hold. */
export function groupSize({ batchRows }: Scanner, known: Known | null): number {
  const most = Math.max(4, Math.min(1024, Math.floor(2 ** 19 / batchRows / 4) * 4));
  return known ? Math.min(most, mostCalls) : most;
}

/** Scratch of the caller, as everything it gives. */
export function queryGroup(scanner: Scanner, contents: Contents, queries: Float32Array, kind: KindNumber, known: Known | null): QueryGroup {
  const { arena, batchRows } = scanner;
  const { largestNorm } = contents;
  const d = contents.manifest.dimension;
  const count = queries.length / d;
  const tiled = count >= 4 && known === null;
  const needsBias = known === null && kind !== 0;
  const raw = placeF32(arena, queries);
  const weights = known ? placeF32(arena, known.weights) : 0;
  const weightStride = known && !known.shared ? d : 0;
  const stride = roundUp(batchRows, 64);
  const norms = Float64Array.from({ length: count }, (_, r) => normOf(queries, r, d, known));
  const size = (norm: number): number => (kind === 2 ? 1 : kind === 1 ? norm * norm + largestNorm * largestNorm : norm * largestNorm);
  const errors = norms.map((norm) => (8 + Math.sqrt(d)) * unit * size(norm) + d * 2 ** -126);
  const offsets = norms.map((norm) => (needsBias && kind === 1 ? -0.5 * norm * norm : 0));
  const places = scanner.buffers.map(() => ({
    scores: allocate(arena, roundUp(count, 4) * stride * 4),
    bias: needsBias ? allocate(arena, stride * 4) : 0,
    scratch: tiled ? allocate(arena, d * 512 + 4096) : 0,
  }));
  const placeOf = ({ slot }: Batch): { scores: number; bias: number; scratch: number } => places[slot] as (typeof places)[number];
  const [zero, ones] = [placeF32(arena, new Float32Array(d)), placeF32(arena, new Float32Array(d).fill(1))];
  const prepared = tiled ? packed(scanner, raw, count, d, kind, norms) : plain(scanner, queries, d, kind, known, norms);
  const scoring = ({ address, count: n, slot }: Batch): Call[] => {
    const { scores, bias, scratch } = places[slot] as (typeof places)[number];
    const [scale, add] = [kind === 2 ? bias : 0, kind === 1 ? bias : 0];
    if (tiled) return [["scoreTile", prepared, 0, count, d, address, 0, n, 0, scale, add, 0, scores, stride, scratch]];
    // Whole forms compare l2 cues as they are; everything else carries weights and length in the query.
    const form = known ? kind : 0;
    return Array.from({ length: count }, (_, r): Call => {
      const place = form === 0 ? 0 : weights + r * weightStride * 4;
      return ["scoreOne", prepared + r * d * 4, place, d, address, 0, n, 0, scale, add, form, scores + r * stride * 4];
    });
  };
  /** Slots whose rows are met for the first time. */
  const fresh = new Set<number>();
  return {
    ...{ count, dimension: d, kind, raw, weights, weightStride, offsets, errors, stride },
    scoresOf: (batch) => placeOf(batch).scores,
    calls(batch) {
      const { bias } = placeOf(batch);
      if (!needsBias) return scoring(batch);
      // Of a batch that was given up.
      fresh.delete(batch.slot);
      if (placeBiases(scanner, contents, batch, bias)) {
        if (kind === 2) toScales(viewF32(arena, bias, batch.count));
        return scoring(batch);
      }
      fresh.add(batch.slot);
      const squares: Call = ["scoreOne", zero, ones, d, batch.address, 0, batch.count, 0, 0, 0, 1, bias];
      return kind === 2 ? [squares] : [squares, ...scoring(batch)];
    },
    settle(batch) {
      if (!fresh.delete(batch.slot)) return;
      const { bias } = placeOf(batch);
      keepBiases(scanner, contents, batch, bias);
      if (kind !== 2) return;
      toScales(viewF32(arena, bias, batch.count));
      runCalls(arena, scoring(batch));
    },
  };
}

function normOf(queries: Float32Array, r: number, d: number, known: Known | null): number {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const x = queries[r * d + k] as number;
    sum += x * x * (known ? (known.weights[known.shared ? k : r * d + k] as number) : 1);
  }
  return Math.sqrt(sum);
}

/** -1/2 |x|^2 to 1 / |x|, in place; 0 for a row of zeros. */
function toScales(biases: Float32Array): void {
  for (let i = 0; i < biases.length; i++) biases[i] = (biases[i] as number) < 0 ? 1 / Math.sqrt(-2 * (biases[i] as number)) : 0;
}

/** Address of the queries as scoreOne takes them. */
function plain({ arena }: Scanner, queries: Float32Array, d: number, kind: KindNumber, known: Known | null, norms: Float64Array): number {
  return placeF32(
    arena,
    queries.map((x, i) => {
      const [r, k] = [Math.floor(i / d), i % d];
      const norm = kind === 2 ? (norms[r] as number) : 1;
      const weight = kind === 0 && known ? (known.weights[known.shared ? k : i] as number) : 1;
      return norm > 0 ? (weight * x) / norm : 0;
    }),
  );
}

/** Address of the queries as scoreTile takes them. */
function packed({ arena }: Scanner, raw: number, count: number, d: number, kind: KindNumber, norms: Float64Array): number {
  const lengths =
    kind === 2
      ? placeF32(
          arena,
          norms.map((norm) => (norm > 0 ? 1 / norm : 0)),
        )
      : 0;
  const into = allocate(arena, roundUp(count, 4) * d * 4);
  arena.kernels.packQueries(raw, count, d, 0, 1, lengths, 0, 0, 0, into);
  return into;
}

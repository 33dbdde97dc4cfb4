/**
 * @file storage "int8": a pass over the bytes finds the few rows that can matter, which are then read and weighed exactly; a quarter of the bytes of a pass over the rows. The error of
 * the bytes only widens the net: |q| lost + |q - rounded q| (m + lost), with lost the largest norm of what rounding took from a row and m the largest norm of a row.
 */
import { allocate, placeF32, viewF32, viewI16, viewI32 } from "../kernels/arena.ts";
import { candidateThreshold } from "../memory/candidates.ts";
import type { Request } from "../memory/evaluation.ts";
import { codeStride } from "./layout.ts";
import { placeBiases, placeStored } from "./row-figures.ts";
import { copyPatterns } from "./rows.ts";
import { joinLargest, newRunning, type Running } from "./running.ts";
import { type Batch, scan } from "./scan.ts";
import { batchRowsIn } from "./scan-plan.ts";
import type { Call } from "./scan-thread.ts";
import { type Candidates, cut, kindOf, type Streamed } from "./streamed.ts";

/** From here on a tile of queries over the rows is as fast. */
const mostQueries = 3;

interface Query {
  readonly rounded: number;
  readonly scale: number;
  readonly error: number;
  readonly offset: number;
  readonly running: Running;
  readonly list: Candidates;
  bar: number;
}

/** Candidates with exact similarities, or null when the bytes do not help: too many queries or candidates, cosines, partial cues. */
export function scanCodes(streamed: Streamed, request: Request): Candidates[] | null {
  const { contents, chosen, scanner, settings, beta } = streamed;
  const kind = kindOf(settings.similarity);
  const largest = contents.largestNorm;
  // Biases are f32: a square beyond its range would hide a row.
  if (contents.manifest.storage !== "int8" || request.count > mostQueries || request.known || kind === 2 || largest > 1e18) return null;
  const { arena } = scanner;
  const d = contents.manifest.dimension;
  const queries = Array.from({ length: request.count }, (_, r) =>
    roundQuery(streamed, request.queries.subarray(r * d, (r + 1) * d), kind === 1),
  );
  const codes = batchRowsIn(contents, "codes");
  const [pair, indices] = [allocate(arena, 64), allocate(arena, codes * 4)];
  const stride = codes * 4 + 64;
  const places = scanner.buffers.map(() => ({
    scores: allocate(arena, stride * queries.length),
    scales: allocate(arena, codes * 4),
    biases: kind === 1 ? allocate(arena, codes * 4) : 0,
  }));
  const needs = settings.support === "top-k" || settings.separation === "k-subset";
  const heap = needs ? allocate(arena, 4 * Math.min(settings.k, codes)) : 0;
  const most = Math.max(4096, 8 * settings.k, Math.floor(chosen.count / 64));
  let given = false;
  const callsOf = (batch: Batch): Call[] => {
    const { scores, scales, biases } = places[batch.slot] as (typeof places)[number];
    placeStored(scanner, contents, "scales", batch, scales);
    if (kind === 1) placeBiases(scanner, contents, batch, biases);
    return queries.map(({ rounded, scale }, r): Call => {
      return ["scoreBytes", rounded, d, batch.address, scales, 0, batch.count, scale, biases, scores + r * stride];
    });
  };
  scan(scanner, contents, chosen, "codes", queries.length, callsOf, ({ first, count, slot }, mask) => {
    queries.forEach((query, r) => {
      const scores = (places[slot] as (typeof places)[number]).scores + r * stride;
      if (mask) arena.kernels.hideRow(scores, mask, count);
      arena.kernels.largestTwo(scores, count, pair);
      const [high = 0, next = 0] = viewF32(arena, pair, 2);
      joinLargest(query.running, high, next);
      const kth = (k: number): number =>
        Math.max(query.bar, k <= count ? arena.kernels.kthLargest(scores, count, k, heap) : Number.NEGATIVE_INFINITY);
      const facts = { largest: query.running.largest, second: query.running.second, offset: query.offset, kth };
      const threshold = candidateThreshold(settings, beta, query.error, chosen.count, facts);
      const found = arena.kernels.collectFrom(scores, count, threshold, 0, indices);
      const near = viewI32(arena, indices, found);
      const row = viewF32(arena, scores, count);
      for (const i of near) {
        query.list.ordinals.push(first + i);
        query.list.similarities.push(row[i] as number);
      }
      if (query.list.ordinals.length <= most) return;
      query.bar = cut(settings, beta, chosen.count, query.list, query.error, query.offset);
      if (query.list.ordinals.length > most) given = true;
    });
    return !given;
  });
  if (given) return null;
  return queries.map((query, r) => exactly(streamed, request, r, query, kind));
}

/** The query as 16-bit numbers whose products with 127 sum up within 31 bits. */
function roundQuery({ contents, scanner }: Streamed, query: Float32Array, l2: boolean): Query {
  const { arena } = scanner;
  const stride = codeStride(query.length);
  let largest = 0;
  for (const x of query) largest = Math.max(largest, Math.abs(x));
  const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * stride)));
  const scale = largest > 0 ? largest / limit : 1;
  const rounded = allocate(arena, stride * 2);
  const target = viewI16(arena, rounded, stride).fill(0);
  let norm = 0;
  let lost = 0;
  query.forEach((x, k) => {
    target[k] = Math.round(x / scale);
    norm += x * x;
    const rest = x - (target[k] as number) * scale;
    lost += rest * rest;
  });
  const m = contents.largestNorm;
  const size = l2 ? norm + m * m : Math.sqrt(norm) * m;
  const rounding = (8 + Math.sqrt(query.length)) * 2 ** -24 * size + query.length * 2 ** -126;
  return {
    ...{ rounded, scale, offset: l2 ? -0.5 * norm : 0, bar: Number.NEGATIVE_INFINITY },
    error: rounding + Math.sqrt(norm) * contents.lost + Math.sqrt(lost) * (m + contents.lost),
    running: newRunning(0),
    list: { ordinals: [], similarities: [] },
  };
}

/** Exact similarities of the candidates that are left, from their rows. */
function exactly(streamed: Streamed, request: Request, r: number, { list, error, offset }: Query, kind: 0 | 1): Candidates {
  const { contents, scanner, settings, beta, chosen } = streamed;
  cut(settings, beta, chosen.count, list, error, offset);
  const { arena } = scanner;
  const d = contents.manifest.dimension;
  const raw = placeF32(arena, request.queries.subarray(r * d, (r + 1) * d));
  const step = Math.max(1, Math.min(1024, Math.floor(2 ** 20 / (4 * d))));
  const [rows, indices, out] = [step * d * 4, step * 4, step * 8].map((bytes) => allocate(arena, bytes)) as [number, number, number];
  const similarities: number[] = [];
  for (let first = 0; first < list.ordinals.length; first += step) {
    const some = Uint32Array.from(list.ordinals.slice(first, first + step));
    copyPatterns(contents, some, d, viewF32(arena, rows, some.length * d));
    viewI32(arena, indices, some.length).forEach((_, i, places) => {
      places[i] = i;
    });
    arena.kernels.exactScores(kind, raw, d, rows, 0, 0, indices, some.length, out);
    similarities.push(...new Float64Array(arena.memory.buffer, out, some.length));
  }
  return { ordinals: list.ordinals, similarities };
}

/** @file Candidates to weights, answer and figures; their rows are read again. */
import { allocate, viewF64, withScratch } from "../kernels/arena.ts";
import { separationKinds } from "../memory/candidates.ts";
import type { Request } from "../memory/evaluation.ts";
import type { Contents } from "./contents.ts";
import { copyPatterns } from "./rows.ts";
import { indexOf } from "./scan-plan.ts";
import { type Candidates, type Outcome, rememberNorm, type Streamed, unreachable } from "./streamed.ts";

/** Candidates to weights, answer and figures. */
export function weigh(
  streamed: Streamed,
  request: Request,
  b: number,
  candidates: Candidates,
  out: Outcome,
  norms: Record<number, number>,
): void {
  const { contents, chosen, scanner, settings, beta } = streamed;
  const { arena } = scanner;
  const { evaluation, conjugates } = out;
  const d = contents.manifest.dimension;
  const list = settings.support === "top-k" ? keepLargest(candidates, settings.k) : candidates;
  const { ordinals } = list;
  const count = ordinals.length;
  if (count === 0) unreachable(b);
  const similarities = Float64Array.from(list.similarities);
  const weights = withScratch(arena, () => {
    const logits = allocate(arena, count * 8);
    const p = allocate(arena, count * 8);
    viewF64(arena, logits, count).set(similarities.map((s) => beta * s));
    const kind = separationKinds[settings.separation ?? "softmax"];
    arena.kernels.separate(kind, logits, count, settings.alpha, settings.k, 1, p);
    conjugates[b] = arena.kernels.conjugate(kind, logits, p, count, settings.alpha, 1);
    return viewF64(arena, p, count).slice();
  });
  const exact = settings.separation !== "softmax" && settings.separation !== "softmax1";
  let top = 0;
  for (let j = 1; j < count; j++) {
    const heavier = (weights[j] as number) - (weights[top] as number);
    if (heavier > 0 || (heavier === 0 && (similarities[j] as number) > (similarities[top] as number))) top = j;
  }
  let [rest, squares, positive, second] = [0, 0, 0, Number.NEGATIVE_INFINITY];
  for (let j = 0; j < count; j++) {
    const p = weights[j] as number;
    if (p > 0) positive++;
    squares += p * p;
    if (j === top) continue;
    rest += p;
    if ((!exact || p > 0) && (similarities[j] as number) > second) second = similarities[j] as number;
  }
  evaluation.top[b] = indexOf(chosen, ordinals[top] as number);
  evaluation.weight[b] = weights[top] as number;
  evaluation.rest[b] = rest;
  evaluation.squares[b] = squares;
  if (second > Number.NEGATIVE_INFINITY) evaluation.margin[b] = (similarities[top] as number) - second;
  evaluation.visible[b] = settings.support === "top-k" ? count : chosen.count;
  if (exact) evaluation.count[b] = positive;
  else if (settings.support !== "all") evaluation.count[b] = count;
  rememberNorm(contents, ordinals[top] as number, evaluation.top[b] as number, norms);
  evaluation.y.set(mixture(contents, ordinals, weights, d), b * d);
  request.visit?.(
    b,
    Int32Array.from(ordinals, (ordinal) => indexOf(chosen, ordinal)),
    weights,
    similarities,
    count,
  );
}

/** The k most similar (of equals the lowest ordinals), in rising order. */
function keepLargest({ ordinals, similarities }: Candidates, k: number): Candidates {
  const order = Array.from(ordinals.keys()).sort((a, b) => (similarities[b] as number) - (similarities[a] as number) || a - b);
  const kept = order.slice(0, k).sort((a, b) => a - b);
  return { ordinals: kept.map((j) => ordinals[j] as number), similarities: kept.map((j) => similarities[j] as number) };
}

/** Sum of weights times rows in f64, the rows read again. */
function mixture(contents: Contents, ordinals: readonly number[], weights: Float64Array, d: number): Float32Array {
  const sums = new Float64Array(d);
  const heavy = ordinals.flatMap((ordinal, j) => ((weights[j] as number) > 0 ? [[ordinal, weights[j] as number] as const] : []));
  for (let first = 0; first < heavy.length; first += 1024) {
    const some = heavy.slice(first, first + 1024);
    const rows = new Float32Array(some.length * d);
    copyPatterns(
      contents,
      Uint32Array.from(some, ([ordinal]) => ordinal),
      d,
      rows,
    );
    some.forEach(([, weight], i) => {
      for (let k = 0; k < d; k++) sums[k] = (sums[k] as number) + weight * (rows[i * d + k] as number);
    });
  }
  return Float32Array.from(sums);
}

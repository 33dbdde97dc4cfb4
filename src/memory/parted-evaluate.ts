/**
 * @file One evaluation over patterns in several parts (parted-store.ts). A softmax over all of them is put together from the answers of the parts: with
 * A_p = log sum of e^z over part p and A that of all parts (and of "no pattern" for softmax1), y = sum_p e^(A_p - A) y_p, where y_p is the mean of part p by its own weights; A_p comes from the exact
 * similarity of the part's leader and its weight. Everything else gathers the candidates of every part and weighs them together: docs/numerics.md.
 */
import { portableExp, portableLog } from "../core/portable.ts";
import { allocate, placeF32, viewF32, viewF64, viewI32, withScratch } from "../kernels/arena.ts";
import { separationKinds } from "./candidates.ts";
import { type Evaluation, emptyEvaluation, type Request } from "./evaluation.ts";
import type { PatternStore, StorePart } from "./pattern-store.ts";
import { project } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { summarise } from "./rows.ts";

type EvaluatePart = (part: PatternStore, request: Request) => Evaluation;

export function evaluateParts(
  store: PatternStore,
  settings: Settings,
  beta: number,
  request: Request,
  evaluatePart: EvaluatePart,
): Evaluation {
  const parts = store.parts ?? [];
  const sums = settings.separation === "softmax" || settings.separation === "softmax1";
  return sums && settings.support === "all" && !request.visit && !request.conjugates
    ? joinSums(parts, settings, beta, request, evaluatePart)
    : joinCandidates(parts, store, settings, beta, request, evaluatePart);
}

/** Everything a part says of one query: A_p, the exact similarity of its leader, and its figures as shares of the part. */
interface PartShare {
  readonly part: StorePart;
  readonly answer: Evaluation;
  readonly similarity: number;
  readonly logSum: number;
  readonly total: number;
}

function joinSums(parts: readonly StorePart[], settings: Settings, beta: number, request: Request, evaluatePart: EvaluatePart): Evaluation {
  const answers = parts.map((part) => {
    const answer = evaluatePart(part.store, request);
    return { part, answer, similarities: leaderSimilarities(part.store, settings, request, answer) };
  });
  const { columns } = (answers[0] as { answer: Evaluation }).answer;
  const out = emptyEvaluation(request.count, columns);
  const y = new Float64Array(columns);
  for (let b = 0; b < request.count; b++) {
    const shares = answers.map(({ part, answer, similarities }): PartShare => {
      const similarity = similarities[b] as number;
      const weight = answer.weight[b] as number;
      const total = weight + (answer.rest[b] as number);
      // A leader without weight: so far below "no pattern" that f32 has no number for the part.
      const logSum = weight > 0 ? beta * similarity + portableLog(total / weight) : Number.NEGATIVE_INFINITY;
      return { part, answer, similarity, total, logSum };
    });
    joinShares(shares, settings.separation === "softmax1", b, out, y);
  }
  return out;
}

function joinShares(shares: readonly PartShare[], none: boolean, b: number, out: Evaluation, y: Float64Array): void {
  const { columns } = out;
  const highest = shares.reduce((most, { logSum }) => Math.max(most, logSum), none ? 0 : Number.NEGATIVE_INFINITY);
  const whole = shares.reduce((sum, { logSum }) => sum + portableExp(logSum - highest), none ? portableExp(-highest) : 0);
  // The lowest of equal leaders, as in one part.
  const leader = shares.reduce((best, share) => (share.similarity > best.similarity ? share : best));
  let rest = 0;
  let squares = 0;
  let second = leader.similarity - (leader.answer.margin[b] as number);
  y.fill(0);
  for (const share of shares) {
    const { answer, total } = share;
    const weight = portableExp(share.logSum - highest) / whole;
    const scale = weight > 0 ? weight / total : 0;
    rest += share === leader ? (answer.rest[b] as number) * scale : weight;
    squares += (answer.squares[b] as number) * scale * scale;
    if (share !== leader && !(share.similarity <= second)) second = share.similarity;
    for (let k = 0; k < columns; k++) y[k] = (y[k] as number) + scale * (answer.y[b * columns + k] as number);
    if (share === leader) out.weight[b] = (answer.weight[b] as number) * scale;
    out.visible[b] = (out.visible[b] as number) + (answer.visible[b] as number);
  }
  out.y.set(y, b * columns);
  out.top[b] = leader.part.first + (leader.answer.top[b] as number);
  out.rest[b] = rest;
  out.squares[b] = squares;
  out.margin[b] = leader.similarity - second;
}

/** Exact similarity of each query with the leader of one part. */
function leaderSimilarities(part: PatternStore, settings: Settings, request: Request, answer: Evaluation): Float64Array {
  const { arena, keyDimension: d, keys } = part;
  const { count, known } = request;
  const kind = settings.similarity === "l2" ? 1 : settings.similarity === "cosine" ? 2 : 0;
  const asked = part.kernel ? project(part.kernel, request.queries, count) : request.queries;
  return withScratch(arena, () => {
    const queries = placeF32(arena, asked);
    const weights = known ? placeF32(arena, known.weights) : 0;
    const tops = allocate(arena, count * 4);
    viewI32(arena, tops, count).set(answer.top);
    const out = allocate(arena, count * 8);
    for (let b = 0; b < count; b++) {
      const row = weights && !known?.shared ? weights + b * d * 4 : weights;
      arena.kernels.exactScores(kind, queries + b * d * 4, d, keys, row, 0, tops + b * 4, 1, out + b * 8);
    }
    return viewF64(arena, out, count).slice();
  });
}

/** The candidates of one query out of all parts, in the order of their indices. */
interface Candidates {
  readonly indices: number[];
  readonly similarities: number[];
}

function joinCandidates(
  parts: readonly StorePart[],
  store: PatternStore,
  settings: Settings,
  beta: number,
  request: Request,
  evaluatePart: EvaluatePart,
): Evaluation {
  const { conjugates, visit: _, ...plain } = request;
  const found = Array.from({ length: request.count }, (): Candidates => ({ indices: [], similarities: [] }));
  const visible = new Int32Array(request.count);
  for (const { first, store: part } of parts) {
    const answer = evaluatePart(part, {
      ...plain,
      visit: (b, indices, _weights, similarities, count) => {
        const { indices: into, similarities: values } = found[b] as Candidates;
        for (let j = 0; j < count; j++) {
          into.push(first + (indices[j] as number));
          values.push(similarities[j] as number);
        }
      },
    });
    answer.visible.forEach((n, b) => {
      visible[b] = (visible[b] as number) + n;
    });
  }
  const columns = request.readValues ? store.valueDimension : store.dimension;
  const out = emptyEvaluation(request.count, columns);
  found.forEach((all, b) => {
    const { indices, similarities } = settings.support === "top-k" ? largest(all, settings.k) : all;
    const chosen = Int32Array.from(indices);
    const exact = Float64Array.from(similarities);
    const { weights, conjugate } = weigh(store, settings, beta, exact, conjugates !== undefined);
    if (conjugates) conjugates[b] = conjugate;
    request.visit?.(b, chosen, weights, exact, chosen.length);
    out.y.set(mixRows(parts, request.readValues, columns, chosen, weights), b * columns);
    summarise(
      settings,
      out,
      b,
      chosen,
      weights,
      exact,
      chosen.length,
      settings.support === "top-k" ? chosen.length : (visible[b] as number),
    );
  });
  return out;
}

/** The k most similar (of equals the lowest index), in rising order of index. */
function largest({ indices, similarities }: Candidates, k: number): Candidates {
  if (indices.length <= k) return { indices, similarities };
  const order = Array.from(indices.keys());
  order.sort((a, b) => (similarities[b] as number) - (similarities[a] as number) || a - b);
  const kept = order.slice(0, k).sort((a, b) => a - b);
  return { indices: kept.map((j) => indices[j] as number), similarities: kept.map((j) => similarities[j] as number) };
}

function weigh(
  { arena }: PatternStore,
  settings: Settings,
  beta: number,
  similarities: Float64Array,
  wantsConjugate: boolean,
): { weights: Float64Array; conjugate: number } {
  const count = similarities.length;
  return withScratch(arena, () => {
    const [logits, out] = [allocate(arena, count * 8), allocate(arena, count * 8)];
    viewF64(arena, logits, count).set(similarities.map((s) => beta * s));
    const kind = separationKinds[settings.separation ?? "softmax"];
    arena.kernels.separate(kind, logits, count, settings.alpha, settings.k, 1, out);
    const conjugate = wantsConjugate ? arena.kernels.conjugate(kind, logits, out, count, settings.alpha, 1) : Number.NaN;
    return { weights: viewF64(arena, out, count).slice(), conjugate };
  });
}

/** sum_j w_j v_j in f64, over rows that lie in any of the parts. */
function mixRows(
  parts: readonly StorePart[],
  readValues: boolean,
  columns: number,
  indices: Int32Array,
  weights: Float64Array,
): Float64Array {
  const y = new Float64Array(columns);
  let p = 0;
  indices.forEach((index, j) => {
    const w = weights[j] as number;
    if (w === 0) return;
    while (p + 1 < parts.length && (parts[p + 1] as StorePart).first <= index) p++;
    const { first, store } = parts[p] as StorePart;
    const row = viewF32(store.arena, (readValues ? store.values : store.patterns) + (index - first) * columns * 4, columns);
    for (let k = 0; k < columns; k++) y[k] = (y[k] as number) + w * (row[k] as number);
  });
  return y;
}

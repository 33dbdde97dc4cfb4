/** @file softmax and softmax1 over a store, summed while the rows go by (running.ts). */
import { portableExp, portableLog, portableLog2 } from "../core/portable.ts";
import { viewF64 } from "../kernels/arena.ts";
import { candidateThreshold } from "../memory/candidates.ts";
import type { Request } from "../memory/evaluation.ts";
import { include, newRunning, type Running } from "./running.ts";
import { indexOf } from "./scan-plan.ts";
import { groupFor, pass } from "./stream-pass.ts";
import { type Outcome, rememberNorm, type Streamed, unreachable } from "./streamed.ts";

export function sumUp(
  streamed: Streamed,
  part: Request,
  request: Request,
  start: number,
  out: Outcome,
  norms: Record<number, number>,
): void {
  const { contents, chosen, scanner, settings, beta, keep } = streamed;
  const { arena } = scanner;
  const d = contents.manifest.dimension;
  const group = groupFor(streamed, part);
  const running = Array.from({ length: part.count }, () => newRunning(d));
  const thresholdOf = (r: number): number => {
    const { largest, second } = running[r] as Running;
    return candidateThreshold(settings, beta, group.errors[r] as number, chosen.count, {
      largest,
      second,
      offset: group.offsets[r] as number,
      kth: () => largest,
    });
  };
  pass(streamed, group, running, thresholdOf, (r, first, address, indices, similarities, places) => {
    const state = running[r] as Running;
    const weights = viewF64(arena, places.weights, indices.length);
    const ordinals = indices.map((i) => first + i);
    include(state, beta, ordinals, similarities, weights, keep);
    arena.kernels.gather(address, d, places.indices, places.weights, indices.length, places.sums, places.answer);
    const sums = viewF64(arena, places.sums, d);
    for (let k = 0; k < d; k++) state.sums[k] = (state.sums[k] as number) + (sums[k] as number);
  });
  running.forEach((state, r) => {
    finishSums(streamed, state, request, start + r, out, norms);
  });
}

/** Sums to weights and answer. softmax1 has one more term e^0 for "no pattern". */
function finishSums(
  { contents, chosen, settings, beta }: Streamed,
  state: Running,
  request: Request,
  b: number,
  out: Outcome,
  norms: Record<number, number>,
): void {
  const { evaluation } = out;
  const d = contents.manifest.dimension;
  if (state.top < 0) unreachable(b);
  const none = settings.separation === "softmax1";
  // Everything relative to the larger of the leader's logit and that of "no pattern".
  const lift = none && state.logit < 0 ? portableExp(state.logit) : 1;
  const total = (1 + state.rest) * lift + (none ? (state.logit < 0 ? 1 : portableExp(-state.logit)) : 0);
  const scale = lift / total;
  evaluation.top[b] = indexOf(chosen, state.top);
  evaluation.weight[b] = scale;
  evaluation.rest[b] = state.rest * scale;
  evaluation.squares[b] = (1 + state.squares) * scale * scale;
  if (state.runnerUp > Number.NEGATIVE_INFINITY) evaluation.margin[b] = state.topSimilarity - state.runnerUp;
  evaluation.visible[b] = chosen.count;
  for (let k = 0; k < d; k++) evaluation.y[b * d + k] = (state.sums[k] as number) * scale;
  out.conjugates[b] = portableLog(total) + Math.max(state.logit, none ? 0 : state.logit);
  rememberNorm(contents, state.top, evaluation.top[b] as number, norms);
  if (request.visit) {
    // The leader, the runner-up, and what weighs enough to be a candidate of the whole: early batches let in more.
    const least = state.topSimilarity - ((44 + portableLog2(chosen.count + 1)) * Math.LN2) / beta;
    const leaders = state.leaders.filter(({ similarity }, i) => i < 2 || similarity >= least);
    const indices = Int32Array.from(leaders, ({ ordinal }) => indexOf(chosen, ordinal));
    const similarities = Float64Array.from(leaders, ({ similarity }) => similarity);
    request.visit(
      b,
      indices,
      similarities.map((s) => portableExp(beta * s - state.logit) * scale),
      similarities,
      leaders.length,
    );
  }
}

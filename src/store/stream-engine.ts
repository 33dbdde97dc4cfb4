/**
 * @file The operator over a store that is not in memory, as an Engine of the model family: one evaluation is one pass over the rows. A row matters for a query when its f32 score comes
 * within reach of the best so far, which only rises, so every row that matters in the end is met; it is weighed from its exact similarity, in f64, while it is in memory. softmax and
 * softmax1 are summed on the way (sum-stream.ts); the other separations, and top-k, gather their candidates (gather-candidates.ts, weigh-candidates.ts).
 */
import { square } from "../core/numerics.ts";
import { withScratch } from "../kernels/arena.ts";
import { hasEnergy } from "../memory/energy.ts";
import type { Engine } from "../memory/engine.ts";
import { emptyEvaluation, type Request } from "../memory/evaluation.ts";
import { groupSize } from "./batch-scores.ts";
import { scanCodes } from "./byte-scan.ts";
import { gatherCandidates } from "./gather-candidates.ts";
import type { Outcome, Streamed } from "./streamed.ts";
import { sumUp } from "./sum-stream.ts";
import { weigh } from "./weigh-candidates.ts";

/** @param normOf squared norms of rows that results ask for, by index. */
export function streamEngine(streamed: Streamed, norms: Record<number, number>): Engine {
  const { settings, beta } = streamed;
  return {
    evaluate: (request) => evaluateStreamed(streamed, request, norms).evaluation,
    energies: (states, rows) => {
      const d = states.length / rows.length;
      if (!hasEnergy(settings)) return new Array(rows.length).fill(null);
      const { conjugates } = evaluateStreamed(
        streamed,
        { queries: states, count: rows.length, rows, positions: null, known: null, readValues: false },
        norms,
      );
      return Array.from(conjugates, (omega, b) => {
        if (!Number.isFinite(omega)) return null;
        let own = 0;
        if (settings.similarity !== "l2") for (let k = 0; k < d; k++) own += 0.5 * square(states[b * d + k] as number);
        return own - omega / beta;
      });
    },
  };
}

function evaluateStreamed(streamed: Streamed, request: Request, norms: Record<number, number>): Outcome {
  const { settings, contents, scanner } = streamed;
  const d = contents.manifest.dimension;
  const out: Outcome = { evaluation: emptyEvaluation(request.count, d), conjugates: new Float64Array(request.count) };
  const online = (settings.separation === "softmax" || settings.separation === "softmax1") && settings.support === "all";
  const group = groupSize(scanner, request.known);
  for (let start = 0; start < request.count; start += group) {
    const n = Math.min(group, request.count - start);
    const queries = request.queries.subarray(start * d, (start + n) * d);
    const known =
      request.known && !request.known.shared
        ? { weights: request.known.weights.subarray(start * d, (start + n) * d), shared: false }
        : request.known;
    const part: Request = { ...request, queries, count: n, known };
    withScratch(scanner.arena, () => {
      const candidates = scanCodes(streamed, part) ?? (online ? null : gatherCandidates(streamed, part));
      if (!candidates) sumUp(streamed, part, request, start, out, norms);
      candidates?.forEach((each, r) => {
        weigh(streamed, request, start + r, each, out, norms);
      });
    });
  }
  return out;
}

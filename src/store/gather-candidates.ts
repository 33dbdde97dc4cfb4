/** @file The rows that can carry the answer of a query, for separations that must see them together: top-k, sparsemax and their kin. */
import { HopfieldError } from "../core/errors.ts";
import { allocate } from "../kernels/arena.ts";
import { candidateThreshold } from "../memory/candidates.ts";
import type { Request } from "../memory/evaluation.ts";
import type { Settings } from "../memory/presets.ts";
import { newRunning, type Running } from "./running.ts";
import { groupFor, pass } from "./stream-pass.ts";
import { type Candidates, cut, type Streamed } from "./streamed.ts";

export function gatherCandidates(streamed: Streamed, part: Request): Candidates[] {
  const { chosen, scanner, settings, beta, mostCandidates } = streamed;
  const group = groupFor(streamed, part);
  const running = Array.from({ length: part.count }, () => newRunning(0));
  const lists = Array.from({ length: part.count }, (): Candidates => ({ ordinals: [], similarities: [] }));
  const needs = settings.support === "top-k" || settings.separation === "k-subset";
  const heap = needs ? allocate(scanner.arena, 4 * Math.min(settings.k, scanner.batchRows)) : 0;
  const bars = new Float64Array(part.count).fill(Number.NEGATIVE_INFINITY);
  const most = Math.floor(mostCandidates / part.count);
  const limits = new Float64Array(part.count).fill(Math.max(4096, 4 * settings.k));
  const thresholdOf = (r: number, row: number, n: number): number => {
    const { largest, second } = running[r] as Running;
    const offset = group.offsets[r] as number;
    // The k-th best is at least the k-th of this batch, and at least the k-th exact similarity when the list was last cut.
    const kth = (k: number): number =>
      Math.max(bars[r] as number, k <= n ? scanner.arena.kernels.kthLargest(row, n, k, heap) : Number.NEGATIVE_INFINITY);
    return candidateThreshold(settings, beta, group.errors[r] as number, chosen.count, { largest, second, offset, kth });
  };
  pass(streamed, group, running, thresholdOf, (r, first, _address, indices, similarities) => {
    const list = lists[r] as Candidates;
    for (let j = 0; j < indices.length; j++) {
      list.ordinals.push(first + (indices[j] as number));
      list.similarities.push(similarities[j] as number);
    }
    if (list.ordinals.length <= (limits[r] as number)) return;
    bars[r] = cut(settings, beta, chosen.count, list) - (group.offsets[r] as number) - (group.errors[r] as number);
    if (list.ordinals.length > most) tooMany(settings, most);
    // Cutting costs a sort: again when the list has doubled.
    limits[r] = Math.max(limits[r] as number, 2 * list.ordinals.length);
  });
  return lists;
}

function tooMany(settings: Settings, most: number): never {
  throw new HopfieldError(
    "E_LIMIT",
    `recall: more than ${most} patterns carry the answer of a query (${settings.separation}, ${settings.support}); raise the memory limit, or beta`,
  );
}

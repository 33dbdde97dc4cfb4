/** @file A trained Hopular asked about rows: outputs of the target in tiles, and how much each row draws on every stored row. */
import { randomStream } from "../core/random.ts";
import { hopular } from "../layers/hopular.ts";
import { openLamb } from "../layers/lamb.ts";
import type { Parameters, Tensor } from "../layers/types.ts";
import { scoped, type Workspace } from "../layers/workspace.ts";
import type { HopularFit } from "./hopular-fit.ts";
import { type HopularRows, someRows } from "./hopular-rows.ts";

/** Outputs of the target (logits, or a number) for query rows, in tiles. @param hideSelf the queries are the stored rows, and none sees itself. @param visit sees how much each draws on every stored row. */
export function runHopular(
  w: Workspace,
  { description, parameters }: Pick<HopularFit, "description" | "parameters">,
  memory: Tensor,
  queries: HopularRows,
  { visit, hideSelf = false }: { readonly visit?: (first: number, weights: Float32Array) => void; readonly hideSelf?: boolean } = {},
): Float32Array {
  const network = hopular(description);
  const outputs = description.columns.at(-1)?.outputs ?? 1;
  const found = new Float32Array(queries.rows * outputs);
  const tile = Math.max(1, Math.min(256, Math.floor(2 ** 21 / memory.rows)));
  scoped(w, () => {
    const placed = openWorkspaceCopy(w, parameters);
    for (let first = 0; first < queries.rows; first += tile) {
      const chosen = Array.from({ length: Math.min(tile, queries.rows - first) }, (_, i) => first + i);
      scoped(w, () => {
        const { x } = someRows(queries, chosen, null, randomStream(0));
        const hides = hideSelf ? selfMask(chosen, [...Array(memory.rows).keys()]) : null;
        const run = network.forward(placed, x, memory, hides, { workspace: w, training: false, seed: 0, draws: 0, wantInput: false });
        visit?.(first, run.weights());
        chosen.forEach((_, r) => {
          found.set(run.y.data.subarray((r + 1) * run.y.columns - outputs, (r + 1) * run.y.columns), (first + r) * outputs);
        });
      });
    }
  });
  return found;
}

/** Parameters need not be copied in again for every tile. */
function openWorkspaceCopy(w: Workspace, parameters: Parameters): Parameters {
  return openLamb(w, parameters).parameters;
}

/** 1 where a row meets itself; null when none does. */
export function selfMask(chosen: readonly number[], stored: readonly number[]): Uint8Array | null {
  const place = new Map(stored.map((row, j) => [row, j]));
  const hides = new Uint8Array(chosen.length * stored.length);
  let some = false;
  chosen.forEach((row, i) => {
    const j = place.get(row);
    if (j === undefined) return;
    hides[i * stored.length + j] = 1;
    some = true;
  });
  return some ? hides : null;
}

/** @file Keeps the landscape in step with its points and β, in a worker of its own; starts with the first look at the memory panel. */
import { HopfieldError, type HopfieldWorker, openWorker } from "modern-hopfield";
import { openLatest } from "../engine/latest.ts";
import { computeLandscape } from "../landscape/compute.ts";
import { changeLandscape } from "../landscape/state.ts";
import type { Store } from "../state/store.ts";

export function startLandscapeEffects(store: Store): { begin(): void } {
  let worker: HopfieldWorker | null = null;
  let begun = false;
  const latest = openLatest<null>(async () => {
    const { landscape } = store.get();
    worker ??= openWorker();
    try {
      const field = await computeLandscape(worker, landscape);
      store.apply(changeLandscape(() => ({ field, problem: null })));
    } catch (error) {
      if (error instanceof HopfieldError && error.code === "E_IO") {
        await worker.close();
        worker = null;
      }
      store.apply(changeLandscape(() => ({ field: null, problem: error instanceof Error ? error.message : String(error) })));
    }
  });
  store.listen(({ landscape: a }, { landscape: b }) => {
    if (begun && (a.points !== b.points || a.start !== b.start || a.beta !== b.beta || a.model !== b.model)) latest.ask(null);
  });
  return {
    begin() {
      if (begun) return;
      begun = true;
      latest.ask(null);
    },
  };
}

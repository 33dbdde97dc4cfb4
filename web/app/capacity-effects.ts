/** @file The capacity panel behind workers of its own: two keep the curves in step with the sliders, a third sends simulated points. Neither runs while the panel is closed. */

import { changeCapacity, curveLambdas, slowEnsembles } from "../capacity/state.ts";
import { openLaboratory } from "../engine/laboratory.ts";
import type { Sample } from "../engine/tasks.ts";
import type { Store } from "../state/store.ts";
import type { State } from "../state/types.ts";
import { completeRows } from "../table/state.ts";

export interface CapacityEffects {
  simulate(): void;
  stop(): void;
}

/** Points of one simulation. */
const points = 10;

function sampleOf({ table: { table }, memory: { digits } }: State): Sample | null {
  if (table) return { data: completeRows(table), rows: table.complete.length, columns: table.columns };
  return digits && { data: digits.data, rows: digits.rows, columns: digits.data.length / digits.rows };
}

export function startCapacityEffects(store: Store): CapacityEffects {
  const [quick, slow, simulations] = [openLaboratory(), openLaboratory(), openLaboratory()];
  let drawing = new AbortController();
  let running: AbortController | null = null;

  function draw(state: State): void {
    drawing.abort();
    drawing = new AbortController();
    const { signal } = drawing;
    const { shown, parameters, reach } = state.capacity;
    const sample = shown.includes("empirical") ? sampleOf(state) : null;
    // A slow curve must not keep the others waiting for the slider.
    for (const [laboratory, ensembles] of [
      [quick, shown.filter((id) => !slowEnsembles.has(id))],
      [slow, shown.filter((id) => slowEnsembles.has(id))],
    ] as const) {
      if (ensembles.length === 0) continue;
      laboratory
        .ask(
          "curves",
          { ensembles, parameters, reach, sample },
          {
            stop: signal,
            onPart: (curve) => {
              if (!signal.aborted)
                store.apply(changeCapacity((now) => ({ curves: [...now.curves.filter(({ id }) => id !== curve.id), curve] })));
            },
          },
        )
        .catch(() => {
          // Stopped for newer sliders, or the worker died and starts again with the next change.
        });
    }
  }

  function stop(): void {
    running?.abort();
    running = null;
    store.apply(changeCapacity(({ simulation }) => ({ simulation: { ...simulation, running: false } })));
  }

  store.listen((now, before) => {
    if (now.panel !== "capacity") return;
    const [a, b] = [now.capacity, before.capacity];
    const opened = before.panel !== "capacity" && a.curves.length === 0;
    const data = a.shown.includes("empirical") && (now.table.table !== before.table.table || now.memory.digits !== before.memory.digits);
    if (opened || data || a.shown !== b.shown || a.parameters !== b.parameters || a.reach !== b.reach) draw(now);
    if (running && a.parameters !== b.parameters) stop();
  });

  return {
    stop,
    simulate() {
      running?.abort();
      const own = new AbortController();
      running = own;
      const { simulation, parameters, reach } = store.get().capacity;
      const { ensemble, n, instances } = simulation;
      store.apply(
        changeCapacity((now) => ({
          simulation: {
            ...now.simulation,
            running: true,
            problem: null,
            points: now.simulation.points.filter(({ id }) => id !== ensemble),
          },
        })),
      );
      const lambdas = curveLambdas(reach).filter((_, i) => i % (60 / points) === Math.floor(60 / points / 2));
      const finish = (problem: string | null): void => {
        if (running !== own) return;
        running = null;
        store.apply(changeCapacity((now) => ({ simulation: { ...now.simulation, running: false, problem } })));
      };
      simulations
        .ask(
          "simulate",
          { ensemble, parameters, n, instances, lambdas },
          {
            stop: own.signal,
            onPart: (point) => {
              if (!own.signal.aborted)
                store.apply(changeCapacity((now) => ({ simulation: { ...now.simulation, points: [...now.simulation.points, point] } })));
            },
          },
        )
        .then(
          () => finish(null),
          (error: Error) => finish(error.message),
        );
    },
  };
}

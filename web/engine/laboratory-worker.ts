/** @file The second worker: reads files, plans, computes capacity curves and simulated points with the package's functions, giving way between parts so that a stop gets in. */
import { HopfieldError } from "modern-hopfield";
import { curvesInParts } from "../capacity/curves.ts";
import { simulateInParts } from "../capacity/simulate.ts";
import { planOf } from "../table/plan.ts";
import { readFiles } from "../table/read.ts";
import type { FromWorker, TaskName, Tasks, ToWorker } from "./tasks.ts";

const stopped = new Set<number>();

type Handler<Name extends TaskName> = (ask: Tasks[Name]["ask"]) => Generator<Tasks[Name]["part"] | undefined, Tasks[Name]["value"]>;

/** undefined: nothing to tell, only a chance to stop. */
const handlers: { readonly [Name in TaskName]: Handler<Name> } = {
  // biome-ignore lint/correctness/useYield: reading has no parts.
  *read({ files }) {
    return readFiles(files);
  },
  // biome-ignore lint/correctness/useYield: planning has no parts.
  *plan(ask) {
    return planOf(ask);
  },
  *curves({ ensembles, parameters, reach, sample }) {
    yield* curvesInParts(ensembles, parameters, reach, sample);
    return null;
  },
  *simulate(ask) {
    yield* simulateInParts(ask);
    return null;
  },
};

/** A turn of the event loop. A timer, for messages to oneself can keep those of the page waiting. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

const say = (message: FromWorker): void => postMessage(message);

async function answer(id: number, name: TaskName, ask: unknown): Promise<void> {
  try {
    const parts = (handlers[name] as (ask: unknown) => Generator<unknown, unknown>)(ask);
    for (let part = parts.next(); ; part = parts.next()) {
      if (part.done) return say({ id, value: part.value });
      if (part.value !== undefined) say({ id, part: part.value });
      await breath();
      if (stopped.delete(id)) return;
    }
  } catch (error) {
    const known = error instanceof HopfieldError;
    say({ id, problem: known ? error.message : `this should not happen: ${error instanceof Error ? error.message : String(error)}` });
  }
}

let queue: Promise<void> = Promise.resolve();
addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if ("stop" in data) {
    stopped.add(data.stop);
    return;
  }
  queue = queue.then(() => (stopped.delete(data.id) ? undefined : answer(data.id, data.name, data.ask)));
});

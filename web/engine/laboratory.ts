/** @file The page's side of its second worker: one request at a time by id, parts as they come, a new worker after one that died. */
import type { FromWorker, TaskName, Tasks, ToWorker } from "./tasks.ts";

interface Pending {
  part(value: unknown): void;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface Laboratory {
  /** @param stop aborts: the promise rejects with "stopped". */
  ask<Name extends TaskName>(
    name: Name,
    ask: Tasks[Name]["ask"],
    options?: { readonly onPart?: (part: Tasks[Name]["part"]) => void; readonly stop?: AbortSignal },
  ): Promise<Tasks[Name]["value"]>;
  close(): void;
}

export function openLaboratory(): Laboratory {
  const pending = new Map<number, Pending>();
  let worker: Worker | null = null;
  let nextId = 1;

  function started(): Worker {
    if (worker) return worker;
    const fresh = new Worker(new URL("./laboratory-worker.ts", import.meta.url), { type: "module" });
    fresh.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      const call = pending.get(data.id);
      if (!call) return;
      if ("part" in data) {
        call.part(data.part);
        return;
      }
      pending.delete(data.id);
      if ("problem" in data) call.reject(new Error(data.problem));
      else call.resolve(data.value);
    };
    fresh.onerror = (event) => {
      event.preventDefault();
      fresh.terminate();
      worker = null;
      for (const call of pending.values()) call.reject(new Error("the worker stopped; it is started again at the next try"));
      pending.clear();
    };
    worker = fresh;
    return fresh;
  }

  return {
    ask(name, ask, { onPart, stop } = {}) {
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const send = (message: ToWorker): void => started().postMessage(message);
        pending.set(id, { part: (value) => onPart?.(value as never), resolve: resolve as (value: unknown) => void, reject });
        stop?.addEventListener("abort", () => {
          if (!pending.delete(id)) return;
          send({ stop: id });
          reject(new Error("stopped"));
        });
        send({ id, name, ask });
      });
    },
    close() {
      worker?.terminate();
      worker = null;
    },
  };
}

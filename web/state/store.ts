/** @file Holds the one state, and tells listeners after every change. */
import type { Change, State } from "./types.ts";

export interface Store {
  get(): State;
  apply(change: Change): void;
  /** @returns a function that stops it. */
  listen(listener: (now: State, before: State) => void): () => void;
}

export function openStore(initial: State): Store {
  let state = initial;
  const listeners = new Set<(now: State, before: State) => void>();
  return {
    get: () => state,
    apply(change) {
      const before = state;
      state = change(before);
      if (state !== before) for (const listener of listeners) listener(state, before);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

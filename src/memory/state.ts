/** @file The state of a memory between calls, and the engine that computes with it. */
import { adviseBetaFor } from "./advise-beta.ts";
import { binaryEngine } from "./binary.ts";
import { energies as operatorEnergies } from "./energy.ts";
import type { Engine } from "./engine.ts";
import { evaluate } from "./evaluate.ts";
import { kernelRegressionEngine } from "./kernel-regression.ts";
import { linearEngine } from "./linear.ts";
import type { PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";
import { randomFeatureEngine } from "./random-features.ts";

/** What a memory is, between calls. */
export interface MemoryState {
  readonly store: PatternStore;
  readonly settings: Settings;
  readonly hasValues: boolean;
  labels: (string | number)[] | null;
  /** The engine for the beta in use; made anew when beta may have changed. */
  engine: Engine | null;
  beta: number | null;
}

/** The engine of the model with the beta in use. */
export function engineOf(state: MemoryState): Engine {
  if (state.engine) return state.engine;
  const { store, settings } = state;
  const beta = betaOf(state) ?? 1;
  state.engine = makeEngine(store, settings, beta);
  return state.engine;
}

function makeEngine(store: PatternStore, settings: Settings, beta: number): Engine {
  switch (settings.procedure) {
    case "linear":
      return linearEngine(store, beta);
    case "random-features":
      return randomFeatureEngine(store, settings, beta);
    case "kernel-regression":
      return kernelRegressionEngine(store, settings, beta);
    case "binary":
      return binaryEngine(store, settings);
    default:
      return {
        evaluate: (request) => evaluate(store, settings, beta, request),
        energies: (states, rows, positions) => operatorEnergies(store, settings, beta, states, rows, positions),
      };
  }
}

export function betaOf(state: MemoryState): number | null {
  if (state.settings.procedure === "binary") return null;
  if (state.settings.beta !== null) return state.settings.beta;
  state.beta ??= adviseBetaFor(state.store, state.settings.similarity ?? "dot", state.settings.seed).beta;
  return state.beta;
}

/** @file What the page's second worker can be asked: reading files, planning, capacity curves, simulated points. Types only; both sides import them. */
import type { Curve, EnsembleId, Parameters, SimulatedPoint } from "../capacity/state.ts";
import type { Plan, Table } from "../table/state.ts";

/** Rows of numbers for an ensemble estimated from data. */
export interface Sample {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** A picture or table out of dropped files. `pictures` are 28 x 28 in [0, 1] where the files allow it. */
export interface ReadResult {
  readonly table: Table;
  readonly pictures: Float32Array | null;
}

export interface PlanTask {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly options: { readonly model: string; readonly similarity?: string; readonly separation?: string; readonly beta?: number };
  readonly noise: number;
}

export interface SimulateTask {
  readonly ensemble: EnsembleId;
  readonly parameters: Parameters;
  readonly n: number;
  readonly instances: number;
  readonly lambdas: readonly number[];
}

export interface Tasks {
  read: { ask: { readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[] }; part: never; value: ReadResult };
  plan: { ask: PlanTask; part: never; value: Plan };
  curves: {
    ask: {
      readonly ensembles: readonly EnsembleId[];
      readonly parameters: Parameters;
      readonly reach: number;
      readonly sample: Sample | null;
    };
    part: Curve;
    value: null;
  };
  simulate: { ask: SimulateTask; part: SimulatedPoint; value: null };
}

export type TaskName = keyof Tasks;

export type ToWorker = { readonly id: number; readonly name: TaskName; readonly ask: unknown } | { readonly stop: number };
export type FromWorker =
  | { readonly id: number; readonly part: unknown }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problem: string };

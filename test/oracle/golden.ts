/** @file The reference vectors of test/golden/models.json, typed, with the strings of non-finite numbers turned back into numbers. */
import { readFileSync } from "node:fs";
import type { CapacityBound } from "./capacity.ts";

export interface Weighted {
  readonly p: number[];
}

export interface Update {
  readonly variant: string;
  readonly spec: { kind: string; k?: number; alpha?: number; mask?: number[] };
  readonly beta: number;
  readonly query: number;
  readonly z: number[];
  readonly p: number[];
  readonly y_values: number[];
  readonly state_traj: number[][];
  readonly energy_traj: number[];
  readonly energy_ramsauer?: number;
  readonly jacobian_state?: number[][];
}

interface LossReference {
  readonly loss: number;
  readonly dW: number[][];
}

interface BinaryReference {
  readonly result: number[];
  readonly energy_start: number;
  readonly energy_result: number;
}

export interface Golden {
  readonly inputs: { X: number[][]; V: number[][]; Q: number[][] };
  readonly separations: ({ z: number[]; lse: number; lse1: number } & Record<string, Weighted | number[] | number>)[];
  readonly updates: Update[];
  readonly feature_maps: {
    Omega: number[][];
    cases: {
      beta: number;
      query: number;
      linear: { phi_q: number[]; p: number[]; y: number[] };
      prf: { phi_q: number[]; a: number[]; exact: number[]; p: number[]; y: number[] };
    }[];
  };
  readonly distance_and_kernel: {
    W: number[][];
    cases: {
      beta: number;
      query: number;
      l2: { p: number[]; y: number[]; energy: number };
      lsr: { weights: number[]; y: number[]; energy_eps0: number; energy_eps1e_3: number };
      kernel: { p: number[]; y: number[]; energy: number };
    }[];
    sep_loss_t2: { normalized: LossReference; raw: LossReference };
  };
  readonly binary: {
    patterns: number[][];
    start: number[];
    hebb_W: number[][];
    hebb_energy_start: number;
    hebb_result: number[];
    hebb_energy_result: number;
    dam_rectpoly2: BinaryReference;
    dam_rectpoly3: BinaryReference;
    dam_rectpoly4: BinaryReference;
    dam_exp: BinaryReference;
  };
  readonly kernel_regression: { X: number[][]; beta: number; lam: number; q: number[]; y: number[] };
  readonly diagnostics: {
    separation_Delta: number[];
    max_norm: number;
    capacity: (Omit<CapacityBound, "cMin" | "count" | "holds"> & {
      beta: number;
      K: number;
      d: number;
      p: number;
      c_min: number;
      N: number;
    })[];
  };
}

const numbers: Record<string, number> = { Infinity: Infinity, "-Infinity": -Infinity, NaN: Number.NaN };

/** The whole file. */
export const readGolden = (): Golden =>
  JSON.parse(readFileSync(new URL("../golden/models.json", import.meta.url), "utf8"), (_, value: unknown) =>
    typeof value === "string" ? (numbers[value] ?? value) : value,
  ) as Golden;

/** @file AdamW with clipping over all parameters as one flat list in the workspace (Loshchilov and Hutter, arXiv 1711.05101), and schedules of the learning rate. */
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { copyInto, countParameters, viewsInto } from "./parameters.ts";
import type { Parameters } from "./types.ts";
import { type Workspace, zeros } from "./workspace.ts";

export interface OptimiserOptions {
  /** Above 0, default 1e-3. */
  readonly learningRate?: number;
  /** Share of a parameter that a step of rate 1 takes away, default 0.01. */
  readonly weightDecay?: number;
  /** Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly eps?: number;
  /** Longest gradient over all parameters (Euclidean); null: any. Default 1. */
  readonly clip?: number | null;
  /** "constant", or "cosine": half a cosine from the rate to 0 over all steps. Default "constant". */
  readonly schedule?: "constant" | "cosine";
  /** Steps over which the rate rises from 0 first. Default 0. */
  readonly warmup?: number;
}

export type OptimiserSettings = Required<OptimiserOptions>;

/** Flat lists, padded with zeros to a multiple of four; `parameters` and `gradients` are trees of views. */
export interface Optimiser {
  readonly settings: OptimiserSettings;
  readonly count: number;
  readonly x: Float32Array;
  readonly g: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly parameters: Parameters;
  readonly gradients: Parameters;
  /** Steps taken. */
  step: number;
}

/** @throws HopfieldError E_RANGE. */
export function optimiserSettings(where: string, options: OptimiserOptions = {}): OptimiserSettings {
  checkNames(where, options, ["learningRate", "weightDecay", "betas", "eps", "clip", "schedule", "warmup"]);
  const [b1, b2] = options.betas ?? [0.9, 0.999];
  return {
    learningRate: checkNumber(where, "learningRate", options.learningRate ?? 1e-3, { above: 0 }),
    weightDecay: checkNumber(where, "weightDecay", options.weightDecay ?? 0.01, { atLeast: 0 }),
    betas: [
      checkNumber(where, "betas", b1, { atLeast: 0, atMost: 0.999999 }),
      checkNumber(where, "betas", b2, { atLeast: 0, atMost: 0.999999 }),
    ],
    eps: checkNumber(where, "eps", options.eps ?? 1e-8, { above: 0 }),
    clip: options.clip === null ? null : checkNumber(where, "clip", options.clip ?? 1, { above: 0 }),
    schedule: checkChoice(where, "schedule", options.schedule ?? "constant", ["constant", "cosine"]),
    warmup: checkNumber(where, "warmup", options.warmup ?? 0, { atLeast: 0, whole: true }),
  };
}

/** Copies the parameters into the workspace, where they stay. */
export function openOptimiser(workspace: Workspace, fresh: Parameters, settings: OptimiserSettings): Optimiser {
  const count = countParameters(fresh);
  const list = (): Float32Array => zeros(workspace, 1, Math.ceil(count / 4) * 4).data;
  const [x, g, m, v] = [list(), list(), list(), list()];
  const parameters = viewsInto(fresh, x);
  copyInto(fresh, parameters);
  return { settings, count, x, g, m, v, parameters, gradients: viewsInto(fresh, g), step: 0 };
}

/** The rate of step 0, 1, ...; `total` counts the steps of the whole run. The cosine is that of a polynomial fixed to the bit. */
export function rateAt({ learningRate, schedule, warmup }: OptimiserSettings, step: number, total: number): number {
  const rise = warmup > 0 ? Math.min(1, (step + 1) / warmup) : 1;
  if (schedule === "constant") return learningRate * rise;
  const t = Math.min(1, Math.max(0, (step - warmup) / Math.max(1, total - warmup)));
  return learningRate * rise * 0.5 * (1 + cosineOfHalfTurns(t));
}

/** cos(pi t) for 0 <= t <= 1, by the series about 1/2 (sine of an angle of at most pi / 2), to 1e-9. */
function cosineOfHalfTurns(t: number): number {
  const a = Math.PI * (0.5 - t);
  const z = a * a;
  return a * (1 - (z / 6) * (1 - (z / 20) * (1 - (z / 42) * (1 - (z / 72) * (1 - (z / 110) * (1 - z / 156))))));
}

/** One step with the gradients as they stand. @returns the length of the gradient before clipping. */
export function takeStep({ kernels }: Workspace, optimiser: Optimiser, total: number): number {
  const { settings, x, g, m, v } = optimiser;
  const norm = Math.sqrt(kernels.innerProduct(g.byteOffset, g.byteOffset, g.length));
  const clip = settings.clip !== null && norm > settings.clip ? settings.clip / norm : 1;
  const rate = rateAt(settings, optimiser.step, total);
  optimiser.step++;
  const [b1, b2] = settings.betas;
  const correction = (b: number): number => 1 / (1 - wholePower(b, optimiser.step));
  kernels.adamStep(
    x.byteOffset,
    g.byteOffset,
    m.byteOffset,
    v.byteOffset,
    x.length,
    clip,
    rate,
    b1,
    b2,
    correction(b1),
    correction(b2),
    settings.eps,
    settings.weightDecay,
  );
  return norm;
}

/** b^n by squaring: Math.pow is not fixed to the bit. */
function wholePower(b: number, n: number): number {
  let power = 1;
  for (let [base, left] = [b, n]; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= base;
    base *= base;
  }
  return power;
}

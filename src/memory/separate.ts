/** @file Separations and their conjugates on bare logits: the same f64 code that weighs the leaders of a recall, for whoever wants to look at one by itself. */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { type Arena, allocate, openArena, viewF64, withScratch } from "../kernels/arena.ts";
import { separationKinds } from "./candidates.ts";
import { separationNames } from "./presets.ts";
import type { Separation } from "./types.ts";

export interface SeparationOptions {
  /** Default "softmax". */
  readonly separation?: Separation;
  /** entmax: at least 1, default 1.5; normmax: above 1, default 2. */
  readonly alpha?: number;
  /** k-subset: whole, at least 1, default 8. */
  readonly k?: number;
}

let arena: Arena | undefined;

/**
 * Weights p = sep(z) and the conjugate Omega*(z) of M logits, f64.
 * @param logits M numbers; -Infinity is a pattern that cannot be chosen (weight 0), at least one must be finite.
 * @throws HopfieldError E_SHAPE (no logits), E_NONFINITE (NaN, +Infinity), E_RANGE (all hidden; options).
 */
export function separate(logits: ArrayLike<number>, options: SeparationOptions = {}): { weights: Float64Array; conjugate: number } {
  checkNames("separate", options, ["separation", "alpha", "k"]);
  const separation =
    options.separation === undefined ? "softmax" : checkChoice("separate", "separation", options.separation, separationNames);
  const alpha =
    separation === "normmax"
      ? checkNumber("separate", "alpha", options.alpha ?? 2, { above: 1 })
      : checkNumber("separate", "alpha", options.alpha ?? 1.5, { atLeast: 1 });
  const k = checkNumber("separate", "k", options.k ?? 8, { atLeast: 1, whole: true });
  if (logits.length === 0) throw new HopfieldError("E_SHAPE", "separate: expected at least one logit, got none");
  const shown: number[] = [];
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i] as number;
    if (typeof z !== "number" || Number.isNaN(z) || z === Number.POSITIVE_INFINITY) {
      throw new HopfieldError("E_NONFINITE", `separate: logit ${i} is ${String(z)}, expected a finite number or -Infinity`, { index: i });
    }
    if (z > Number.NEGATIVE_INFINITY) shown.push(i);
  }
  if (shown.length === 0) throw new HopfieldError("E_RANGE", "separate: every logit is -Infinity");
  arena ??= openArena();
  const { kernels } = arena;
  const place = arena;
  return withScratch(place, () => {
    const n = shown.length;
    const z = allocate(place, n * 8);
    const p = allocate(place, n * 8);
    viewF64(place, z, n).set(shown.map((i) => logits[i] as number));
    const kind = separationKinds[separation];
    kernels.separate(kind, z, n, alpha, k, 1, p);
    const conjugate = kernels.conjugate(kind, z, p, n, alpha, 1);
    const found = viewF64(place, p, n);
    const weights = new Float64Array(logits.length);
    shown.forEach((i, j) => {
      weights[i] = found[j] as number;
    });
    return { weights, conjugate };
  });
}

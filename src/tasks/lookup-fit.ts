/**
 * @file Fitting a lookup: one beta for all features by leave-one-out, then scales of their own, followed only as far as rows that took no part in the fit agree (the leave-one-out loss alone
 * keeps falling when there are many features and few rows). docs/tables/lookup.md
 */
import { checkNames, checkNumber } from "../core/options.ts";
import { portableLog } from "../core/portable.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { openWorkspace, type Workspace } from "../layers/workspace.ts";
import { levelsOf, stratifiedFolds } from "./folds.ts";
import { descend, fitBeta, lookUp, pickRows } from "./lookup.ts";
import type { LookupRows } from "./lookup-scales.ts";

export interface LookupFitOptions {
  /** Most steps of the scales; default 80. 0: one beta for all features. */
  readonly steps?: number;
  /** Parts of which each is left out once to see how many steps help; default 4. */
  readonly parts?: number;
  readonly seed?: number;
  readonly workspace?: Workspace;
}

export interface LookupFit {
  readonly logScales: Float64Array;
  readonly steps: number;
  /** Mean loss of the rows left out, after that many steps. */
  readonly loss: number;
}

/** Rows that scales are fitted on at most, drawn from all: the cost grows with their square. */
export const mostFitted = 1500;

/**
 * Scales for the given rows.
 * @throws HopfieldError E_RANGE.
 */
export function fitLookup(rows: LookupRows, options: LookupFitOptions = {}): LookupFit {
  checkNames("lookup", options, ["steps", "parts", "seed", "workspace"]);
  const steps = checkNumber("lookup", "steps", options.steps ?? 80, { atLeast: 0, whole: true });
  const parts = checkNumber("lookup", "parts", options.parts ?? 4, { atLeast: 2, whole: true });
  const seed = options.seed ?? 1;
  const w = options.workspace ?? openWorkspace("plain");
  const drawn =
    rows.x.rows <= mostFitted ? rows : pickRows(rows, sampleWithoutReplacement(randomStream(seed, 0x6c6f6f6b), rows.x.rows, mostFitted));
  const start = fitBeta(w, drawn);
  const levels = drawn.kind === "classes" ? classesOf(drawn) : levelsOf(drawn.y);
  const folds = stratifiedFolds(levels, Math.min(parts, drawn.x.rows), seed).filter((fold) => fold.length > 0);
  const curve = new Float64Array(steps + 1);
  for (const [f] of folds.entries()) {
    const kept = pickRows(
      drawn,
      folds.flatMap((members, other) => (other === f ? [] : members)),
    );
    const left = pickRows(drawn, folds[f] as readonly number[]);
    let step = 0;
    for (const { logScales } of descend(w, kept, start.logScales, steps)) {
      const share = left.x.rows / drawn.x.rows;
      curve[step] = (curve[step] as number) + share * heldOutLoss(left, lookUp(w, { memory: kept, logScales }, left.x));
      step++;
    }
  }
  const best = curve.indexOf(Math.min(...curve));
  let logScales = start.logScales;
  for (const each of descend(w, drawn, start.logScales, best)) logScales = each.logScales;
  return { logScales, steps: best, loss: curve[best] as number };
}

export function classesOf({ y, outputs, x: { rows } }: LookupRows): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => y.subarray(i * outputs, (i + 1) * outputs).indexOf(1));
}

/** Mean of -log p of the true class, or of half the squared error. */
function heldOutLoss({ y, kind, x: { rows } }: LookupRows, found: Float32Array): number {
  let loss = 0;
  for (let i = 0; i < y.length; i++) {
    const target = y[i] as number;
    if (kind === "number") loss += (0.5 * ((found[i] as number) - target) ** 2) / rows;
    else if (target === 1) loss -= portableLog(found[i] as number) / rows;
  }
  return loss;
}

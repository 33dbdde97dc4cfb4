/**
 * @file Fitting a lookup: one beta for all features by leave-one-out, then scales of their own, followed only as far as rows that took no part in the fit agree (the leave-one-out loss alone
 * keeps falling when there are many features and few rows). The same rows say how much of an answer should come from a linear rule. docs/tables/lookup.md
 */
import { checkNames, checkNumber } from "../core/options.ts";
import { portableLog } from "../core/portable.ts";
import { randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { openWorkspace, type Workspace } from "../layers/workspace.ts";
import { levelsOf, stratifiedFolds } from "./folds.ts";
import { descend, fitBeta, lookUp, pickRows, type SharedRule } from "./lookup.ts";
import { askRule, fitRule, mostRuleWeights, type RuleWeights } from "./lookup-rule.ts";
import type { LookupRows } from "./lookup-scales.ts";

export interface LookupFitOptions {
  /** Most steps of the scales; default 80. 0: one beta for all features. */
  readonly steps?: number;
  /** Whether a linear rule may take a share of the answers; default true. Left out above 8 192 weights. */
  readonly rule?: boolean;
  /** Parts of which each is left out once to see how many steps help; default 4. */
  readonly parts?: number;
  readonly seed?: number;
  readonly workspace?: Workspace;
}

export interface LookupFit {
  readonly logScales: Float64Array;
  readonly steps: number;
  /** Mean loss of the rows left out, after that many steps and with that share of the rule. */
  readonly loss: number;
  /** null: nothing but the stored rows answers. */
  readonly rule: SharedRule | null;
}

/** Rows that scales are fitted on at most, drawn from all: the cost grows with their square. */
export const mostFitted = 1500;

/** Shares of the rule that are tried. */
const shares = Array.from({ length: 21 }, (_, k) => k / 20);
/** Penalties of the rule, each tried from the weights of the one before, until the rows left out are told worse twice in a row. */
const penalties = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001];

/** Rows that are kept and rows that are left out. */
interface Part {
  readonly kept: LookupRows;
  readonly left: LookupRows;
  /** Places of the probabilities of the true classes of `left`, or of its numbers, among what is said of it. */
  readonly places: Int32Array;
}

/**
 * Scales for the given rows, and a rule.
 * @throws HopfieldError E_RANGE.
 */
export function fitLookup(rows: LookupRows, options: LookupFitOptions = {}): LookupFit {
  checkNames("lookup", options, ["steps", "rule", "parts", "seed", "workspace"]);
  const steps = checkNumber("lookup", "steps", options.steps ?? 80, { atLeast: 0, whole: true });
  const count = checkNumber("lookup", "parts", options.parts ?? 4, { atLeast: 2, whole: true });
  const seed = options.seed ?? 1;
  const w = options.workspace ?? openWorkspace("plain");
  const drawn =
    rows.x.rows <= mostFitted ? rows : pickRows(rows, sampleWithoutReplacement(randomStream(seed, 0x6c6f6f6b), rows.x.rows, mostFitted));
  const start = fitBeta(w, drawn);
  const parts = partsOf(drawn, count, seed);
  const ruled = (options.rule ?? true) && rows.outputs * (rows.x.columns + 1) <= mostRuleWeights ? settleRule(w, parts) : null;
  const tried = ruled ? shares : [0];
  const curve = new Float64Array((steps + 1) * tried.length);
  for (const [f, part] of parts.entries()) {
    const { kept, left } = part;
    let at = 0;
    for (const { logScales } of descend(w, kept, start.logScales, steps)) {
      const found = told(part, lookUp(w, { memory: kept, logScales }, left.x));
      for (const share of tried) {
        curve[at] = (curve[at] as number) + lossOf(part, found, ruled?.said[f] ?? null, share) / drawn.x.rows;
        at++;
      }
    }
  }
  const best = curve.reduce((least, loss, k) => (loss < (curve[least] as number) ? k : least), 0);
  const settled = { steps: Math.floor(best / tried.length), share: tried[best % tried.length] as number };
  let logScales = start.logScales;
  for (const each of descend(w, drawn, start.logScales, settled.steps)) logScales = each.logScales;
  const rule = ruled && settled.share > 0 ? { weights: ruleAt(w, rows, ruled.penalty), share: settled.share } : null;
  return { logScales, steps: settled.steps, loss: curve[best] as number, rule };
}

function partsOf(rows: LookupRows, count: number, seed: number): Part[] {
  const levels = rows.kind === "classes" ? classesOf(rows) : levelsOf(rows.y);
  const folds = stratifiedFolds(levels, Math.min(count, rows.x.rows), seed).filter((fold) => fold.length > 0);
  return folds.map((members, f) => {
    const kept = pickRows(
      rows,
      folds.flatMap((others, other) => (other === f ? [] : others)),
    );
    const left = pickRows(rows, members);
    const classes = left.kind === "classes" ? classesOf(left) : null;
    return { kept, left, places: Int32Array.from(members, (_, i) => (classes ? i * left.outputs + (classes[i] as number) : i)) };
  });
}

const told = ({ places }: Part, said: Float32Array): Float32Array => Float32Array.from(places, (at) => said[at] as number);

/** The penalty under which rules of the kept rows say most about the rows left out, and what they say of the truth, part by part. */
function settleRule(w: Workspace, parts: readonly Part[]): { penalty: number; said: readonly Float32Array[] } {
  let rules: (RuleWeights | undefined)[] = parts.map(() => undefined);
  let best = { penalty: penalties[0] as number, said: [] as Float32Array[], loss: Number.POSITIVE_INFINITY };
  let worse = 0;
  for (const penalty of penalties) {
    rules = parts.map(({ kept }, f) => fitRule(w, kept, penalty, rules[f]));
    const said = parts.map((part, f) => told(part, askRule(w, rules[f] as RuleWeights, part.left.x, part.left.outputs, part.left.kind)));
    const loss = parts.reduce((sum, part, f) => sum + lossOf(part, said[f] as Float32Array, null, 0), 0);
    worse = loss < best.loss ? 0 : worse + 1;
    if (loss < best.loss) best = { penalty, said, loss };
    if (worse === 2) break;
  }
  return best;
}

/** The rule of all rows, reached by the same way. */
function ruleAt(w: Workspace, rows: LookupRows, penalty: number): RuleWeights {
  return penalties
    .filter((each) => each >= penalty)
    .reduce((weights: RuleWeights | undefined, each) => fitRule(w, rows, each, weights), undefined) as RuleWeights;
}

function classesOf({ y, outputs, x: { rows } }: LookupRows): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => y.subarray(i * outputs, (i + 1) * outputs).indexOf(1));
}

/** Sum over rows of -log p of the true class (p at least 1e-12), or of half the squared error, where the rule has a share of the answer. */
function lossOf({ left: { y, kind } }: Part, found: Float32Array, rule: Float32Array | null, share: number): number {
  let loss = 0;
  for (let i = 0; i < found.length; i++) {
    const answer = (1 - share) * (found[i] as number) + (rule ? share * (rule[i] as number) : 0);
    loss += kind === "number" ? 0.5 * (answer - (y[i] as number)) ** 2 : -portableLog(Math.max(1e-12, answer));
  }
  return loss;
}

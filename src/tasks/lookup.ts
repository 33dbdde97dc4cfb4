/**
 * @file The lookup model: training rows as memory, their labels as values, softmax over Gaussian similarities. beta and the scale of every feature minimise the leave-one-out loss; how far they
 * are followed is decided on watched rows. It has no other parameters, and says which training rows a prediction was read from. docs/tables/lookup.md
 */
import { HopfieldError } from "../core/errors.ts";
import { portableLog } from "../core/portable.ts";
import { part, timesNN } from "../layers/products.ts";
import type { Tensor } from "../layers/types.ts";
import { scoped, tensor, type Workspace } from "../layers/workspace.ts";
import { askRule, type RuleWeights } from "./lookup-rule.ts";
import { type LookupRows, leaveOneOut, lookupLogits, priorOf, priorShare, scaled, softmaxRows } from "./lookup-scales.ts";
import type { Encoded } from "./table-encode.ts";

/** A linear rule (outputs x (columns + 1) weights) and its share in every answer, 0 ... 1. */
export interface SharedRule {
  readonly weights: RuleWeights;
  readonly share: number;
}

/** What a lookup is: rows, log theta (the inverse squared width) of each feature, and the rule it shares its answers with. */
export interface Lookup {
  readonly memory: LookupRows;
  readonly logScales: Float64Array;
  readonly rule?: SharedRule | null;
}

/** Rows of a lookup problem by number. */
export function pickRows({ x, y, outputs, kind }: LookupRows, rows: ArrayLike<number>): LookupRows {
  const data = new Float32Array(rows.length * x.columns);
  const values = new Float32Array(rows.length * outputs);
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r] as number;
    data.set(x.data.subarray(i * x.columns, (i + 1) * x.columns), r * x.columns);
    values.set(y.subarray(i * outputs, (i + 1) * outputs), r * outputs);
  }
  return { x: { ...x, data, rows: rows.length }, y: values, outputs, kind };
}

/** Starting values: the same theta for all features, spread over what separates one neighbour from all. */
const starts = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100];

/** One beta for all features, the best of a grid by leave-one-out, refined by halving the grid twice. */
export function fitBeta(w: Workspace, rows: LookupRows): { logScales: Float64Array; loss: number } {
  const features = Math.max(...rows.x.group) + 1;
  const at = (log: number): { logScales: Float64Array; loss: number; log: number } => {
    const logScales = new Float64Array(features).fill(log);
    return { logScales, loss: leaveOneOut(w, rows, logScales).loss, log };
  };
  let best = starts.map((theta) => at(portableLog(theta / features))).reduce((a, b) => (b.loss < a.loss ? b : a));
  for (const step of [0.55, 0.27])
    for (const log of [best.log - step, best.log + step]) {
      const other = at(log);
      if (other.loss < best.loss) best = other;
    }
  return best;
}

/** Adam on the log scales (Kingma and Ba, arXiv 1412.6980) from one beta for all; yields before every step. */
export function* descend(
  w: Workspace,
  rows: LookupRows,
  start: Float64Array,
  steps: number,
  rate = 0.1,
): Generator<{ logScales: Float64Array; loss: number }, void> {
  const a = Float64Array.from(start);
  const [m, v] = [new Float64Array(a.length), new Float64Array(a.length)];
  let [fading1, fading2] = [1, 1];
  for (let step = 0; step <= steps; step++) {
    const { loss, gradient } = leaveOneOut(w, rows, a);
    yield { logScales: Float64Array.from(a), loss };
    fading1 *= 0.9;
    fading2 *= 0.99;
    gradient.forEach((g, f) => {
      m[f] = 0.9 * (m[f] as number) + 0.1 * g;
      v[f] = 0.99 * (v[f] as number) + 0.01 * g * g;
      a[f] = (a[f] as number) - (rate * (m[f] as number)) / (1 - fading1) / (Math.sqrt((v[f] as number) / (1 - fading2)) + 1e-8);
    });
  }
}

export interface LookUpOptions {
  /** Sees the weights of every tile, rows x stored. */
  readonly visit?: (first: number, weights: Tensor) => void;
  /** The queries are the stored rows, and none sees itself. Default false. */
  readonly hideSelf?: boolean;
}

/** Class probabilities or numbers (in the units of the memory's values) of query rows, in tiles. */
export function lookUp(
  w: Workspace,
  { memory, logScales, rule = null }: Lookup,
  queries: Encoded,
  { visit, hideSelf = false }: LookUpOptions = {},
): Float32Array {
  if (queries.columns !== memory.x.columns)
    throw new HopfieldError("E_SHAPE", `lookup: queries have ${queries.columns} columns, the memory has ${memory.x.columns}`);
  const { outputs, kind } = memory;
  const found = new Float32Array(queries.rows * outputs);
  const prior = priorOf(memory);
  scoped(w, () => {
    const stored = scaled(w, memory.x, logScales);
    const y = tensor(w, memory.x.rows, outputs);
    y.data.set(memory.y);
    const tile = Math.max(1, Math.floor(2 ** 22 / memory.x.rows));
    for (let first = 0; first < queries.rows; first += tile) {
      const count = Math.min(tile, queries.rows - first);
      scoped(w, () => {
        const tileRows = {
          ...queries,
          data: queries.data.subarray(first * queries.columns, (first + count) * queries.columns),
          rows: count,
        };
        const p = lookupLogits(w, scaled(w, tileRows, logScales), stored);
        if (hideSelf) for (let i = 0; i < count; i++) p.data[i * p.columns + first + i] = Number.NEGATIVE_INFINITY;
        softmaxRows(w, p);
        visit?.(first, p);
        const read = tensor(w, count, outputs);
        timesNN(w, part(w, p), part(w, y), part(w, read), count, outputs, memory.x.rows);
        found.set(read.data, first * outputs);
      });
    }
  });
  if (kind === "classes")
    found.forEach((p, i) => {
      found[i] = (1 - priorShare) * p + priorShare * (prior[i % outputs] as number);
    });
  if (rule && rule.share > 0) {
    const said = askRule(w, rule.weights, queries, outputs, kind);
    found.forEach((p, i) => {
      found[i] = (1 - rule.share) * p + rule.share * (said[i] as number);
    });
  }
  return found;
}

/** Share of the stored rows' labels in an answer; the rest is the rule's and the frequencies'. */
export const recallShare = ({ memory, rule }: Pick<Lookup, "memory" | "rule">): number =>
  (1 - (rule?.share ?? 0)) * (memory.kind === "classes" ? 1 - priorShare : 1);

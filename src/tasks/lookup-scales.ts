/**
 * @file The leave-one-out loss of the softmax lookup and its gradient by the scale of every feature. Row i looks up all other rows with logits -1/2 sum_f theta_f (x_if - x_jf)^2 and reads their
 * labels: the Nadaraya-Watson estimator with a Gaussian kernel, theta its inverse squared widths. docs/tables/lookup.md derives the gradient.
 */
import { portableExp, portableLog } from "../core/portable.ts";
import { part, timesNN, timesNT } from "../layers/products.ts";
import type { Tensor } from "../layers/types.ts";
import { addressOf, bytesIn, scoped, tensor, type Workspace, zeros } from "../layers/workspace.ts";
import type { Encoded } from "./table-encode.ts";

/** Rows as memory, and the values they hold: rows x classes one-hot, or rows x 1 standardised numbers. */
export interface LookupRows {
  readonly x: Encoded;
  readonly y: Float32Array;
  readonly outputs: number;
  readonly kind: "classes" | "number";
}

/** Share of a class probability that comes from how frequent the class is: what no neighbour shares stays possible, and a log loss finite. */
export const priorShare = 0.02;

/** How frequent each class is; for numbers the mean, which is 0. */
export function priorOf({ y, outputs, x: { rows }, kind }: LookupRows): Float64Array {
  const prior = new Float64Array(outputs);
  if (kind === "number") return prior;
  y.forEach((value, i) => {
    prior[i % outputs] = (prior[i % outputs] as number) + value / rows;
  });
  return prior;
}

/** Columns times the roots of their scales. @param logScales log theta of each feature. */
export function scaled(w: Workspace, { data, rows, columns, group }: Encoded, logScales: Float64Array): Tensor {
  const roots = Float64Array.from(group, (g) => Math.sqrt(portableExp(logScales[g] as number)));
  const x = tensor(w, rows, columns);
  for (let i = 0; i < data.length; i++) x.data[i] = (data[i] as number) * (roots[i % columns] as number);
  return x;
}

/** Logits of every query against every stored row, without what is the same for a whole row of them: q . x - |x|^2 / 2. */
export function lookupLogits(w: Workspace, queries: Tensor, stored: Tensor): Tensor {
  const z = tensor(w, queries.rows, stored.rows);
  timesNT(w, part(w, queries), part(w, stored), part(w, z), queries.rows, stored.rows, stored.columns);
  const bias = tensor(w, 1, stored.rows);
  for (let j = 0; j < stored.rows; j++) {
    const at = stored.data.byteOffset + j * stored.columns * 4;
    bias.data[j] = -0.5 * w.kernels.innerProduct(at, at, stored.columns);
  }
  w.kernels.addBias(z.data.byteOffset, z.rows, z.columns, bias.data.byteOffset, 0);
  return z;
}

/** Softmax of every row, in place. */
export function softmaxRows(w: Workspace, z: Tensor): void {
  w.kernels.separateRows(
    0,
    z.data.byteOffset,
    z.rows,
    z.columns,
    z.columns * 4,
    1,
    1,
    z.data.byteOffset,
    bytesIn(w, 16 * z.columns).byteOffset,
  );
}

export interface LeftOut {
  readonly loss: number;
  /** By log theta of each feature. */
  readonly gradient: Float64Array;
  /** What each row reads from the others, rows x outputs. */
  readonly read: Float32Array;
}

/** Mean over the rows of -log((1 - share) P + share prior) of the true class, or of half the squared error. */
export function leaveOneOut(w: Workspace, rows: LookupRows, logScales: Float64Array): LeftOut {
  return scoped(w, () => {
    const { x, outputs } = rows;
    const n = x.rows;
    const own = scaled(w, x, logScales);
    const p = lookupLogits(w, own, own);
    for (let i = 0; i < n; i++) p.data[i * n + i] = Number.NEGATIVE_INFINITY;
    softmaxRows(w, p);
    const values: Tensor = { data: rows.y, rows: n, columns: outputs };
    const y = { ...values, data: new Float32Array(w.buffer, addressOf(w, values), rows.y.length) };
    const read = tensor(w, n, outputs);
    timesNN(w, part(w, p), part(w, y), part(w, read), n, outputs, n);
    const { loss, slope } = lossOfRead(rows, read.data);
    const dRead = tensor(w, n, outputs);
    dRead.data.set(slope);
    const dz = tensor(w, n, n);
    timesNT(w, part(w, dRead), part(w, y), part(w, dz), n, n, outputs);
    w.kernels.separateRowsBack(0, p.data.byteOffset, dz.data.byteOffset, n, n, n * 4, 1, dz.data.byteOffset, bytesIn(w, 16 * n).byteOffset);
    return { loss, gradient: scaleGradient(w, x, own, dz, logScales.length), read: Float32Array.from(read.data) };
  });
}

function lossOfRead(rows: LookupRows, read: Float32Array): { loss: number; slope: Float32Array } {
  const { y, outputs, kind, x } = rows;
  const n = x.rows;
  const slope = new Float32Array(read.length);
  const prior = priorOf(rows);
  let loss = 0;
  for (let i = 0; i < read.length; i++) {
    const target = y[i] as number;
    if (kind === "number") {
      const d = (read[i] as number) - target;
      loss += (0.5 * d * d) / n;
      slope[i] = d / n;
    } else if (target === 1) {
      const p = (1 - priorShare) * (read[i] as number) + priorShare * (prior[i % outputs] as number);
      loss -= portableLog(p) / n;
      slope[i] = -(1 - priorShare) / (p * n);
    }
  }
  return { loss, slope };
}

/** dL / d log theta_g = -1/2 sum_ij dz_ij sum_f (xs_if - xs_jf)^2 over the columns f of feature g, xs the scaled columns; the sum of dz over j is 0. */
function scaleGradient(w: Workspace, { columns, rows: n, group }: Encoded, own: Tensor, dz: Tensor, features: number): Float64Array {
  const blended = tensor(w, n, columns);
  timesNN(w, part(w, dz), part(w, own), part(w, blended), n, columns, n);
  const sums = zeros(w, 1, n);
  w.kernels.columnSums(dz.data.byteOffset, n, n, sums.data.byteOffset, 0);
  const gradient = new Float64Array(features);
  for (let i = 0; i < n; i++) {
    for (let f = 0; f < columns; f++) {
      const x = own.data[i * columns + f] as number;
      const g = group[f] as number;
      gradient[g] = (gradient[g] as number) - 0.5 * (sums.data[i] as number) * x * x + x * (blended.data[i * columns + f] as number);
    }
  }
  return gradient;
}

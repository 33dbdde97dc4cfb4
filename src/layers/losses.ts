/**
 * @file Losses of a batch: the mean over its rows, and its gradient. Exponentials and logarithms are the portable ones, so that a training run gives the same bytes on every engine.
 */
import { HopfieldError } from "../core/errors.ts";
import { portableExp, portableLog } from "../core/portable.ts";
import type { Tensor } from "./types.ts";

/** "binary": one logit a row, targets 0 or 1; "classes": one logit a class, targets are class numbers; "squares": one number a row, half the squared error. */
export type LossName = "binary" | "classes" | "squares";
export const lossNames: readonly LossName[] = ["binary", "classes", "squares"];

export interface LossOutcome {
  /** Weighted mean over the rows. */
  readonly loss: number;
  /** Gradient by y of that mean. */
  readonly slope: Float32Array;
  /** Rows whose most likely class is the target ("squares": 0). */
  readonly right: number;
}

/**
 * @param y network outputs; @param targets one a row; @param classWeights factor of each class (binary: two), default 1 each.
 * @param total what the weighted sum is divided by: default the weights of these rows; for a part of a batch those of all of it, so that losses and gradients of the parts add up.
 * @throws HopfieldError E_SHAPE (columns that do not fit), E_RANGE (a target that is no class).
 */
export function lossOf(
  name: LossName,
  y: Tensor,
  targets: ArrayLike<number>,
  classWeights?: ArrayLike<number>,
  total?: number,
): LossOutcome {
  const { rows, columns } = y;
  if (targets.length !== rows) throw new HopfieldError("E_SHAPE", `loss: ${rows} results but ${targets.length} targets`);
  if (name !== "classes" && columns !== 1)
    throw new HopfieldError("E_SHAPE", `loss: "${name}" takes one number a row, the network gives ${columns}`);
  const slope = new Float32Array(y.data.length);
  let [sum, weights, right] = [0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const target = targets[i] as number;
    if (name !== "squares") checkClass(target, name === "binary" ? 2 : columns, i);
    const weight = name === "squares" ? 1 : (classWeights?.[target] ?? 1);
    const row =
      name === "classes"
        ? classesRow(y.data, i, columns, target, slope)
        : name === "binary"
          ? binaryRow(y.data, i, target, slope)
          : squaresRow(y.data, i, target, slope);
    sum += weight * row.loss;
    weights += weight;
    if (row.right) right++;
    if (weight !== 1) for (let c = 0; c < columns; c++) slope[i * columns + c] = weight * (slope[i * columns + c] as number);
  }
  const whole = total ?? weights;
  for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] as number) / whole;
  return { loss: sum / whole, slope, right };
}

/** Sum of the weights of the rows. */
export function weightOf(name: LossName, targets: ArrayLike<number>, classWeights?: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += name === "squares" ? 1 : (classWeights?.[targets[i] as number] ?? 1);
  return sum;
}

interface RowOutcome {
  readonly loss: number;
  readonly right: boolean;
}

/** log(1 + e^z) - t z, without overflow. */
function binaryRow(y: Float32Array, i: number, target: number, slope: Float32Array): RowOutcome {
  const z = y[i] as number;
  const e = portableExp(-Math.abs(z));
  const p = z >= 0 ? 1 / (1 + e) : e / (1 + e);
  slope[i] = p - target;
  return { loss: Math.max(z, 0) - target * z + portableLog(1 + e), right: z > 0 === (target === 1) };
}

function classesRow(y: Float32Array, i: number, columns: number, target: number, slope: Float32Array): RowOutcome {
  const row = y.subarray(i * columns, (i + 1) * columns);
  const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += portableExp((row[c] as number) - top);
  for (let c = 0; c < columns; c++) slope[i * columns + c] = portableExp((row[c] as number) - top) / sum - (c === target ? 1 : 0);
  return { loss: portableLog(sum) + top - (row[target] as number), right: row.indexOf(top) === target };
}

function squaresRow(y: Float32Array, i: number, target: number, slope: Float32Array): RowOutcome {
  const d = (y[i] as number) - target;
  slope[i] = d;
  return { loss: 0.5 * d * d, right: false };
}

function checkClass(target: number, classes: number, row: number): void {
  if (!Number.isInteger(target) || target < 0 || target >= classes) {
    throw new HopfieldError("E_RANGE", `loss: target ${row} is ${target}, expected a class 0 ... ${classes - 1}`, { row });
  }
}

/**
 * @file A training run at the end of an epoch as the bytes of a safetensors file, and back: parameters, both moments of the optimiser and the best parameters so far, with the counters and
 * the caller's own words in the metadata.
 */
import { HopfieldError } from "../core/errors.ts";
import { type NumericArray, readSafetensors, writeSafetensors } from "../data/index.ts";
import { listed } from "./parameters.ts";
import type { Parameters, Tensor } from "./types.ts";

export interface Checkpoint {
  /** Epochs and steps that are done. */
  readonly epoch: number;
  readonly step: number;
  /** Of the training bags in the last epoch. */
  readonly loss: number;
  readonly parameters: Parameters;
  readonly first: Parameters;
  readonly second: Parameters;
  readonly best: { readonly parameters: Parameters; readonly loss: number; readonly epoch: number };
}

const format = "hopfield-checkpoint-1";

/** @param about what else must agree when the run goes on, told back by readCheckpoint. */
export function writeCheckpoint({ epoch, step, loss, parameters, first, second, best }: Checkpoint, about = ""): Uint8Array {
  const tensors = new Map<string, NumericArray>();
  for (const [part, tree] of [
    ["parameters", parameters],
    ["first", first],
    ["second", second],
    ["best", best.parameters],
  ] as const) {
    for (const { name, tensor } of listed(tree)) tensors.set(`${part}.${name}`, arrayOf(tensor));
  }
  const metadata = new Map([
    ["format", format],
    ["epoch", String(epoch)],
    ["step", String(step)],
    ["loss", String(loss)],
    ["bestLoss", String(best.loss)],
    ["bestEpoch", String(best.epoch)],
    ["about", about],
  ]);
  return writeSafetensors(tensors, { metadata });
}

/** @throws HopfieldError E_FORMAT and others of readSafetensors; E_FORMAT when it is no checkpoint, E_NONFINITE when it holds numbers that are none. */
export function readCheckpoint(bytes: Uint8Array): { checkpoint: Checkpoint; about: string } {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.get("format") !== format)
    throw new HopfieldError("E_FORMAT", "readCheckpoint: this file is no checkpoint of a training run");
  const whole = (name: string): number => {
    const value = Number(metadata.get(name));
    if (!Number.isInteger(value) || value < 0)
      throw new HopfieldError("E_FORMAT", `readCheckpoint: ${name} is ${JSON.stringify(metadata.get(name))}`);
    return value;
  };
  const number = (name: string): number => {
    const text = metadata.get(name);
    const value = text === "Infinity" ? Number.POSITIVE_INFINITY : Number(text || "none");
    if (Number.isNaN(value)) throw new HopfieldError("E_FORMAT", `readCheckpoint: ${name} is ${JSON.stringify(text)}`);
    return value;
  };
  const part = (name: string): Parameters => treeOf(tensors, `${name}.`);
  return {
    checkpoint: {
      epoch: whole("epoch"),
      step: whole("step"),
      loss: number("loss"),
      parameters: part("parameters"),
      first: part("first"),
      second: part("second"),
      best: { parameters: part("best"), loss: number("bestLoss"), epoch: whole("bestEpoch") },
    },
    about: metadata.get("about") ?? "",
  };
}

export function arrayOf({ data, rows, columns }: Tensor): NumericArray {
  return { dtype: "f32", shape: [rows, columns], data: Float32Array.from(data) };
}

/** The tensors whose names begin so, as a tree by the dots of the rest. */
export function treeOf(tensors: ReadonlyMap<string, NumericArray>, before: string): Parameters {
  const tree: Record<string, Parameters | Tensor> = {};
  for (const [name, { shape, data }] of tensors) {
    if (!name.startsWith(before)) continue;
    const path = name.slice(before.length).split(".");
    let at = tree;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, Parameters | Tensor>;
    }
    const columns = shape.at(-1) ?? 1;
    if (!data.every((x) => Number.isFinite(x)))
      throw new HopfieldError("E_NONFINITE", `weights: tensor "${name}" holds a number that is none`);
    at[path.at(-1) as string] = { data: Float32Array.from(data), rows: data.length / columns, columns };
  }
  return tree;
}

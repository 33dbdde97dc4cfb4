/** @file Learning curves of `hopfield train` as a figure: loss of training and validation over epochs, one pair of lines a seed. */
import type { Figure } from "./figure.ts";
import type { Curve } from "./train-run.ts";

/** Losses of 0 cannot stand on a logarithmic axis. */
const floor = 1e-6;

export function learningCurves(title: string, runs: readonly { readonly seed: number; readonly curve: readonly Curve[] }[]): Figure {
  return {
    title,
    x: { label: "epoch" },
    y: { label: "loss", log: true },
    series: runs.flatMap(({ seed, curve }) => [
      {
        kind: "line" as const,
        name: `training, seed ${seed}`,
        points: curve.map(({ epoch, loss }): [number, number] => [epoch, Math.max(loss, floor)]),
      },
      {
        kind: "line" as const,
        name: `validation, seed ${seed}`,
        points: curve.map(({ epoch, validation }): [number, number | null] => [epoch, validation && Math.max(validation.loss, floor)]),
      },
    ]),
    notes: ["Mean loss of the batches as they were trained on, and of the validation bags after every epoch."],
  };
}

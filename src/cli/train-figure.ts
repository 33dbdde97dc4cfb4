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

/** Curves of Hopular on a table (a fold each) or of a forecast (a seed each): the loss that was trained on and that of what was watched. */
export function tableCurves(
  title: string,
  runs: readonly {
    readonly name: string;
    readonly curve: readonly { readonly epoch: number; readonly loss: number; readonly watched: number | null }[];
  }[],
  note = "Mean loss of the batches (masked cells and target, in shares that change), and of the target on the watched rows.",
): Figure {
  return {
    title,
    x: { label: "epoch" },
    y: { label: "loss", log: true },
    series: runs.flatMap(({ name, curve }) => [
      {
        kind: "line" as const,
        name: `training, ${name}`,
        points: curve.map(({ epoch, loss }): [number, number] => [epoch, Math.max(loss, floor)]),
      },
      {
        kind: "line" as const,
        name: `watched, ${name}`,
        points: curve.map(({ epoch, watched }): [number, number | null] => [epoch, watched && Math.max(watched, floor)]),
      },
    ]),
    notes: [note],
  };
}

/** @file What a run of `hopfield train` on bags came to, as the document of --json and as a table with the interval over the seeds. */
import type { Score } from "../layers/index.ts";
import { intervalOf } from "../tasks/index.ts";
import { type Io, short, tableLines } from "./io.ts";
import type { Baseline } from "./train-baselines.ts";
import type { TrainRequest } from "./train-options.ts";
import type { Curve } from "./train-run.ts";

export interface SeedOutcome {
  readonly seed: number;
  readonly parameters: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly train: Score;
  readonly test: Score;
  readonly baseline: Record<string, Baseline> | null;
  readonly curve: readonly Curve[];
  /** What --save writes. */
  file(): Uint8Array;
}

/** The document of --json; runs of several seeds stand in `runs`. */
export function documentOf({ task, model, variant }: TrainRequest, outcomes: readonly SeedOutcome[]): Record<string, unknown> {
  const [first] = outcomes as readonly [SeedOutcome];
  const facts = ({
    seed,
    parameters,
    epochs,
    seconds,
    stepsPerSecond,
    train: trained,
    test,
    baseline,
  }: SeedOutcome): Record<string, unknown> => ({
    seed,
    parameters,
    epochs,
    seconds: Math.round(seconds * 1000) / 1000,
    stepsPerSecond: Math.round(stepsPerSecond * 10) / 10,
    train: { count: trained.count, accuracy: trained.accuracy, loss: trained.loss },
    test: { count: test.count, accuracy: test.accuracy, auc: test.auc, loss: test.loss },
    baseline,
  });
  return { command: "train", task, model, variant, ...facts(first), ...(outcomes.length > 1 ? { runs: outcomes.map(facts) } : {}) };
}

export function printOutcomes(request: TrainRequest, outcomes: readonly SeedOutcome[], io: Io): void {
  const percent = (x: number): string => (100 * x).toFixed(2);
  const rows = outcomes.flatMap(({ seed, epochs, seconds, train: trained, test, baseline }) => [
    [
      String(seed),
      `${request.model}, ${request.variant}`,
      String(epochs),
      percent(trained.accuracy),
      percent(test.accuracy),
      short(test.auc, 4),
      short(seconds, 3),
    ],
    ...Object.entries(baseline ?? {}).map(([name, each]) => [
      String(seed),
      name,
      String(each.epochs),
      "",
      percent(each.accuracy),
      short(each.auc, 4),
      "",
    ]),
  ]);
  for (const line of tableLines(["seed", "network", "epochs", "train %", "test %", "test AUC", "seconds"], rows)) io.print(line);
  if (outcomes.length > 1) {
    const areas = outcomes.flatMap(({ test }) => (test.auc === null ? [] : [test.auc]));
    const over = (values: readonly number[], shown: (x: number) => string): string => {
      const { mean, low, high } = intervalOf(values);
      return `${shown(mean)} [${shown(low)}, ${shown(high)}]`;
    };
    const area = areas.length > 1 ? `, AUC ${over(areas, (x) => short(x, 4))}` : "";
    io.print(
      `mean over ${outcomes.length} seeds [95 %]: test % ${over(
        outcomes.map(({ test }) => test.accuracy),
        percent,
      )}${area}`,
    );
  }
  const [first] = outcomes as readonly [SeedOutcome];
  io.print(
    `${request.task}: ${first.parameters} parameters; ${first.train.count} bags to train on, ${first.test.count} to test on; ${short(first.stepsPerSecond, 3)} steps a second`,
  );
}

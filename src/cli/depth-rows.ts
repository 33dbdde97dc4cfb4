/** @file The rows of `hopfield depth`: runs the experiment of the task for every size and puts the results into one form. */
import {
  type GraphExperimentOptions,
  graphExperiment,
  type LayerScore,
  type openProductMemory,
  type Score,
  type TrainedNetworks,
  trainedExperiment,
  treeExperiment,
  wordExperiment,
} from "../tasks/index.ts";
import type { DepthSettings } from "./depth-options.ts";
import { wilson } from "./wilson.ts";

export interface DepthRow {
  /** Nodes, or letters of a word. */
  readonly n: number;
  readonly layers: number;
  readonly accuracy: number;
  /** 95 % (Wilson) for random questions; equal to the accuracy where every question was asked. */
  readonly low: number;
  readonly high: number;
  readonly predicted: number | null;
  readonly minLayers: number | null;
  /** Accuracy of the exact solver, and of a rule that reads degrees or guesses. */
  readonly baseline: Readonly<Record<string, number>>;
}

/** What is kept from size to size: trained networks and the answers of the product memory. */
interface Kept {
  readonly networks: TrainedNetworks;
  readonly memories: Map<string, ReturnType<typeof openProductMemory>>;
}

/** @param progress told before each size. @throws HopfieldError as the experiments. */
export function depthRows(settings: DepthSettings, progress: (done: number, total: number) => void): DepthRow[] {
  const kept: Kept = { networks: new Map(), memories: new Map() };
  const rows = settings.sizes.flatMap((size, i) => {
    progress(i, settings.sizes.length);
    return rowsOfSize(settings, size, kept);
  });
  for (const memory of kept.memories.values()) memory.free();
  return rows;
}

function rowsOfSize(settings: DepthSettings, n: number, kept: Kept): DepthRow[] {
  const { task, layers, samples, seed } = settings;
  // A word is one of 120^T: the settings give a number of samples.
  if (task === "s5" && samples !== "all") {
    const { mode, beta, wordReadOut: readOut } = settings;
    const found = wordExperiment({ mode, length: n, layers, beta, readOut, samples, seed }, kept.memories);
    return finish(n, found, false, { groupProduct: found.groupProduct.accuracy, chance: 1 / 120 });
  }
  if (task === "trees" || task === "s5") {
    const found = treeExperiment({ nodes: n, layers, samples, seed });
    return finish(n, found, samples === "all", { ahu: found.ahu.accuracy, degree: found.degree.accuracy });
  }
  const { decision, readOut, arithmetic, diameter, construction } = settings;
  const options: Omit<GraphExperimentOptions, "construction"> = {
    ...{ task, decision, readOut, nodes: n, layers, samples, seed },
    ...(arithmetic === undefined ? {} : { arithmetic }),
    ...(diameter === undefined ? {} : { diameter }),
  };
  const found =
    construction === "trained" ? trainedExperiment(options, settings.family, kept.networks) : graphExperiment({ ...options, construction });
  return finish(n, found, samples === "all", { unionFind: found.unionFind.accuracy, degree: found.degree.accuracy });
}

function finish(
  n: number,
  { rows, minLayers }: { readonly rows: readonly LayerScore[]; readonly minLayers: number | null },
  all: boolean,
  baseline: Readonly<Record<string, number>>,
): DepthRow[] {
  return rows.map((row) => ({
    n,
    layers: row.layers,
    accuracy: row.accuracy,
    ...intervalOf(row, all),
    predicted: row.predicted,
    minLayers,
    baseline,
  }));
}

function intervalOf({ accuracy, right, questions }: Score, all: boolean): { low: number; high: number } {
  return all ? { low: accuracy, high: accuracy } : wilson(right, questions);
}

/** @file The trained network put to the same questions as the hand-built ones: one network for each depth, trained on one family, asked on any task. */
import { HopfieldError } from "../core/errors.ts";
import { casesOf, experimentOf, type GraphExperiment, type GraphExperimentOptions } from "./graph-experiment.ts";
import { trainNetwork } from "./train-network.ts";
import { type TrainableParameters, trainedState } from "./trainable-network.ts";
import type { Family } from "./training-graphs.ts";

/** Networks that were trained already, by depth, family and seed. */
export type TrainedNetworks = Map<string, TrainableParameters>;

/**
 * Rows for the depths asked for, each of a network trained for it (0 layers: the edges themselves). minLayers is the least of these depths that answers every question rightly.
 * @throws HopfieldError as graphExperiment; E_RANGE for "converge" and for more than 4 layers.
 */
export function trainedExperiment(
  options: Omit<GraphExperimentOptions, "construction">,
  family: Family,
  networks: TrainedNetworks,
): GraphExperiment {
  const cases = casesOf({ ...options, construction: "square" });
  const depths = options.layers.map((layers) => {
    if (layers === "converge")
      throw new HopfieldError("E_RANGE", 'trainedExperiment: a trained network has a depth of its own; layers cannot be "converge"');
    return layers;
  });
  const found = depths.map((layers) => {
    const parameters = layers === 0 ? new Float64Array(0) : trained(layers, family, options.seed, networks);
    const one = experimentOf(
      { ...options, layers: [0] },
      cases,
      (graph) => [trainedState(parameters, graph)],
      () => null,
    );
    return { ...one, rows: one.rows.map((row) => ({ ...row, layers })) };
  });
  const right = found.flatMap(({ rows }) => rows.filter(({ accuracy }) => accuracy === 1).map(({ layers }) => layers));
  const [first] = found;
  if (!first) throw new HopfieldError("E_RANGE", "trainedExperiment: no layers were asked for");
  return { ...first, rows: found.flatMap(({ rows }) => rows), minLayers: right.length > 0 ? Math.min(...right) : null };
}

function trained(layers: number, family: Family, seed: number, networks: TrainedNetworks): TrainableParameters {
  const key = `${layers} ${family} ${seed}`;
  const parameters = networks.get(key) ?? trainNetwork({ layers, family, seed }).parameters;
  networks.set(key, parameters);
  return parameters;
}

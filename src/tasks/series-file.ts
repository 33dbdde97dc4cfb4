/** @file A series model as the bytes of a safetensors file, and back: the linear map and the network's parameters as tensors; variables, units and sizes in the metadata. */
import { randomStream } from "../core/random.ts";
import { type NumericArray, writeSafetensors } from "../data/index.ts";
import { arrayOf, treeOf } from "../layers/checkpoint.ts";
import { listed } from "../layers/index.ts";
import { openSavedModel } from "./saved-model.ts";
import type { SeriesModel } from "./series-fit.ts";
import { type LinearForecast, starts } from "./series-linear.ts";
import { buildSeriesNetwork, type SeriesNetwork } from "./series-network.ts";

const format = "hopfield-series-1";

export function writeSeriesModel({ names, mean, scale, linear, network, parameters, share }: SeriesModel): Uint8Array {
  const { weights, input, horizon, ...line } = linear;
  const tensors = new Map<string, NumericArray>([
    ["linear", { dtype: "f32", shape: [input, horizon], data: weights }],
    ...listed(parameters, "network.").map(({ name, tensor }) => [name, arrayOf(tensor)] as const),
  ]);
  const metadata = new Map([
    ["format", format],
    ["variables", JSON.stringify(names.map((name, v) => ({ name, mean: mean[v], scale: scale[v] })))],
    ["linear", JSON.stringify(line)],
    ["network", JSON.stringify(network)],
    ["share", String(share)],
  ]);
  return writeSafetensors(tensors, { metadata });
}

/** Whether these metadata are those of a series model. */
export function isSeriesModel(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.get("format") === format;
}

/** @throws HopfieldError E_FORMAT (no such file, tensors that do not fit each other), E_NONFINITE, and those of readSafetensors. */
export function readSeriesModel(bytes: Uint8Array): SeriesModel {
  const { tensors, metadata, fail, parsed, expect, made } = openSavedModel(
    "readSeriesModel",
    bytes,
    format,
    "this file holds no forecast of a series",
  );
  const network = parsed<SeriesNetwork>("network");
  for (const { name, tensor } of made("the network", () => listed(buildSeriesNetwork(network).init(randomStream(0)), "network.")))
    expect(name, tensor);
  expect("linear", { rows: network.input, columns: network.horizon });
  const variables = parsed<{ name: string; mean: number; scale: number }[]>("variables");
  const { start, season, penalty } = parsed<Pick<LinearForecast, "start" | "season" | "penalty">>("linear");
  const share = Number(metadata.get("share") ?? "none");
  const right =
    Array.isArray(variables) &&
    variables.length > 0 &&
    variables.every((each) => typeof each.name === "string" && Number.isFinite(each.mean) && each.scale > 0);
  const seasonal = Number.isInteger(season) && season >= 1 && season <= network.input;
  if (!right || !starts.includes(start) || !seasonal || !(share >= 0 && share <= 1)) fail("the metadata is not that of a forecast");
  return {
    names: variables.map(({ name }) => name),
    mean: variables.map(({ mean }) => mean),
    scale: variables.map(({ scale }) => scale),
    linear: {
      start,
      season,
      penalty,
      input: network.input,
      horizon: network.horizon,
      weights: (treeOf(tensors, "").linear as { data: Float32Array }).data,
    },
    network,
    parameters: treeOf(tensors, "network."),
    share,
  };
}

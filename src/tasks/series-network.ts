/**
 * @file The network of the layer's correction: the window, standardised by its own mean and deviation (reversible instance normalisation, Kim et al., ICLR 2022), is cut into patches that overlap
 * by half (Nie et al., arXiv 2211.14730); patches are embedded, a member of the family associates (or pools) them, and a linear map of all gives the correction. docs/tables/series.md
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { evenOffsets } from "../layers/batch.ts";
import type { AssociationOptions, Batch, Block } from "../layers/index.ts";
import { association, chain, flatten, layerNorm, linear, pooling, residual } from "../layers/index.ts";

/** "none": no layer between the patches and the map, to see what the layer adds. */
export type SeriesModelName = "association" | "pooling" | "none";
const seriesModelNames: readonly SeriesModelName[] = ["association", "pooling", "none"];

/** Plain JSON, so that a file can carry it. */
export interface SeriesNetwork {
  readonly model: SeriesModelName;
  readonly input: number;
  readonly horizon: number;
  /** Values of a patch, and how far the next begins after it. */
  readonly patch: number;
  readonly stride: number;
  /** Numbers of an embedded patch. */
  readonly width: number;
  readonly module: Partial<AssociationOptions>;
}

function patchCount({ input, patch, stride }: Pick<SeriesNetwork, "input" | "patch" | "stride">): number {
  return Math.floor((input - patch) / stride) + 1;
}

/** Learned queries of "pooling". */
const queries = 4;

/** @throws HopfieldError E_RANGE, E_UNSUPPORTED (options of the layer). */
export function buildSeriesNetwork(network: SeriesNetwork): Block {
  const where = "series";
  checkNames(where, network, ["model", "input", "horizon", "patch", "stride", "width", "module"]);
  checkChoice(where, "model", network.model, seriesModelNames);
  for (const name of ["input", "horizon", "patch", "stride", "width"] as const)
    checkNumber(where, name, network[name], { atLeast: 1, whole: true });
  const { model, input, horizon, patch, width } = network;
  if (patch > input) throw new HopfieldError("E_RANGE", `${where}: a patch of ${patch} values does not fit into a window of ${input}`);
  const options: AssociationOptions = { heads: 4, hidden: 16, deviation: "scaled", dropout: 0.1, ...network.module, stateSize: width };
  const rows = model === "pooling" ? queries : patchCount(network);
  const inner =
    model === "association"
      ? [residual(association(options)), layerNorm(width), flatten(rows)]
      : model === "pooling"
        ? [pooling({ ...options, quantity: queries }), flatten(rows)]
        : [layerNorm(width), flatten(rows)];
  // The flattened read-out knows the place of every patch; the correction starts near 0.
  return chain(linear(patch, width), ...inner, linear(rows * width, horizon, { deviation: 1e-4 }));
}

/** Windows (one a row of `input` values) as bags of patches; values older than the first patch are left out. */
export function patchesOf({ input, patch, stride }: SeriesNetwork, windows: Float32Array): Batch {
  const count = patchCount({ input, patch, stride });
  const bags = windows.length / input;
  const skipped = input - patch - (count - 1) * stride;
  const data = new Float32Array(bags * count * patch);
  for (let b = 0; b < bags; b++) {
    for (let p = 0; p < count; p++) {
      const from = b * input + skipped + p * stride;
      data.set(windows.subarray(from, from + patch), (b * count + p) * patch);
    }
  }
  return { data, rows: bags * count, columns: patch, offsets: evenOffsets(bags, count) };
}

/** Mean and deviation of a window; the deviation is at least a thousandth, so that a window that rests stays finite. */
export function levelOf(x: Float32Array): { mean: number; scale: number } {
  const mean = x.reduce((sum, value) => sum + value / x.length, 0);
  return { mean, scale: Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2 / x.length, 0)) + 1e-3 };
}

/**
 * @file The Hopfield modules as blocks: association of the instances of each bag with each other (in place of attention), pooling of each bag by learned queries, and lookup in learned
 * patterns (Ramsauer et al., arXiv 2008.02217, section 3 and appendix: Hopfield, HopfieldPooling, HopfieldLayer).
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { type Association, associate, associateBack, closeOutput, freshAssociation, type OutputSaved, openOutput } from "./associate.ts";
import { type AssociationOptions, settingsOf } from "./association-options.ts";
import { evenOffsets } from "./batch.ts";
import { chain, residual } from "./combinators.ts";
import { checkRate, dropout } from "./dropout.ts";
import { type Folded, fold, folds } from "./fold.ts";
import { foldBack } from "./fold-back.ts";
import { type FoldedFeatures, foldFeatures, foldFeaturesBack, foldsFeatures } from "./fold-features.ts";
import { drawn, linear } from "./linear.ts";
import { layerNorm } from "./normalise.ts";
import { type Block, block, type Parameters, type Tensor } from "./types.ts";
import { layoutOf, sharedLayout } from "./weigh.ts";
import { copyOf, inside, tensor, type Workspace, zeros } from "./workspace.ts";

/** Every instance looks up the instances of its own bag; the result has a row for every instance. @throws HopfieldError E_RANGE, E_UNSUPPORTED; in the pass E_SHAPE. */
export function association(options: AssociationOptions): Block {
  const s = settingsOf("association", options);
  return block<Parameters, Association>({
    init: (random) => freshAssociation(s, random),
    forward(parameters, given, pass) {
      const x = inside(pass.workspace, given);
      const { y, saved } = associate(pass, s, parameters, { state: x, stored: x, projection: x, layout: layoutOf(x.offsets, x.offsets) });
      return [{ ...y, offsets: x.offsets }, saved];
    },
    backward(parameters, saved, dy, pass) {
      const { dState, dStored, dProjection, gradients } = associateBack(pass, s, parameters, saved, dy);
      return [sumOf(pass.workspace, [dState, dStored, dProjection]), gradients];
    },
  });
}

export interface EncoderOptions extends AssociationOptions {
  /** Columns between the two linear maps; default 4 stateSize (hopfield-layers: 2048). */
  readonly feedForward?: number;
  /** Dropout of the results of the association and of the feed-forward part, and between its maps. Default 0. */
  readonly layerDropout?: number;
}

/**
 * An encoder layer: association, then linear - rectifier - linear, each with a residual connection and layer norm after it (the order of HopfieldEncoderLayer in hopfield-layers; the
 * association has its own layer norms of its inputs unless they are switched off). @throws as association; E_RANGE when `output` is not stateSize.
 */
export function encoder(options: EncoderOptions): Block {
  const { feedForward, layerDropout = 0, ...rest } = options;
  const s = settingsOf("encoder", rest);
  const columns = s.stateSize;
  const result = s.outputProjection ? s.output : s.heads * s.pattern;
  if (result !== columns) {
    throw new HopfieldError(
      "E_RANGE",
      `encoder: the association gives ${result} columns, the residual connection needs stateSize = ${columns}`,
    );
  }
  const between = checkNumber("encoder", "feedForward", feedForward ?? 4 * columns, { atLeast: 1, whole: true });
  const rate = checkRate("encoder", layerDropout);
  const dropped = rate > 0 ? [dropout(rate)] : [];
  return chain(
    residual(chain(association(rest), ...dropped)),
    layerNorm(columns, { eps: s.eps.state }),
    residual(chain(linear(columns, between, { activation: "relu" }), ...dropped, linear(between, columns), ...dropped)),
    layerNorm(columns, { eps: s.eps.state }),
  );
}

export interface PoolingOptions extends AssociationOptions {
  /** Learned queries; each bag gives so many rows. Default 1. */
  readonly quantity?: number;
  /** Whether the queries learn. Default true. */
  readonly trainable?: boolean;
}

/** Learned state patterns look up the instances of each bag; the result has `quantity` rows for every bag. @throws as association. */
export function pooling(options: PoolingOptions): Block {
  const { quantity, trainable, rest } = learnedOptions("pooling", options);
  // What has no input of its own is as deep as the instances.
  const s = settingsOf("pooling", rest);
  const folded = folds(s);
  const byFeatures = foldsFeatures(s);
  type Saved =
    | { folded: Folded; output: OutputSaved }
    | { features: FoldedFeatures; output: OutputSaved }
    | { association: Association; rows: number };
  return block<Parameters, Saved>({
    init: (random) => ({
      queries: drawn(random, quantity, s.stateSize, deviationOf(s.deviation, s.stateSize)),
      ...freshAssociation(s, random),
    }),
    forward(parameters, given, pass) {
      const x = inside(pass.workspace, given);
      const w = pass.workspace;
      const queries = copyOf(w, parameters.queries as Tensor);
      const bags = x.offsets.length - 1;
      const offsets = evenOffsets(bags, quantity);
      if (folded) {
        const { read, saved } = fold(pass, s, parameters, queries, x);
        const { y, saved: output } = openOutput(w, s, parameters, read);
        return [
          { ...y, offsets },
          { folded: saved, output },
        ];
      }
      if (byFeatures) {
        const { read, saved } = foldFeatures(pass, s, parameters, queries, x);
        const { y, saved: output } = openOutput(w, s, parameters, read);
        return [
          { ...y, offsets },
          { features: saved, output },
        ];
      }
      const { y, saved } = associate(pass, s, parameters, {
        state: tiled(w, queries, bags),
        stored: x,
        projection: x,
        layout: layoutOf(offsets, x.offsets),
      });
      return [
        { ...y, offsets },
        { association: saved, rows: bags },
      ];
    },
    backward(parameters, saved, dy, pass) {
      const w = pass.workspace;
      const none = zeros(w, quantity, s.stateSize);
      if ("output" in saved) {
        const gradients: Record<string, Parameters | Tensor> = {};
        const dRead = closeOutput(w, s, parameters, saved.output, dy, gradients);
        const { dQueries, dx } =
          "folded" in saved
            ? foldBack(pass, s, parameters, saved.folded, dRead, gradients)
            : foldFeaturesBack(pass, s, parameters, saved.features, dRead, gradients);
        return [dx, { queries: trainable ? dQueries : none, ...gradients }];
      }
      const { dState, dStored, dProjection, gradients } = associateBack(pass, s, parameters, saved.association, dy);
      const dx = sumOf(w, [dStored, dProjection]);
      return [dx, { queries: trainable ? untiled(w, dState, saved.rows) : none, ...gradients }];
    },
  });
}

export interface LookupOptions extends AssociationOptions {
  /** Learned stored patterns. Default 1. */
  readonly quantity?: number;
  /** Whether they learn. Default true. */
  readonly trainable?: boolean;
  /** Targets of their own in place of the stored patterns as projections. Default false. */
  readonly separateTargets?: boolean;
  /** Whether such targets learn. Default true. */
  readonly targetsTrainable?: boolean;
}

/** Instances look up learned stored patterns, the same for all; the result has a row for every instance. @throws as association. */
export function lookup(options: LookupOptions): Block {
  const { separateTargets = false, targetsTrainable = true, ...given } = options;
  const { quantity, trainable, rest } = learnedOptions("lookup", given);
  const s = settingsOf("lookup", rest);
  if (s.support === "window") throw new HopfieldError("E_UNSUPPORTED", "lookup: learned patterns have no order, hence no window");
  return block<Parameters, Association>({
    init: (random) => ({
      patterns: drawn(random, quantity, s.storedSize, deviationOf(s.deviation, s.storedSize)),
      ...(separateTargets ? { targets: drawn(random, quantity, s.projectionSize, deviationOf(s.deviation, s.projectionSize)) } : {}),
      ...freshAssociation(s, random),
    }),
    forward(parameters, given, pass) {
      const x = inside(pass.workspace, given);
      const stored = copyOf(pass.workspace, parameters.patterns as Tensor);
      const projection = separateTargets ? copyOf(pass.workspace, parameters.targets as Tensor) : stored;
      // Random masks go by the place in the bag; else all instances may stand in one large product.
      const layout = sharedLayout(s.support === "random" ? x.offsets : Int32Array.of(0, x.rows), quantity);
      const { y, saved } = associate(pass, s, parameters, { state: x, stored, projection, layout });
      return [{ ...y, offsets: x.offsets }, saved];
    },
    backward(parameters, saved, dy, pass) {
      const w = pass.workspace;
      const { dState, dStored, dProjection, gradients } = associateBack(pass, s, parameters, saved, dy);
      const patterns = sumOf(w, separateTargets ? [dStored] : [dStored, dProjection]);
      return [
        dState,
        {
          patterns: trainable ? patterns : zeros(w, quantity, s.storedSize),
          ...(separateTargets ? { targets: targetsTrainable ? dProjection : zeros(w, quantity, s.projectionSize) } : {}),
          ...gradients,
        },
      ];
    },
  });
}

function learnedOptions(where: string, options: PoolingOptions): { quantity: number; trainable: boolean; rest: AssociationOptions } {
  const { quantity = 1, trainable = true, ...rest } = options;
  return { quantity: checkNumber(where, "quantity", quantity, { atLeast: 1, whole: true }), trainable, rest };
}

const deviationOf = (deviation: number | "scaled", columns: number): number =>
  deviation === "scaled" ? Math.sqrt(1 / columns) : deviation;

function sumOf(w: Workspace, parts: readonly Tensor[]): Tensor {
  const [first, ...others] = parts;
  const sum = copyOf(w, first as Tensor);
  for (const each of others) w.kernels.addScaled(each.data.byteOffset, 1, each.data.length, sum.data.byteOffset);
  return sum;
}

/** The queries once for every bag. */
function tiled(w: Workspace, x: Tensor, times: number): Tensor {
  const y = tensor(w, x.rows * times, x.columns);
  for (let t = 0; t < times; t++) y.data.set(x.data, t * x.data.length);
  return y;
}

function untiled(w: Workspace, dy: Tensor, times: number): Tensor {
  const dx = zeros(w, dy.rows / times, dy.columns);
  const size = dx.data.length;
  for (let t = 0; t < times; t++) w.kernels.addScaled(dy.data.byteOffset + t * size * 4, 1, size, dx.data.byteOffset);
  return dx;
}

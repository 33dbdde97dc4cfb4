/**
 * @file Learned queries with separations by features. Keys pass a nonlinear map, so every instance is projected; but a query meets the features of its own head alone, so that neither a product of all
 * features with all queries nor the gradient by all features is ever made, and values are blended before they are projected. docs/layers/folding.md says what that saves.
 */
import { numbersOf } from "./associate.ts";
import type { Settings } from "./association-options.ts";
import { type Features, featureCount, featurePlaces, featuresBack, featuresOf, frequencies } from "./features.ts";
import { type Blended, blendFolded, blendFoldedBack, foldedLayout, headLayout, turn, valuesBack } from "./fold-values.ts";
import { mapRows, mapRowsBack } from "./linear.ts";
import type { Normalised } from "./normalise.ts";
import { moved, part, timesNN, timesNT } from "./products.ts";
import { closeNorm, closeRole, normRole, openRole, type Role } from "./roles.ts";
import { openSupport, type Support } from "./supports.ts";
import type { Batch, Parameters, Pass, Tensor } from "./types.ts";
import { divideBlocks, divideBlocksBack, type Placed } from "./weigh.ts";
import { copyOf, tensor, type Workspace, zeros } from "./workspace.ts";

/** Whether this form computes what the options ask for. */
export function foldsFeatures(s: Settings): boolean {
  return s.kind < 0 && !s.normalizeHidden && !s.staticState && !s.staticStored && !s.staticProjection && !s.connected;
}

export interface FoldedFeatures {
  readonly layout: Placed;
  readonly state: Role;
  readonly storedNorm: Normalised | null;
  readonly projectionNorm: Normalised | null;
  /** Normalised instances, as keys and as values. */
  readonly normed: Tensor;
  readonly values: Tensor;
  readonly omega: Tensor | null;
  readonly queries: readonly Features[];
  /** Features of the queries, quantity x (heads * features). */
  readonly met: Tensor;
  /** The map of the stored patterns, each head times sqrt(beta); what it makes of the instances, and their features, heads side by side. */
  readonly map: ScaledMap;
  readonly keys: Tensor;
  readonly phi: Tensor;
  readonly p: Tensor;
  readonly support: Support;
  /** Sums of feature products, by which rows were divided. */
  readonly totals: Tensor;
  readonly blended: Blended;
}

interface ScaledMap {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

export function foldFeatures(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  learned: Tensor,
  x: Batch,
): { read: Tensor; saved: FoldedFeatures } {
  const w = pass.workspace;
  const quantity = learned.rows;
  const rows = s.heads * quantity;
  const layout = foldedLayout(w, x.offsets, rows);
  const state = openRole(w, s, parameters, "state", learned);
  const storedNorm = normRole(w, s, parameters, "stored", x);
  const projectionNorm = normRole(w, s, parameters, "projection", x);
  const normed = storedNorm?.y ?? x;
  const values = projectionNorm?.y ?? x;
  const omega = frequencies(s);
  const { features: queries, phi: met } = queryFeatures(w, s, parameters, state.values, omega);
  const { weight, bias } = parameters.stored as { weight: Tensor; bias?: Tensor };
  const map = { weight: scaledHeads(w, s, parameters, weight), bias: bias && scaledHeads(w, s, parameters, bias) };
  const keys = mapRows(w, normed, map.weight, map.bias);
  const count = featureCount(s);
  const phi = tensor(w, x.rows, s.heads * count);
  const scores = tensor(w, x.rows, rows);
  if (!omega) {
    const [at, to] = [keys.data.byteOffset, phi.data.byteOffset];
    w.kernels.eluScores(at, x.rows, s.heads, s.hidden, met.data.byteOffset, quantity, to, scores.data.byteOffset);
  } else {
    for (let h = 0; h < s.heads; h++) {
      const [key, feature, query] = [part(w, keys, 0, h * s.hidden), part(w, phi, 0, h * count), part(w, met, 0, h * count)];
      const score = part(w, scores, 0, h * quantity);
      timesNT(w, key, part(w, omega), feature, x.rows, count, s.hidden);
      w.kernels.positiveScores(
        ...[key.at, key.stride, s.hidden, x.rows, count, feature.at, feature.stride],
        ...[query.at, query.stride, quantity, score.at, score.stride],
      );
    }
  }
  const p = turn(w, layout, scores, rows, null);
  const support = openSupport(w, s, {});
  // Where the place of a query in its bag matters, heads go one by one; their sums stand in the rows of that head.
  const totals = support.open ? divideBlocks(w, layout, support, p, 0) : tensor(w, layout.states, 1);
  for (let h = 0; h < s.heads && !support.open; h++) divideBlocks(w, headLayout(w, s, layout, h), support, p, h, totals);
  const { read, saved: blended } = blendFolded(pass, s, parameters, layout, p, values, quantity);
  const found = {
    layout,
    state,
    storedNorm,
    projectionNorm,
    normed,
    values,
    omega,
    queries,
    met,
    map,
    keys,
    phi,
    p,
    support,
    totals,
    blended,
  };
  return { read, saved: found };
}

export function foldFeaturesBack(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  saved: FoldedFeatures,
  dRead: Tensor,
  gradients: Record<string, Parameters | Tensor>,
): { dQueries: Tensor; dx: Tensor } {
  const w = pass.workspace;
  const { layout, state, normed, values, map, keys, met, p } = saved;
  const quantity = met.rows;
  const { dp, dBlended } = blendFoldedBack(pass, s, parameters, layout, saved.blended, values, dRead, quantity, gradients);
  divideBlocksBack(w, layout, saved.support, p, dp, saved.totals);
  const dValues = tensor(w, values.rows, values.columns);
  valuesBack(w, s, layout, saved.blended, dBlended, dValues, false);
  const dMet = zeros(w, met.rows, met.columns);
  const dKeys = tensor(w, keys.rows, keys.columns);
  keysBack(w, s, saved, dp, dKeys, dMet);
  const dBeta = new Float32Array(s.heads);
  const dState = queryFeaturesBack(w, s, parameters, saved.queries, dMet, saved.omega, dBeta);
  if (s.learnBeta) {
    addBetas(w, s, parameters, keys, dKeys, dBeta);
    gradients.beta = { data: dBeta, rows: 1, columns: s.heads };
  }
  const found = gradients as Record<string, Parameters>;
  const { dx: dNormed, dWeight, dBias } = mapRowsBack(w, normed, map.weight, dKeys, map.bias !== undefined, true);
  found.stored = { weight: scaledHeads(w, s, parameters, dWeight), ...(dBias ? { bias: scaledHeads(w, s, parameters, dBias) } : {}) };
  const dx = closeNorm(w, parameters, "stored", saved.storedNorm, dNormed as Tensor, found);
  const other = closeNorm(w, parameters, "projection", saved.projectionNorm, dValues, found);
  w.kernels.addScaled(other.data.byteOffset, 1, other.data.length, dx.data.byteOffset);
  return { dQueries: closeRole(w, s, parameters, "state", state, dState, found), dx };
}

/** From the products dp (blocks) to scaled keys (set) and features of the queries (added). */
function keysBack(
  w: Workspace,
  s: Settings,
  { layout, omega, keys, phi, met }: FoldedFeatures,
  dp: Tensor,
  dKeys: Tensor,
  dMet: Tensor,
): void {
  const [bags, blocks, count, quantity] = [layout.bags.length, dp.data.byteOffset, featureCount(s), met.rows];
  if (!omega) {
    w.kernels.eluScoresBack(
      ...[layout.at, bags, blocks, phi.data.byteOffset, s.heads, s.hidden, met.data.byteOffset, quantity],
      ...[dKeys.data.byteOffset, dMet.data.byteOffset],
    );
    return;
  }
  const dExponents = tensor(w, keys.rows, count);
  for (let h = 0; h < s.heads; h++) {
    const [key, feature, query] = [part(w, keys, 0, h * s.hidden), part(w, phi, 0, h * count), part(w, met, 0, h * count)];
    const dKey = part(w, dKeys, 0, h * s.hidden);
    w.kernels.positiveScoresBack(
      ...[layout.at, bags, blocks, h * quantity, key.at, key.stride, s.hidden, count, feature.at, feature.stride],
      ...[query.at, query.stride, quantity, dExponents.data.byteOffset, part(w, dMet, 0, h * count).at, dKey.at],
    );
    timesNN(w, part(w, dExponents), part(w, omega), dKey, keys.rows, s.hidden, count, true);
  }
}

/** A copy of a map (or of a gradient by it) with what belongs to each head times sqrt(beta): rows of a weight, entries of a bias. */
function scaledHeads(w: Workspace, s: Settings, parameters: Parameters, x: Tensor): Tensor {
  const y = copyOf(w, x);
  const size = x.data.length / s.heads;
  for (let h = 0; h < s.heads; h++) {
    const at = y.data.byteOffset + h * size * 4;
    w.kernels.scaleTo(at, Math.sqrt(numbersOf(s, parameters, h).beta), size, at);
  }
  return y;
}

/** Adds x . dx / (2 beta) of scaled keys x, the part of d loss / d beta that goes through them. */
function addBetas(w: Workspace, s: Settings, parameters: Parameters, keys: Tensor, dKeys: Tensor, dBeta: Float32Array): void {
  for (let h = 0; h < s.heads; h++) {
    let sum = 0;
    for (let i = 0; i < keys.rows; i++)
      sum += w.kernels.innerProduct(part(w, keys, i, h * s.hidden).at, part(w, dKeys, i, h * s.hidden).at, s.hidden);
    dBeta[h] = (dBeta[h] as number) + sum / (2 * numbersOf(s, parameters, h).beta);
  }
}

/** Features of the queries, heads side by side. */
function queryFeatures(
  w: Workspace,
  s: Settings,
  parameters: Parameters,
  x: Tensor,
  omega: Tensor | null,
): { features: Features[]; phi: Tensor } {
  const { scaled, phi } = featurePlaces(w, s, x.rows, s.heads);
  const features = Array.from({ length: s.heads }, (_, h) => {
    const places = { scaled: part(w, scaled, 0, h * s.hidden), phi: part(w, phi, 0, h * featureCount(s)) };
    return featuresOf(w, s, part(w, x, 0, h * s.hidden), x.rows, numbersOf(s, parameters, h).beta, omega, "row", places);
  });
  return { features, phi };
}

/** Gradient by the queries; the parts of d loss / d beta are added to `dBeta`. */
function queryFeaturesBack(
  w: Workspace,
  s: Settings,
  parameters: Parameters,
  features: readonly Features[],
  dPhi: Tensor,
  omega: Tensor | null,
  dBeta: Float32Array,
): Tensor {
  const dx = tensor(w, dPhi.rows, s.heads * s.hidden);
  features.forEach((each, h) => {
    const { beta } = numbersOf(s, parameters, h);
    const slope = moved(part(w, dPhi), 0, h * featureCount(s));
    dBeta[h] = (dBeta[h] as number) + featuresBack(w, s, each, slope, beta, omega, part(w, dx, 0, h * s.hidden));
  });
  return dx;
}

/**
 * @file Learned queries with separations by features. Keys pass a nonlinear map, so every instance is projected; but their features are made for all heads at once, met by the features of all
 * queries in one product (a query has zeros at the places of other heads), and values are blended before they are projected. docs/layers/folding.md says what that saves.
 */
import { numbersOf } from "./associate.ts";
import type { Settings } from "./association-options.ts";
import { type Features, featureCount, featurePlaces, featuresBack, featuresOf, frequencies } from "./features.ts";
import { type Blended, blendFolded, blendFoldedBack, foldedLayout, headLayout, sameStates, turn, valuesBack } from "./fold-values.ts";
import type { Normalised } from "./normalise.ts";
import { moved, part, timesNT } from "./products.ts";
import { closeNorm, closeRole, normRole, openRole, type Role } from "./roles.ts";
import { openSupport, type Support } from "./supports.ts";
import type { Batch, Parameters, Pass, Tensor } from "./types.ts";
import { blend, blendBack, divideBlocks, divideBlocksBack, type Placed } from "./weigh.ts";
import { tensor, type Workspace, zeros } from "./workspace.ts";

/** Whether this form computes what the options ask for. */
export function foldsFeatures(s: Settings): boolean {
  return s.kind < 0 && !s.normalizeHidden && !s.staticState && !s.staticStored && !s.staticProjection && !s.connected;
}

export interface FoldedFeatures {
  readonly layout: Placed;
  readonly state: Role;
  readonly stored: Role;
  readonly projectionNorm: Normalised | null;
  readonly values: Tensor;
  readonly omega: Tensor | null;
  readonly queries: readonly Features[];
  readonly keys: readonly Features[];
  /** Features of all instances, heads side by side. */
  readonly phi: Tensor;
  /** Row h * quantity + r: features of query r in the columns of head h. */
  readonly met: Tensor;
  readonly p: Tensor;
  readonly support: Support;
  /** Sums of feature products, by which rows were divided. */
  readonly totals: Tensor;
  readonly blended: Blended;
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
  const stored = openRole(w, s, parameters, "stored", x);
  const projectionNorm = normRole(w, s, parameters, "projection", x);
  const values = projectionNorm?.y ?? x;
  const omega = frequencies(s);
  const own = allFeatures(w, s, parameters, state.values, omega, "row");
  const { features: keys, phi } = allFeatures(w, s, parameters, stored.values, omega, "all");
  const count = featureCount(s);
  const met = zeros(w, rows, phi.columns);
  for (let h = 0; h < s.heads; h++)
    for (let r = 0; r < quantity; r++) {
      const from = r * phi.columns + h * count;
      met.data.set(own.phi.data.subarray(from, from + count), (h * quantity + r) * phi.columns + h * count);
    }
  const scores = tensor(w, x.rows, rows);
  timesNT(w, part(w, phi), part(w, met), part(w, scores), x.rows, rows, phi.columns);
  const p = turn(w, layout, scores, rows, null);
  const support = openSupport(w, s, {});
  // Where the place of a query in its bag matters, heads go one by one; their sums stand in the rows of that head.
  const totals = support.open ? divideBlocks(w, layout, support, p, 0) : tensor(w, layout.states, 1);
  for (let h = 0; h < s.heads && !support.open; h++) divideBlocks(w, headLayout(w, s, layout, h), support, p, h, totals);
  const { read, saved: blended } = blendFolded(pass, s, parameters, layout, p, values, quantity);
  return {
    read,
    saved: { layout, state, stored, projectionNorm, values, omega, queries: own.features, keys, phi, met, p, support, totals, blended },
  };
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
  const { layout, state, stored, values, phi, met, p, totals } = saved;
  const rows = met.rows;
  const quantity = rows / s.heads;
  const { dp, dBlended } = blendFoldedBack(pass, s, parameters, layout, saved.blended, values, dRead, quantity, gradients);
  divideBlocksBack(w, layout, saved.support, p, dp, totals);
  const dPhi = tensor(w, phi.rows, phi.columns);
  const dMet = zeros(w, rows, phi.columns);
  const dValues = tensor(w, values.rows, values.columns);
  const same = sameStates(w, layout);
  blendBack(w, same, dp, part(w, met), part(w, dPhi), phi.columns, false);
  blend(w, same, dp, part(w, phi), part(w, dMet), phi.columns, true);
  valuesBack(w, s, layout, saved.blended, dBlended, dValues, false);
  const dOwn = tensor(w, quantity, phi.columns);
  const count = featureCount(s);
  for (let h = 0; h < s.heads; h++)
    for (let r = 0; r < quantity; r++) {
      const from = (h * quantity + r) * phi.columns + h * count;
      dOwn.data.set(dMet.data.subarray(from, from + count), r * phi.columns + h * count);
    }
  const dBeta = new Float32Array(s.heads);
  const dState = allFeaturesBack(w, s, parameters, saved.queries, dOwn, saved.omega, dBeta);
  const dStored = allFeaturesBack(w, s, parameters, saved.keys, dPhi, saved.omega, dBeta);
  if (s.learnBeta) gradients.beta = { data: dBeta, rows: 1, columns: s.heads };
  const found = gradients as Record<string, Parameters>;
  const dx = closeRole(w, s, parameters, "stored", stored, dStored, found);
  const other = closeNorm(w, parameters, "projection", saved.projectionNorm, dValues, found);
  w.kernels.addScaled(other.data.byteOffset, 1, other.data.length, dx.data.byteOffset);
  return { dQueries: closeRole(w, s, parameters, "state", state, dState, found), dx };
}

/** Features of every head of rows of heads side by side. */
function allFeatures(
  w: Workspace,
  s: Settings,
  parameters: Parameters,
  x: Tensor,
  omega: Tensor | null,
  shift: "row" | "all",
): { features: Features[]; phi: Tensor } {
  const { scaled, phi } = featurePlaces(w, s, x.rows, s.heads);
  const features = Array.from({ length: s.heads }, (_, h) => {
    const places = { scaled: part(w, scaled, 0, h * s.hidden), phi: part(w, phi, 0, h * featureCount(s)) };
    return featuresOf(w, s, part(w, x, 0, h * s.hidden), x.rows, numbersOf(s, parameters, h).beta, omega, shift, places);
  });
  return { features, phi };
}

/** Gradient by the rows; the parts of d loss / d beta are added to `dBeta`. */
function allFeaturesBack(
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

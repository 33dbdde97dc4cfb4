/** @file The way back through folded learned queries (fold.ts): every step of it in the opposite order. */

import { numbersOf } from "./associate.ts";
import type { Settings } from "./association-options.ts";
import type { Folded } from "./fold.ts";
import { blendFoldedBack, headLayout, valuesBack } from "./fold-values.ts";
import { part, timesNT, timesTN } from "./products.ts";
import { closeNorm, closeRole } from "./roles.ts";
import type { Parameters, Pass, Tensor } from "./types.ts";
import { blend, blendBack, placed, separateBlocksBack } from "./weigh.ts";
import { tensor, type Workspace, zeros } from "./workspace.ts";

export interface FoldGradients {
  readonly dQueries: Tensor;
  readonly dx: Tensor;
}

export function foldBack(
  pass: Pass,
  s: Settings,
  parameters: Parameters,
  saved: Folded,
  dRead: Tensor,
  gradients: Record<string, Parameters | Tensor>,
): FoldGradients {
  const w = pass.workspace;
  const { layout, keys, values, u, p } = saved;
  const rows = u.rows;
  const { dp: dz, dBlended } = blendFoldedBack(pass, s, parameters, layout, saved.blended, values, dRead, rows / s.heads, gradients);
  const dAlpha = new Float32Array(s.heads);
  if (!s.learnAlpha) separateBlocksBack(w, s, layout, p, dz, s.alpha);
  else {
    for (let h = 0; h < s.heads; h++) {
      const { alpha } = numbersOf(s, parameters, h);
      dAlpha[h] = separateBlocksBack(w, s, headLayout(w, s, layout, h), p, dz, alpha) * (alpha - 1) * (2 - alpha);
    }
  }
  if (s.learnAlpha) gradients.alpha = { data: dAlpha, rows: 1, columns: s.heads };

  const dKeys = tensor(w, keys.rows, keys.columns);
  const dValues = values === keys ? dKeys : tensor(w, values.rows, values.columns);
  const du = zeros(w, rows, s.storedSize);
  // Every bag is met by the same u.
  const same = placed(w, layout, true);
  blendBack(w, same, dz, part(w, u), part(w, dKeys), s.storedSize, false);
  blend(w, same, dz, part(w, keys), part(w, du), s.storedSize, true);
  const dConstants = new Float32Array(rows);
  if (s.separation === "softmax1") {
    for (const bag of layout.bags)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < bag.columns; j++)
          dConstants[i] = (dConstants[i] as number) + (dz.data[bag.start + i * bag.columns + j] as number);
  }
  valuesBack(w, s, layout, saved.blended, dBlended, dValues, values === keys);
  const dQueries = queriesBack(w, s, parameters, saved, du, dConstants, gradients);
  const found = gradients as Record<string, Parameters>;
  const dx = closeNorm(w, parameters, "stored", saved.storedNorm, dKeys, found);
  if (values !== keys) {
    const other = closeNorm(w, parameters, "projection", saved.projectionNorm, dValues, found);
    w.kernels.addScaled(other.data.byteOffset, 1, other.data.length, dx.data.byteOffset);
  }
  return { dQueries, dx };
}

/** From u_h,r = beta W_K,h^T q_h,r and c_h,r = beta q_h,r . b_K,h back to W_K, b_K, beta and the queries. */
function queriesBack(
  w: Workspace,
  s: Settings,
  parameters: Parameters,
  { state, q }: Folded,
  du: Tensor,
  dConstants: Float32Array,
  gradients: Record<string, Parameters | Tensor>,
): Tensor {
  const quantity = q.rows / s.heads;
  const { weight, bias } = parameters.stored as { weight: Tensor; bias?: Tensor };
  const dWeight = tensor(w, weight.rows, weight.columns);
  const dBias = bias ? zeros(w, 1, bias.columns) : null;
  const dq = tensor(w, q.rows, s.hidden);
  const dState = zeros(w, state.values.rows, state.values.columns);
  const dBeta = new Float32Array(s.heads);
  for (let h = 0; h < s.heads; h++) {
    const { beta } = numbersOf(s, parameters, h);
    timesTN(w, part(w, q, h * quantity), part(w, du, h * quantity), part(w, dWeight, h * s.hidden), quantity, s.hidden, s.storedSize);
    timesNT(w, part(w, du, h * quantity), part(w, weight, h * s.hidden), part(w, dq, h * quantity), quantity, s.hidden, s.storedSize);
    for (let r = 0; r < quantity; r++) {
      const row = h * quantity + r;
      const constant = dConstants[row] as number;
      for (let c = 0; c < s.hidden; c++) {
        const at = h * s.hidden + c;
        const scaled = q.data[row * s.hidden + c] as number;
        let slope = dq.data[row * s.hidden + c] as number;
        if (bias && dBias) {
          dBias.data[at] = (dBias.data[at] as number) + constant * scaled;
          slope += constant * (bias.data[at] as number);
        }
        dBeta[h] = (dBeta[h] as number) + (slope * scaled) / beta;
        const to = r * dState.columns + h * state.headStep + c;
        dState.data[to] = (dState.data[to] as number) + beta * slope;
      }
    }
  }
  gradients.stored = { weight: dWeight, ...(dBias ? { bias: dBias } : {}) };
  if (s.learnBeta) gradients.beta = { data: dBeta, rows: 1, columns: s.heads };
  return closeRole(w, s, parameters, "state", state, dState, gradients as Record<string, Parameters>);
}

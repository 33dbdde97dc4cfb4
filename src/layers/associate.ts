/** @file The Hopfield association of three roles: state patterns look up stored patterns and read projections, by heads. What the blocks association, pooling and lookup share. */

import { portableExp } from "../core/portable.ts";
import type { RandomStream } from "../core/random.ts";
import { activate, activateBack } from "./activations.ts";
import type { Settings } from "./association-options.ts";
import { frequencies } from "./features.ts";
import { addRows, type HeadInput, type HeadRun, runHead, runHeadBack } from "./head.ts";
import { mapRows, mapRowsBack } from "./linear.ts";
import { freshNorm, type Normalised, type NormParameters, normalise, normaliseBack } from "./normalise.ts";
import { type Part, part } from "./products.ts";
import { closeRole, freshMap, freshRoles, openRole, type Role } from "./roles.ts";
import { type Masks, openSupport } from "./supports.ts";
import type { Parameters, Pass, Tensor } from "./types.ts";
import { type HeadNumbers, type Layout, placed } from "./weigh.ts";
import { copyOf, tensor, type Workspace, zeros } from "./workspace.ts";

export interface Roles {
  readonly state: Tensor;
  readonly stored: Tensor;
  readonly projection: Tensor;
  readonly layout: Layout;
  readonly masks?: Masks;
}

export interface Association {
  readonly layout: Layout;
  readonly state: Role;
  readonly stored: Role;
  readonly projection: Role;
  readonly spaces: { readonly q: Normalised; readonly k: Normalised } | null;
  readonly q: Tensor;
  readonly k: Tensor;
  readonly inputs: readonly HeadInput[];
  readonly runs: readonly HeadRun[];
  readonly output: OutputSaved;
}

/** Fresh parameters of everything but learned patterns. */
export function freshAssociation(s: Settings, random: RandomStream): Record<string, Parameters | Tensor> {
  const row = (value: number): Tensor => ({ data: new Float32Array(s.heads).fill(value), rows: 1, columns: s.heads });
  return {
    ...freshRoles(s, random),
    ...(s.normalizeHidden && s.hiddenAffine ? { hiddenNorm: freshNorm(s.hidden, true) } : {}),
    ...(s.outputProjection ? { output: freshMap(random, s.heads * s.pattern, s.output, { ...s, bias: true }) } : {}),
    ...(s.learnBeta ? { beta: row(s.beta) } : {}),
    ...(s.learnAlpha ? { alpha: row(0) } : {}),
  };
}

/** beta and alpha of a head; a learned alpha is 1 + logistic(a), Wu et al. (STanHop, arXiv 2312.17346). */
export function numbersOf(s: Settings, parameters: Parameters, head: number): HeadNumbers {
  const learned = (name: string): number => (parameters[name] as Tensor).data[head] as number;
  return {
    head,
    beta: s.learnBeta ? learned("beta") : s.beta,
    alpha: s.learnAlpha ? 1 + 1 / (1 + portableExp(-learned("alpha"))) : s.alpha,
  };
}

export function associate(pass: Pass, s: Settings, parameters: Parameters, roles: Roles): { y: Tensor; saved: Association } {
  const w = pass.workspace;
  const layout = placed(w, roles.layout);
  const support = openSupport(w, s, roles.masks ?? {});
  const state = openRole(w, s, parameters, "state", roles.state);
  const stored = openRole(w, s, parameters, "stored", roles.stored);
  const spaces = s.normalizeHidden
    ? { q: normaliseHeads(w, s, parameters, state.values), k: normaliseHeads(w, s, parameters, stored.values) }
    : null;
  const q = spaces ? reshaped(spaces.q.y, state.values) : state.values;
  const k = spaces ? reshaped(spaces.k.y, stored.values) : stored.values;
  const projection = openRole(w, s, parameters, "projection", roles.projection);
  const omega = frequencies(s);
  const read = tensor(w, layout.states, s.heads * s.pattern);
  const inputs: HeadInput[] = [];
  const runs: HeadRun[] = [];
  for (let h = 0; h < s.heads; h++) {
    const input: HeadInput = {
      pass,
      s,
      layout,
      support,
      numbers: numbersOf(s, parameters, h),
      omega,
      q: part(w, q, 0, h * state.headStep),
      k: part(w, k, 0, h * stored.headStep),
      v: part(w, projection.values, 0, h * projection.headStep),
    };
    inputs.push(input);
    runs.push(runHead(input, part(w, read, 0, h * s.pattern)));
  }
  const { y, saved: output } = openOutput(w, s, parameters, read);
  return { y, saved: { layout, state, stored, projection, spaces, q, k, inputs, runs, output } };
}

export interface AssociationGradients {
  readonly dState: Tensor;
  readonly dStored: Tensor;
  readonly dProjection: Tensor;
  readonly gradients: Record<string, Parameters | Tensor>;
}

export function associateBack(pass: Pass, s: Settings, parameters: Parameters, saved: Association, dy: Tensor): AssociationGradients {
  const w = pass.workspace;
  const gradients: Record<string, Parameters | Tensor> = {};
  const dRead = closeOutput(w, s, parameters, saved.output, dy, gradients);
  const dq = zeros(w, saved.q.rows, saved.q.columns);
  const dk = zeros(w, saved.k.rows, saved.k.columns);
  const dv = zeros(w, saved.projection.values.rows, saved.projection.values.columns);
  const dBeta = new Float32Array(s.heads);
  const dAlpha = new Float32Array(s.heads);
  saved.inputs.forEach((input, h) => {
    const mark = w.top;
    const at = (x: Tensor, step: number): Part => part(w, x, 0, h * step);
    const found = runHeadBack(
      { ...input, pass },
      saved.runs[h] as HeadRun,
      at(dRead, s.pattern),
      at(dk, saved.stored.headStep),
      at(dv, saved.projection.headStep),
    );
    addRows(w, found.dq, at(dq, saved.state.headStep));
    dBeta[h] = found.dBeta;
    const logistic = input.numbers.alpha - 1;
    dAlpha[h] = found.dAlpha * logistic * (1 - logistic);
    w.top = mark;
  });
  if (s.learnBeta) gradients.beta = copyOf(w, { data: dBeta, rows: 1, columns: s.heads });
  if (s.learnAlpha) gradients.alpha = copyOf(w, { data: dAlpha, rows: 1, columns: s.heads });
  const found = gradients as Record<string, Parameters>;
  const dProjected = closeRole(w, s, parameters, "projection", saved.projection, dv, found);
  const dQueries = closeSpace(w, parameters, saved.spaces?.q ?? null, dq, found);
  const dKeys = closeSpace(w, parameters, saved.spaces?.k ?? null, dk, found);
  const dState = closeRole(w, s, parameters, "state", saved.state, dQueries, found);
  const dStored = closeRole(w, s, parameters, "stored", saved.stored, dKeys, found);
  return { dState, dStored, dProjection: dProjected, gradients };
}

const reshaped = (x: Tensor, like: Tensor): Tensor => ({ data: x.data, rows: like.rows, columns: like.columns });

/** Layer norm over the columns of each head; queries and keys share gain and shift. */
function normaliseHeads(w: Workspace, s: Settings, parameters: Parameters, x: Tensor): Normalised {
  const rows = { data: x.data, rows: x.data.length / s.hidden, columns: s.hidden };
  return normalise(w, rows, (parameters.hiddenNorm ?? {}) as NormParameters, s.eps.hidden);
}

function closeSpace(
  w: Workspace,
  parameters: Parameters,
  space: Normalised | null,
  dy: Tensor,
  gradients: Record<string, Parameters>,
): Tensor {
  if (!space) return dy;
  const rows = { data: dy.data, rows: space.normal.rows, columns: space.normal.columns };
  const [dx, found] = normaliseBack(w, space, (parameters.hiddenNorm ?? {}) as NormParameters, rows);
  const before = gradients.hiddenNorm as Record<string, Tensor> | undefined;
  for (const [name, slope] of Object.entries(before ?? {})) {
    w.kernels.addScaled(slope.data.byteOffset, 1, slope.data.length, (found[name] as Tensor).data.byteOffset);
  }
  if (found.gain) gradients.hiddenNorm = found;
  return reshaped(dx, dy);
}

export interface OutputSaved {
  readonly read: Tensor;
  readonly y: Tensor;
}

/** All heads to the result: the output projection and the activation. */
export function openOutput(w: Workspace, s: Settings, parameters: Parameters, read: Tensor): { y: Tensor; saved: OutputSaved } {
  const map = parameters.output as Parameters | undefined;
  const mapped = map ? mapRows(w, read, map.weight as Tensor, map.bias as Tensor | undefined) : read;
  const y = s.activation === "none" ? mapped : activate(w, s.activation, mapped);
  return { y, saved: { read, y } };
}

export function closeOutput(
  w: Workspace,
  s: Settings,
  parameters: Parameters,
  { read, y }: OutputSaved,
  dy: Tensor,
  gradients: Record<string, Parameters | Tensor>,
): Tensor {
  const slope = s.activation === "none" ? dy : activateBack(w, s.activation, y, dy);
  const map = parameters.output as Parameters | undefined;
  if (!map) return slope;
  const { dx, dWeight, dBias } = mapRowsBack(w, read, map.weight as Tensor, slope, map.bias !== undefined, true);
  gradients.output = { weight: dWeight, ...(dBias ? { bias: dBias } : {}) };
  return dx as Tensor;
}

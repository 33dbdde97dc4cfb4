/** @file The three roles of an association (state, stored, projection): layer norm and projection of each, and the way back. */
import type { RandomStream } from "../core/random.ts";
import type { Settings } from "./association-options.ts";
import { checkColumns, drawn, mapRows, mapRowsBack } from "./linear.ts";
import { freshNorm, type Normalised, type NormParameters, normalise, normaliseBack } from "./normalise.ts";
import type { Parameters, Tensor } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export type RoleName = "state" | "stored" | "projection";

/** Rows of a role ready for the heads: head h uses the columns from h * headStep on. */
export interface Role {
  readonly values: Tensor;
  readonly headStep: number;
  readonly norm: Normalised | null;
  /** What the projection was applied to. */
  readonly normed: Tensor;
  /** Values that went through the map of the stored patterns first. */
  readonly between: Tensor | null;
}

interface Plan {
  readonly inputs: number;
  readonly outputs: number;
  readonly perHead: number;
  readonly normalize: boolean;
  readonly still: boolean;
  readonly parameters: RoleName;
}

export function planOf(s: Settings, role: RoleName): Plan {
  if (role === "state")
    return {
      inputs: s.stateSize,
      outputs: s.heads * s.hidden,
      perHead: s.hidden,
      normalize: s.normalizeState,
      still: s.staticState,
      parameters: s.tied ? "stored" : "state",
    };
  if (role === "stored")
    return {
      inputs: s.storedSize,
      outputs: s.heads * s.hidden,
      perHead: s.hidden,
      normalize: s.normalizeStored,
      still: s.staticStored,
      parameters: "stored",
    };
  return {
    inputs: s.projectionSize,
    outputs: s.heads * s.pattern,
    perHead: s.pattern,
    normalize: s.normalizeProjection,
    still: s.staticProjection,
    parameters: "projection",
  };
}

/** Whether values go through the map of the stored patterns before their own. */
const throughStored = (s: Settings, role: RoleName): boolean => role === "projection" && s.connected && !s.staticStored;

/** Fresh parameters of all three roles. */
export function freshRoles(s: Settings, random: RandomStream): Record<string, Parameters> {
  const made: Record<string, Parameters> = {};
  for (const role of ["state", "stored", "projection"] as const) {
    const plan = planOf(s, role);
    if (plan.normalize && s.affine) made[`${role}Norm`] = freshNorm(plan.inputs, true);
    if (plan.still || plan.parameters !== role) continue;
    made[role] = freshMap(random, throughStored(s, role) ? s.heads * s.hidden : plan.inputs, plan.outputs, s);
  }
  return made;
}

export function freshMap(random: RandomStream, inputs: number, outputs: number, s: Settings): Parameters {
  return {
    weight: drawn(random, outputs, inputs, s.deviation === "scaled" ? Math.sqrt(1 / inputs) : s.deviation),
    ...(s.bias ? { bias: { data: new Float32Array(outputs), rows: 1, columns: outputs } } : {}),
  };
}

/** Layer norm alone: for folding, which projects elsewhere. */
export function normRole(workspace: Workspace, s: Settings, parameters: Parameters, role: RoleName, x: Tensor): Normalised | null {
  const plan = planOf(s, role);
  checkColumns(`association: ${role} patterns`, x, plan.inputs);
  return plan.normalize ? normalise(workspace, x, (parameters[`${role}Norm`] ?? {}) as NormParameters, s.eps[role]) : null;
}

export function openRole(workspace: Workspace, s: Settings, parameters: Parameters, role: RoleName, x: Tensor): Role {
  const plan = planOf(s, role);
  const norm = normRole(workspace, s, parameters, role, x);
  const normed = norm?.y ?? x;
  const between = throughStored(s, role) ? mapBy(workspace, normed, parameters.stored as Parameters) : null;
  if (plan.still) return { values: between ?? normed, headStep: between ? s.hidden : 0, norm, normed, between };
  const values = mapBy(workspace, between ?? normed, parameters[plan.parameters] as Parameters);
  return { values, headStep: plan.perHead, norm, normed, between };
}

const mapBy = (workspace: Workspace, x: Tensor, map: Parameters): Tensor =>
  mapRows(workspace, x, map.weight as Tensor, map.bias as Tensor | undefined);

/** Back through one map; adds to the gradients of its parameters. */
function mapByBack(
  workspace: Workspace,
  parameters: Parameters,
  name: string,
  x: Tensor,
  dy: Tensor,
  gradients: Record<string, Parameters>,
): Tensor {
  const map = parameters[name] as Parameters;
  const { dx, dWeight, dBias } = mapRowsBack(workspace, x, map.weight as Tensor, dy, map.bias !== undefined, true);
  collect(gradients, name, { weight: dWeight, ...(dBias ? { bias: dBias } : {}) });
  return dx as Tensor;
}

/** Gradient by the input of the role; those of its parameters are put into `gradients` (added, where projections are tied). */
export function closeRole(
  workspace: Workspace,
  s: Settings,
  parameters: Parameters,
  role: RoleName,
  { norm, normed, between }: Role,
  dValues: Tensor,
  gradients: Record<string, Parameters>,
): Tensor {
  const plan = planOf(s, role);
  let slope = dValues;
  if (!plan.still) slope = mapByBack(workspace, parameters, plan.parameters, between ?? normed, slope, gradients);
  if (between) slope = mapByBack(workspace, parameters, "stored", normed, slope, gradients);
  return closeNorm(workspace, parameters, role, norm, slope, gradients);
}

export function closeNorm(
  workspace: Workspace,
  parameters: Parameters,
  role: RoleName,
  norm: Normalised | null,
  slope: Tensor,
  gradients: Record<string, Parameters>,
): Tensor {
  if (!norm) return slope;
  const [dx, found] = normaliseBack(workspace, norm, (parameters[`${role}Norm`] ?? {}) as NormParameters, slope);
  if (found.gain) gradients[`${role}Norm`] = found;
  return dx;
}

function collect(gradients: Record<string, Parameters>, name: string, found: Record<string, Tensor>): void {
  const before = gradients[name] as Record<string, Tensor> | undefined;
  if (!before) {
    gradients[name] = found;
    return;
  }
  for (const [key, tensor] of Object.entries(found)) {
    const sum = (before[key] as Tensor).data;
    tensor.data.forEach((value, i) => {
      sum[i] = (sum[i] as number) + value;
    });
  }
}

/** @file Functions of single entries: ReLU, tanh, the logistic function. The derivatives are told from the results. */
import { checkChoice } from "../core/options.ts";
import { type Block, block, type Parameters, type Tensor } from "./types.ts";
import { addressOf, tensor, type Workspace } from "./workspace.ts";

export type ActivationName = "relu" | "tanh" | "sigmoid";
export const activationNames: readonly ActivationName[] = ["relu", "tanh", "sigmoid"];

/** @throws HopfieldError E_RANGE for an unknown name. */
export function activation(name: ActivationName): Block {
  checkChoice("activation", "name", name, activationNames);
  return block<Parameters, Tensor>({
    init: () => ({}),
    forward(_, x, { workspace }) {
      const y = activate(workspace, name, x);
      return [{ ...y, offsets: x.offsets }, y];
    },
    backward: (_, y, dy, { workspace }) => [activateBack(workspace, name, y, dy), {}],
  });
}

export function activate(workspace: Workspace, name: ActivationName, x: Tensor): Tensor {
  const y = tensor(workspace, x.rows, x.columns);
  const from = addressOf(workspace, x);
  if (name === "relu") workspace.kernels.rectify(from, x.data.length, y.data.byteOffset);
  else workspace.kernels.activate(name === "tanh" ? 0 : 1, from, x.data.length, y.data.byteOffset);
  return y;
}

export function activateBack(workspace: Workspace, name: ActivationName, y: Tensor, dy: Tensor): Tensor {
  const dx = tensor(workspace, y.rows, y.columns);
  const slope = addressOf(workspace, dy);
  if (name === "relu") workspace.kernels.rectifyBack(addressOf(workspace, y), slope, y.data.length, dx.data.byteOffset);
  else workspace.kernels.activateBack(name === "tanh" ? 0 : 1, addressOf(workspace, y), slope, y.data.length, dx.data.byteOffset);
  return dx;
}

/** @file Linear maps of rows, y = x W^T + b, W out x in (the order of PyTorch), with the rectifier fused on request. docs/layers/blocks.md derives the backward passes. */

import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { normal, type RandomStream } from "../core/random.ts";
import { part, timesBias, timesNN, timesNT, timesTN } from "./products.ts";
import { type Batch, type Block, block, type Parameters, type Tensor } from "./types.ts";
import { addressOf, inside, tensor, type Workspace } from "./workspace.ts";

export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** "relu": max(0, .) of the result. Default "none". */
  readonly activation?: "none" | "relu";
  /** Standard deviation of the fresh weights; default sqrt(1 / in) (sqrt(2 / in) before a rectifier: He et al., arXiv 1502.01852). */
  readonly deviation?: number;
}

interface LinearParameters extends Parameters {
  readonly weight: Tensor;
}

interface Saved {
  readonly x: Batch;
  readonly y: Tensor;
}

/**
 * rows x `inputs` to rows x `outputs`; the bias starts at 0.
 * @throws HopfieldError E_RANGE (sizes, options); in the pass E_SHAPE.
 */
export function linear(inputs: number, outputs: number, options: LinearOptions = {}): Block {
  checkNames("linear", options, ["bias", "activation", "deviation"]);
  checkNumber("linear", "inputs", inputs, { atLeast: 1, whole: true });
  checkNumber("linear", "outputs", outputs, { atLeast: 1, whole: true });
  const { bias = true, activation = "none", deviation = Math.sqrt((activation === "relu" ? 2 : 1) / inputs) } = options;
  const rectify = activation === "relu";
  return block<LinearParameters, Saved>({
    init: (random) => ({
      weight: drawn(random, outputs, inputs, deviation),
      ...(bias ? { bias: { data: new Float32Array(outputs), rows: 1, columns: outputs } } : {}),
    }),
    forward(parameters, x, pass) {
      checkColumns("linear", x, inputs);
      const y = mapRows(pass.workspace, x, parameters.weight, parameters.bias as Tensor | undefined, rectify);
      return [
        { ...y, offsets: x.offsets },
        { x, y },
      ];
    },
    backward(parameters, { x, y }, dy, { workspace, wantInput }) {
      const slope = inside(workspace, dy);
      const at = slope.data.byteOffset;
      if (rectify) workspace.kernels.rectifyBack(y.data.byteOffset, at, y.data.length, at);
      const { dx, dWeight, dBias } = mapRowsBack(workspace, x, parameters.weight, slope, bias, wantInput);
      return [dx, { weight: dWeight, ...(dBias ? { bias: dBias } : {}) }];
    },
  });
}

/** Normal numbers of a standard deviation. */
export function drawn(random: RandomStream, rows: number, columns: number, deviation: number): Tensor {
  return { data: Float32Array.from({ length: rows * columns }, () => deviation * normal(random)), rows, columns };
}

export function checkColumns(where: string, x: Tensor, columns: number): void {
  if (x.columns !== columns) throw new HopfieldError("E_SHAPE", `${where}: expected rows of ${columns} numbers, got ${x.columns}`);
}

/** y = x W^T + b, rectified on request. */
export function mapRows(workspace: Workspace, x: Tensor, weight: Tensor, bias: Tensor | undefined, rectify = false): Tensor {
  const { rows: outputs, columns: inputs } = weight;
  const y = tensor(workspace, x.rows, outputs);
  if (bias)
    timesBias(
      workspace,
      part(workspace, x),
      part(workspace, weight),
      part(workspace, y),
      x.rows,
      outputs,
      inputs,
      addressOf(workspace, bias),
      rectify,
    );
  else {
    timesNT(workspace, part(workspace, x), part(workspace, weight), part(workspace, y), x.rows, outputs, inputs);
    if (rectify) workspace.kernels.rectify(y.data.byteOffset, y.data.length, y.data.byteOffset);
  }
  return y;
}

/** dW = dy^T x, db = sum of the rows of dy, dx = dy W. */
export function mapRowsBack(
  workspace: Workspace,
  x: Tensor,
  weight: Tensor,
  dy: Tensor,
  bias: boolean,
  wantInput: boolean,
): { dx: Tensor | null; dWeight: Tensor; dBias: Tensor | null } {
  const { rows: outputs, columns: inputs } = weight;
  const slope = part(workspace, dy);
  const dWeight = tensor(workspace, outputs, inputs);
  timesTN(workspace, slope, part(workspace, x), part(workspace, dWeight), x.rows, outputs, inputs);
  const dBias = bias ? tensor(workspace, 1, outputs) : null;
  if (dBias) workspace.kernels.columnSums(slope.at, dy.rows, outputs, dBias.data.byteOffset, 0);
  const dx = wantInput ? tensor(workspace, x.rows, inputs) : null;
  if (dx) timesNN(workspace, slope, part(workspace, weight), part(workspace, dx), x.rows, inputs, outputs);
  return { dx, dWeight, dBias };
}

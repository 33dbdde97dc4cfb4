/** @file Layer norm of rows (Ba, Kiros, Hinton, arXiv 1607.06450): y = gain (x - mean) / sqrt(variance + eps) + shift, variance divided by the number of columns. */
import { checkNames, checkNumber } from "../core/options.ts";
import { checkColumns } from "./linear.ts";
import { type Batch, type Block, block, type Parameters, type Tensor } from "./types.ts";
import { addressOf, inside, tensor, type Workspace, zeros } from "./workspace.ts";

export interface NormOptions {
  /** Learned gain and shift. Default true. */
  readonly affine?: boolean;
  /** Above 0, default 1e-5. */
  readonly eps?: number;
}

/** Gain and shift, 1 x columns each; none without `affine`. */
export interface NormParameters extends Parameters {}

/** What the way back needs: the normalised rows and 1 / sqrt(variance + eps) of each. */
export interface Normalised {
  readonly y: Tensor;
  readonly normal: Tensor;
  readonly inverse: Tensor;
}

/** Rows of `columns` numbers to the same shape. @throws HopfieldError E_RANGE; in the pass E_SHAPE. */
export function layerNorm(columns: number, options: NormOptions = {}): Block {
  checkNames("layerNorm", options, ["affine", "eps"]);
  checkNumber("layerNorm", "columns", columns, { atLeast: 1, whole: true });
  const affine = options.affine ?? true;
  const eps = checkNumber("layerNorm", "eps", options.eps ?? 1e-5, { above: 0 });
  return block<NormParameters, Normalised>({
    init: () => freshNorm(columns, affine),
    forward(parameters, x, { workspace }): readonly [Batch, Normalised] {
      checkColumns("layerNorm", x, columns);
      const done = normalise(workspace, x, parameters, eps);
      return [{ ...done.y, offsets: x.offsets }, done];
    },
    backward: (parameters, saved, dy, { workspace }) => normaliseBack(workspace, saved, parameters, dy),
  });
}

export function freshNorm(columns: number, affine: boolean): NormParameters {
  if (!affine) return {};
  return {
    gain: { data: new Float32Array(columns).fill(1), rows: 1, columns },
    shift: { data: new Float32Array(columns), rows: 1, columns },
  };
}

export function normalise(workspace: Workspace, x: Tensor, parameters: NormParameters, eps: number): Normalised {
  const normal = tensor(workspace, x.rows, x.columns);
  const inverse = tensor(workspace, x.rows, 1);
  const gain = parameters.gain as Tensor | undefined;
  const y = gain ? tensor(workspace, x.rows, x.columns) : normal;
  workspace.kernels.layerNorm(
    addressOf(workspace, x),
    x.rows,
    x.columns,
    eps,
    gain ? addressOf(workspace, gain) : 0,
    gain ? addressOf(workspace, parameters.shift as Tensor) : 0,
    y.data.byteOffset,
    normal.data.byteOffset,
    inverse.data.byteOffset,
  );
  return { y, normal, inverse };
}

/** dx takes the place of dy where that lies in the workspace. */
export function normaliseBack(
  workspace: Workspace,
  { normal, inverse }: Normalised,
  parameters: NormParameters,
  dy: Tensor,
): readonly [Tensor, NormParameters] {
  const gain = parameters.gain as Tensor | undefined;
  const dGain = gain ? zeros(workspace, 1, normal.columns) : null;
  const dShift = gain ? zeros(workspace, 1, normal.columns) : null;
  const dx = inside(workspace, dy);
  workspace.kernels.layerNormBack(
    normal.data.byteOffset,
    inverse.data.byteOffset,
    dx.data.byteOffset,
    normal.rows,
    normal.columns,
    gain ? addressOf(workspace, gain) : 0,
    dGain?.data.byteOffset ?? 0,
    dShift?.data.byteOffset ?? 0,
    dx.data.byteOffset,
  );
  return [dx, dGain && dShift ? { gain: dGain, shift: dShift } : {}];
}

/** @file Convolution of square images as a product of patches and weights, rectified, and max-pooling. A row of a batch is an image, side x side x channels, channels last. */
import { checkNumber } from "../core/options.ts";
import { checkColumns, drawn } from "./linear.ts";
import { part, timesNN, timesNT, timesTN } from "./products.ts";
import { type Batch, type Block, block, type Parameters, type Tensor } from "./types.ts";
import { addressOf, reserve, tensor, type Workspace, zeros } from "./workspace.ts";

export interface ConvolutionOptions {
  readonly side: number;
  readonly channels: number;
  /** Side of the patches; stride 1, no padding. */
  readonly size: number;
  readonly outputs: number;
}

interface ConvolutionParameters extends Parameters {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** Images together in one product: their patches stay in the cache. */
const together = 8;

/** Rows of side^2 * channels to rows of (side - size + 1)^2 * outputs, rectified. Weights are outputs x (size * size * channels). @throws HopfieldError E_RANGE; in the pass E_SHAPE. */
export function convolution(options: ConvolutionOptions): Block {
  for (const name of ["side", "channels", "size", "outputs"] as const)
    checkNumber("convolution", name, options[name], { atLeast: 1, whole: true });
  const { side, channels, size, outputs } = options;
  checkNumber("convolution", "size", size, { atMost: side });
  const places = (side - size + 1) ** 2;
  const inner = size * size * channels;
  return block<ConvolutionParameters, { x: Batch; y: Tensor }>({
    init: (random) => ({
      weight: drawn(random, outputs, inner, Math.sqrt(2 / inner)),
      bias: { data: new Float32Array(outputs), rows: 1, columns: outputs },
    }),
    forward({ weight, bias }, x, { workspace: w }) {
      checkColumns("convolution", x, side * side * channels);
      const y = tensor(w, x.rows, places * outputs);
      eachGroup(w, x, places * inner, (first, count, from, patches) => {
        for (let i = 0; i < count; i++)
          w.kernels.patches(from + i * x.columns * 4, side, side, channels, size, patches + i * places * inner * 4);
        const rows = count * places;
        const to = y.data.byteOffset + first * y.columns * 4;
        timesNT(w, { at: patches, stride: inner * 4 }, part(w, weight), { at: to, stride: outputs * 4 }, rows, outputs, inner);
      });
      w.kernels.addBias(y.data.byteOffset, x.rows * places, outputs, addressOf(w, bias), 1);
      return [
        { ...y, offsets: x.offsets },
        { x, y },
      ];
    },
    backward({ weight }, { x, y }, dy, { workspace: w, wantInput }) {
      const slope = addressOf(w, dy);
      w.kernels.rectifyBack(y.data.byteOffset, slope, y.data.length, slope);
      const dWeight = zeros(w, outputs, inner);
      const dBias = tensor(w, 1, outputs);
      w.kernels.columnSums(slope, x.rows * places, outputs, dBias.data.byteOffset, 0);
      const dx = wantInput ? zeros(w, x.rows, x.columns) : null;
      eachGroup(w, x, places * inner, (first, count, from, patches) => {
        for (let i = 0; i < count; i++)
          w.kernels.patches(from + i * x.columns * 4, side, side, channels, size, patches + i * places * inner * 4);
        const rows = count * places;
        const at = { at: slope + first * places * outputs * 4, stride: outputs * 4 };
        const patchPart = { at: patches, stride: inner * 4 };
        timesTN(w, at, patchPart, part(w, dWeight), rows, outputs, inner, true);
        if (!dx) return;
        timesNN(w, at, part(w, weight), patchPart, rows, inner, outputs);
        for (let i = 0; i < count; i++)
          w.kernels.patchesBack(
            patches + i * places * inner * 4,
            side,
            side,
            channels,
            size,
            dx.data.byteOffset + (first + i) * x.columns * 4,
          );
      });
      return [dx, { weight: dWeight, bias: dBias }];
    },
  });
}

/** Groups of images: number of the first, how many, its address, and room for their patches. */
function eachGroup(
  w: Workspace,
  x: Tensor,
  patchEntries: number,
  visit: (first: number, count: number, from: number, patches: number) => void,
): void {
  const from = addressOf(w, x);
  const patches = reserve(w, Math.min(together, x.rows) * patchEntries * 4);
  for (let first = 0; first < x.rows; first += together)
    visit(first, Math.min(together, x.rows - first), from + first * x.columns * 4, patches);
}

/** Largest of each size x size square of each channel; squares that do not fit are left out. */
export function maxPool({ side, channels, size }: { readonly side: number; readonly channels: number; readonly size: number }): Block {
  const out = Math.floor(side / size);
  const columns = out * out * channels;
  return block<Parameters, { x: Batch; places: Int32Array }>({
    init: () => ({}),
    forward(_, x, { workspace: w }) {
      checkColumns("maxPool", x, side * side * channels);
      const y = tensor(w, x.rows, columns);
      const at = reserve(w, y.data.length * 4);
      const places = new Int32Array(w.buffer, at, y.data.length);
      const from = addressOf(w, x);
      for (let i = 0; i < x.rows; i++) {
        w.kernels.maxPool(
          from + i * x.columns * 4,
          side,
          side,
          channels,
          size,
          y.data.byteOffset + i * columns * 4,
          places.byteOffset + i * columns * 4,
        );
      }
      return [
        { ...y, offsets: x.offsets },
        { x, places },
      ];
    },
    backward(_, { x, places }, dy, { workspace: w }) {
      const dx = zeros(w, x.rows, x.columns);
      for (let i = 0; i < dy.data.length; i++) {
        const at = Math.floor(i / columns) * x.columns + (places[i] as number);
        dx.data[at] = (dx.data[at] as number) + (dy.data[i] as number);
      }
      return [dx, {}];
    },
  });
}

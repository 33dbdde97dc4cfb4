/**
 * @file A network of L layers with three numbers a layer, and its gradient by hand. Layer (beta in units of log(4 n^2), threshold, mix) takes the state R, n x n in [0, 1], to
 *   W = softmax rows of (b log(4 n^2) R),   V = m R + (1 - m) A,   U = n (W V + (W V)^T) / 2,   R' = sigma(10 (U - threshold)),   m = sigma(mix)
 * with A the start (edges and diagonal). The rows of V are read at the positions that the row of R marks: dense retrieval from one-hot keys. Large b with threshold below 1 is the
 * squaring of docs/depth/constructions.md; at b = 0 all positions weigh the same, and U_ij is the mean degree of i and j: the degree rule. Both lie within reach of the same gradient.
 */
import { HopfieldError } from "../core/errors.ts";
import { portableExp, portableLog } from "../core/portable.ts";
import { startState } from "./constructions.ts";
import type { Graph } from "./graph.ts";
import type { WholeMatrix } from "./retrieval.ts";

/** Three numbers a layer, layer after layer: b, threshold, mix. */
export type TrainableParameters = Float64Array;

export const perLayer = 3;
const gain = 10;

interface Layer {
  readonly input: Float64Array;
  readonly weights: Float64Array;
  readonly values: Float64Array;
  /** 10 (U - threshold). */
  readonly logits: Float64Array;
  readonly beta: number;
  readonly mix: number;
}

const sigma = (x: number): number => 1 / (1 + portableExp(-x));

/** All layers of the network on one graph of n nodes whose start is A. */
function forward(parameters: TrainableParameters, start: Float64Array, n: number): Layer[] {
  const layers: Layer[] = [];
  let input = start;
  for (let at = 0; at < parameters.length; at += perLayer) {
    const [b, threshold, raw] = parameters.subarray(at, at + perLayer) as unknown as [number, number, number];
    const beta = b * portableLog(4 * n * n);
    const mix = sigma(raw);
    const from = input;
    const values = from.map((x, i) => mix * x + (1 - mix) * (start[i] as number));
    const weights = softmaxRows(from, n, beta);
    const read = multiply(weights, values, n);
    const logits = read.map((x, i) => gain * ((n * (x + (read[(i % n) * n + Math.floor(i / n)] as number))) / 2 - threshold));
    layers.push({ input: from, weights, values, logits, beta, mix });
    input = logits.map(sigma);
  }
  return layers;
}

function softmaxRows(state: Float64Array, n: number, beta: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < n; k++) top = Math.max(top, beta * (state[i * n + k] as number));
    let total = 0;
    for (let k = 0; k < n; k++) {
      const weight = portableExp(beta * (state[i * n + k] as number) - top);
      out[i * n + k] = weight;
      total += weight;
    }
    for (let k = 0; k < n; k++) out[i * n + k] = (out[i * n + k] as number) / total;
  }
  return out;
}

/** a b, or with the first factor transposed a^T b. */
function multiply(a: Float64Array, b: Float64Array, n: number, transposed = false): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const x = a[transposed ? k * n + i : i * n + k] as number;
      for (let j = 0; j < n; j++) out[i * n + j] = (out[i * n + j] as number) + x * (b[k * n + j] as number);
    }
  }
  return out;
}

/**
 * Mean cross-entropy of the last state against `truth` (n x n of 0 and 1) over all ordered pairs of different nodes, and its gradient with respect to every parameter.
 * @throws HopfieldError E_SHAPE unless there is at least one layer of three numbers and truth has n^2 entries.
 */
export function lossAndGradient(
  parameters: TrainableParameters,
  graph: Graph,
  truth: ArrayLike<number>,
): { readonly loss: number; readonly gradient: Float64Array } {
  checkParameters("lossAndGradient", parameters, 1);
  const n = graph.nodes;
  if (truth.length !== n * n) throw new HopfieldError("E_SHAPE", `lossAndGradient: truth needs ${n * n} entries, got ${truth.length}`);
  const layers = forward(parameters, Float64Array.from(startState(graph).data), n);
  const gradient = new Float64Array(parameters.length);
  const share = 1 / (n * Math.max(1, n - 1));
  let loss = 0;
  let back: Float64Array = new Float64Array(n * n);
  const last = layers.at(-1)?.logits ?? back;
  for (let i = 0; i < n * n; i++) {
    if (i % n === Math.floor(i / n)) continue;
    const [z, y] = [last[i] as number, truth[i] as number];
    loss += share * (Math.max(z, 0) - z * y + portableLog(1 + portableExp(-Math.abs(z))));
    back[i] = share * (sigma(z) - y);
  }
  for (let l = layers.length - 1; l >= 0; l--)
    back = backward(layers[l] as Layer, layers[0]?.input ?? back, n, back, gradient.subarray(l * perLayer));
  return { loss, gradient };
}

/** From the gradient with respect to the logits of a layer to that of the layer below; adds this layer's parameters to `gradient`. */
function backward(
  { input, weights, values, beta, mix }: Layer,
  start: Float64Array,
  n: number,
  dz: Float64Array,
  gradient: Float64Array,
): Float64Array {
  const dRead = dz.map((x, i) => (gain * n * (x + (dz[(i % n) * n + Math.floor(i / n)] as number))) / 2);
  const dValues = multiply(weights, dRead, n, true);
  const out = new Float64Array(n * n);
  let [dBeta, dThreshold, dMix] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const dWeights = new Float64Array(n);
    let mean = 0;
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += (dRead[row + j] as number) * (values[k * n + j] as number);
      dWeights[k] = sum;
      mean += sum * (weights[row + k] as number);
    }
    for (let k = 0; k < n; k++) {
      const at = row + k;
      const dScore = (weights[at] as number) * ((dWeights[k] as number) - mean);
      const x = input[at] as number;
      dBeta += dScore * x;
      dThreshold -= gain * (dz[at] as number);
      dMix += (dValues[at] as number) * (x - (start[at] as number));
      out[at] = (beta * dScore + mix * (dValues[at] as number)) * x * (1 - x);
    }
  }
  gradient[0] = (gradient[0] as number) + dBeta * portableLog(4 * n * n);
  gradient[1] = (gradient[1] as number) + dThreshold;
  gradient[2] = (gradient[2] as number) + dMix * mix * (1 - mix);
  return out;
}

/** Probabilities, n x n, that the network gives each pair of being connected; without layers the start. @throws HopfieldError E_SHAPE. */
export function trainedProbabilities(parameters: TrainableParameters, graph: Graph): Float64Array {
  checkParameters("trainedProbabilities", parameters, 0);
  const start = Float64Array.from(startState(graph).data);
  return forward(parameters, start, graph.nodes).at(-1)?.logits.map(sigma) ?? start;
}

/** Marks: probability at least 1/2; the diagonal is always marked. */
export function trainedState(parameters: TrainableParameters, graph: Graph): WholeMatrix {
  const n = graph.nodes;
  const data = Uint16Array.from(trainedProbabilities(parameters, graph), (p, i) => (p >= 0.5 || i % (n + 1) === 0 ? 1 : 0));
  return { data, rows: n, columns: n };
}

function checkParameters(where: string, parameters: TrainableParameters, atLeast: number): void {
  if (parameters.length % perLayer !== 0 || parameters.length < atLeast * perLayer) {
    throw new HopfieldError("E_SHAPE", `${where}: expected three numbers a layer, got ${parameters.length} numbers`);
  }
}

/**
 * @file Training of the three-numbers-a-layer network: Adam (Kingma and Ba, arXiv 1412.6980) on fresh random graphs, from several starts, of which the one with the smallest loss is
 * kept. Reproducible to the bit for a seed.
 */
import { checkNumber } from "../core/options.ts";
import { randomStream, uniform, uniformInteger } from "../core/random.ts";
import { lossAndGradient, perLayer, type TrainableParameters } from "./trainable-network.ts";
import { type Family, trainingGraph } from "./training-graphs.ts";
import { components } from "./union-find.ts";

export interface TrainingOptions {
  /** Layers, 1 to 4. */
  readonly layers: number;
  readonly family: Family;
  /** Nodes of the training graphs, at least 2^(L + 2); within capacity the most nodes, each graph has from 2^L + 1 on. Default max(16, 2^(L + 2)). */
  readonly nodes?: number;
  readonly seed: number;
  /** Default 200 steps of 8 graphs (500 for three layers and more), 4 starts. */
  readonly steps?: number;
  readonly starts?: number;
}

export interface Trained {
  readonly parameters: TrainableParameters;
  /** Mean cross-entropy over the last quarter of the steps. */
  readonly loss: number;
}

const [batch, rate, momentum, memory] = [8, 0.03, 0.9, 0.99];

/**
 * Where b, threshold and mix start: uniform on [low, low + width]. Up to two layers soft and sharp starts take turns, because the degree rule is nearer to the soft ones and the algorithm to the
 * sharp ones; in three layers and more a soft start saturates all but the last, and every start is sharp.
 */
const ranges = {
  soft: [
    [0.2, 0.3],
    [0.5, 0.3],
    [-0.5, 1],
  ],
  sharp: [
    [0.3, 0.4],
    [0.7, 0.5],
    [-0.5, 1],
  ],
} as const;

/** @throws HopfieldError E_RANGE. */
export function trainNetwork({ layers, family, nodes, seed, starts = 4, ...rest }: TrainingOptions): Trained {
  checkNumber("trainNetwork", "layers", layers, { whole: true, atLeast: 1, atMost: 4 });
  const steps = rest.steps ?? (layers <= 2 ? 200 : 500);
  checkNumber("trainNetwork", "steps", steps, { whole: true, atLeast: 4, atMost: 100_000 });
  checkNumber("trainNetwork", "starts", starts, { whole: true, atLeast: 1, atMost: 100 });
  const least = 2 ** (layers + 2);
  const size = checkNumber("trainNetwork", "nodes", nodes ?? Math.max(16, least), { whole: true, atLeast: least, atMost: 1024 });
  const runs = Array.from({ length: starts }, (_, start) => trainOnce(layers, family, size, seed, steps, start));
  return runs.reduce((best, run) => (run.loss < best.loss ? run : best));
}

function trainOnce(layers: number, family: Family, nodes: number, seed: number, steps: number, start: number): Trained {
  const random = randomStream(seed, 0x7a00 + start);
  // Neither the algorithm nor the degree rule.
  const parameters = Float64Array.from({ length: layers * perLayer }, (_, i) => {
    const [low, width] = ranges[layers <= 2 && start % 2 === 0 ? "soft" : "sharp"][i % perLayer] as readonly [number, number];
    return low + width * uniform(random);
  });
  const first = new Float64Array(parameters.length);
  const second = new Float64Array(parameters.length);
  let [tail, counted, fading1, fading2] = [0, 0, 1, 1];
  for (let step = 0; step < steps; step++) {
    const gradient = new Float64Array(parameters.length);
    let loss = 0;
    for (let b = 0; b < batch; b++) {
      // A hit is worth n over the marks of its row: without small graphs, in which rows mark nearly everything, thresholds would settle too high for them.
      const size = family === "within" ? 2 ** layers + 1 + uniformInteger(random, nodes - 2 ** layers) : nodes;
      const graph = trainingGraph(random, family, layers, size);
      const labels = components(graph);
      const truth = Uint8Array.from({ length: size * size }, (_, i) => (labels[i % size] === labels[Math.floor(i / size)] ? 1 : 0));
      const found = lossAndGradient(parameters, graph, truth);
      loss += found.loss / batch;
      found.gradient.forEach((g, i) => {
        gradient[i] = (gradient[i] as number) + g / batch;
      });
    }
    fading1 *= momentum;
    fading2 *= memory;
    parameters.forEach((value, i) => {
      const g = gradient[i] as number;
      first[i] = momentum * (first[i] as number) + (1 - momentum) * g;
      second[i] = memory * (second[i] as number) + (1 - memory) * g * g;
      const move = (first[i] as number) / (1 - fading1) / (Math.sqrt((second[i] as number) / (1 - fading2)) + 1e-8);
      // An inverse temperature stays positive.
      parameters[i] = i % perLayer === 0 ? Math.max(0.01, value - rate * move) : value - rate * move;
    });
    if (step >= (3 * steps) / 4) {
      tail += loss;
      counted++;
    }
  }
  return { parameters, loss: tail / counted };
}

/** @file Association in place of attention: without an update of the state it is attention to rounding, and it learns bags with and without updates. */
import { randomStream } from "../core/random.ts";
import { association, newPass, openWorkspace, type Parameters, type Tensor, toBatch } from "../layers/index.ts";
import { bitPatterns } from "../tasks/index.ts";
import { gaussianRows } from "./draws.ts";
import { meanOf, problemOf, scaled, seedsOf, type Trainer, told, trainAndTest } from "./layer-training.ts";
import { apply, blend, dot, softmax } from "./reference.ts";
import type { Claim } from "./types.ts";

const [instances, columns, heads, hidden] = [12, 16, 4, 4];

/** Largest difference between the block and softmax(Q K^T / sqrt(d)) V of its own projections, in f64. */
function distanceFromAttention(seed: number): number {
  const random = randomStream(seed, 0xa77e);
  const rows = gaussianRows(random, instances, columns);
  const block = association({
    stateSize: columns,
    heads,
    hidden,
    bias: false,
    deviation: "scaled",
    normalizeState: false,
    normalizeStored: false,
    normalizeProjection: false,
  });
  const parameters = block.init(random);
  const [y] = block.forward(parameters, toBatch(rows, [0, instances]), newPass({ workspace: openWorkspace("plain") }));
  const map = (role: string): number[][] => {
    const { data, rows: outputs, columns: inputs } = (parameters[role] as Parameters).weight as Tensor;
    return Array.from({ length: outputs }, (_, o) => Array.from(data.subarray(o * inputs, (o + 1) * inputs)));
  };
  const [q, k, v] = ["state", "stored", "projection"].map((role) => rows.map((x) => apply(map(role), x))) as [
    number[][],
    number[][],
    number[][],
  ];
  let most = 0;
  q.forEach((query, i) => {
    const read: number[] = [];
    for (let h = 0; h < heads; h++) {
      const of = (x: readonly number[]): number[] => x.slice(h * hidden, (h + 1) * hidden);
      const p = softmax(k.map((key) => dot(of(query), of(key)) / Math.sqrt(hidden)));
      read.push(...blend(p, v.map(of)));
    }
    apply(map("output"), read).forEach((expected, c) => {
      most = Math.max(most, Math.abs(expected - (y.data[i * columns + c] as number)));
    });
  });
  return most;
}

/** @param trainer the function under examination. */
export function attentionClaim(trainer: Trainer = trainAndTest): Claim {
  return {
    id: "layer-attention",
    title: "association without an update is the attention of transformers; it learns bags with and without updates of the state",
    source: "Ramsauer et al., arXiv 2008.02217, sections 1 and 3: the update with beta = 1 / sqrt(d) is softmax(Q K^T / sqrt(d)) V",
    expected:
      "the block equals attention of its own projections; on bit-pattern bags association (rectified, then averaged over the instances) is right for at least .99 of fresh bags with 0 and with 3 updates; the same network without association stands beside them",
    tolerance: "1e-5: f32 sums of 16 products of size 1; accuracy: 2 000 bags, a standard error of .002",
    seconds: 8,
    run(context) {
      const distance = distanceFromAttention(context.seed);
      const found: Record<"none" | "three" | "mean", number[]> = { none: [], three: [], mean: [] };
      const seeds = seedsOf(context);
      seeds.forEach((seed, i) => {
        const patterns = bitPatterns(seed);
        const problem = problemOf(patterns.bags(2048, 0), 1536, patterns.bags(2000, 1));
        const options = { seed, epochs: 20, learningRate: 2e-3, patience: 12, stopBelow: 0.02, stopTrainingBelow: 1e-3 };
        const network = { inputs: 8, outputs: 1, width: 128 };
        context.progress(3 * i, 3 * seeds.length);
        found.none.push(trainer({ ...network, model: "association", module: scaled }, problem, options).accuracy);
        context.progress(3 * i + 1, 3 * seeds.length);
        found.three.push(trainer({ ...network, model: "association", module: { ...scaled, steps: 3 } }, problem, options).accuracy);
        found.mean.push(trainer({ ...network, model: "mean" }, problem, options).accuracy);
      });
      return {
        measured: `distance from attention ${distance.toExponential(1)}; accuracy: no update ${told(found.none)}; three updates ${told(found.three)}; no association ${told(found.mean)}`,
        passed: distance < 1e-5 && Math.min(...found.none, ...found.three) >= 0.99,
        figures: { distance, none: meanOf(found.none), three: meanOf(found.three), mean: meanOf(found.mean) },
      };
    },
  };
}

export const layerAttention: Claim = attentionClaim();

/** @file What a network says about bags: results in batches, loss, accuracy, area under the curve. */
import { HopfieldError } from "../core/errors.ts";
import { selectBags } from "./batch.ts";
import { type LossName, lossOf } from "./losses.ts";
import type { Batch, Block, Parameters, Pass, Tensor } from "./types.ts";
import { scoped, type Workspace } from "./workspace.ts";

/** Bags with a target each. */
export interface LabelledBags {
  readonly bags: Batch;
  readonly targets: Float32Array;
}

/** @throws HopfieldError E_SHAPE unless there is one target a bag. */
export function checkLabelled(where: string, { bags, targets }: LabelledBags): void {
  if (targets.length !== bags.offsets.length - 1)
    throw new HopfieldError("E_SHAPE", `${where}: ${bags.offsets.length - 1} bags but ${targets.length} targets`);
}

export interface Score {
  readonly count: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Two classes only, and both there; else null. */
  readonly auc: number | null;
}

/** Results of the network, one row a bag, in batches of `size` bags. */
export function predictBags(workspace: Workspace, network: Block, parameters: Parameters, bags: Batch, size = 256): Tensor {
  const count = bags.offsets.length - 1;
  let data = new Float32Array(0);
  let columns = 0;
  for (let first = 0; first < count; first += size) {
    const chosen = Array.from({ length: Math.min(size, count - first) }, (_, i) => first + i);
    scoped(workspace, () => {
      const pass: Pass = { workspace, training: false, seed: 1, draws: 0, wantInput: false };
      const [y] = network.forward(parameters, selectBags(bags, chosen, workspace), pass);
      if (y.rows !== chosen.length)
        throw new HopfieldError("E_SHAPE", `network: ${y.rows} results for ${chosen.length} bags; it must give one row a bag`);
      columns = y.columns;
      if (data.length === 0) data = new Float32Array(count * columns);
      data.set(y.data, first * columns);
    });
  }
  return { data, rows: count, columns };
}

export function score(
  workspace: Workspace,
  network: Block,
  parameters: Parameters,
  { bags, targets }: LabelledBags,
  loss: LossName,
): Score {
  const y = predictBags(workspace, network, parameters, bags);
  const { loss: mean, right } = lossOf(loss, y, targets);
  return {
    count: targets.length,
    loss: mean,
    accuracy: right / targets.length,
    auc: loss === "binary" ? areaUnderCurve(y.data, targets) : null,
  };
}

/** Share of pairs of a 1 and a 0 in which the 1 scores higher, ties half (Mann-Whitney). null without both classes. */
export function areaUnderCurve(scores: ArrayLike<number>, targets: ArrayLike<number>): number | null {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [rankSum, positives] = [0, 0];
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && scores[order[end] as number] === scores[order[i] as number]) end++;
    // Equal scores share the mean of their ranks i + 1 ... end.
    for (let j = i; j < end; j++) {
      if (targets[order[j] as number] === 1) {
        rankSum += (i + 1 + end) / 2;
        positives++;
      }
    }
    i = end;
  }
  const negatives = order.length - positives;
  return positives === 0 || negatives === 0 ? null : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

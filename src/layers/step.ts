/**
 * @file The gradient of one training step: the batch falls into a fixed number of chunks, each goes through the network by itself, and their gradients are added in the order of the chunks.
 * So the sum is the same bits however many threads computed the chunks. docs/layers/training.md says what that means for a batch.
 */
import { selectBags } from "./batch.ts";
import type { LabelledBags } from "./evaluate.ts";
import { type LossName, lossOf, weightOf } from "./losses.ts";
import { copyInto, viewsInto } from "./parameters.ts";
import type { StepPool } from "./step-pool.ts";
import type { Block, Parameters, Pass } from "./types.ts";
import { copyNumbers, scoped, type Workspace, zeros } from "./workspace.ts";

/** Chunks of a batch, hence also the most threads that have something to do. */
export const chunkCount = 4;
/** Draws of chance (dropout) that are one chunk's own. */
const drawsOfChunk = 64;

export interface StepSettings {
  readonly loss: LossName;
  readonly seed: number;
  readonly classWeights: readonly number[] | null;
}

/** Part of the loss of a batch, and how many of the rows of the chunk were right. */
export interface ChunkOutcome {
  readonly loss: number;
  readonly right: number;
}

/** The bags of a batch that are chunk c: positions in the batch; none where the batch is small. */
export function chunkBounds(size: number, c: number): readonly [number, number] {
  return [Math.floor((c * size) / chunkCount), Math.floor(((c + 1) * size) / chunkCount)];
}

/**
 * Forward and backward through one chunk; the gradients go to `gradients`.
 * @param chosen bags of the chunk; @param total weights of the whole batch; @param step number of the step, from which chance follows.
 */
export function gradientOfChunk(
  workspace: Workspace,
  network: Block,
  parameters: Parameters,
  { bags, targets }: LabelledBags,
  chosen: ArrayLike<number>,
  total: number,
  step: number,
  chunk: number,
  { loss, seed, classWeights }: StepSettings,
  gradients: Parameters,
): ChunkOutcome {
  return scoped(workspace, () => {
    const pass: Pass = { workspace, training: true, seed, draws: (step * chunkCount + chunk) * drawsOfChunk, wantInput: false };
    const [y, saved] = network.forward(parameters, selectBags(bags, chosen, workspace), pass);
    const wanted = Array.from(chosen, (b) => targets[b] as number);
    const outcome = lossOf(loss, y, wanted, classWeights ?? undefined, total);
    if (Number.isFinite(outcome.loss)) {
      const [, found] = network.backward(parameters, saved, { data: outcome.slope, rows: y.rows, columns: y.columns }, pass);
      copyInto(found, gradients, "fit: gradients", (from, to) => copyNumbers(workspace, from, to));
    }
    return { loss: outcome.loss, right: outcome.right };
  });
}

/** Places for the gradients of the chunks, in the workspace. */
export interface Slots {
  readonly flat: readonly Float32Array[];
  readonly trees: readonly Parameters[];
}

/** @param parameters the tree whose gradients they hold; @param length padded length of a flat list. */
export function openSlots(workspace: Workspace, parameters: Parameters, length: number): Slots {
  const flat = Array.from({ length: chunkCount }, () => zeros(workspace, 1, length).data);
  return { flat, trees: flat.map((each) => viewsInto(parameters, each)) };
}

/** What a step needs; the pool, where there are several threads, has the same by itself. */
export interface Stepper {
  readonly workspace: Workspace;
  readonly network: Block;
  readonly parameters: Parameters;
  readonly data: LabelledBags;
  readonly settings: StepSettings;
  readonly slots: Slots;
  readonly pool: StepPool | null;
}

/**
 * The loss of a batch, and its gradient in `sum` (flat).
 * @returns loss (not finite where it is no number: the gradient is then none) and how many rows were right.
 */
export function gradientOfBatch(stepper: Stepper, chosen: readonly number[], step: number, sum: Float32Array): ChunkOutcome {
  const { workspace, network, parameters, data, settings, slots, pool } = stepper;
  const total = weightOf(
    settings.loss,
    chosen.map((b) => data.targets[b] as number),
    settings.classWeights ?? undefined,
  );
  const chunks = Array.from({ length: chunkCount }, (_, c) => c).filter(
    (c) => chunkBounds(chosen.length, c)[0] < chunkBounds(chosen.length, c)[1],
  );
  const own = (c: number): ChunkOutcome =>
    gradientOfChunk(
      workspace,
      network,
      parameters,
      data,
      chosen.slice(...chunkBounds(chosen.length, c)),
      total,
      step,
      c,
      settings,
      slots.trees[c] as Parameters,
    );
  const outcomes = pool && chunks.length === chunkCount ? pool.run(chosen, total, step, own) : chunks.map(own);
  let [loss, right] = [0, 0];
  for (const each of outcomes) {
    loss += each.loss;
    right += each.right;
  }
  if (Number.isFinite(loss)) {
    chunks.forEach((c, i) => {
      const from = slots.flat[c] as Float32Array;
      if (i === 0) copyNumbers(workspace, from, sum);
      else workspace.kernels.addScaled(from.byteOffset, 1, from.length, sum.byteOffset);
    });
  }
  return { loss, right };
}

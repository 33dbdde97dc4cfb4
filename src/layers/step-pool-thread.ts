/** @file What a thread that helps training runs; bundled to a string at build (kernels/generated/step-pool-thread.ts). Waits for a step, takes chunks of its batch until none is left. */
import { workerData } from "node:worker_threads";
import { randomStream } from "../core/random.ts";
import { keepLayerModule } from "../kernels/layers.ts";
import { buildNetwork } from "./network.ts";
import { copyInto, viewsInto } from "./parameters.ts";
import { type ChunkOutcome, chunkBounds, chunkCount, gradientOfChunk } from "./step.ts";
import { failed, type StepThreadData, stepLayout } from "./step-pool-layout.ts";
import type { Parameters } from "./types.ts";
import { openWorkspace, zeros } from "./workspace.ts";

const given = workerData as StepThreadData;
const { control, settings, length } = given;
keepLayerModule(given.build, true, given.module);
const workspace = openWorkspace(given.build);
const network = buildNetwork(given.description);
const form = network.init(randomStream(0));
const { buffer } = given.memory;
const theirs = new Float32Array(buffer, given.parametersAt, length);
const slots = given.slotsAt.map((at) => viewsInto(form, new Float32Array(buffer, at, length)));
// A copy in the own memory: kernels reach no other.
const mine = zeros(workspace, 1, length).data;
const parameters = viewsInto(form, mine);
copyInto(form, parameters);
const bags = {
  data: given.instances,
  rows: given.instances.length / given.columns,
  columns: given.columns,
  offsets: given.offsets,
};
const words = new Int32Array(control, 0, stepLayout.words);
const numbers = new Float64Array(control, stepLayout.numbersAt, stepLayout.numbers);
const batch = new Int32Array(control, stepLayout.chosenAt);

function outcomeOf(chunk: number): ChunkOutcome {
  try {
    const size = Atomics.load(words, stepLayout.size);
    const chosen = batch.slice(...chunkBounds(size, chunk));
    const [total, step] = numbers as unknown as readonly [number, number];
    const data = { bags, targets: given.targets };
    return gradientOfChunk(workspace, network, parameters, data, chosen, total, step, chunk, settings, slots[chunk] as Parameters);
  } catch {
    return { loss: Number.NaN, right: failed };
  }
}

Atomics.add(words, stepLayout.ready, 1);
Atomics.notify(words, stepLayout.ready);
let seen = 0;
let copied = -1;
for (;;) {
  for (let spin = 0; spin < stepLayout.spins && Atomics.load(words, stepLayout.generation) === seen; spin++);
  Atomics.wait(words, stepLayout.generation, seen);
  seen = Atomics.load(words, stepLayout.generation);
  if (Atomics.load(words, stepLayout.ended) === 1) break;
  for (let c = Atomics.add(words, stepLayout.next, 1); c < chunkCount; c = Atomics.add(words, stepLayout.next, 1)) {
    // Asked for every chunk: one that is late may already be handed chunks of the next step.
    const step = numbers[1] as number;
    if (step !== copied) mine.set(theirs);
    copied = step;
    const { loss, right } = outcomeOf(c);
    numbers[stepLayout.outcomes + 2 * c] = loss;
    numbers[stepLayout.outcomes + 2 * c + 1] = right;
    if (Atomics.add(words, stepLayout.done, 1) + 1 === chunkCount) Atomics.notify(words, stepLayout.done);
  }
}

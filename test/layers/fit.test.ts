/** Training: the same bytes for the same seed, interrupted or not; early stopping, abort, NaN, checkpoints and saved networks, bad input. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { randomStream } from "../../src/core/random.ts";
import { readSafetensors, writeSafetensors } from "../../src/data/index.ts";
import {
  areaUnderCurve,
  type Block,
  buildNetwork,
  type Epoch,
  type Fit,
  type FitOptions,
  fit as fitNetwork,
  type LabelledBags,
  listed,
  lossOf,
  type NetworkDescription,
  newPass,
  openWorkspace,
  type Parameters,
  predictBags,
  readCheckpoint,
  readNetwork,
  selectBags,
  toBatch,
  train,
  writeCheckpoint,
  writeNetwork,
} from "../../src/layers/index.ts";
import { openOptimiser, optimiserSettings, rateAt } from "../../src/layers/optimise.ts";
import { copyInto } from "../../src/layers/parameters.ts";
import { gradientOfBatch, openSlots } from "../../src/layers/step.ts";
import { bitPatterns, digitBags, latchSequences } from "../../src/tasks/index.ts";

const description: NetworkDescription = {
  model: "pooling",
  inputs: 6,
  outputs: 1,
  width: 16,
  dropout: 0.1,
  module: { heads: 2, hidden: 4, deviation: "scaled", dropout: 0.1 },
};
const data: LabelledBags = bitPatterns(5, { bits: 6, signals: 3, instances: 6 }).bags(96, 0);
const validation = bitPatterns(5, { bits: 6, signals: 3, instances: 6 }).bags(64, 1);
const options: FitOptions = { epochs: 6, batch: 10, seed: 4, validation, learningRate: 5e-3 };

const bytesOf = (parameters: Parameters): number[] =>
  listed(parameters).flatMap(({ tensor }) => Array.from(new Uint32Array(Float32Array.from(tensor.data).buffer)));

function drain(given: FitOptions, until = Number.POSITIVE_INFINITY): { epochs: Epoch[]; parameters: Parameters | null; ended: string } {
  const run = train(buildNetwork(description), data, given);
  const epochs: Epoch[] = [];
  for (let next = run.next(); ; next = run.next()) {
    if (next.done) return { epochs, parameters: next.value.parameters, ended: next.value.ended };
    epochs.push(next.value);
    if (epochs.length >= until) return { epochs, parameters: null, ended: "left" };
  }
}

describe("fit", () => {
  it("gives the same bytes for the same seed, others for another, and goes on from a checkpoint as if nothing had happened", () => {
    const whole = drain(options);
    expect(bytesOf(drain(options).parameters as Parameters)).toEqual(bytesOf(whole.parameters as Parameters));
    expect(bytesOf(drain({ ...options, seed: 5 }).parameters as Parameters)).not.toEqual(bytesOf(whole.parameters as Parameters));
    const half = drain(options, 3);
    const bytes = writeCheckpoint((half.epochs[2] as Epoch).checkpoint(), "words");
    const { checkpoint, about } = readCheckpoint(bytes);
    expect(about).toBe("words");
    const rest = drain({ ...options, resume: checkpoint });
    expect(rest.epochs.map(({ epoch }) => epoch)).toEqual([4, 5, 6]);
    expect(bytesOf(rest.parameters as Parameters)).toEqual(bytesOf(whole.parameters as Parameters));
    expect(rest.epochs.at(-1)?.loss).toBe(whole.epochs.at(-1)?.loss);
  });

  it("gives the same bytes for any number of threads, and without shared memory", () => {
    const given = { ...options, epochs: 3, classWeights: [1, 2] };
    const end = (network: Block | NetworkDescription, more: FitOptions): Fit => {
      const run = train(network, data, { ...given, ...more });
      let next = run.next();
      while (!next.done) next = run.next();
      return next.value;
    };
    const one = bytesOf(end(description, {}).parameters);
    for (const threads of [2, 3, 4, 64]) expect(bytesOf(end(description, { threads }).parameters)).toEqual(one);
    // A block has functions: it stays on one thread, and says nothing else.
    expect(bytesOf(end(buildNetwork(description), { threads: 2 }).parameters)).toEqual(one);
    // Batches of fewer bags than chunks.
    expect(bytesOf(end(description, { batch: 3, threads: 2 }).parameters)).toEqual(bytesOf(end(description, { batch: 3 }).parameters));
    const whole = globalThis.SharedArrayBuffer;
    try {
      Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
      expect(bytesOf(end(description, { threads: 2 }).parameters)).toEqual(one);
    } finally {
      globalThis.SharedArrayBuffer = whole;
    }
  });

  it("an error in a thread is the error of the call", () => {
    const wrong = { bags: data.bags, targets: data.targets.map((t, b) => (b === 90 ? 7 : t)) };
    const run = train(description, wrong, { ...options, threads: 2 });
    expect(() => {
      while (!run.next().done);
    }).toThrow(/target \d+ is 7, expected a class 0 ... 1/);
  });

  it("the gradient of a batch is the sum over its chunks: that of the whole batch but for rounding", () => {
    const workspace = openWorkspace();
    const network = buildNetwork({ ...description, dropout: 0, module: { ...description.module, dropout: 0 } });
    const optimiser = openOptimiser(workspace, network.init(randomStream(3)), optimiserSettings("t"));
    const slots = openSlots(workspace, optimiser.parameters, optimiser.g.length);
    const chosen = [4, 90, 17, 3, 55, 60, 8, 31, 77, 12];
    for (const classWeights of [null, [1, 3]]) {
      const settings = { loss: "binary" as const, seed: 1, classWeights };
      const stepper = { workspace, network, parameters: optimiser.parameters, data, settings, slots, pool: null };
      const { loss, right } = gradientOfBatch(stepper, chosen, 0, optimiser.g);
      const sum = Float64Array.from(optimiser.g);
      const targets = chosen.map((b) => data.targets[b] as number);
      const pass = newPass({ workspace, training: true });
      const [y, saved] = network.forward(optimiser.parameters, selectBags(data.bags, chosen), pass);
      const whole = lossOf("binary", y, targets, classWeights ?? undefined);
      const [, found] = network.backward(optimiser.parameters, saved, { data: whole.slope, rows: y.rows, columns: 1 }, pass);
      copyInto(found, optimiser.gradients);
      expect(loss).toBeCloseTo(whole.loss, 12);
      expect(right).toBe(whole.right);
      const [size, error] = [0, 1].map((of) => Math.sqrt(sum.reduce((s, x, i) => s + (x - (of ? (optimiser.g[i] as number) : 0)) ** 2, 0)));
      // Ten bags of f32 sums, rounded at 6e-8 each.
      expect(error as number).toBeLessThan(1e-6 * (size as number));
      expect(size).toBeGreaterThan(1e-3);
    }
  });

  it("learns, and stops when the validation loss settles", () => {
    const easy = latchSequences(2, 128, 0, { length: 5, symbols: 6 });
    const network = buildNetwork({
      model: "association",
      inputs: 6,
      outputs: 1,
      width: 16,
      module: { heads: 2, hidden: 4, deviation: "scaled" },
    });
    const run = train(network, easy, {
      epochs: 200,
      learningRate: 1e-2,
      validation: latchSequences(2, 64, 1, { length: 5, symbols: 6 }),
      stopBelow: 0.05,
    });
    let next = run.next();
    let last: Epoch | null = null;
    while (!next.done) {
      last = next.value;
      next = run.next();
    }
    expect(next.value.ended).toBe("settled");
    expect(next.value.epochs).toBeLessThan(60);
    expect(last?.validation?.accuracy).toBe(1);
  });

  it("stops when the training bags have nothing left to teach, also when it goes on from there", () => {
    const given = { ...options, epochs: 200, learningRate: 2e-2, patience: 200, stopTrainingBelow: 0.05 };
    const whole = drain(given);
    const losses = whole.epochs.map(({ loss }) => loss);
    expect(whole.ended).toBe("settled");
    expect(losses.pop()).toBeLessThan(0.05);
    expect(Math.min(...losses)).toBeGreaterThanOrEqual(0.05);
    const { checkpoint } = readCheckpoint(writeCheckpoint((whole.epochs.at(-1) as Epoch).checkpoint()));
    expect(drain({ ...given, resume: checkpoint }).epochs).toEqual([]);
  });

  it("stops when told, and says so", async () => {
    const control = new AbortController();
    const seen: number[] = [];
    const outcome = await fitNetwork(buildNetwork(description), data, options, {
      signal: control.signal,
      onEpoch: ({ epoch }) => {
        seen.push(epoch);
        if (epoch === 2) control.abort();
      },
    });
    expect(outcome.ended).toBe("aborted");
    expect(seen).toEqual([1, 2]);
  });

  it("ends with the last good parameters when the loss is no number, naming the batch", () => {
    const network = buildNetwork(description);
    const run = train(network, data, { ...options, validation: null });
    const first = run.next();
    if (first.done) throw new Error("ended at once");
    const good = bytesOf(first.value.checkpoint().parameters);
    // From here on one bag is poisoned.
    data.bags.data[100] = Number.NaN;
    try {
      const next = run.next();
      expect(next.done).toBe(true);
      if (!next.done) throw new Error("not ended");
      expect(next.value.ended).toBe("nonfinite");
      expect(next.value.badBatch).toMatchObject({ epoch: 2 });
      expect(bytesOf(next.value.parameters)).toEqual(good);
    } finally {
      data.bags.data[100] = 0;
    }
  });

  it("runs side by side do not touch each other (growing one shared memory gives every other a new buffer object)", () => {
    const wide = buildNetwork({ ...description, width: 512 });
    const alone = drain(options);
    const [a, b] = [train(buildNetwork(description), data, options), train(wide, data, options)];
    let [x, y] = [a.next(), b.next()];
    while (!x.done) {
      x = a.next();
      if (!y.done) y = b.next();
    }
    expect(bytesOf(x.value.parameters)).toEqual(bytesOf(alone.parameters as Parameters));
    const again = train(wide, data, options);
    let z = again.next();
    while (!z.done) z = again.next();
    while (!y.done) y = b.next();
    expect(bytesOf(y.value.parameters)).toEqual(bytesOf(z.value.parameters));
  });

  it("leaves no memory behind over steps", () => {
    const workspace = openWorkspace();
    const run = train(buildNetwork(description), data, { ...options, workspace, epochs: 4, validation: null });
    const tops = new Set<number>();
    for (let next = run.next(); !next.done; next = run.next()) tops.add(workspace.top * 2 ** 20 + workspace.buffer.byteLength / 65536);
    expect(tops.size).toBe(1);
  });

  it("refuses what makes no sense", () => {
    const network = buildNetwork(description);
    const first = (given: FitOptions, bags: LabelledBags = data): unknown => train(network, bags, given).next();
    expect(() => first({ ...options, epoch: 3 } as FitOptions)).toThrow(/did you mean "epochs"/);
    expect(() => first({ ...options, learningRate: 0 })).toThrow(/learningRate must be a finite number above 0/);
    expect(() => first(options, { bags: data.bags, targets: new Float32Array(3) })).toThrow(/96 bags but 3 targets/);
    expect(() => first(options, { bags: data.bags, targets: new Float32Array(96).fill(2) })).toThrow(/expected a class/);
    expect(() => toBatch([[1], [2]], [0, 0, 2], "bags")).toThrow(/bag 0 has 0 instances/);
    expect(() => toBatch([[Number.NaN]], [0, 1], "bags")).toThrow(HopfieldError);
    expect(() => buildNetwork({ ...description, model: "poolng" as never })).toThrow(/did you mean "pooling"/);
    expect(() => buildNetwork({ ...description, module: { support: "top-k", separation: "linear" } })).toThrow(/no logits/);
  });
});

describe("files", () => {
  const workspace = openWorkspace();
  const network = buildNetwork(description);
  const { parameters } = drain({ ...options, epochs: 1 });
  const saved = {
    description,
    parameters: parameters as Parameters,
    encoding: { columns: null, mean: null, scale: null, bag: null, instances: 6 },
    classes: ["no", "yes"],
    task: "bit-pattern",
  };

  it("a saved network predicts the same", () => {
    const read = readNetwork(writeNetwork(saved));
    expect(read.classes).toEqual(["no", "yes"]);
    expect(predictBags(workspace, read.network, read.parameters, validation.bags).data).toEqual(
      predictBags(workspace, network, saved.parameters, validation.bags).data,
    );
  });

  it("a missing, surplus or misshapen tensor is named", () => {
    const { tensors, metadata } = readSafetensors(writeNetwork(saved));
    const name = "0.weight";
    const first = tensors.get(name);
    if (!first) throw new Error("no such tensor");
    const changed = (change: (map: Map<string, typeof first>) => void): Uint8Array => {
      const copy = new Map(tensors);
      change(copy);
      return writeSafetensors(copy, { metadata });
    };
    expect(() => readNetwork(changed((map) => void map.delete(name)))).toThrow(/"0.weight" is missing/);
    expect(() => readNetwork(changed((map) => void map.set("more", first)))).toThrow(/"more" belongs to no part/);
    expect(() => readNetwork(changed((map) => void map.set(name, { ...first, shape: [6, 16] })))).toThrow(
      /shape \[6, 16\], expected \[16, 6\]/,
    );
    expect(() => readNetwork(changed((map) => void map.set(name, { ...first, data: new Float32Array(96).fill(Number.NaN) })))).toThrow(
      /no finite|is none/,
    );
    expect(() => readCheckpoint(writeNetwork(saved))).toThrow(/no checkpoint/);
  });

  it("any cut of a checkpoint is an error, never a state", () => {
    const bytes = writeCheckpoint((drain(options, 1).epochs[0] as Epoch).checkpoint());
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(() => readCheckpoint(bytes.subarray(0, length))).toThrow(HopfieldError);
      }),
      { numRuns: 60 },
    );
  });
});

describe("parts", () => {
  it("losses and their gradients by central differences", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("binary", "classes", "squares" as const),
        fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (name, numbers) => {
          const columns = name === "classes" ? 3 : 1;
          const y = { data: Float32Array.from(numbers), rows: 6 / columns, columns };
          const targets = Array.from({ length: y.rows }, (_, i) => i % 2);
          const { slope } = lossOf(name as "binary", y, targets, [1, 3, 2]);
          const h = 2 ** -8;
          numbers.forEach((_, i) => {
            const at = (by: number): number =>
              lossOf(name as "binary", { ...y, data: y.data.map((v, j) => (j === i ? v + by : v)) }, targets, [1, 3, 2]).loss;
            // Second order: h^2 times a third derivative of at most 0.1, and f32 inputs.
            expect(slope[i]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 3);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("area under the curve is the share of ordered pairs", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { minLength: 1, maxLength: 30 }), (pairs) => {
        const scores = pairs.map(([s]) => s);
        const targets = pairs.map(([, t]) => (t ? 1 : 0));
        let [won, all] = [0, 0];
        pairs.forEach(([a, ta]) => {
          pairs.forEach(([b, tb]) => {
            if (!ta || tb) return;
            all++;
            won += a > b ? 1 : a === b ? 0.5 : 0;
          });
        });
        const found = areaUnderCurve(scores, targets);
        if (all === 0) expect(found).toBeNull();
        else expect(found).toBeCloseTo(won / all, 12);
      }),
    );
  });

  it("schedules", () => {
    const cosine = optimiserSettings("t", { schedule: "cosine", warmup: 4, learningRate: 2 });
    [0, 1, 3].forEach((step, i) => {
      expect(rateAt(cosine, step, 104)).toBeCloseTo([0.5, 1, 2][i] as number, 8);
    });
    for (const step of [4, 20, 54, 90, 104]) expect(rateAt(cosine, step, 104)).toBeCloseTo(1 + Math.cos((Math.PI * (step - 4)) / 100), 8);
  });

  it("generators: labels follow from the instances alone", () => {
    const patterns = bitPatterns(3);
    const code = (row: Float32Array): number => row.reduce((sum, bit, k) => sum + bit * 2 ** k, 0);
    const { bags, targets } = patterns.bags(400, 2);
    expect(targets.reduce((a, b) => a + b, 0)).toBe(200);
    for (let b = 0; b < 400; b++) {
      const codes = Array.from({ length: 16 }, (_, i) => code(bags.data.subarray((b * 16 + i) * 8, (b * 16 + i + 1) * 8)));
      expect(codes).not.toContain(0);
      expect(codes.filter((c) => patterns.signals.includes(c)).length).toBe(targets[b]);
    }
    expect(new Set(patterns.signals).size).toBe(8);
    const latch = latchSequences(3, 200, 0, { place: "random", length: 7 });
    for (let b = 0; b < 200; b++) {
      const symbols = Array.from({ length: 7 }, (_, i) => latch.bags.data.subarray((b * 7 + i) * 20, (b * 7 + i + 1) * 20).indexOf(1));
      expect(symbols.filter((s) => s < 2)).toEqual([latch.targets[b]]);
    }
    const labels = Array.from({ length: 40 }, (_, i) => i % 10);
    const digits = { images: { data: Float32Array.from({ length: 40 }, (_, i) => i % 10), rows: 40, columns: 1 }, labels };
    const made = digitBags(digits, 1, 300, 0);
    made.targets.forEach((target, b) => {
      const bag = selectBags(made.bags, [b]).data;
      expect(bag.includes(9)).toBe(target === 1);
    });
    expect(made.bags.rows / 300).toBeGreaterThan(9.5);
    expect(made.bags.rows / 300).toBeLessThan(10.5);
  });
});

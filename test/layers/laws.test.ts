/** Laws of separations and modules, on random numbers: weights and their slopes, updates and their counts, masks, order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { associate } from "../../src/layers/associate.ts";
import { type AssociationOptions, type LayerSeparation, layerSeparations, settingsOf } from "../../src/layers/association-options.ts";
import {
  association,
  copyTree,
  encoder,
  listed,
  lookup,
  newPass,
  openWorkspace,
  pooling,
  scoped,
  toBatch,
} from "../../src/layers/index.ts";
import type { Tensor } from "../../src/layers/types.ts";
import { layoutOf } from "../../src/layers/weigh.ts";
import { reserve, tensor } from "../../src/layers/workspace.ts";
import { normals } from "../oracle/index.ts";
import { type Definition, nearKink, weightsOf } from "./oracle.ts";

const w = openWorkspace();
const kinds = { softmax: 0, softmax1: 1, sparsemax: 2, entmax: 3, normmax: 4, "k-subset": 5 } as const;
type Kind = keyof typeof kinds;

/** Weights of a row of logits and the gradient by them, from the kernels. */
function kernelsOn(kind: Kind, z: readonly number[], dp: readonly number[], alpha: number, k: number): { p: number[]; dz: number[] } {
  return scoped(w, () => {
    const [p, slope] = [tensor(w, 1, z.length), tensor(w, 1, z.length)];
    p.data.set(z);
    slope.data.set(dp);
    const scratch = reserve(w, 16 * z.length);
    const [at, to, stride] = [p.data.byteOffset, slope.data.byteOffset, z.length * 4];
    w.kernels.separateRows(kinds[kind], at, 1, z.length, stride, alpha, k, at, scratch);
    w.kernels.separateRowsBack(kinds[kind], at, to, 1, z.length, stride, alpha, to, scratch);
    return { p: Array.from(p.data), dz: Array.from(slope.data) };
  });
}

const numbers = (length: number, size: number): fc.Arbitrary<number[]> =>
  fc.array(
    fc.double({ min: -size, max: size, noNaN: true }).map((x) => Math.fround(x)),
    { minLength: length, maxLength: length },
  );
const rowAndSlope = fc.integer({ min: 2, max: 11 }).chain((n) => fc.tuple(numbers(n, 4), numbers(n, 2)));
const settings = fc.constantFrom<[Kind, number]>(
  ["softmax", 1.5],
  ["softmax1", 1.5],
  ["sparsemax", 2],
  ["entmax", 1.25],
  ["entmax", 1.5],
  ["entmax", 1.8],
  ["normmax", 2],
  ["k-subset", 2],
);

describe("separations", () => {
  it("weights are a distribution, slopes sum to 0 and vanish off the support, and are the derivatives", () => {
    let compared = 0;
    fc.assert(
      fc.property(rowAndSlope, settings, ([z, dp], [kind, alpha]) => {
        const k = 2;
        const { p, dz } = kernelsOn(kind, z, dp, alpha, k);
        const sum = p.reduce((a, b) => a + b, 0);
        const whole = kind === "k-subset" ? Math.min(k, z.length) : 1;
        expect(Math.min(...p)).toBeGreaterThanOrEqual(0);
        if (kind === "softmax1") expect(sum).toBeLessThan(1);
        // f32 weights, at most eleven of them.
        else expect(Math.abs(sum - whole)).toBeLessThan(1e-6 * whole);
        if (kind !== "softmax1") expect(Math.abs(dz.reduce((a, b) => a + b, 0))).toBeLessThan(4e-6);
        p.forEach((weight, i) => {
          if (weight === 0) expect(Math.abs(dz[i] as number)).toBe(0);
          if (weight === 1 && kind === "k-subset") expect(Math.abs(dz[i] as number)).toBe(0);
        });
        const d = { separation: kind, k } as Definition;
        if (nearKink(d, z, alpha)) return;
        compared++;
        const h = 1e-5;
        const loss = (at: number[]): number => weightsOf(d, at, alpha).reduce((s, weight, j) => s + weight * (dp[j] as number), 0);
        z.forEach((_, i) => {
          const at = (by: number): number => loss(z.map((value, j) => (j === i ? value + by : value)));
          // Slopes of size 1; logits rounded at 2e-7 and, at a distance of 2e-3 from the border, changed by 1e-4 of themselves at most.
          expect(Math.abs((dz[i] as number) - (at(h) - at(-h)) / (2 * h)), `${kind} ${alpha} dz ${i}`).toBeLessThan(2e-4);
        });
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});

/** y of a module without projections: state rows, stored rows, values. */
function read(
  q: number[][],
  x: number[][],
  options: Partial<AssociationOptions>,
  hidden?: boolean[],
): { y: number[]; p: number[]; counts: number[] } {
  const columns = x[0]?.length ?? 0;
  const still = { staticState: true, staticStored: true, staticProjection: true, normalizeState: false, normalizeStored: false };
  const s = settingsOf("test", {
    stateSize: columns,
    hidden: columns,
    normalizeProjection: false,
    outputProjection: false,
    beta: 1.3,
    ...still,
    ...options,
  });
  return scoped(w, () => {
    const flat = (rows: number[][]): Tensor => ({ data: Float32Array.from(rows.flat()), rows: rows.length, columns });
    const layout = layoutOf(Int32Array.of(0, q.length), Int32Array.of(0, x.length));
    const masks = hidden ? { storedPadding: hidden } : {};
    const { y, saved } = associate(
      newPass({ workspace: w }),
      s,
      {},
      { state: flat(q), stored: flat(x), projection: flat(x), layout, masks },
    );
    const last = saved.runs.map((run) => Array.from(run.evaluations.at(-1)?.p.data ?? []));
    return { y: Array.from(y.data), p: last.flat(), counts: saved.runs.map((run) => run.evaluations.length) };
  });
}

const rowsOf = (least: number, most: number): fc.Arbitrary<number[][]> =>
  fc.integer({ min: least, max: most }).chain((n) => fc.array(numbers(4, 1.5), { minLength: n, maxLength: n }));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - (b[i] as number))));
const separations = fc.constantFrom<LayerSeparation>(...layerSeparations);

describe("modules", () => {
  it("masked rows get weight 0 exactly, and more of them change nothing", () => {
    fc.assert(
      fc.property(rowsOf(1, 3), rowsOf(2, 8), rowsOf(1, 3), separations, (q, x, more, separation) => {
        const steps = ["linear", "random-features"].includes(separation) ? 0 : 2;
        const options = { separation, steps, tolerance: 0, k: 1 };
        const plain = read(q, x, options);
        const padded = read(q, [...x, ...more], options, [...x.map(() => false), ...more.map(() => true)]);
        padded.p.forEach((p, i) => {
          if (i % (x.length + more.length) >= x.length) expect(p).toBe(0);
        });
        // Vectors of four are summed in another order; random features are shifted by the largest exponent of all keys, hidden ones too.
        expect(distance(padded.y, plain.y)).toBeLessThan(separation === "random-features" ? 1e-4 : 1e-5);
      }),
      { numRuns: 150 },
    );
  });

  it("n updates make n + 1 evaluations; without a number a head stops when its weights rest, each head by itself", () => {
    fc.assert(
      fc.property(rowsOf(1, 3), rowsOf(2, 8), fc.integer({ min: 0, max: 5 }), (q, x, steps) => {
        expect(read(q, x, { steps, tolerance: 0 }).counts[0]).toBeLessThanOrEqual(steps + 1);
        const rest = read(q, x, { steps: null, tolerance: 1e-3 });
        const count = rest.counts[0] as number;
        const before = read(q, x, { steps: count - 2, tolerance: 0 }).p;
        const norm = (a: number[], b: number[]): number => Math.sqrt(a.reduce((s, v, i) => s + (v - (b[i] as number)) ** 2, 0));
        expect(norm(rest.p, before)).toBeLessThanOrEqual(1e-3);
        if (count > 2) expect(norm(before, read(q, x, { steps: count - 3, tolerance: 0 }).p)).toBeGreaterThan(1e-3);
      }),
      { numRuns: 60 },
    );
    // Two heads of different beta: the first is near the mean and rests, the second still moves.
    const block = association({ stateSize: 4, heads: 2, hidden: 4, learnBeta: true, steps: null, deviation: 0.8 });
    const parameters = copyTree(block.init(randomStream(4)));
    const betas = listed(parameters).find(({ name }) => name === "beta")?.tensor.data as Float32Array;
    betas.set([0.01, 6]);
    const draw = normals(5);
    const x = Array.from({ length: 7 }, () => Array.from({ length: 4 }, draw));
    const [, saved] = block.forward(parameters, toBatch(x, [0, 7]), newPass({ workspace: w }));
    const [first = 0, second = 0] = (saved as { runs: { evaluations: unknown[] }[] }).runs.map((run) => run.evaluations.length);
    expect(first).toBeLessThan(second);
  });

  it("pooling does not see the order of the instances; association and encoder move with it", () => {
    fc.assert(
      fc.property(rowsOf(3, 8), separations, fc.integer({ min: 1, max: 1e6 }), (x, separation, seed) => {
        const options = { stateSize: 4, heads: 2, hidden: 2, separation, k: 2, deviation: 0.7, features: 8 };
        const turned = [...x.slice(1), x[0] as number[]];
        const run = (block: ReturnType<typeof pooling>, rows: number[][]): number[][] => {
          const [y] = block.forward(block.init(randomStream(seed)), toBatch(rows, [0, rows.length]), newPass({ workspace: w }));
          return Array.from({ length: y.rows }, (_, i) => Array.from(y.data.subarray(i * y.columns, (i + 1) * y.columns)));
        };
        expect(
          distance(run(pooling({ ...options, quantity: 2 }), x).flat(), run(pooling({ ...options, quantity: 2 }), turned).flat()),
        ).toBeLessThan(1e-5);
        for (const made of [association(options), lookup({ ...options, quantity: 3 }), encoder({ ...options, feedForward: 6 })]) {
          const [first = [], ...rest] = run(made, x);
          expect(distance([...rest, first].flat(), run(made, turned).flat())).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("what is not to learn has a gradient of 0, everything else has one", () => {
    const options = { stateSize: 4, heads: 2, hidden: 2, quantity: 3, deviation: 0.7 } as const;
    const x = [
      [1, 2, 0, 1],
      [0, 1, 1, 3],
      [2, 0, 1, 0],
    ];
    const slopes = (block: ReturnType<typeof pooling>): Map<string, number> => {
      const pass = newPass({ workspace: w });
      const [y, saved] = block.forward(block.init(randomStream(2)), toBatch(x, [0, 3]), pass);
      const [, gradients] = block.backward(block.init(randomStream(2)), saved, { ...y, data: y.data.map((_, i) => i % 3) }, pass);
      return new Map(listed(gradients).map(({ name, tensor: { data } }) => [name, Math.max(...data.map(Math.abs))]));
    };
    for (const trainable of [true, false]) {
      expect((slopes(pooling({ ...options, trainable })).get("queries") as number) > 1e-3).toBe(trainable);
      expect((slopes(lookup({ ...options, trainable })).get("patterns") as number) > 1e-3).toBe(trainable);
      const targets = slopes(lookup({ ...options, separateTargets: true, targetsTrainable: trainable }));
      expect((targets.get("targets") as number) > 1e-3).toBe(trainable);
      expect(targets.get("patterns")).toBeGreaterThan(1e-3);
    }
  });
});

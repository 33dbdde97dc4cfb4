/** Hopular and its optimiser against definitions in f64: the whole network on a tape, its gradient against central differences of the definition, LAMB and lookahead step by step. */
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import { newPass } from "../../src/layers/batch.ts";
import { type HopularDescription, hopular } from "../../src/layers/hopular.ts";
import { openLamb } from "../../src/layers/lamb.ts";
import { listed } from "../../src/layers/parameters.ts";
import { isTensor, type Parameters, type Tensor } from "../../src/layers/types.ts";
import { openWorkspace } from "../../src/layers/workspace.ts";
import { normals, softmax } from "../oracle/index.ts";
import {
  backwards,
  beside,
  get,
  leaf,
  multiply,
  type Node,
  newTape,
  plus,
  rowsOf,
  rowsThrough,
  slice,
  stack,
  standardise,
  type Tape,
  times,
  transpose,
} from "./tape.ts";

const description: HopularDescription = {
  columns: [
    { inputs: 2, outputs: 1, type: 0 },
    { inputs: 4, outputs: 3, type: 1 },
    { inputs: 3, outputs: 2, type: 1 },
  ],
  size: 4,
  blocks: 2,
  heads: 2,
  hidden: 3,
  dropout: 0,
};
const inputs = 9;
const outputs = 6;
const batch = 3;
const stored = 5;

type Tree = { [name: string]: Node | Tree };
const at = (tree: Tree, ...path: string[]): Node => path.reduce<Node | Tree>((x, name) => (x as Tree)[name] as Node | Tree, tree) as Node;
const rowsFrom = ({ data, rows, columns }: Tensor): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
const treeOf = (parameters: Parameters): Tree =>
  Object.fromEntries(Object.entries(parameters).map(([name, each]) => [name, isTensor(each) ? leaf(rowsFrom(each)) : treeOf(each)]));

/** One memory by its definition: layer norms, projections, heads one after the other, softmax over what may be seen, output map. */
function memory(tape: Tape, p: Tree, state: Node, from: Node, heads: number, hidden: number, hides: number[][] | null): Node {
  const norm = (x: Node, name: string): Node =>
    plus(tape, times(tape, standardise(tape, x, 1e-5), at(p, `${name}Norm`, "gain")), at(p, `${name}Norm`, "shift"));
  const map = (x: Node, name: string): Node => plus(tape, multiply(tape, x, transpose(tape, at(p, name, "weight"))), at(p, name, "bias"));
  const q = map(norm(state, "state"), "state");
  const k = map(norm(from, "stored"), "stored");
  const v = map(norm(from, "projection"), "projection");
  const beta = leaf([[1 / Math.sqrt(hidden)]]);
  const parts = Array.from({ length: heads }, (_, h) => {
    const own = (x: Node): Node => slice(tape, x, 0, rowsOf(x), h * hidden, hidden);
    const z = times(tape, multiply(tape, own(q), transpose(tape, own(k))), beta);
    const seen = hides ? plus(tape, z, leaf(hides.map((row) => row.map((hide) => (hide ? Number.NEGATIVE_INFINITY : 0))))) : z;
    return multiply(
      tape,
      rowsThrough(tape, seen, (row) => softmax(row), leaf([[0]])),
      own(v),
    );
  });
  return map(beside(tape, parts), "output");
}

function definition(tape: Tape, tree: Tree, x: number[][], y: number[][], hides: number[][]): Node {
  const { columns, size, heads, hidden } = description;
  const embed = (rows: number[][]): Node => {
    let from = 0;
    return beside(
      tape,
      columns.map((column, c) => {
        const own = leaf(rows.map((row) => row.slice(from, from + column.inputs)));
        from += column.inputs;
        const mapped = multiply(tape, own, transpose(tape, at(tree, "columns", String(c), "weight")));
        return plus(
          tape,
          plus(tape, mapped, at(tree, "columns", String(c), "position")),
          slice(tape, at(tree, "columns", "types"), column.type, 1, 0, size),
        );
      }),
    );
  };
  const features = (row: Node, i: number): Node =>
    stack(
      tape,
      columns.map((_, c) => slice(tape, row, i, 1, c * size, size)),
    );
  const original = embed(x);
  const memories = embed(y);
  let state = original;
  for (let b = 0; b < description.blocks; b++) {
    const p = (tree.blocks as Tree)[b] as Tree;
    const among = memory(tape, p.rows as Tree, state, memories, heads, hidden, hides);
    state = plus(tape, state, among);
    const between = state;
    state = stack(
      tape,
      x.map((_, i) => {
        const own = features(between, i);
        const moved = plus(tape, own, memory(tape, p.features as Tree, own, features(original, i), heads, size, null));
        return beside(
          tape,
          columns.map((_, c) => slice(tape, moved, c, 1, 0, size)),
        );
      }),
    );
  }
  const last = state;
  return beside(
    tape,
    columns.map((_, c) =>
      plus(
        tape,
        multiply(tape, slice(tape, last, 0, x.length, c * size, size), transpose(tape, at(tree, "columns", String(c), "read"))),
        at(tree, "columns", String(c), "bias"),
      ),
    ),
  );
}

function instance(seed: number) {
  const draw = normals(seed);
  const network = hopular(description);
  const shake = (tree: Parameters): Parameters =>
    Object.fromEntries(
      Object.entries(tree).map(([name, each]) => [
        name,
        isTensor(each) ? { ...each, data: each.data.map((v) => v + 0.3 * draw()) } : shake(each),
      ]),
    );
  const parameters = shake(network.init(randomStream(seed)));
  const rows = (count: number): Tensor => ({ data: Float32Array.from({ length: count * inputs }, draw), rows: count, columns: inputs });
  // Rows 0 and 2 of the batch are stored rows 1 and 4.
  const hides = Array.from({ length: batch }, (_, i) =>
    Array.from({ length: stored }, (_, j) => ((i === 0 && j === 1) || (i === 2 && j === 4) ? 1 : 0)),
  );
  const slope = Array.from({ length: batch }, () => Array.from({ length: outputs }, () => Math.fround(draw())));
  return { network, parameters, x: rows(batch), y: rows(stored), hides, slope };
}

describe("Hopular", () => {
  it("computes its definition, and its gradient that of the definition (f32: a hundred operations in a row, 1e-5 each at worst)", () => {
    for (const seed of [1, 2, 3]) {
      const { network, parameters, x, y, hides, slope } = instance(seed);
      const tape = newTape();
      const tree = treeOf(parameters);
      const expected = definition(tape, tree, rowsFrom(x), rowsFrom(y), hides);
      backwards(tape, expected, slope);
      const workspace = openWorkspace();
      const pass = newPass({ workspace });
      const run = network.forward(parameters, x, y, Uint8Array.from(hides.flat()), pass);
      expected.value.flat().forEach((value, i) => {
        expect(Math.abs((run.y.data[i] as number) - value)).toBeLessThan(2e-5 * (1 + Math.abs(value)));
      });
      const gradients = network.backward(parameters, run, { data: Float32Array.from(slope.flat()), rows: batch, columns: outputs }, pass);
      const largest = Math.sqrt(
        listed(gradients).reduce(
          (sum, { tensor }) =>
            Math.max(
              sum,
              tensor.data.reduce((a, g) => a + g * g, 0),
            ),
          0,
        ),
      );
      let compared = 0;
      for (const { name, tensor } of listed(gradients)) {
        const own = at(tree, ...name.split(".")).grad.flat();
        const error = Math.sqrt(own.reduce((sum, g, i) => sum + (g - (tensor.data[i] as number)) ** 2, 0));
        const size = Math.sqrt(own.reduce((sum, g) => sum + g * g, 0));
        expect(error, name).toBeLessThan(1e-3 * size + 1e-5 * largest);
        compared += own.length;
      }
      expect(compared).toBe(listed(parameters).reduce((sum, { tensor }) => sum + tensor.data.length, 0));
    }
  });

  it("agrees with central differences of the definition along random directions", () => {
    const { network, parameters, x, y, hides, slope } = instance(7);
    const pass = newPass();
    const run = network.forward(parameters, x, y, Uint8Array.from(hides.flat()), pass);
    const gradients = network.backward(parameters, run, { data: Float32Array.from(slope.flat()), rows: batch, columns: outputs }, pass);
    const loss = (step: number, direction: ReadonlyMap<string, number[]>): number => {
      const tree = treeOf(parameters);
      for (const { name } of listed(parameters)) {
        const node = at(tree, ...name.split("."));
        let n = 0;
        for (const row of node.value)
          for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) + step * ((direction.get(name) as number[])[n++] as number);
      }
      const out = definition(newTape(), tree, rowsFrom(x), rowsFrom(y), hides);
      return out.value.reduce((sum, row, i) => sum + row.reduce((a, _, j) => a + get(out.value, i, j) * get(slope, i, j), 0), 0);
    };
    for (const seed of [11, 12, 13]) {
      const draw = normals(seed);
      const direction = new Map(listed(parameters).map(({ name, tensor }) => [name, Array.from(tensor.data, () => draw())]));
      const numeric = (loss(1e-5, direction) - loss(-1e-5, direction)) / 2e-5;
      const found = listed(gradients).reduce(
        (sum, { name, tensor }) => sum + tensor.data.reduce((a, g, i) => a + g * ((direction.get(name) as number[])[i] as number), 0),
        0,
      );
      // The differences err by about 1e-9. f32 gradients err by about 1e-5 of their length, here along a direction of length about 20.
      const length = Math.sqrt(listed(gradients).reduce((sum, { tensor }) => sum + tensor.data.reduce((a, g) => a + g * g, 0), 0));
      expect(Math.abs(found - numeric)).toBeLessThan(2e-4 * length);
    }
  });

  it("never sees a hidden row: its weight is 0, and changing it changes nothing", () => {
    const { network, parameters, x, y, hides } = instance(4);
    const run = network.forward(parameters, x, y, Uint8Array.from(hides.flat()), newPass());
    const weights = run.weights();
    expect(weights[1]).toBe(0);
    expect(weights[2 * stored + 4]).toBe(0);
    for (let i = 0; i < batch; i++) expect(weights.slice(i * stored, (i + 1) * stored).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    const other = { ...y, data: y.data.map((v, i) => (Math.floor(i / inputs) === 1 ? v + 5 : v)) };
    const again = network.forward(parameters, x, other, Uint8Array.from(hides.flat()), newPass());
    // Row 0 does not see stored row 1; row 1 does.
    expect(Array.from(again.y.data.subarray(0, outputs))).toEqual(Array.from(run.y.data.subarray(0, outputs)));
    expect(Array.from(again.y.data.subarray(outputs, 2 * outputs))).not.toEqual(Array.from(run.y.data.subarray(outputs, 2 * outputs)));
  });

  it("refuses sizes and rows that do not fit", () => {
    expect(() => hopular({ ...description, size: 0 })).toThrow(/size must be a whole number/);
    expect(() => hopular({ ...description, columns: description.columns.slice(0, 1) })).toThrow(/at least one column and the target/);
    const { network, parameters, x, y } = instance(5);
    expect(() => network.forward(parameters, { ...x, columns: 8, data: x.data.subarray(0, 24) }, y, null, newPass())).toThrow(
      /rows of 8 .* expected 9/,
    );
  });
});

describe("LAMB with lookahead", () => {
  it("takes the steps of its definition", () => {
    const draw = normals(3);
    const fresh: Parameters = {
      a: { data: Float32Array.from({ length: 6 }, draw), rows: 2, columns: 3 },
      b: { data: new Float32Array(3), rows: 1, columns: 3 },
    };
    const options = { learningRate: 0.05, weightDecay: 0.1, every: 2, share: 0.4, clip: 1.5 };
    const lamb = openLamb(openWorkspace(), fresh, options);
    const state = listed(fresh).map(({ name, tensor }) => {
      const zero = Array.from(tensor.data, () => 0);
      return { name, x: Array.from(tensor.data), slow: Array.from(tensor.data), m: [...zero], v: [...zero] };
    });
    for (let t = 1; t <= 7; t++) {
      const slopes = listed(lamb.gradients).map(({ tensor }) => {
        tensor.data.forEach((_, i) => {
          tensor.data[i] = draw();
        });
        return Array.from(tensor.data);
      });
      const norm = Math.sqrt(slopes.flat().reduce((sum, g) => sum + g * g, 0));
      expect(lamb.step()).toBeCloseTo(norm, 5);
      state.forEach((s, n) => {
        const r = s.x.map((value, i) => {
          const g = ((slopes[n] as number[])[i] as number) * Math.min(1, 1.5 / norm);
          s.m[i] = 0.9 * (s.m[i] as number) + 0.1 * g;
          s.v[i] = 0.999 * (s.v[i] as number) + 0.001 * g * g;
          return (s.m[i] as number) / (1 - 0.9 ** t) / (Math.sqrt((s.v[i] as number) / (1 - 0.999 ** t)) + 1e-6) + 0.1 * value;
        });
        const [own, moved] = [Math.hypot(...s.x), Math.hypot(...r)];
        s.x = s.x.map((value, i) => value - 0.05 * (own > 0 && moved > 0 ? own / moved : 1) * (r[i] as number));
        if (t % 2 === 0) {
          s.slow = s.slow.map((value, i) => value + 0.4 * ((s.x[i] as number) - value));
          s.x = [...s.slow];
        }
      });
      listed(lamb.parameters).forEach(({ tensor }, n) => {
        // Seven steps of f32 rounding.
        tensor.data.forEach((value, i) => {
          expect(Math.abs(value - (state[n]?.x[i] as number))).toBeLessThan(2e-6 * (1 + Math.abs(value)));
        });
      });
    }
  });

  it("refuses unknown and impossible options", () => {
    const fresh: Parameters = { a: { data: new Float32Array(3), rows: 1, columns: 3 } };
    expect(() => openLamb(openWorkspace(), fresh, { share: 0 })).toThrow(/share must be/);
    expect(() => openLamb(openWorkspace(), fresh, { learningrate: 1 } as never)).toThrow(/did you mean "learningRate"/);
  });
});

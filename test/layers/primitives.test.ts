/** Primitive blocks and combinators: forward against the definition in f64, backward against central differences of that definition. */
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/random.ts";
import {
  activation,
  type Batch,
  type Block,
  block,
  branch,
  chain,
  convolution,
  embedding,
  encoder,
  flatten,
  lastRow,
  layerNorm,
  linear,
  listed,
  lstm,
  maxPool,
  maxPoolBags,
  meanPool,
  newPass,
  openWorkspace,
  type Parameters,
  repeat,
  residual,
  scoped,
  type Tensor,
  toBatch,
} from "../../src/layers/index.ts";
import { copyInto, copyTree } from "../../src/layers/parameters.ts";
import { normals, uniforms } from "../oracle/index.ts";

const w = openWorkspace();
type Rows = number[][];
/** Parameters by name, rows of numbers. */
type Named = Record<string, Rows>;
type Definition = (p: Named, x: Rows, offsets: number[]) => Rows;

const dot = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const get = (p: Named, name: string): Rows => p[name] as Rows;
const bagsOf = (x: Rows, offsets: number[]): Rows[] => offsets.slice(1).map((end, b) => x.slice(offsets[b], end));

const affine = (p: Named, x: Rows, before = ""): Rows =>
  x.map((row) =>
    get(p, `${before}weight`).map(
      (out, o) => dot(out, row) + (p[`${before}bias`] ? ((get(p, `${before}bias`)[0] as number[])[o] as number) : 0),
    ),
  );
const norm = (p: Named, x: Rows, before = ""): Rows =>
  x.map((row) => {
    const mean = row.reduce((a, b) => a + b, 0) / row.length;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
    return row.map(
      (v, i) =>
        ((v - mean) / Math.sqrt(variance + 1e-5)) * ((get(p, `${before}gain`)[0] as number[])[i] as number) +
        ((get(p, `${before}shift`)[0] as number[])[i] as number),
    );
  });

/** Association of two heads of 3, feed-forward, residuals and layer norms, bag by bag. Keys have neither bias nor shift, whose gradients are 0 but for rounding. */
function encoderLayer(p: Named, x: Rows, offsets: number[]): Rows {
  const inner = "0.0.";
  const role = (name: string, bag: Rows): Rows => affine(p, norm({ gain: [[1, 1, 1, 1]], shift: [[0, 0, 0, 0]] }, bag), `${inner}${name}.`);
  const read = bagsOf(x, offsets).flatMap((bag) => {
    const [q, k, v] = ["state", "stored", "projection"].map((name) => role(name, bag)) as [Rows, Rows, Rows];
    return q.map((query) =>
      [0, 3].flatMap((from) => {
        const head = (row: number[]): number[] => row.slice(from, from + 3);
        const e = k.map((key) => Math.exp(0.8 * dot(head(query), head(key))));
        const sum = e.reduce((a, b) => a + b, 0);
        return [0, 1, 2].map((c) => v.reduce((s, row, j) => s + ((e[j] as number) / sum) * (head(row)[c] as number), 0));
      }),
    );
  });
  const first = norm(p, add(x, affine(p, read, `${inner}output.`)), "1.");
  const between = affine(p, first, "2.0.").map((row) => row.map((value) => Math.max(0, value)));
  return norm(p, add(first, affine(p, between, "2.1.")), "3.");
}

const convolve = (p: Named, x: Rows, side: number, channels: number, size: number): Rows =>
  x.map((image) => {
    const at = (y: number, c: number, k: number): number => image[(y * side + c) * channels + k] as number;
    const out: number[] = [];
    for (let y = 0; y + size <= side; y++) {
      for (let c = 0; c + size <= side; c++) {
        get(p, "weight").forEach((filter, o) => {
          let sum = (get(p, "bias")[0] as number[])[o] as number;
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++)
              for (let k = 0; k < channels; k++) sum += (filter[(i * size + j) * channels + k] as number) * at(y + i, c + j, k);
          out.push(Math.max(0, sum));
        });
      }
    }
    return out;
  });

const recurrent: Definition = (p, x, offsets) =>
  bagsOf(x, offsets).flatMap((bag) => {
    const hidden = (get(p, "bias")[0] as number[]).length / 4;
    let [state, cell] = [new Array<number>(hidden).fill(0), new Array<number>(hidden).fill(0)];
    return bag.map((row) => {
      const gate = get(p, "input").map(
        (weights, g) => dot(weights, row) + dot(get(p, "recurrent")[g] as number[], state) + ((get(p, "bias")[0] as number[])[g] as number),
      );
      const part = (n: number, c: number): number => gate[n * hidden + c] as number;
      cell = cell.map((old, c) => sigmoid(part(1, c)) * old + sigmoid(part(0, c)) * Math.tanh(part(2, c)));
      state = cell.map((value, c) => sigmoid(part(3, c)) * Math.tanh(value));
      return state;
    });
  });

const relu = (x: Rows): Rows => x.map((row) => row.map((v) => Math.max(0, v)));
const add = (x: Rows, y: Rows): Rows => x.map((row, i) => row.map((v, j) => v + ((y[i] as number[])[j] as number)));

/** A block of a user: y = x * s with a learned row s, its data on the JavaScript heap. */
const scaling = (columns: number): Block =>
  block<{ s: Tensor }, Batch>({
    init: () => ({ s: { data: Float32Array.from({ length: columns }, (_, i) => 1 + i / 10), rows: 1, columns } }),
    forward: ({ s }, x) => [{ ...x, data: x.data.map((v, i) => v * (s.data[i % columns] as number)) }, x],
    backward({ s }, x, dy) {
      const ds = new Float32Array(columns);
      dy.data.forEach((g, i) => {
        ds[i % columns] = (ds[i % columns] as number) + g * (x.data[i] as number);
      });
      return [{ ...dy, data: dy.data.map((g, i) => g * (s.data[i % columns] as number)) }, { s: { data: ds, rows: 1, columns } }];
    },
  });

const odd = [0, 1, 4, 9];
const even = [0, 3, 6, 9];
const cases: { name: string; block: Block; columns: number; offsets: number[]; definition: Definition; symbols?: number }[] = [
  { name: "linear", block: linear(5, 3), columns: 5, offsets: odd, definition: (p, x) => affine(p, x) },
  {
    name: "linear, rectified, 11 to 13",
    block: linear(11, 13, { activation: "relu" }),
    columns: 11,
    offsets: odd,
    definition: (p, x) => relu(affine(p, x)),
  },
  { name: "linear without bias", block: linear(4, 9, { bias: false }), columns: 4, offsets: odd, definition: (p, x) => affine(p, x) },
  { name: "layer norm", block: layerNorm(7), columns: 7, offsets: odd, definition: (p, x) => norm(p, x) },
  { name: "relu", block: activation("relu"), columns: 6, offsets: odd, definition: (_, x) => relu(x) },
  { name: "tanh", block: activation("tanh"), columns: 6, offsets: odd, definition: (_, x) => x.map((row) => row.map(Math.tanh)) },
  { name: "sigmoid", block: activation("sigmoid"), columns: 6, offsets: odd, definition: (_, x) => x.map((row) => row.map(sigmoid)) },
  {
    name: "mean of bags",
    block: meanPool(),
    columns: 5,
    offsets: odd,
    definition: (_, x, o) =>
      bagsOf(x, o).map((bag) => (bag[0] as number[]).map((_v, c) => bag.reduce((sum, row) => sum + (row[c] as number), 0) / bag.length)),
  },
  {
    name: "maximum of bags",
    block: maxPoolBags(),
    columns: 5,
    offsets: odd,
    definition: (_, x, o) =>
      bagsOf(x, o).map((bag) => (bag[0] as number[]).map((_v, c) => Math.max(...bag.map((row) => row[c] as number)))),
  },
  { name: "flatten", block: flatten(3), columns: 4, offsets: even, definition: (_, x, o) => bagsOf(x, o).map((bag) => bag.flat()) },
  {
    name: "last row",
    block: lastRow(),
    columns: 4,
    offsets: odd,
    definition: (_, x, o) => bagsOf(x, o).map((bag) => bag.at(-1) as number[]),
  },
  {
    name: "embedding",
    block: embedding(4, 3),
    columns: 2,
    offsets: odd,
    symbols: 4,
    definition: (p, x) => x.map((row) => row.flatMap((s) => get(p, "weight")[s] as number[])),
  },
  {
    name: "convolution",
    block: convolution({ side: 6, channels: 2, size: 3, outputs: 5 }),
    columns: 72,
    offsets: odd,
    definition: (p, x) => convolve(p, x, 6, 2, 3),
  },
  {
    name: "max-pooling of images",
    block: maxPool({ side: 5, channels: 3, size: 2 }),
    columns: 75,
    offsets: odd,
    definition: (_, x) =>
      x.map((image) => {
        const out: number[] = [];
        for (let y = 0; y < 4; y += 2)
          for (let c = 0; c < 4; c += 2)
            for (let k = 0; k < 3; k++)
              out.push(Math.max(...[0, 1].flatMap((i) => [0, 1].map((j) => image[((y + i) * 5 + c + j) * 3 + k] as number))));
        return out;
      }),
  },
  { name: "lstm", block: lstm(3, 4), columns: 3, offsets: even, definition: recurrent },
  {
    name: "chain",
    block: chain(linear(5, 6), activation("tanh"), linear(6, 2)),
    columns: 5,
    offsets: odd,
    definition: (p, x) =>
      affine(
        p,
        affine(p, x, "0.").map((row) => row.map(Math.tanh)),
        "2.",
      ),
  },
  {
    name: "residual around a user's block",
    block: residual(chain(scaling(5), linear(5, 5))),
    columns: 5,
    offsets: odd,
    definition: (p, x) =>
      add(
        x,
        affine(
          p,
          x.map((row) => row.map((v, i) => v * ((get(p, "0.s")[0] as number[])[i] as number))),
          "1.",
        ),
      ),
  },
  {
    name: "encoder",
    block: encoder({ stateSize: 4, heads: 2, hidden: 3, beta: 0.8, feedForward: 5, deviation: 0.6, affine: false, bias: false }),
    columns: 4,
    offsets: odd,
    definition: encoderLayer,
  },
  {
    name: "branch, side by side",
    block: branch([linear(4, 3), activation("tanh")]),
    columns: 4,
    offsets: odd,
    definition: (p, x) => affine(p, x, "0.").map((row, i) => [...row, ...(x[i] as number[]).map(Math.tanh)]),
  },
  {
    name: "branch, added",
    block: branch([linear(4, 4), scaling(4)], "add"),
    columns: 4,
    offsets: odd,
    definition: (p, x) =>
      add(
        affine(p, x, "0."),
        x.map((row) => row.map((v, i) => v * ((get(p, "1.s")[0] as number[])[i] as number))),
      ),
  },
  {
    name: "repeat",
    block: repeat(chain(linear(4, 4), activation("tanh"), scaling(4)), 3),
    columns: 4,
    offsets: odd,
    definition: (p, x) =>
      [1, 2, 3].reduce(
        (y) => affine(p, y, "0.").map((row) => row.map((v, i) => Math.tanh(v) * ((get(p, "2.s")[0] as number[])[i] as number))),
        x,
      ),
  },
];

const named = (parameters: Parameters): Named =>
  Object.fromEntries(
    listed(parameters).map(({ name, tensor: { data, rows, columns } }) => [
      name,
      Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns))),
    ]),
  );

function relative(found: ArrayLike<number>, expected: number[], least: number): number {
  let [error, size] = [0, 0];
  expected.forEach((x, i) => {
    error += ((found[i] as number) - x) ** 2;
    size += x * x;
  });
  return Math.sqrt(error) / Math.max(Math.sqrt(size), least);
}

/** Central differences of sum(dy * f) by every entry of `at` (changed in place and put back). f64: h = 1e-6 leaves an error of about 1e-9. */
function differences(at: Rows, value: () => number): number[] {
  const h = 1e-6;
  return at.flatMap((row) =>
    row.map((before, j) => {
      row[j] = before + h;
      const up = value();
      row[j] = before - h;
      const down = value();
      row[j] = before;
      return (up - down) / (2 * h);
    }),
  );
}

describe("blocks", () => {
  for (const { name, block: made, columns, offsets, definition, symbols } of cases) {
    it(`${name}: forward and backward`, () => {
      const draw = normals(7);
      const uniform = uniforms(9);
      const parameters = copyTree(made.init(randomStream(3)));
      for (const { tensor } of listed(parameters)) tensor.data.set(tensor.data.map((v) => v + 0.3 * draw()));
      const rows = offsets.at(-1) as number;
      const x = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => (symbols ? Math.floor(uniform() * symbols) : Math.fround(draw()))),
      );
      const p = named(parameters);
      const expected = definition(p, x, offsets);
      scoped(w, () => {
        const pass = newPass({ workspace: w });
        const [y, saved] = made.forward(parameters, toBatch(x, offsets), pass);
        expect([y.rows, y.columns]).toEqual([expected.length, expected[0]?.length]);
        // f32 sums of at most a few dozen products.
        expect(relative(y.data, expected.flat(), 1e-3)).toBeLessThan(2e-6);
        const dy = expected.map((row) => row.map(() => Math.fround(draw())));
        const value = (): number => definition(p, x, offsets).reduce((sum, row, i) => sum + dot(row, dy[i] as number[]), 0);
        const [dx, gradients] = made.backward(
          parameters,
          saved,
          { data: Float32Array.from(dy.flat()), rows: y.rows, columns: y.columns },
          pass,
        );
        const found = new Map(listed(gradients).map(({ name: n, tensor }) => [n, tensor]));
        for (const [n, at] of Object.entries(p))
          expect(relative((found.get(n) as Tensor).data, differences(at, value), 1e-2), n).toBeLessThan(1e-5);
        expect(found.size).toBe(Object.keys(p).length);
        if (!symbols) expect(relative((dx as Tensor).data, differences(x, value), 1e-2), "dx").toBeLessThan(1e-5);
      });
    });
  }

  it("tanh and the logistic function are right to 1e-6 of their value, near 0 and far from it (the bound of docs/layers/blocks.md)", () => {
    const x = Float32Array.from({ length: 1001 }, (_, i) => (i % 2 ? 1 : -1) * 10 ** (i / 140 - 6));
    for (const [name, definition] of [
      ["tanh", Math.tanh],
      ["sigmoid", sigmoid],
    ] as const) {
      const [y] = activation(name).forward({}, toBatch({ data: x, rows: x.length, columns: 1 }), newPass({ workspace: w }));
      x.forEach((value, i) => {
        const wanted = definition(value);
        expect(Math.abs((y.data[i] as number) - wanted), `${name} of ${value}`).toBeLessThanOrEqual(1e-6 * Math.abs(wanted));
      });
    }
  });

  it("a growing workspace keeps what was made before", () => {
    const small = openWorkspace();
    const pass = newPass({ workspace: small });
    const first = linear(3, 4);
    const parameters = first.init(randomStream(1));
    const [y] = first.forward(parameters, toBatch([[1, 2, 3]]), pass);
    const before = Array.from(y.data);
    const big = linear(64, 64);
    const [z] = big.forward(
      big.init(randomStream(2)),
      toBatch({ data: new Float32Array(64 * 40_000).fill(1), rows: 40_000, columns: 64 }),
      pass,
    );
    expect(z.data.length).toBe(64 * 40_000);
    expect(Array.from(y.data)).toEqual(before);
    copyInto(parameters, copyTree(parameters));
  });
});

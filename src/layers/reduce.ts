/** @file From bags to rows: mean or maximum of the instances of each bag, or all of them side by side (bags of one length). The result has one row a bag. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { oneRowEach } from "./batch.ts";
import { type Batch, type Block, block, type Parameters, type Tensor } from "./types.ts";
import { addressOf, tensor, zeros } from "./workspace.ts";

/** Mean over the instances of each bag. */
export function meanPool(): Block {
  return block<Parameters, Batch>({
    init: () => ({}),
    forward(_, x, { workspace }) {
      const bags = x.offsets.length - 1;
      const y = tensor(workspace, bags, x.columns);
      const from = addressOf(workspace, x);
      eachBag(x, (b, first, count) => {
        const to = y.data.byteOffset + b * x.columns * 4;
        workspace.kernels.columnSums(from + first * x.columns * 4, count, x.columns, to, 0);
        workspace.kernels.scaleTo(to, 1 / count, x.columns, to);
      });
      return [{ ...y, offsets: oneRowEach(bags) }, x];
    },
    backward(_, x, dy, { workspace }) {
      const dx = tensor(workspace, x.rows, x.columns);
      const slope = addressOf(workspace, dy);
      eachBag(x, (b, first, count) => {
        for (let row = first; row < first + count; row++) {
          workspace.kernels.scaleTo(slope + b * x.columns * 4, 1 / count, x.columns, dx.data.byteOffset + row * x.columns * 4);
        }
      });
      return [dx, {}];
    },
  });
}

/** Largest entry of each column over the instances of a bag; of equals the first gets the gradient. */
export function maxPoolBags(): Block {
  return block<Parameters, { x: Batch; places: Int32Array }>({
    init: () => ({}),
    forward(_, x, { workspace }) {
      const bags = x.offsets.length - 1;
      const y = tensor(workspace, bags, x.columns);
      const places = new Int32Array(y.data.length);
      for (let b = 0; b < bags; b++) largestOfColumns(x, x.offsets[b] as number, x.offsets[b + 1] as number, y.data, places, b * x.columns);
      return [
        { ...y, offsets: oneRowEach(bags) },
        { x, places },
      ];
    },
    backward(_, { x, places }, dy, { workspace }) {
      const dx = zeros(workspace, x.rows, x.columns);
      places.forEach((from, to) => {
        dx.data[from] = (dx.data[from] as number) + (dy.data[to] as number);
      });
      return [dx, {}];
    },
  });
}

/** Largest entries of the columns of some rows, and where they stand, from entry `to` on. */
function largestOfColumns({ data, columns }: Tensor, first: number, end: number, y: Float32Array, places: Int32Array, to: number): void {
  for (let c = 0; c < columns; c++) {
    let place = first * columns + c;
    let largest = data[place] as number;
    for (let from = place + columns; from < end * columns; from += columns) {
      const value = data[from] as number;
      if (value > largest) {
        largest = value;
        place = from;
      }
    }
    y[to + c] = largest;
    places[to + c] = place;
  }
}

/** All instances of a bag in one row. @param instances rows of every bag. @throws in the pass E_SHAPE for a bag of another length. */
export function flatten(instances: number): Block {
  checkNumber("flatten", "instances", instances, { atLeast: 1, whole: true });
  return block<Parameters, Batch>({
    init: () => ({}),
    forward(_, x) {
      const bags = x.offsets.length - 1;
      eachRow(x, (_row, b, count) => {
        if (count !== instances) throw new HopfieldError("E_SHAPE", `flatten: bag ${b} has ${count} instances, expected ${instances}`);
      });
      return [{ data: x.data, rows: bags, columns: x.columns * instances, offsets: oneRowEach(bags) }, x];
    },
    backward: (_, x, dy): readonly [Tensor, Parameters] => [{ data: dy.data, rows: x.rows, columns: x.columns }, {}],
  });
}

/** The last row of every bag. */
export function lastRow(): Block {
  return block<Parameters, Batch>({
    init: () => ({}),
    forward(_, x, { workspace }) {
      const bags = x.offsets.length - 1;
      const y = tensor(workspace, bags, x.columns);
      for (let b = 0; b < bags; b++) {
        const row = (x.offsets[b + 1] as number) - 1;
        y.data.set(x.data.subarray(row * x.columns, (row + 1) * x.columns), b * x.columns);
      }
      return [{ ...y, offsets: oneRowEach(bags) }, x];
    },
    backward(_, x, dy, { workspace }) {
      const dx = zeros(workspace, x.rows, x.columns);
      for (let b = 0; b < dy.rows; b++) {
        const row = (x.offsets[b + 1] as number) - 1;
        dx.data.set(dy.data.subarray(b * x.columns, (b + 1) * x.columns), row * x.columns);
      }
      return [dx, {}];
    },
  });
}

function eachBag({ offsets }: Batch, visit: (bag: number, first: number, count: number) => void): void {
  for (let b = 0; b + 1 < offsets.length; b++) visit(b, offsets[b] as number, (offsets[b + 1] as number) - (offsets[b] as number));
}

function eachRow(x: Batch, visit: (row: number, bag: number, count: number) => void): void {
  for (let b = 0; b + 1 < x.offsets.length; b++) {
    const [first, end] = [x.offsets[b] as number, x.offsets[b + 1] as number];
    for (let row = first; row < end; row++) visit(row, b, end - first);
  }
}

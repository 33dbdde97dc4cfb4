/**
 * @file Reverse-mode differentiation in f64 for the oracle: matrices as rows of numbers, a list of what was done, gone through backwards. Only sums, products and the like have derivatives
 * written down here; the separations are differentiated by central differences of their definitions, so that no formula under test is repeated.
 */
export interface Node {
  readonly value: number[][];
  readonly grad: number[][];
}

export interface Tape {
  readonly steps: (() => void)[];
}

export const newTape = (): Tape => ({ steps: [] });

export const rowsOf = (x: Node): number => x.value.length;
export const columnsOf = (x: Node): number => x.value[0]?.length ?? 0;
export const get = (m: number[][], i: number, j: number): number => (m[i] as number[])[j] as number;
const add = (m: number[][], i: number, j: number, x: number): void => {
  (m[i] as number[])[j] = get(m, i, j) + x;
};

export function leaf(value: number[][]): Node {
  return { value, grad: value.map((row) => row.map(() => 0)) };
}

/** A node made entry by entry, with what to do on the way back for each entry. */
function made(
  tape: Tape,
  rows: number,
  columns: number,
  entry: (i: number, j: number) => number,
  back: (i: number, j: number, g: number) => void,
): Node {
  const y = leaf(Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j))));
  tape.steps.push(() => {
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) back(i, j, get(y.grad, i, j));
  });
  return y;
}

export function multiply(tape: Tape, a: Node, b: Node): Node {
  const inner = columnsOf(a);
  return made(
    tape,
    rowsOf(a),
    columnsOf(b),
    (i, j) => {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += get(a.value, i, k) * get(b.value, k, j);
      return sum;
    },
    (i, j, g) => {
      for (let k = 0; k < inner; k++) {
        add(a.grad, i, k, g * get(b.value, k, j));
        add(b.grad, k, j, g * get(a.value, i, k));
      }
    },
  );
}

export const transpose = (tape: Tape, a: Node): Node =>
  made(
    tape,
    columnsOf(a),
    rowsOf(a),
    (i, j) => get(a.value, j, i),
    (i, j, g) => add(a.grad, j, i, g),
  );

export const slice = (tape: Tape, a: Node, row: number, rows: number, column: number, columns: number): Node =>
  made(
    tape,
    rows,
    columns,
    (i, j) => get(a.value, row + i, column + j),
    (i, j, g) => add(a.grad, row + i, column + j, g),
  );

/** Under each other. */
export function stack(tape: Tape, parts: readonly Node[]): Node {
  const place: [Node, number][] = parts.flatMap((x) => x.value.map((_, i): [Node, number] => [x, i]));
  const at = (i: number): [Node, number] => place[i] as [Node, number];
  return made(
    tape,
    place.length,
    columnsOf(parts[0] as Node),
    (i, j) => get(at(i)[0].value, at(i)[1], j),
    (i, j, g) => add(at(i)[0].grad, at(i)[1], j, g),
  );
}

/** Side by side. */
export const beside = (tape: Tape, parts: readonly Node[]): Node =>
  transpose(
    tape,
    stack(
      tape,
      parts.map((x) => transpose(tape, x)),
    ),
  );

/** x + row, the row added to each row; or two of one shape. */
export const plus = (tape: Tape, x: Node, y: Node): Node =>
  made(
    tape,
    rowsOf(x),
    columnsOf(x),
    (i, j) => get(x.value, i, j) + get(y.value, rowsOf(y) === 1 ? 0 : i, j),
    (i, j, g) => {
      add(x.grad, i, j, g);
      add(y.grad, rowsOf(y) === 1 ? 0 : i, j, g);
    },
  );

/** Two of one shape. */
export const sum = (tape: Tape, x: Node, y: Node): Node =>
  made(
    tape,
    rowsOf(x),
    columnsOf(x),
    (i, j) => get(x.value, i, j) + get(y.value, i, j),
    (i, j, g) => {
      add(x.grad, i, j, g);
      add(y.grad, i, j, g);
    },
  );

/** x times a row (entry by entry), or times a 1 x 1 node. */
export function times(tape: Tape, x: Node, y: Node): Node {
  const at = (i: number, j: number): [number, number] => [rowsOf(y) === 1 ? 0 : i, columnsOf(y) === 1 ? 0 : j];
  return made(
    tape,
    rowsOf(x),
    columnsOf(x),
    (i, j) => get(x.value, i, j) * get(y.value, ...at(i, j)),
    (i, j, g) => {
      add(x.grad, i, j, g * get(y.value, ...at(i, j)));
      add(y.grad, ...at(i, j), g * get(x.value, i, j));
    },
  );
}

/** A function of one number on every entry; its slope is given as a function of the argument. */
export const each = (tape: Tape, x: Node, f: (v: number) => number, slope: (v: number) => number): Node =>
  made(
    tape,
    rowsOf(x),
    columnsOf(x),
    (i, j) => f(get(x.value, i, j)),
    (i, j, g) => add(x.grad, i, j, g * slope(get(x.value, i, j))),
  );

/** (rows x 1) sums of the rows. */
export const rowSums = (tape: Tape, x: Node): Node => multiply(tape, x, leaf(Array.from({ length: columnsOf(x) }, () => [1])));

/** (x - mean) / sqrt(variance + eps) of each row, out of the pieces above. */
export function standardise(tape: Tape, x: Node, eps: number): Node {
  const share = leaf([[1 / columnsOf(x)]]);
  const minus = leaf([[-1]]);
  const means = times(tape, rowSums(tape, x), share);
  const centred = plusColumn(tape, x, times(tape, means, minus));
  const variance = times(tape, rowSums(tape, timesWhole(tape, centred, centred)), share);
  const scale = each(
    tape,
    variance,
    (v) => 1 / Math.sqrt(v + eps),
    (v) => -0.5 * (v + eps) ** -1.5,
  );
  return times(tape, centred, scale);
}

const plusColumn = (tape: Tape, x: Node, c: Node): Node =>
  made(
    tape,
    rowsOf(x),
    columnsOf(x),
    (i, j) => get(x.value, i, j) + get(c.value, i, 0),
    (i, j, g) => {
      add(x.grad, i, j, g);
      add(c.grad, i, 0, g);
    },
  );

export const timesWhole = (tape: Tape, x: Node, y: Node): Node =>
  made(
    tape,
    rowsOf(x),
    columnsOf(x),
    (i, j) => get(x.value, i, j) * get(y.value, i, j),
    (i, j, g) => {
      add(x.grad, i, j, g * get(y.value, i, j));
      add(y.grad, i, j, g * get(x.value, i, j));
    },
  );

const h = 1e-5;

/** Rows through f(row, parameter); the derivatives are central differences (error about h^2 = 1e-10 of the third derivative). */
export function rowsThrough(tape: Tape, z: Node, f: (row: number[], parameter: number) => number[], parameter: Node): Node {
  const at = get(parameter.value, 0, 0);
  const y = leaf(z.value.map((row) => f(row, at)));
  tape.steps.push(() => {
    z.value.forEach((row, i) => {
      const slope = y.grad[i] as number[];
      const along = (up: number[], down: number[], step: number): number =>
        up.reduce((sum, value, j) => sum + ((value - (down[j] as number)) / (2 * step)) * (slope[j] as number), 0);
      row.forEach((value, j) => {
        if (!Number.isFinite(value)) return;
        const moved = (by: number): number[] =>
          f(
            row.map((other, n) => (n === j ? other + by : other)),
            at,
          );
        add(z.grad, i, j, along(moved(h), moved(-h), h));
      });
      add(parameter.grad, 0, 0, along(f(row, at + h), f(row, at - h), h));
    });
  });
  return y;
}

export function backwards(tape: Tape, y: Node, dy: number[][]): void {
  dy.forEach((row, i) => {
    row.forEach((g, j) => {
      add(y.grad, i, j, g);
    });
  });
  for (let n = tape.steps.length - 1; n >= 0; n--) (tape.steps[n] as () => void)();
}

/**
 * @file A long short-term memory over the instances of each bag in their order (Hochreiter and Schmidhuber 1997, with forget gates), the baseline of the latch task. Gates in the order of
 * PyTorch: input, forget, cell, output; the state starts at 0; backward goes through all positions.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { checkColumns, drawn, mapRows, mapRowsBack } from "./linear.ts";
import { part, timesNN, timesNT, timesTN } from "./products.ts";
import { type Batch, type Block, block, type Parameters, type Tensor } from "./types.ts";
import { tensor, type Workspace, zeros } from "./workspace.ts";

interface LstmParameters extends Parameters {
  /** 4 hidden x inputs, 4 hidden x hidden, 1 x 4 hidden. */
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

interface Saved {
  readonly x: Batch;
  readonly length: number;
  /** Position after position, bags x 4 hidden: the gates after their functions. */
  readonly gates: readonly Tensor[];
  /** States and cells before each position, and after the last. */
  readonly states: readonly Tensor[];
  readonly cells: readonly Tensor[];
}

/** Every bag must have the same number of instances. Rows of `hidden` numbers, one for every instance. @throws HopfieldError E_RANGE; in the pass E_SHAPE. */
export function lstm(inputs: number, hidden: number): Block {
  checkNumber("lstm", "inputs", inputs, { atLeast: 1, whole: true });
  checkNumber("lstm", "hidden", hidden, { atLeast: 1, whole: true });
  return block<LstmParameters, Saved>({
    init: (random) => ({
      input: drawn(random, 4 * hidden, inputs, Math.sqrt(1 / inputs)),
      recurrent: drawn(random, 4 * hidden, hidden, Math.sqrt(1 / hidden)),
      // The forget gate starts open (Gers, Schmidhuber, Cummins 2000).
      bias: {
        data: Float32Array.from({ length: 4 * hidden }, (_, i) => (i >= hidden && i < 2 * hidden ? 1 : 0)),
        rows: 1,
        columns: 4 * hidden,
      },
    }),
    forward(parameters, x, { workspace: w }) {
      checkColumns("lstm", x, inputs);
      const bags = x.offsets.length - 1;
      const length = lengthOf(x);
      const mapped = mapRows(w, x, parameters.input, parameters.bias);
      const y = tensor(w, x.rows, hidden);
      const saved = { x, length, gates: [] as Tensor[], states: [zeros(w, bags, hidden)], cells: [zeros(w, bags, hidden)] };
      for (let t = 0; t < length; t++) {
        const gates = tensor(w, bags, 4 * hidden);
        for (let b = 0; b < bags; b++) gates.data.set(rowOf(mapped, b * length + t), b * 4 * hidden);
        const before = saved.states[t] as Tensor;
        timesNT(w, part(w, before), part(w, parameters.recurrent), part(w, gates), bags, 4 * hidden, hidden, true);
        openGates(w, gates, hidden);
        const { state, cell } = nextState(w, gates, saved.cells[t] as Tensor);
        saved.gates.push(gates);
        saved.states.push(state);
        saved.cells.push(cell);
        for (let b = 0; b < bags; b++) y.data.set(rowOf(state, b), (b * length + t) * hidden);
      }
      return [{ ...y, offsets: x.offsets }, saved];
    },
    backward(parameters, saved, dy, { workspace: w, wantInput }) {
      const { x, length } = saved;
      const bags = x.rows / length;
      const dMapped = tensor(w, x.rows, 4 * hidden);
      const dRecurrent = zeros(w, 4 * hidden, hidden);
      const dState = zeros(w, bags, hidden);
      const dCell = zeros(w, bags, hidden);
      for (let t = length - 1; t >= 0; t--) {
        for (let b = 0; b < bags; b++) {
          const slope = rowOf(dy, b * length + t);
          for (let c = 0; c < hidden; c++) dState.data[b * hidden + c] = (dState.data[b * hidden + c] as number) + (slope[c] as number);
        }
        const dGates = gatesBack(w, saved, t, dState, dCell);
        timesTN(w, part(w, dGates), part(w, saved.states[t] as Tensor), part(w, dRecurrent), bags, 4 * hidden, hidden, true);
        timesNN(w, part(w, dGates), part(w, parameters.recurrent), part(w, dState), bags, hidden, 4 * hidden);
        for (let b = 0; b < bags; b++) dMapped.data.set(rowOf(dGates, b), (b * length + t) * 4 * hidden);
      }
      const { dx, dWeight, dBias } = mapRowsBack(w, x, parameters.input, dMapped, true, wantInput);
      return [dx, { input: dWeight, recurrent: dRecurrent, bias: dBias as Tensor }];
    },
  });
}

const rowOf = (x: Tensor, i: number): Float32Array => x.data.subarray(i * x.columns, (i + 1) * x.columns);

function lengthOf({ offsets }: Batch): number {
  const length = offsets[1] as number;
  for (let b = 1; b + 1 < offsets.length; b++) {
    const here = (offsets[b + 1] as number) - (offsets[b] as number);
    if (here !== length)
      throw new HopfieldError("E_SHAPE", `lstm: bag ${b} has ${here} instances, bag 0 has ${length}; all must be as long`);
  }
  return length;
}

/** Logistic of the input, forget and output gates, tanh of the cell gate, in place. */
function openGates(w: Workspace, gates: Tensor, hidden: number): void {
  for (let b = 0; b < gates.rows; b++) {
    const at = gates.data.byteOffset + b * 16 * hidden;
    w.kernels.activate(1, at, 2 * hidden, at);
    w.kernels.activate(0, at + 8 * hidden, hidden, at + 8 * hidden);
    w.kernels.activate(1, at + 12 * hidden, hidden, at + 12 * hidden);
  }
}

/** cell = forget * cell + input * new; state = output * tanh(cell). */
function nextState(w: Workspace, gates: Tensor, before: Tensor): { state: Tensor; cell: Tensor } {
  const hidden = before.columns;
  const cell = tensor(w, before.rows, hidden);
  eachUnit(gates, hidden, (at, [input, forget, fresh]) => {
    cell.data[at] = forget * (before.data[at] as number) + input * fresh;
  });
  const state = tensor(w, before.rows, hidden);
  w.kernels.activate(0, cell.data.byteOffset, cell.data.length, state.data.byteOffset);
  eachUnit(gates, hidden, (at, [, , , output]) => {
    state.data[at] = output * (state.data[at] as number);
  });
  return { state, cell };
}

/** Gradient by the gates before their functions; dCell becomes that of the cell one position earlier. */
function gatesBack(w: Workspace, { gates, cells }: Saved, t: number, dState: Tensor, dCell: Tensor): Tensor {
  const hidden = dState.columns;
  const values = gates[t] as Tensor;
  const before = cells[t] as Tensor;
  const squashed = tensor(w, dState.rows, hidden);
  w.kernels.activate(0, (cells[t + 1] as Tensor).data.byteOffset, squashed.data.length, squashed.data.byteOffset);
  const dGates = tensor(w, dState.rows, 4 * hidden);
  eachUnit(values, hidden, (at, [input, forget, fresh, output], row, c) => {
    const tanh = squashed.data[at] as number;
    const slope = dState.data[at] as number;
    const cell = (dCell.data[at] as number) + slope * output * (1 - tanh * tanh);
    const to = row * 4 * hidden + c;
    dGates.data[to] = cell * fresh * input * (1 - input);
    dGates.data[to + hidden] = cell * (before.data[at] as number) * forget * (1 - forget);
    dGates.data[to + 2 * hidden] = cell * input * (1 - fresh * fresh);
    dGates.data[to + 3 * hidden] = slope * tanh * output * (1 - output);
    dCell.data[at] = cell * forget;
  });
  return dGates;
}

function eachUnit(
  gates: Tensor,
  hidden: number,
  visit: (at: number, gates: readonly [number, number, number, number], row: number, column: number) => void,
): void {
  for (let b = 0; b < gates.rows; b++) {
    for (let c = 0; c < hidden; c++) {
      const gate = (n: number): number => gates.data[(b * 4 + n) * hidden + c] as number;
      visit(b * hidden + c, [gate(0), gate(1), gate(2), gate(3)], b, c);
    }
  }
}

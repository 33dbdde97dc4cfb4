/**
 * @file A long short-term memory over the instances of each bag in their order (Hochreiter and Schmidhuber 1997, with forget gates), the baseline of the latch task. Gates in the order of
 * PyTorch: input, forget, cell, output; the state starts at 0; backward goes through all positions.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { checkColumns, drawn, mapRows, mapRowsBack } from "./linear.ts";
import { type Part, part, timesNN, timesTN } from "./products.ts";
import { type Batch, type Block, block, type Parameters, type Tensor } from "./types.ts";
import { inside, tensor, type Workspace, zeros } from "./workspace.ts";

interface LstmParameters extends Parameters {
  /** 4 hidden x inputs, 4 hidden x hidden, 1 x 4 hidden. */
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

interface Saved {
  readonly x: Batch;
  readonly length: number;
  /** rows x 4 hidden: the gates after their functions. */
  readonly gates: Tensor;
  /** rows x hidden: state and cell after each position. */
  readonly states: Tensor;
  readonly cells: Tensor;
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
      const gates = mapRows(w, x, parameters.input, parameters.bias);
      const [states, cells] = [tensor(w, x.rows, hidden), tensor(w, x.rows, hidden)];
      const none = part(w, zeros(w, bags, hidden));
      // Turned once for all positions.
      const recurrent = part(w, turned(w, parameters.recurrent));
      for (let t = 0; t < length; t++) {
        const [gate, state, cell] = [position(w, gates, length, t), position(w, states, length, t), position(w, cells, length, t)];
        const stateBefore = t > 0 ? position(w, states, length, t - 1) : none;
        const cellBefore = t > 0 ? position(w, cells, length, t - 1) : none;
        timesNN(w, stateBefore, recurrent, gate, bags, 4 * hidden, hidden, true);
        w.kernels.lstmStep(gate.at, gate.stride, cellBefore.at, cellBefore.stride, bags, hidden, cell.at, state.at, state.stride);
      }
      return [
        { ...states, offsets: x.offsets },
        { x, length, gates, states, cells },
      ];
    },
    backward(parameters, { x, length, gates, states, cells }, given, { workspace: w, wantInput }) {
      const bags = x.rows / length;
      const dy = inside(w, given);
      const dGates = tensor(w, x.rows, 4 * hidden);
      const none = part(w, zeros(w, bags, hidden));
      const [dState, dCell] = [part(w, zeros(w, bags, hidden)), part(w, zeros(w, bags, hidden))];
      const recurrent = part(w, parameters.recurrent);
      for (let t = length - 1; t >= 0; t--) {
        const [gate, dGate] = [position(w, gates, length, t), position(w, dGates, length, t)];
        const [cell, slope] = [position(w, cells, length, t), position(w, dy, length, t)];
        const before = t > 0 ? position(w, cells, length, t - 1) : none;
        w.kernels.lstmStepBack(
          ...[gate.at, gate.stride, cell.at, cell.stride, before.at, before.stride, slope.at, slope.stride],
          ...[dState.at, dCell.at, bags, hidden, dGate.at],
        );
        if (t > 0) timesNN(w, dGate, recurrent, dState, bags, hidden, 4 * hidden);
      }
      const dRecurrent = zeros(w, 4 * hidden, hidden);
      // Every position but the first came from the state of the one before.
      for (let b = 0; b < bags && length > 1; b++)
        timesTN(w, part(w, dGates, b * length + 1), part(w, states, b * length), part(w, dRecurrent), length - 1, 4 * hidden, hidden, true);
      const { dx, dWeight, dBias } = mapRowsBack(w, x, parameters.input, dGates, true, wantInput);
      return [dx, { input: dWeight, recurrent: dRecurrent, bias: dBias as Tensor }];
    },
  });
}

/** Position t of every bag: rows `length` apart. */
function position(w: Workspace, x: Tensor, length: number, t: number): Part {
  const { at, stride } = part(w, x, t);
  return { at, stride: stride * length };
}

function turned(w: Workspace, x: Tensor): Tensor {
  const y = tensor(w, x.columns, x.rows);
  x.data.forEach((value, i) => {
    y.data[(i % x.columns) * x.rows + Math.floor(i / x.columns)] = value;
  });
  return y;
}

function lengthOf({ offsets }: Batch): number {
  const length = offsets[1] as number;
  for (let b = 1; b + 1 < offsets.length; b++) {
    const here = (offsets[b + 1] as number) - (offsets[b] as number);
    if (here !== length)
      throw new HopfieldError("E_SHAPE", `lstm: bag ${b} has ${here} instances, bag 0 has ${length}; all must be as long`);
  }
  return length;
}

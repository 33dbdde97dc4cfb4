/** @file Dropout: in training each entry is 0 with the given rate and else divided by 1 - rate; elsewhere nothing happens. Which entries, follows from seed and place in the pass. */
import { checkNumber } from "../core/options.ts";
import { type Block, block, type Parameters, type Pass, type Tensor } from "./types.ts";
import { addressOf, bytesIn, tensor } from "./workspace.ts";

/** What was kept: one byte an entry, null where all was. */
export interface Kept {
  readonly keep: Uint8Array | null;
}

/** @param rate 0 ... below 1. @throws HopfieldError E_RANGE. */
export function dropout(rate: number): Block {
  checkRate("dropout", rate);
  return block<Parameters, Kept>({
    init: () => ({}),
    forward(_, x, pass) {
      const [y, kept] = drop(pass, x, rate);
      return [{ ...y, offsets: x.offsets }, kept];
    },
    backward: (_, kept, dy, pass) => [dropBack(pass, kept, dy, rate), {}],
  });
}

export function checkRate(where: string, rate: unknown): number {
  const checked = checkNumber(where, "dropout", rate, { atLeast: 0, atMost: 0.999 });
  return checked;
}

/** Row number of the counter generator: draws of one pass do not meet those of another with another seed. */
export function drop(pass: Pass, x: Tensor, rate: number): readonly [Tensor, Kept] {
  if (!pass.training || rate === 0) return [x, { keep: null }];
  const { workspace, seed } = pass;
  const count = x.data.length;
  const keep = bytesIn(workspace, count);
  workspace.kernels.randomMask(seed >>> 0, Math.floor(seed / 2 ** 32), pass.draws++, count, (1 - rate) * 2 ** 32, keep.byteOffset);
  const y = tensor(workspace, x.rows, x.columns);
  workspace.kernels.keepSome(addressOf(workspace, x), keep.byteOffset, 1 / (1 - rate), count, y.data.byteOffset);
  return [y, { keep }];
}

export function dropBack({ workspace }: Pass, { keep }: Kept, dy: Tensor, rate: number): Tensor {
  if (!keep) return dy;
  const dx = tensor(workspace, dy.rows, dy.columns);
  workspace.kernels.keepSome(addressOf(workspace, dy), keep.byteOffset, 1 / (1 - rate), keep.length, dx.data.byteOffset);
  return dx;
}

/** @file Embedding of symbols: column c of a row holds a whole number 0 ... symbols - 1, which becomes a learned row of numbers; the rows of all columns stand side by side. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { drawn } from "./linear.ts";
import { type Batch, type Block, block, type Parameters, type Tensor } from "./types.ts";
import { tensor, zeros } from "./workspace.ts";

interface EmbeddingParameters extends Parameters {
  readonly weight: Tensor;
}

/** @throws HopfieldError E_RANGE (sizes; in the pass a symbol that there is not). */
export function embedding(symbols: number, columns: number): Block {
  checkNumber("embedding", "symbols", symbols, { atLeast: 1, whole: true });
  checkNumber("embedding", "columns", columns, { atLeast: 1, whole: true });
  return block<EmbeddingParameters, Batch>({
    init: (random) => ({ weight: drawn(random, symbols, columns, 1) }),
    forward({ weight }, x, { workspace }) {
      const y = tensor(workspace, x.rows, x.columns * columns);
      x.data.forEach((symbol, i) => {
        if (!Number.isInteger(symbol) || symbol < 0 || symbol >= symbols) {
          throw new HopfieldError(
            "E_RANGE",
            `embedding: row ${Math.floor(i / x.columns)} holds ${symbol}, expected a whole number below ${symbols}`,
          );
        }
        y.data.set(weight.data.subarray(symbol * columns, (symbol + 1) * columns), i * columns);
      });
      return [{ ...y, offsets: x.offsets }, x];
    },
    backward(_, x, dy, { workspace }) {
      const weight = zeros(workspace, symbols, columns);
      x.data.forEach((symbol, i) => {
        for (let c = 0; c < columns; c++) {
          const at = symbol * columns + c;
          weight.data[at] = (weight.data[at] as number) + (dy.data[i * columns + c] as number);
        }
      });
      // Symbols have no slope.
      return [zeros(workspace, x.rows, x.columns), { weight }];
    },
  });
}

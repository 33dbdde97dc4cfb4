/**
 * @file The other side of constant depth: L squarings of a reachability matrix, which mark the pairs of a graph within distance 2^L. Depth 2 L, n^3 + n^2 gates each: with L = ceil(log2(n - 1)) layers the
 * same gates decide connectivity, at a depth that grows with log n.
 */
import { checkNumber } from "../core/options.ts";
import { addGate, createBuilder, finish } from "./builder.ts";
import type { Circuit } from "./circuit.ts";
import { conjunction } from "./primitives.ts";

/**
 * Inputs: the n^2 bits of A + I row by row (1 on the diagonal). Outputs: n^2 bits, 1 where the distance is at most 2^layers.
 * @param n 2 ... 256; @param layers at least 1. @throws HopfieldError E_RANGE, E_LIMIT.
 */
export function reachabilityCircuit(n: number, layers: number): Circuit {
  checkNumber("reachabilityCircuit", "n", n, { whole: true, atLeast: 2, atMost: 256 });
  checkNumber("reachabilityCircuit", "layers", layers, { whole: true, atLeast: 1, atMost: 64 });
  const b = createBuilder(n * n);
  const ones = new Array<number>(n).fill(1);
  let marks = Array.from({ length: n * n }, (_, at) => at);
  for (let layer = 0; layer < layers; layer++) {
    const here = marks;
    marks = here.map((_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      const paths = Array.from({ length: n }, (_way, k) => conjunction(b, [here[i * n + k] as number, here[k * n + j] as number]));
      return addGate(b, paths, ones, 1);
    });
  }
  return finish(b, marks);
}

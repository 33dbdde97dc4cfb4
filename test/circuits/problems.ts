/** Small networks for the circuit tests: three draws of patterns each, one with duplicate rows and one with entries -qm. */
import { type Compiled, compile } from "../../src/circuits/compile.ts";
import { createNetwork, type NetworkOptions } from "../../src/circuits/network.ts";
import { randomPatterns } from "../../src/circuits/quantise.ts";
import type { ReferenceNetwork } from "./reference.ts";

export const exhaustiveShapes = [
  [3, 3, 3],
  [4, 3, 4],
  [2, 4, 4],
  [4, 4, 4],
] as const;

export const draws = ["random", "duplicate rows", "entries -qm"] as const;

export function drawPatterns(n: number, d: number, p: number, draw: (typeof draws)[number]): number[][] {
  const { data } = randomPatterns(n, d, p, 7, n * 100 + d);
  const rows = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
  const first = rows[0] as number[];
  // With two rows a duplicate of the first would make all rows equal; then there is a third.
  if (draw === "duplicate rows") return n === 2 ? [...rows, first.slice()] : rows.map((row, i) => (i === n - 1 ? first.slice() : row));
  if (draw === "entries -qm") return rows.map((row, i) => row.map((x, k) => ((i + k) % 2 === 0 ? -(2 ** (p - 1)) : x)));
  return rows;
}

export function matrixOf(rows: readonly (readonly number[])[]): { data: Int32Array; rows: number; columns: number } {
  return { data: Int32Array.from(rows.flat()), rows: rows.length, columns: rows[0]?.length ?? 0 };
}

/** The same network compiled, and as the reference wants it. */
export function bothWays(rows: number[][], options: NetworkOptions): { compiled: Compiled; reference: ReferenceNetwork } {
  const network = createNetwork(matrixOf(rows), options);
  const { kernel, layers, memory } = options;
  const W =
    kernel && Array.from({ length: kernel.rows }, (_, r) => Array.from(kernel.data.subarray(r * kernel.columns, (r + 1) * kernel.columns)));
  const reference = {
    p: options.bits,
    X: rows,
    beta: network.beta,
    ...(layers === undefined ? {} : { layers }),
    ...(memory === undefined ? {} : { memory }),
    ...(W === undefined ? {} : { W }),
  };
  return { compiled: compile(network), reference };
}

/** Input vector number `code`: bit i of the code is input i; at most 31 inputs. */
export function bitsOfCode(code: number, inputs: number): Uint8Array {
  return Uint8Array.from({ length: inputs }, (_, i) => (code >> i) & 1);
}

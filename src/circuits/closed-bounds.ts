/** @file How many gates a circuit can have, in closed form, and the refusal of those that memory would not hold: before any of it is taken. */
import { HopfieldError } from "../core/errors.ts";
import { largestCircuit } from "./circuit.ts";
import type { Network } from "./network.ts";

/**
 * Gates of the construction, constant ones included: L times
 * fixed: n (F - 1) + (F - 1) + n min(F - 1, D* + 1) + d (2^p - 1);
 * input: products + n (F - 1) + (F - 1) + n min(F - 1, D* + 1) + n p + n d p^2 + d (2^p - 1), products = n p^2 times the nonzero entries of W^T W (d without a kernel).
 */
export function closedBound({ n, d, p, layers, memory, levels, tableSupport, gram }: Network): number {
  const told = Math.min(levels - 1, tableSupport + 1);
  const shared = n * (levels - 1) + (levels - 1) + n * told + d * (levels - 1);
  if (memory === "fixed") return layers * shared;
  const products = gram ? gram.reduce((count, g) => count + (g === 0 ? 0 : 1), 0) : d;
  return layers * (n * p * p * products + n * p + n * d * p * p + shared);
}

/** Wires between nodes, forms kept: what a circuit takes in memory, from above. */
function closedWires(network: Network): number {
  const { n, d, p, layers, memory, levels, tableSupport } = network;
  const told = Math.min(levels - 1, tableSupport + 1);
  const entries = memory === "fixed" ? n * d : 0;
  const perUpdate = 2 * entries + 3 * n * (levels - 1) + 3 * n * told + d * 3 * levels + 2 * n * d;
  const bits = memory === "fixed" ? d * p : (n + 1) * d * p;
  const deep = memory === "input" && layers > 1 ? d * p * levels : 0;
  return bits + layers * (perUpdate + deep) + (memory === "input" ? 3 * closedBound(network) + layers * n * p * told : 0);
}

/**
 * For shapes that are too large whatever the patterns are: before they are drawn.
 * @throws HopfieldError E_LIMIT.
 */
export function refuseLargeShape(n: number, d: number, p: number): void {
  const size = 2 * n * d + 3 * n * (2 ** p - 1);
  if (size > largestCircuit) {
    throw new HopfieldError(
      "E_LIMIT",
      `compile: ${n} patterns of ${d} entries with ${p} bits need over ${size} wires between forms, at most ${largestCircuit} are held`,
      { size },
    );
  }
}

/** @throws HopfieldError E_LIMIT. */
export function refuseLarge(network: Network): void {
  const size = Math.max(closedBound(network), closedWires(network));
  if (size > largestCircuit) {
    throw new HopfieldError(
      "E_LIMIT",
      `compile: the circuit could have ${size} gates and wires between forms, at most ${largestCircuit} are held`,
      { size },
    );
  }
}

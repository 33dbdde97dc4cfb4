/** @file Compares the circuit of a network for connectivity with distances found by breadth-first search, on a path and on random graphs. */
import { randomStream, uniform, uniformInteger } from "../core/random.ts";
import { evaluateMany, lanes } from "./bit-sliced.ts";
import type { CheckResult } from "./check.ts";
import type { Circuit } from "./circuit.ts";
import { flatten } from "./expand.ts";
import { verifyCircuit } from "./verify.ts";

/** Separates the graphs from everything else of the same seed. */
const stream = 0xc3d;

/**
 * @param reach distance up to which the circuit has to mark a pair. Graph 0 is the path of n nodes, in order; the others have edges with probability c / n, c uniform on [0.5, 2.5], half of them with a path through a
 * random number of nodes besides, so that long distances occur.
 * @throws HopfieldError E_LIMIT (too many wires to write out), E_FORMAT.
 */
export function checkReach(
  circuit: Circuit,
  n: number,
  reach: number,
  graphs: number,
  seed: number,
  progress?: (done: number, total: number) => void,
): CheckResult {
  verifyCircuit(circuit);
  const flat = flatten(circuit);
  let mismatches = 0;
  for (let t = 0; t < graphs; t += lanes) {
    progress?.(t, graphs);
    const starts = Array.from({ length: Math.min(lanes, graphs - t) }, (_, lane) => startBits(n, seed, t + lane));
    evaluateMany(flat, starts).forEach((marks, lane) => {
      const expected = within(starts[lane] as Uint8Array, n, reach);
      if (expected.some((mark, at) => mark !== marks[at])) mismatches++;
    });
  }
  return { checked: graphs, mismatches };
}

/** A + I of graph t. */
function startBits(n: number, seed: number, t: number): Uint8Array {
  const random = randomStream(seed, stream + t);
  const bits = new Uint8Array(n * n);
  const join = (i: number, j: number): void => {
    bits[i * n + j] = 1;
    bits[j * n + i] = 1;
  };
  const probability = t === 0 ? 0 : (0.5 + 2 * uniform(random)) / n;
  const path = t === 0 ? n : t % 2 === 0 ? 1 + uniformInteger(random, n) : 1;
  for (let i = 0; i < n; i++) {
    join(i, i);
    if (i + 1 < path) join(i, i + 1);
    for (let j = 0; j < i; j++) if (uniform(random) < probability) join(i, j);
  }
  return bits;
}

/** Which pairs have a distance of at most `reach`. */
function within(start: Uint8Array, n: number, reach: number): Uint8Array {
  const marks = new Uint8Array(n * n);
  for (let i = 0; i < n; i++) {
    let frontier = [i];
    marks[i * n + i] = 1;
    for (let distance = 0; distance < reach && frontier.length > 0; distance++) {
      const next: number[] = [];
      for (const node of frontier) {
        for (let j = 0; j < n; j++) {
          if (start[node * n + j] === 0 || marks[i * n + j] === 1) continue;
          marks[i * n + j] = 1;
          next.push(j);
        }
      }
      frontier = next;
    }
  }
  return marks;
}

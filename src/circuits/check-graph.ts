/** @file Compares the circuit of a graph with the meaning of its steps, gate by gate, on random vectors or on all of them. */
import { HopfieldError } from "../core/errors.ts";
import { wordAt } from "../core/random.ts";
import { evaluateMany, lanes } from "./bit-sliced.ts";
import type { CheckResult } from "./check.ts";
import type { Circuit } from "./circuit.ts";
import { flatten } from "./expand.ts";
import { type GraphStep, graphInputBits } from "./graph.ts";
import { runGraph } from "./graph-meaning.ts";
import { mostExhaustiveBits, numbersFromBits, vectorOfCode } from "./vectors.ts";
import { verifyCircuit } from "./verify.ts";

/** Separates the vectors from everything else of the same seed. */
const stream = 0xc36;

/** @throws HopfieldError E_LIMIT (all vectors of more than 20 input bits; too many wires to write out), E_FORMAT. */
export function checkGraph(
  steps: readonly GraphStep[],
  circuit: Circuit,
  vectors: number | "exhaustive",
  seed: number,
  progress?: (done: number, total: number) => void,
): CheckResult {
  const inputs = graphInputBits(steps);
  if (vectors === "exhaustive" && inputs > mostExhaustiveBits) {
    throw new HopfieldError("E_LIMIT", `check: ${inputs} input bits have too many vectors; all are tried up to ${mostExhaustiveBits} bits`);
  }
  verifyCircuit(circuit);
  const flat = flatten(circuit);
  const checked = vectors === "exhaustive" ? 2 ** inputs : vectors;
  const words = Math.ceil(inputs / 32);
  let mismatches = 0;
  for (let t = 0; t < checked; t += lanes) {
    progress?.(t, checked);
    const some = Array.from({ length: Math.min(lanes, checked - t) }, (_, lane) =>
      vectors === "exhaustive"
        ? vectorOfCode(t + lane, inputs)
        : Uint8Array.from({ length: inputs }, (_bit, i) => (wordAt(seed, stream, (t + lane) * words + (i >> 5)) >>> (i & 31)) & 1),
    );
    evaluateMany(flat, some).forEach((answer, lane) => {
      const expected = runGraph(steps, inputNumbers(steps, some[lane] as Uint8Array));
      if (expected.length !== answer.length || expected.some((x, j) => x !== answer[j])) mismatches++;
    });
  }
  return { checked, mismatches };
}

/** The numbers of the input steps out of the bits of the circuit. */
export function inputNumbers(steps: readonly GraphStep[], bits: Uint8Array): number[] {
  const numbers: number[] = [];
  let at = 0;
  for (const step of steps) {
    if (step.op !== "input") continue;
    numbers.push(...numbersFromBits(bits.subarray(at, at + step.count * step.bits), step.bits));
    at += step.count * step.bits;
  }
  return numbers;
}

/** @file Compares a compiled circuit with the retrieval it stands for, vector by vector: all by levels, the first ones gate by gate as well. */
import { HopfieldError } from "../core/errors.ts";
import { evaluateMany, lanes } from "./bit-sliced.ts";
import type { Circuit } from "./circuit.ts";
import type { Compiled } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { flatten } from "./expand.ts";
import { evaluateLevels, prepareLevels } from "./levels.ts";
import { measure } from "./measure.ts";
import { retrieve } from "./retrieve.ts";
import { inputBits, mostExhaustiveBits, numbersFromBits, randomVector, vectorOfCode } from "./vectors.ts";
import { verifyCircuit } from "./verify.ts";

export interface CheckOptions {
  /** How many random vectors, or every vector there is. */
  readonly vectors: number | "exhaustive";
  readonly seed: number;
  /** How many of them gate by gate too; default 20. */
  readonly gateByGate?: number;
  /** Told each vector and the answer of the definition. */
  onVector?(bits: Uint8Array, answer: Int32Array): void;
  progress?(done: number, total: number): void;
}

export interface CheckResult {
  readonly checked: number;
  /** Vectors on which some evaluation of the circuit differs from the definition. */
  readonly mismatches: number;
}

/** Circuits with at most so many written-out wires are checked gate by gate in that form; larger ones node by node. */
const flatWires = 2 ** 23;

/** @throws HopfieldError E_LIMIT (all vectors of more than 20 input bits), E_FORMAT (data that is no circuit). */
export function checkCompiled({ network, circuit }: Compiled, options: CheckOptions): CheckResult {
  const inputs = inputBits(network);
  if (options.vectors === "exhaustive" && inputs > mostExhaustiveBits) {
    throw new HopfieldError("E_LIMIT", `check: ${inputs} input bits have too many vectors; all are tried up to ${mostExhaustiveBits} bits`);
  }
  verifyCircuit(circuit);
  const checked = options.vectors === "exhaustive" ? 2 ** inputs : options.vectors;
  const gateByGate = Math.min(checked, options.gateByGate ?? 20);
  const byGates = gateByGate > 0 ? gateEvaluator(circuit) : null;
  const program = prepareLevels(circuit);
  let mismatches = 0;
  for (let t = 0; t < checked; t += lanes) {
    options.progress?.(t, checked);
    const vectors = Array.from({ length: Math.min(lanes, checked - t) }, (_, lane) =>
      options.vectors === "exhaustive" ? vectorOfCode(t + lane, inputs) : randomVector(network, options.seed, t + lane),
    );
    const slow = byGates && t < gateByGate ? byGates(vectors.slice(0, gateByGate - t)) : [];
    vectors.forEach((bits, lane) => {
      const answer = retrieve(network, numbersFromBits(bits, network.p));
      const wrong = !same(answer, evaluateLevels(program, bits)) || (slow[lane] !== undefined && !same(answer, slow[lane]));
      if (wrong) mismatches++;
      options.onVector?.(bits, answer);
    });
  }
  return { checked, mismatches };
}

function gateEvaluator(circuit: Circuit): (vectors: readonly Uint8Array[]) => Float64Array[] {
  if (measure(circuit).wires > flatWires) return (vectors) => vectors.map((bits) => evaluate(circuit, bits));
  const flat = flatten(circuit);
  return (vectors) => evaluateMany(flat, vectors);
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let j = 0; j < a.length; j++) if (a[j] !== b[j]) return false;
  return a.length === b.length;
}

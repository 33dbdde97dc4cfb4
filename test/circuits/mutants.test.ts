/** Circuits that are wrong in one place: every checker has to notice. A mutant that the definition itself cannot tell from the original is not used. */
import { describe, expect, it } from "vitest";
import { evaluateMany } from "../../src/circuits/bit-sliced.ts";
import type { Circuit } from "../../src/circuits/circuit.ts";
import { compile } from "../../src/circuits/compile.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { flatten } from "../../src/circuits/expand.ts";
import { toAigerBinary, toAigerText, toBlif, toBristol } from "../../src/circuits/export-boolean.ts";
import { toDot } from "../../src/circuits/export-dot.ts";
import { toDocument } from "../../src/circuits/export-json.ts";
import { toVerilog } from "../../src/circuits/export-verilog.ts";
import { evaluateLevels, prepareLevels } from "../../src/circuits/levels.ts";
import { lower } from "../../src/circuits/lower.ts";
import type { Network } from "../../src/circuits/network.ts";
import { bitsOfCode, bothWays } from "./problems.ts";
import { type Evaluator, readAag, readAig, readBlif, readBristol, readDocument, readDot, readVerilog } from "./readers.ts";
import { bitsOf, numbersOf, referenceRetriever } from "./reference.ts";

// The default beta: nearly a maximum, so that two patterns often share the answer and halves have to be rounded.
const [d, p] = [3, 3];
const rows = [
  [3, -4, 1],
  [0, 1, -2],
  [-3, 2, 3],
];
const inputs = Array.from({ length: 2 ** (d * p) }, (_, code) => bitsOfCode(code, d * p));
const { compiled, reference } = bothWays(rows, { bits: p });
const retrieve = referenceRetriever(reference);
const integers = inputs.map((bits) => retrieve(numbersOf(bits, p, d)));

/** Every checker, as the list of inputs on which it says yes. `bits`: the same network or mutation, with bits as outputs. */
function checkers(network: Network, circuit: Circuit, bits: Circuit): Record<string, Evaluator> {
  const flat = flatten(circuit);
  const flatBits = flatten(bits);
  const graph = lower(bits);
  const program = prepareLevels(circuit);
  return {
    naive: (input) => Array.from(evaluate(circuit, input)),
    sliced: (input) => Array.from(evaluateMany(flat, [input])[0] ?? []),
    levels: (input) => Array.from(evaluateLevels(program, input)),
    document: readDocument(JSON.stringify(toDocument(network, flat))),
    dot: readDot(toDot(flat)),
    verilog: readVerilog(toVerilog(flatBits)),
    aag: readAag(toAigerText(graph)),
    aig: readAig(toAigerBinary(graph)),
    blif: readBlif(toBlif(graph)),
    bristol: readBristol(toBristol(graph)),
  };
}

const boolean = new Set(["verilog", "aag", "aig", "blif", "bristol"]);

function accepts(name: string, evaluator: Evaluator, at: readonly number[]): boolean {
  return at.every((code) => {
    const expected = integers[code] as number[];
    return evaluator(inputs[code] as Uint8Array).join() === (boolean.has(name) ? bitsOf(expected, p) : expected).join();
  });
}

const withBound = (circuit: Circuit, k: number, change: number): Circuit => ({
  ...circuit,
  bound: circuit.bound.map((x, i) => (i === k ? x + change : x)),
});
const withSign = (circuit: Circuit, w: number): Circuit => ({ ...circuit, weight: circuit.weight.map((x, i) => (i === w ? -x : x)) });

/** Inputs on which the circuit is wrong by its own definition. */
const wrongInputs = (circuit: Circuit): number[] =>
  inputs.flatMap((bits, code) => (evaluate(circuit, bits).join() === (integers[code] as number[]).join() ? [] : [code]));

/** The circuit with bits as outputs has the same nodes first, so that node k and wire w are the same there. */
const bitsOriginal = compile(compiled.network, { outputs: "bits" }).circuit;
const sameNodes = (k: number): boolean =>
  compiled.circuit.bound[k] === bitsOriginal.bound[k] && compiled.circuit.start[k + 1] === bitsOriginal.start[k + 1];

function firstCaught(
  candidates: readonly number[],
  mutate: (circuit: Circuit, at: number) => Circuit,
): { circuit: Circuit; bits: Circuit; wrong: number[] } {
  for (const at of candidates) {
    const circuit = mutate(compiled.circuit, at);
    const wrong = wrongInputs(circuit);
    if (wrong.length > 0) return { circuit, bits: mutate(bitsOriginal, at), wrong };
  }
  throw new Error("no mutant of this kind changes anything");
}

const { circuit } = compiled;
const gates = Array.from({ length: circuit.kind.length }, (_, k) => k).filter((k) => circuit.kind[k] === 1 && sameNodes(k));
const isRatio = (k: number): boolean =>
  (circuit.bound[k] === 0 || circuit.bound[k] === 1) && circuit.weight[circuit.start[k] as number] === 2;

describe("mutants", () => {
  const changedTable = { ...compiled.network, table: compiled.network.table.map((e, D) => (D === 1 ? e + 1 : e)) };
  const fromTable = { circuit: compile(changedTable).circuit, bits: compile(changedTable, { outputs: "bits" }).circuit };
  const mutants: Record<string, { circuit: Circuit; bits: Circuit; wrong: number[] }> = {
    "a threshold + 1": firstCaught(gates, (c, k) => withBound(c, k, 1)),
    "a weight sign": firstCaught(
      gates.map((k) => circuit.start[k] as number),
      withSign,
    ),
    "a table entry": { ...fromTable, wrong: wrongInputs(fromTable.circuit) },
    "a tie rule": firstCaught(gates.filter(isRatio), (c, k) => withBound(c, k, circuit.bound[k] === 0 ? 1 : -1)),
  };

  it("the original is accepted by every checker", () => {
    const some = inputs.map((_, code) => code).filter((code) => code % 9 === 0);
    for (const [name, evaluator] of Object.entries(checkers(compiled.network, circuit, bitsOriginal))) {
      expect([name, accepts(name, evaluator, some)]).toEqual([name, true]);
    }
  });

  it.each(Object.keys(mutants))("%s is caught by every checker", (kind) => {
    const mutant = mutants[kind] as (typeof mutants)[string];
    expect(mutant.wrong.length).toBeGreaterThan(0);
    // The inputs that show it, among others: an exhaustive check sees them all.
    const at = [...mutant.wrong.slice(0, 5), 0, 1, 2];
    for (const [name, evaluator] of Object.entries(checkers(compiled.network, mutant.circuit, mutant.bits))) {
      let accepted = false;
      try {
        accepted = accepts(name, evaluator, at);
      } catch (error) {
        // A thermometer that is out of order no longer denotes a level: refusing is catching.
        expect(error).toBeInstanceOf(Error);
      }
      expect([name, accepted]).toEqual([name, false]);
    }
  });
});

/** Laws of all circuits: evaluators agree with the recursive definition, passes keep the function, text comes back, verify refuses what is no circuit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateMany, evaluateWords } from "../../src/circuits/bit-sliced.ts";
import { addForm, addGate, createBuilder, finish } from "../../src/circuits/builder.ts";
import { type Circuit, countGates, depthOf } from "../../src/circuits/circuit.ts";
import { compile } from "../../src/circuits/compile.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { flatten } from "../../src/circuits/expand.ts";
import { toAigerText } from "../../src/circuits/export-boolean.ts";
import { evaluateLevels, prepareLevels } from "../../src/circuits/levels.ts";
import { andDepth, lower } from "../../src/circuits/lower.ts";
import { toMajority } from "../../src/circuits/majority.ts";
import { measure } from "../../src/circuits/measure.ts";
import { prune } from "../../src/circuits/prune.ts";
import { share } from "../../src/circuits/share.ts";
import { readCircuit, writeCircuit } from "../../src/circuits/text.ts";
import { verifyCircuit } from "../../src/circuits/verify.ts";
import { bitsOfCode, bothWays, drawPatterns } from "./problems.ts";
import { circuits, valueOfSource } from "./random-circuits.ts";
import { readAag } from "./readers.ts";

const allInputs = (circuit: Circuit): Uint8Array[] =>
  Array.from({ length: 2 ** circuit.inputs }, (_, code) => bitsOfCode(code, circuit.inputs));
const truth = (circuit: Circuit): string =>
  allInputs(circuit)
    .map((bits) => Array.from(circuit.outputs, (s) => valueOfSource(circuit, s, bits)).join())
    .join(";");
const table = (circuit: Circuit): string =>
  allInputs(circuit)
    .map((bits) => evaluate(circuit, bits).join())
    .join(";");

describe("any circuit", () => {
  const check = (law: (circuit: Circuit) => void): void => fc.assert(fc.property(circuits, law), { numRuns: 150, seed: 4 });

  it("node by node, by levels and 32 at once are the definition", () =>
    check((circuit) => {
      verifyCircuit(circuit);
      const expected = truth(circuit);
      expect(table(circuit)).toBe(expected);
      const program = prepareLevels(circuit);
      expect(
        allInputs(circuit)
          .map((bits) => evaluateLevels(program, bits).join())
          .join(";"),
      ).toBe(expected);
      const flat = flatten(circuit);
      const inputs = allInputs(circuit);
      const sliced: string[] = [];
      for (let at = 0; at < inputs.length; at += 32) {
        sliced.push(...evaluateMany(flat, inputs.slice(at, at + 32)).map((outputs) => outputs.join()));
      }
      expect(sliced.join(";")).toBe(expected);
    }));

  it("flatten: no gate reads a form, the gates are the same in number and depth", () =>
    check((circuit) => {
      const flat = flatten(circuit);
      verifyCircuit(flat);
      expect(truth(flat)).toBe(truth(circuit));
      const gates = countGates(flat);
      expect(gates).toBe(countGates(circuit));
      for (let w = 0; w < (flat.start[gates] as number); w++) expect(flat.source[w]).toBeLessThan(flat.inputs + gates);
      expect(measure(flat)).toEqual({ ...measure(circuit), depth: depthOf(flat) });
    }));

  it("prune and share keep the function and add nothing", () =>
    check((circuit) => {
      const pruned = prune(circuit);
      verifyCircuit(pruned);
      expect(truth(pruned)).toBe(truth(circuit));
      expect(depthOf(pruned)).toBe(depthOf(circuit));
      expect(prune(pruned)).toEqual(pruned);
      const shared = share(circuit);
      verifyCircuit(shared);
      expect(truth(shared)).toBe(truth(circuit));
      expect(countGates(shared)).toBeLessThanOrEqual(countGates(pruned));
      expect(depthOf(shared)).toBeLessThanOrEqual(depthOf(circuit));
    }));

  it("majority: every gate is 1 iff more than half of its unit wires are", () =>
    check((circuit) => {
      const majority = toMajority(circuit);
      verifyCircuit(majority);
      expect(truth(majority)).toBe(truth(circuit));
      const flat = flatten(circuit);
      expect(depthOf(majority)).toBe(depthOf(flat));
      let edges = 0;
      for (let k = 0; k < majority.kind.length; k++) {
        if (majority.kind[k] !== 1) continue;
        const from = majority.start[k] as number;
        const to = majority.start[k + 1] as number;
        expect(majority.bound[k]).toBe(Math.floor((to - from) / 2) + 1);
        for (let w = from; w < to; w++) {
          expect(majority.weight[w]).toBe(1);
          const node = (majority.source[w] as number) - majority.inputs;
          // All but the padding: the constants are the first two nodes.
          if (node !== 0 && node !== 1) edges++;
        }
      }
      expect(edges).toBe(measure(circuit).majorityEdges);
    }));

  it("lower: ANDs and complements with the same outputs", () =>
    check((circuit) => {
      const gates = Array.from({ length: circuit.kind.length }, (_, k) => k).filter((k) => circuit.kind[k] === 1);
      const bits = { ...circuit, outputs: Uint32Array.from([0, ...gates.map((k) => circuit.inputs + k)]) };
      const evaluator = readAag(toAigerText(lower(bits)));
      for (const input of allInputs(bits)) expect(evaluator(input)).toEqual(Array.from(bits.outputs, (s) => valueOfSource(bits, s, input)));
    }));

  it("text comes back as it was", () =>
    check((circuit) => {
      expect(readCircuit(writeCircuit(circuit))).toEqual(circuit);
    }));
});

describe("the builder", () => {
  it("folds what the ranges force, and nothing else", () => {
    const b = createBuilder(2);
    const sure = addGate(b, [0, 1], [1, 1], 0);
    const never = addGate(b, [0, 1], [2, -1], 3);
    const open = addGate(b, [0, 1, sure], [1, 1, 1], 2);
    const same = addForm(b, [open, never], [1, 5]);
    const circuit = finish(b, [sure, never, open, same]);
    expect(b.asked).toBe(3);
    expect(countGates(circuit)).toBe(1);
    expect(allInputs(circuit).map((bits) => evaluate(circuit, bits).join())).toEqual(["1,0,0,0", "1,0,1,1", "1,0,1,1", "1,0,1,1"]);
  });

  it("keeps everything where folding is off", () => {
    const { network } = bothWays(drawPatterns(3, 2, 3, "random"), { bits: 3 }).compiled;
    const full = compile(network, { fold: false });
    expect(full.gatesUnpruned).toBe(compile(network).gatesUnpruned);
    expect(truth(full.circuit)).toBe(truth(compile(network).circuit));
  });
});

describe("sharing pays", () => {
  it("a row stored twice costs nothing more after sharing", () => {
    const rows = drawPatterns(4, 3, 4, "duplicate rows");
    const { circuit } = bothWays(rows, { bits: 4, beta: 0.5 }).compiled;
    const shared = share(circuit);
    // The row's score gates, and its differences.
    const once = bothWays(rows.slice(0, 3), { bits: 4, beta: 0.5 }).compiled.network;
    expect(once.unit).toBe(bothWays(rows, { bits: 4 }).compiled.network.unit);
    expect(countGates(circuit) - countGates(shared)).toBeGreaterThanOrEqual(8);
    expect(table(shared)).toBe(table(circuit));
  });

  it("lowered circuits are deeper", () => {
    const { network } = bothWays(drawPatterns(3, 3, 3, "random"), { bits: 3 }).compiled;
    const bits = compile(network, { outputs: "bits" }).circuit;
    expect(andDepth(lower(bits))).toBeGreaterThan(depthOf(bits));
  });
});

describe("what is no circuit", () => {
  const good = bothWays(drawPatterns(3, 2, 2, "random"), { bits: 2 }).compiled.circuit;
  const change = (edit: (c: { -readonly [K in keyof Circuit]: Circuit[K] }) => void): Circuit => {
    const copy = {
      ...good,
      bound: good.bound.slice(),
      source: good.source.slice(),
      weight: good.weight.slice(),
      start: good.start.slice(),
      kind: good.kind.slice(),
    };
    edit(copy);
    return copy;
  };
  it.each<[string, Circuit]>([
    ["a source that is not earlier", change((c) => c.source.set([c.inputs + 3], c.start[2]))],
    ["a weight of 0", change((c) => c.weight.set([0], 4))],
    ["a weight that is not whole", change((c) => c.weight.set([0.5], 4))],
    ["a NaN threshold", change((c) => c.bound.set([Number.NaN], 5))],
    ["sums beyond the exact integers", change((c) => c.weight.set([2 ** 53], 4))],
    ["a kind that does not exist", change((c) => c.kind.set([2], 5))],
    ["lengths that do not fit", change((c) => Object.assign(c, { bound: c.bound.slice(1) }))],
    ["wires that end before they start", change((c) => c.start.set([7, 2], 2))],
    ["an output that does not exist", change((c) => Object.assign(c, { outputs: Uint32Array.of(1e6) }))],
    ["inputs below 0", change((c) => Object.assign(c, { inputs: -1 }))],
  ])("%s", (_, circuit) => {
    expect(() => verifyCircuit(circuit)).toThrow(expect.objectContaining({ code: "E_FORMAT" }));
  });

  it.each<[string, string, RegExp]>([
    ["another file", "hello\n", /line 1/],
    ["no inputs", "hopfield-circuit 1\n", /line 2/],
    ["two numbers of inputs", "hopfield-circuit 1\ninputs 1 2\noutputs\n", /line 2/],
    ["an unknown node", "hopfield-circuit 1\ninputs 1\nnand 2 1*0\noutputs 0\n", /line 3/],
    ["a wire without a source", "hopfield-circuit 1\ninputs 1\ngate 2 1\noutputs 0\n", /line 3/],
    ["a fraction", "hopfield-circuit 1\ninputs 1\ngate 2.5 1*0\noutputs 0\n", /line 3/],
    ["no outputs", "hopfield-circuit 1\ninputs 1\ngate 1 1*0\n", /line 3: expected outputs/],
    ["a source ahead", "hopfield-circuit 1\ninputs 1\ngate 1 1*4\noutputs 1\n", /not earlier/],
    ["nothing", "", /line 1/],
  ])("text: %s", (_, text, message) => {
    expect(() => readCircuit(text)).toThrow(expect.objectContaining({ code: "E_FORMAT", message: expect.stringMatching(message) }));
  });

  it("any text gives a circuit or an error of ours", () => {
    const lines = fc.array(
      fc.constantFrom(
        "hopfield-circuit 1",
        "inputs 2",
        "gate 1 1*0",
        "form -3 2*1 1*2",
        "outputs 2",
        "",
        "gate",
        "inputs",
        "1*1",
        "outputs 9",
      ),
    );
    fc.assert(
      fc.property(lines, (parts) => {
        try {
          verifyCircuit(readCircuit(parts.join("\n")));
        } catch (error) {
          expect(error).toMatchObject({ name: "HopfieldError" });
        }
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it("evaluators refuse what they cannot do", () => {
    expect(() => evaluateWords(good, new Int32Array(good.inputs))).toThrow(expect.objectContaining({ code: "E_RANGE" }));
    expect(() => evaluateWords(flatten(good), new Int32Array(1))).toThrow(expect.objectContaining({ code: "E_SHAPE" }));
    expect(() => evaluateLevels(prepareLevels(good), [1])).toThrow(expect.objectContaining({ code: "E_SHAPE" }));
    expect(() => evaluateMany(flatten(good), new Array(33).fill([]))).toThrow(expect.objectContaining({ code: "E_RANGE" }));
  });
});

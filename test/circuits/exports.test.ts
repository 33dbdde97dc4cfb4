/** Every export, read back by a reader of its own and evaluated, gives what the reference gives; and so does every pass. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/circuits/compile.ts";
import { flatten } from "../../src/circuits/expand.ts";
import { toAigerBinary, toAigerText, toBlif, toBristol } from "../../src/circuits/export-boolean.ts";
import { toDot } from "../../src/circuits/export-dot.ts";
import { toDocument, toVectors } from "../../src/circuits/export-json.ts";
import { toVerilog } from "../../src/circuits/export-verilog.ts";
import { lower } from "../../src/circuits/lower.ts";
import { bitsOfCode, bothWays, drawPatterns, draws } from "./problems.ts";
import { type Evaluator, readAag, readAig, readBlif, readBristol, readDocument, readDot, readVerilog } from "./readers.ts";
import { bitsOf, numbersOf, referenceRetriever } from "./reference.ts";

const shapes = draws.flatMap((draw) => [undefined, 0.5].map((beta) => ({ draw, beta })));

describe.each(shapes)("(3, 3, 3), $draw, beta $beta", ({ draw, beta }) => {
  const [n, d, p] = [3, 3, 3];
  const rows = drawPatterns(n, d, p, draw);
  const { compiled, reference } = bothWays(rows, { bits: p, ...(beta === undefined ? {} : { beta }) });
  const { network } = compiled;
  const integers = flatten(compiled.circuit);
  const bits = flatten(compile(network, { outputs: "bits" }).circuit);
  const graph = lower(compile(network, { outputs: "bits" }).circuit);
  const retrieve = referenceRetriever(reference);

  const check = (evaluator: Evaluator, answer: "bits" | "integers"): void => {
    // All 512 inputs of the first network; every fifth of the others (5 and 512 have no common factor), because some readers parse anew for every input.
    const step = draw === "random" && beta === 0.5 ? 1 : 5;
    for (let code = 0; code < 2 ** (d * p); code += step) {
      const input = bitsOfCode(code, d * p);
      const expected = retrieve(numbersOf(input, p, d));
      expect(evaluator(input)).toEqual(answer === "bits" ? bitsOf(expected, p) : expected);
    }
  };

  it("Verilog", () => check(readVerilog(toVerilog(bits)), "bits"));
  it("AIGER ascii", () => check(readAag(toAigerText(graph)), "bits"));
  it("AIGER binary", () => check(readAig(toAigerBinary(graph)), "bits"));
  it("BLIF", () => check(readBlif(toBlif(graph)), "bits"));
  it("Bristol", () => check(readBristol(toBristol(graph)), "bits"));
  it("DOT", () => check(readDot(toDot(integers)), "integers"));
  it("JSON", () => check(readDocument(JSON.stringify(toDocument(network, integers))), "integers"));
});

describe("circuits with constant outputs", () => {
  const rows = [
    [1, -4, 3],
    [1, -4, 3],
  ];
  const { compiled } = bothWays(rows, { bits: 3 });
  const bits = compile(compiled.network, { outputs: "bits" }).circuit;
  const input = bitsOfCode(5, 9);
  it.each<[string, Evaluator]>([
    ["Verilog", readVerilog(toVerilog(flatten(bits)))],
    ["AIGER ascii", readAag(toAigerText(lower(bits)))],
    ["AIGER binary", readAig(toAigerBinary(lower(bits)))],
    ["BLIF", readBlif(toBlif(lower(bits)))],
    ["Bristol", readBristol(toBristol(lower(bits)))],
  ])("%s", (_, evaluator) => expect(evaluator(input)).toEqual(bitsOf([1, -4, 3], 3)));
});

describe("patterns as inputs", () => {
  const [n, d, p] = [2, 2, 2];
  const { compiled, reference } = bothWays(drawPatterns(n, d, p, "random"), { bits: p, memory: "input", beta: 0.4 });
  const bits = compile(compiled.network, { outputs: "bits" }).circuit;
  const inputs = (n + 1) * d * p;
  const readers: [string, Evaluator][] = [
    ["Verilog", readVerilog(toVerilog(flatten(bits)))],
    ["AIGER", readAag(toAigerText(lower(bits)))],
    ["Bristol", readBristol(toBristol(lower(bits)))],
  ];
  it.each(readers)("%s, all 4096 inputs", (_, evaluator) => {
    for (let code = 0; code < 2 ** inputs; code++) {
      const input = bitsOfCode(code, inputs);
      const X = Array.from({ length: n }, (_row, i) => numbersOf(input, p, d, (i + 1) * d * p));
      expect(evaluator(input)).toEqual(bitsOf(referenceRetriever({ ...reference, X })(numbersOf(input, p, d)), p));
    }
  });
});

it("vectors: characters are bits in order, integers and bits agree", () => {
  const { compiled } = bothWays(drawPatterns(3, 2, 3, "random"), { bits: 3 });
  const file = toVectors(compiled.network, [bitsOfCode(0b110101, 6)], [[-4, 3]]);
  expect(file).toEqual({
    format: "hopfield-vectors",
    version: 1,
    patterns: drawPatterns(3, 2, 3, "random"),
    inputs: ["101011"],
    outputs: ["001110"],
    integers: [[-4, 3]],
  });
});

it("a number cannot be lowered, a large picture is not drawn", () => {
  const { compiled } = bothWays(drawPatterns(3, 3, 3, "random"), { bits: 3 });
  expect(() => lower(compiled.circuit)).toThrow(expect.objectContaining({ code: "E_RANGE" }));
  const large = bothWays(drawPatterns(16, 16, 6, "random"), { bits: 6 });
  expect(() => toDot(flatten(large.compiled.circuit))).toThrow(expect.objectContaining({ code: "E_LIMIT" }));
});

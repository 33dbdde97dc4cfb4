/** Every input of small networks: the circuit, gate by gate and by levels, against the reference that was written from the description alone. */
import { describe, expect, it } from "vitest";
import { evaluateMany } from "../../src/circuits/bit-sliced.ts";
import { evaluate } from "../../src/circuits/evaluate.ts";
import { flatten } from "../../src/circuits/expand.ts";
import { evaluateLevels, prepareLevels } from "../../src/circuits/levels.ts";
import { retrieve } from "../../src/circuits/retrieve.ts";
import { verifyCircuit } from "../../src/circuits/verify.ts";
import { bitsOfCode, bothWays, drawPatterns, draws, exhaustiveShapes } from "./problems.ts";
import { numbersOf, referenceRetriever, referenceScale } from "./reference.ts";

describe.each(exhaustiveShapes)("n, d, p = %i, %i, %i", (n, d, p) => {
  it.each(draws.flatMap((draw) => [undefined, 0.5].map((beta) => ({ draw, beta }))))("$draw, beta $beta", ({ draw, beta }) => {
    const rows = drawPatterns(n, d, p, draw);
    const { compiled, reference } = bothWays(rows, { bits: p, ...(beta === undefined ? {} : { beta }) });
    const { circuit, network } = compiled;
    const scale = referenceScale(reference);
    expect([network.S, network.unit]).toEqual([Number(scale.S), Number(scale.unit)]);
    expect(Array.from(network.table)).toEqual(scale.table.map(Number));
    if (beta === 0.5) expect(new Set(network.table.filter((e) => e > 0)).size).toBeGreaterThanOrEqual(4);
    verifyCircuit(circuit);
    const flat = flatten(circuit);
    verifyCircuit(flat);
    const program = prepareLevels(circuit);
    const retrieveReference = referenceRetriever(reference);
    const inputs = d * p;
    const answers = new Set<string>();
    let mismatches = 0;
    for (let code = 0; code < 2 ** inputs; code += 32) {
      const vectors = Array.from({ length: 32 }, (_, lane) => bitsOfCode(code + lane, inputs));
      const sliced = evaluateMany(flat, vectors);
      vectors.forEach((bits, lane) => {
        const query = numbersOf(bits, p, d);
        const expected = retrieveReference(query).join();
        answers.add(expected);
        if ((sliced[lane] as Float64Array).join() !== expected) mismatches++;
        // Every vector of the small ones, every eighth of the 65 536, by the slower ways too.
        if (inputs > 12 && lane % 8 !== 0) return;
        if (evaluateLevels(program, bits).join() !== expected) mismatches++;
        if (retrieve(network, query).join() !== expected) mismatches++;
        if (inputs <= 12 && evaluate(flat, bits).join() !== expected) mismatches++;
      });
    }
    expect(mismatches).toBe(0);
    // Not a constant function. (A table of one entry and duplicate rows leave the fewest answers.)
    expect(answers.size).toBeGreaterThanOrEqual(2);
  });
});

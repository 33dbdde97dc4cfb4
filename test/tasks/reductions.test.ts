/** The reductions keep the answer: formula = word = connectivity = isomorphism, on random formulas and every assignment; and the smallest graphs that fool a network. */
import { describe, expect, it } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { randomStream } from "../../src/core/random.ts";
import {
  bandPair,
  branchingProgram,
  connected,
  degrees,
  diameter,
  type Formula,
  formulaDepth,
  formulaTrees,
  formulaValue,
  isError,
  isomorphic,
  minimiseError,
  oneCycle,
  parseBrackets,
  permutation,
  programWord,
  randomFormula,
  randomWord,
  runNetwork,
  smallestError,
  treeNetworkRounds,
  twoCycles,
  wordFormula,
  wordGraph,
  wordProduct,
} from "../../src/tasks/index.ts";
import { isomorphicByMatching } from "./definitions.ts";

/** The value of a formula by writing it as JavaScript. */
const written = (formula: Formula): string =>
  formula.kind === "constant"
    ? String(formula.value)
    : formula.kind === "variable"
      ? `x[${formula.index}]`
      : formula.kind === "not"
        ? `!(${written(formula.of)})`
        : `(${written(formula.left)} ${formula.kind === "and" ? "&&" : "||"} ${written(formula.right)})`;
const assignments = Array.from({ length: 8 }, (_, i) => [Boolean(i & 1), Boolean(i & 2), Boolean(i & 4)]);

describe("reductions on random formulas, every assignment of three variables", () => {
  const formulas = Array.from({ length: 60 }, (_, i) => randomFormula(randomStream(i), 1 + (i % 4), 3));

  it("there are true and false ones, of every depth", () => {
    const values = formulas.flatMap((formula) => assignments.map((x) => formulaValue(formula, x)));
    const share = values.filter((value) => value).length / values.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.8);
    expect(new Set(formulas.map(formulaDepth)).size).toBe(5);
  });

  it("formula -> word -> connectivity", () => {
    for (const formula of formulas) {
      const program = branchingProgram(formula, 3);
      expect(program.instructions.length).toBeLessThanOrEqual(4 ** formulaDepth(formula));
      const evaluate = new Function("x", `return ${written(formula)}`) as (x: boolean[]) => boolean;
      for (const x of assignments) {
        const value = evaluate(x);
        expect(formulaValue(formula, x)).toBe(value);
        const word = programWord(program, x);
        expect(wordProduct(word)).toBe(value ? program.whenTrue : 0);
        const graph = wordGraph(word);
        const target = 5 * word.length + (permutation(program.whenTrue)[0] as number);
        expect(connected(graph, 0, target)).toBe(value);
      }
    }
  });

  it("formula -> tree isomorphism, as bracket strings", () => {
    for (const formula of formulas) {
      for (const x of assignments) {
        const { first, second } = formulaTrees(formula, x);
        const [a, b] = [parseBrackets(first), parseBrackets(second)];
        expect(isomorphic(a, b)).toBe(formulaValue(formula, x));
        if (a.length < 40) expect(isomorphicByMatching(a, b)).toBe(formulaValue(formula, x));
      }
    }
  });

  it("word -> formula -> tree isomorphism, every pair of points", () => {
    for (const [seed, length] of [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ] as const) {
      const word = randomWord(randomStream(seed), length);
      const images = permutation(wordProduct(word));
      for (let from = 0; from < 5; from++) {
        for (let to = 0; to < 5; to++) {
          const formula = wordFormula(word, from, to);
          expect(formulaValue(formula, [])).toBe(images[from] === to);
          if (length > 2 && to > 1) continue;
          const { first, second } = formulaTrees(formula, []);
          expect(isomorphic(parseBrackets(first), parseBrackets(second))).toBe(images[from] === to);
        }
      }
    }
    const long = randomWord(randomStream(9), 12);
    expect([0, 1, 2, 3, 4].map((to) => formulaValue(wordFormula(long, 2, to), [])).indexOf(true)).toBe(permutation(wordProduct(long))[2]);
  });

  it("the networks decide what comes out, when they are deep enough, and not when they are not", () => {
    const formula: Formula = {
      kind: "and",
      left: { kind: "variable", index: 0 },
      right: { kind: "or", left: { kind: "variable", index: 1 }, right: { kind: "variable", index: 2 } },
    };
    const program = branchingProgram(formula, 3);
    for (const x of assignments) {
      const word = programWord(program, x);
      const graph = wordGraph(word);
      const target = 5 * word.length + (permutation(program.whenTrue)[0] as number);
      const said = (layers: number): boolean => runNetwork(graph, { construction: "square", layers }).data[target] === 1;
      expect([said(Math.ceil(Math.log2(word.length))), said(Math.ceil(Math.log2(word.length)) - 1)]).toEqual([
        formulaValue(formula, x),
        false,
      ]);
      const { first, second } = formulaTrees(formula, x);
      expect(Array.from(treeNetworkRounds(parseBrackets(first), parseBrackets(second))).at(-1)?.same).toBe(formulaValue(formula, x));
    }
  });
});

describe("the smallest graphs on which a network errs", () => {
  it("squaring, by running it on every graph: a path of 2^L + 2 nodes against something parted", () => {
    for (const [layers, nodes] of [
      [0, 3],
      [1, 4],
    ] as const) {
      const options = { construction: "square", layers } as const;
      const found = smallestError(5, options);
      expect(found && [found.whole.nodes, found.whole.edges.length, diameter(found.whole)]).toEqual([nodes, nodes - 1, nodes - 1]);
      expect(found && isError(found, options)).toBe(true);
      // Deep enough, there is none: distances below 4 nodes are at most 3.
      expect(smallestError(4, { ...options, layers: 2 })).toBeNull();
    }
  });

  it("with equal degrees as well, one layer needs five nodes: a path against a triangle and an edge", () => {
    const found = smallestError(5, { construction: "square", layers: 1, sameDegrees: true });
    expect(found?.whole.nodes).toBe(5);
    expect(found && degrees(found.whole)).toEqual(found && degrees(found.parted));
    expect([found?.whole.edges.length, found?.parted.edges.length]).toEqual([4, 4]);
  });

  it("larger ones minimise to the same size, from bands and from cycles", () => {
    for (const [layers, construction, size] of [
      [1, "square", 4],
      [2, "square", 6],
      [1, "cube", 5],
      [2, "linear", 5],
    ] as const) {
      const options = { construction, layers } as const;
      const band = bandPair(randomStream(layers), { nodes: 20, diameter: 14 });
      const ends = { ...band, source: 0, target: 1 };
      const starts = [band, ends, { whole: oneCycle(20), parted: twoCycles(20), source: 0, target: 10 }].filter((pair) =>
        isError(pair, options),
      );
      expect(starts.length).toBeGreaterThan(0);
      for (const start of starts) {
        const least = minimiseError(start, options);
        // An error needs a distance beyond the reach r, so r + 2 nodes and r + 1 edges at least: this is the smallest there is.
        expect([least.whole.nodes, least.whole.edges.length, least.parted.edges.length]).toEqual([size, size - 1, 0]);
      }
    }
  });
});

describe("bad input", () => {
  const codeOf = (work: () => unknown): string => {
    try {
      work();
      return "none";
    } catch (error) {
      return error instanceof HopfieldError ? error.code : "other";
    }
  };
  const nested = (depth: number): Formula => {
    let formula: Formula = { kind: "variable", index: 0 };
    for (let i = 0; i < depth; i++) formula = { kind: "or", left: formula, right: { kind: "constant", value: false } };
    return formula;
  };
  const small = { whole: oneCycle(6), parted: twoCycles(6), source: 0, target: 3 };
  it.each<[string, () => unknown, string]>([
    ["no formula", () => formulaValue({ kind: "xor" } as unknown as Formula, []), "E_SHAPE"],
    ["a hole in a formula", () => formulaValue({ kind: "not" } as unknown as Formula, []), "E_SHAPE"],
    ["a constant that is none", () => formulaTrees({ kind: "constant", value: 1 } as unknown as Formula, []), "E_SHAPE"],
    ["a variable without value", () => branchingProgram({ kind: "variable", index: 3 }, 3), "E_RANGE"],
    ["a formula too deep for a word", () => branchingProgram(nested(11), 1), "E_LIMIT"],
    ["a formula too deep for trees", () => formulaTrees(nested(40), [true]), "E_LIMIT"],
    ["a formula too deep for anything", () => formulaValue(nested(2000), [true]), "E_LIMIT"],
    ["a word too long for a graph", () => wordGraph(new Array(900).fill(0)), "E_LIMIT"],
    ["a word too long for a formula", () => wordFormula(new Array(65).fill(0), 0, 0), "E_LIMIT"],
    ["a letter that is no element", () => wordGraph([120]), "E_RANGE"],
    ["a sixth point", () => wordFormula([0], 5, 0), "E_RANGE"],
    ["a search too large", () => smallestError(7, { construction: "square", layers: 1 }), "E_RANGE"],
    ["no error to minimise", () => minimiseError(small, { construction: "square", layers: 2 }), "E_RANGE"],
  ])("%s", (_, work, code) => {
    expect(codeOf(work)).toBe(code);
  });
});

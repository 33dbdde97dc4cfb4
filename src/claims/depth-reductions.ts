/** @file The reductions that make the problems hard, run: the value of a formula is that of its word, of its graph and of its two trees. */
import { randomStream } from "../core/random.ts";
import {
  branchingProgram,
  connected,
  type Formula,
  formulaDepth,
  formulaTrees,
  isomorphic,
  parseBrackets,
  permutation,
  programWord,
  randomFormula,
  wordGraph,
  wordProduct,
} from "../tasks/index.ts";
import type { Claim } from "./types.ts";

const formulas = 120;
const variables = 3;

/** The value by its own definition: the bits of all assignments at once, one word a subformula. */
function truthTable(formula: Formula): number {
  const all = 2 ** (2 ** variables) - 1;
  switch (formula.kind) {
    case "constant":
      return formula.value ? all : 0;
    case "variable":
      return Array.from({ length: 2 ** variables }, (_, a) => ((a >> formula.index) & 1) << a).reduce((x, y) => x | y, 0);
    case "not":
      return all & ~truthTable(formula.of);
    case "and":
      return truthTable(formula.left) & truthTable(formula.right);
    default:
      return truthTable(formula.left) | truthTable(formula.right);
  }
}

/** @param program @param trees the functions under examination. */
export function reductionsClaim(program: typeof branchingProgram = branchingProgram, trees: typeof formulaTrees = formulaTrees): Claim {
  return {
    id: "depth-reductions",
    title: "formula value reduces to the word problem of S5, that to connectivity, and formula value to tree isomorphism",
    source:
      "Barrington, JCSS 38, 1989 (words of at most 4^depth letters); Jenner, Kobler, McKenzie, Toran, JCSS 66, 2003 (trees as bracket strings); docs/depth/reductions.md",
    expected:
      "on 120 random formulas of depth up to 4 and all 8 assignments: word, graph and trees say what the truth table says; words no longer than 4^depth",
    tolerance: "none: yes or no, and whole numbers",
    seconds: 1,
    run({ seed, progress }) {
      const random = randomStream(seed, 0xd0e0);
      let [words, graphs, pairs, truths, long] = [0, 0, 0, 0, 0];
      for (let f = 0; f < formulas; f++) {
        progress(f, formulas);
        const formula = randomFormula(random, 1 + (f % 4), variables);
        const table = truthTable(formula);
        const made = program(formula, variables);
        if (made.instructions.length > 4 ** formulaDepth(formula)) long++;
        for (let a = 0; a < 2 ** variables; a++) {
          const value = ((table >> a) & 1) === 1;
          const assignment = Array.from({ length: variables }, (_, v) => ((a >> v) & 1) === 1);
          const word = programWord(made, assignment);
          if (wordProduct(word) !== (value ? made.whenTrue : 0)) words++;
          const target = 5 * word.length + (permutation(made.whenTrue)[0] as number);
          if (connected(wordGraph(word), 0, target) !== value) graphs++;
          const { first, second } = trees(formula, assignment);
          if (isomorphic(parseBrackets(first), parseBrackets(second)) !== value) pairs++;
          if (value) truths++;
        }
      }
      const cases = formulas * 2 ** variables;
      return {
        measured: `${words} words, ${graphs} graphs and ${pairs} tree pairs of ${cases} say otherwise (${truths} are true); ${long} words too long`,
        passed: words + graphs + pairs + long === 0 && truths > cases / 5 && truths < (4 * cases) / 5,
        figures: { words, graphs, pairs, truths, long },
      };
    },
  };
}

export const depthReductions: Claim = reductionsClaim();

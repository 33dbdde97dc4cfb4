/** @file From a word of S5 to connectivity, and to a formula: what makes both hard. Each edge, and each leaf, depends on one letter only. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import type { Formula } from "./formula.ts";
import { type Graph, largestGraph } from "./graph.ts";
import { permutation } from "./permutations.ts";

/**
 * Layers 0 ... T of five nodes; letter t joins node (t, x) with (t + 1, image of x). The graph is five paths of T edges, and node x (layer 0) is connected with node 5 T + y (layer T) if and
 * only if the word's product maps x to y.
 * @throws HopfieldError E_LIMIT beyond 818 letters (4096 nodes); E_RANGE for a letter that is no element.
 */
export function wordGraph(word: readonly number[]): Graph {
  const nodes = 5 * (word.length + 1);
  if (nodes > largestGraph)
    throw new HopfieldError("E_LIMIT", `wordGraph: ${word.length} letters need ${nodes} nodes, at most ${largestGraph} are made`);
  return { nodes, edges: word.flatMap((letter, t) => permutation(letter).map((image, x) => [5 * t + x, 5 * (t + 1) + image] as const)) };
}

/** More letters than this are refused: the formula has about T^log2(10) leaves. */
const longestWord = 64;

/**
 * "The product maps `from` to `to`" as a formula of depth about 4 log2 T over constants: the two halves of the word meet at one of five points.
 * @throws HopfieldError E_LIMIT beyond 64 letters; E_RANGE.
 */
export function wordFormula(word: readonly number[], from: number, to: number): Formula {
  for (const point of [from, to]) checkNumber("wordFormula", "point", point, { whole: true, atLeast: 0, atMost: 4 });
  if (word.length > longestWord) throw new HopfieldError("E_LIMIT", `wordFormula: at most ${longestWord} letters, got ${word.length}`);
  if (word.length === 0) return { kind: "constant", value: from === to };
  if (word.length === 1) return { kind: "constant", value: permutation(word[0] as number)[from] === to };
  const half = word.length >> 1;
  const ways = [0, 1, 2, 3, 4].map(
    (by): Formula => ({ kind: "and", left: wordFormula(word.slice(0, half), from, by), right: wordFormula(word.slice(half), by, to) }),
  );
  const either = (left: Formula, right: Formula): Formula => ({ kind: "or", left, right });
  const [a, b, c, d, e] = ways as [Formula, Formula, Formula, Formula, Formula];
  return either(either(a, b), either(c, either(d, e)));
}

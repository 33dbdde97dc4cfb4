/** @file How often the tree network tells the deep-fork pair apart, round by round, beside the exact solver and the rule that compares degrees. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import { isomorphic } from "./ahu.ts";
import { deepForkPair, deepForkRounds } from "./deep-fork.ts";
import type { LayerScore, Score } from "./graph-experiment.ts";
import { type ParentList, shuffleTree, treeDegrees } from "./tree.ts";
import { largestNetworkTree, treeNetworkRounds } from "./tree-network.ts";

export interface TreeExperimentOptions {
  /** Nodes of each tree, at least 5. */
  readonly nodes: number;
  readonly layers: readonly (number | "converge")[];
  /** "all": fork and spur with themselves and with each other, both ways round; a number: so many questions, every other one about isomorphic trees, nodes shuffled. */
  readonly samples: number | "all";
  readonly seed: number;
}

export interface TreeExperiment {
  readonly rows: readonly LayerScore[];
  readonly minLayers: number | null;
  readonly ahu: Score;
  readonly degree: Score;
}

/** @throws HopfieldError E_RANGE, E_LIMIT (more than 1024 nodes). */
export function treeExperiment({ nodes, layers, samples, seed }: TreeExperimentOptions): TreeExperiment {
  const { fork, spur } = deepForkPair(nodes);
  if (nodes > largestNetworkTree) {
    throw new HopfieldError("E_LIMIT", `treeExperiment: the network is run on at most ${largestNetworkTree} nodes, got ${nodes}`);
  }
  const questions = samples === "all" ? everyQuestion(fork, spur) : drawQuestions(fork, spur, samples, seed);
  const truths = questions.map(([a, b]) => a.name === b.name);
  const answers = questions.map(([a, b]) => Array.from(treeNetworkRounds(a.tree, b.tree), ({ same }) => same));
  const score = (answerOf: (i: number) => boolean): Score => {
    const right = truths.filter((truth, i) => answerOf(i) === truth).length;
    return { accuracy: right / truths.length, right, questions: truths.length };
  };
  const scoreAt = (rounds: number): Score => score((i) => answers[i]?.[Math.min(rounds, (answers[i]?.length ?? 1) - 1)] === true);
  const converged = answers.reduce((most, list) => Math.max(most, list.length - 1), 0);
  const first = Array.from({ length: converged + 1 }, (_, rounds) => rounds).find((rounds) => scoreAt(rounds).accuracy === 1);
  const sortedDegrees = (tree: ParentList): string =>
    treeDegrees(tree)
      .sort((x, y) => x - y)
      .join();
  return {
    rows: layers.map((asked) => {
      const rounds = asked === "converge" ? converged : asked;
      return { layers: rounds, predicted: rounds >= deepForkRounds(nodes) ? 1 : 0.5, ...scoreAt(rounds) };
    }),
    minLayers: first ?? null,
    ahu: score((i) => isomorphic(questions[i]?.[0].tree ?? [], questions[i]?.[1].tree ?? [])),
    degree: score((i) => sortedDegrees(questions[i]?.[0].tree ?? []) === sortedDegrees(questions[i]?.[1].tree ?? [])),
  };
}

interface Named {
  readonly name: "fork" | "spur";
  readonly tree: ParentList;
}
type Question = readonly [Named, Named];

function everyQuestion(fork: ParentList, spur: ParentList): Question[] {
  const both: Named[] = [
    { name: "fork", tree: fork },
    { name: "spur", tree: spur },
  ];
  return both.flatMap((a) => both.map((b): Question => [a, b]));
}

function drawQuestions(fork: ParentList, spur: ParentList, samples: number, seed: number): Question[] {
  checkNumber("treeExperiment", "samples", samples, { whole: true, atLeast: 1, atMost: 10_000 });
  const random = randomStream(seed, 0x7ee5);
  const draw = (name: "fork" | "spur"): Named => ({ name, tree: shuffleTree(random, name === "fork" ? fork : spur) });
  return Array.from({ length: samples }, (_, i): Question => {
    const first = uniformInteger(random, 2) === 0 ? "fork" : "spur";
    return [draw(first), draw(i % 2 === 0 ? first : first === "fork" ? "spur" : "fork")];
  });
}

/**
 * @file How often a network answers a connectivity question rightly, layer by layer: on one cycle against two, on a path against a cut path, on random pairs of a chosen diameter.
 * Every question comes with its graph's exact answer by union-find; the rule that reads degrees is measured on the same questions.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { type RandomStream, randomStream, uniformInteger } from "../core/random.ts";
import { bandPair } from "./band-graphs.ts";
import { predictedAccuracy } from "./closed-forms.ts";
import type { Construction } from "./constructions.ts";
import { degrees, type Graph } from "./graph.ts";
import { graphAnswer, pairAnswer, type ReadOut } from "./read-outs.ts";
import type { WholeMatrix } from "./retrieval.ts";
import { type Arithmetic, largestNetwork, networkStates } from "./run-network.ts";
import { cutPath, oneCycle, path, twoCycles } from "./two-regular.ts";
import { components } from "./union-find.ts";

export type GraphTask = "cycles" | "paths" | "random-graph";
export type Decision = "pair" | "graph";
export const decisions: readonly Decision[] = ["pair", "graph"];

export interface GraphExperimentOptions {
  readonly task: GraphTask;
  readonly construction: Construction;
  readonly decision: Decision;
  readonly readOut: ReadOut;
  readonly nodes: number;
  /** Layers to report; "converge": until no network changes any more. */
  readonly layers: readonly (number | "converge")[];
  /** Balanced random questions, or every question there is (cycles and paths). */
  readonly samples: number | "all";
  readonly seed: number;
  readonly arithmetic?: Arithmetic;
  /** random-graph: the diameter of every connected graph; default uniform on 4 ... nodes - 3. */
  readonly diameter?: number;
}

/** Right answers of one network, or of one rule, to all questions. */
export interface Score {
  /** all: mean of the two classes' shares; samples: right / questions. */
  readonly accuracy: number;
  readonly right: number;
  readonly questions: number;
}

export interface LayerScore extends Score {
  readonly layers: number;
  readonly predicted: number | null;
}

export interface GraphExperiment {
  readonly rows: readonly LayerScore[];
  /** Least number of layers at which every question is answered rightly; null if none does. */
  readonly minLayers: number | null;
  readonly unionFind: Score;
  readonly degree: Score;
}

/** A graph with the questions that are put to it, all of which have the same right answer. */
export interface Case {
  readonly graph: Graph;
  readonly connected: boolean;
  readonly pairs: readonly (readonly [number, number])[];
}

/** @throws HopfieldError E_RANGE (options; n odd or below 6 for cycles, below 2 for paths, below 7 for random graphs; "all" for random graphs), E_LIMIT. */
export function graphExperiment(options: GraphExperimentOptions): GraphExperiment {
  const cases = casesOf(options);
  return experimentOf(options, cases, (graph) => networkStates(graph, { ...options, layers: "converge" }), predictor(options));
}

/** The same for any source of states: state L of the iterator is what the network of L layers ends with. */
export function experimentOf(
  options: Pick<GraphExperimentOptions, "layers" | "decision" | "readOut" | "samples">,
  cases: readonly Case[],
  statesOf: (graph: Graph) => Iterable<WholeMatrix>,
  predicted: (layers: number) => number | null,
): GraphExperiment {
  const { decision, readOut, samples } = options;
  const answerOf = (state: WholeMatrix, [source, target]: readonly [number, number]): boolean =>
    decision === "pair" ? pairAnswer(state, source, target, readOut) : graphAnswer(state, readOut);
  // right[c][L]: questions of case c that the network of L layers answers rightly; the last entry stands for all larger L.
  const right = cases.map((item) =>
    Array.from(statesOf(item.graph), (state) => item.pairs.filter((pair) => answerOf(state, pair) === item.connected).length),
  );
  const scoreAt = (layers: number): Score =>
    scoreOf(
      cases,
      right.map((list) => list[Math.min(layers, list.length - 1)] as number),
      samples,
    );
  const converged = right.reduce((most, list) => Math.max(most, list.length - 1), 0);
  const first = Array.from({ length: converged + 1 }, (_, layers) => layers).find((layers) => scoreAt(layers).accuracy === 1);
  const rows = options.layers.map((asked) => {
    const layers = asked === "converge" ? converged : asked;
    return { layers, predicted: predicted(layers), ...scoreAt(layers) };
  });
  const scoreRule = (rule: (item: Case, pair: readonly [number, number]) => boolean): Score =>
    scoreOf(
      cases,
      cases.map((item) => item.pairs.filter((pair) => rule(item, pair) === item.connected).length),
      samples,
    );
  const labels = new Map(cases.map(({ graph }) => [graph, components(graph)]));
  const degree = new Map(cases.map(({ graph }) => [graph, degrees(graph)]));
  return {
    rows,
    minLayers: first ?? null,
    unionFind: scoreRule(({ graph }, [s, t]) => {
      const label = labels.get(graph) as Int32Array;
      return decision === "pair" ? label[s] === label[t] : label.every((x) => x === 0);
    }),
    degree: scoreRule(({ graph }, [s, t]) => {
      const list = degree.get(graph) as number[];
      return decision === "pair" ? (list[s] as number) > 0 && (list[t] as number) > 0 : list.every((d) => d > 0);
    }),
  };
}

function scoreOf(cases: readonly Case[], right: readonly number[], samples: number | "all"): Score {
  const questions = cases.reduce((sum, { pairs }) => sum + pairs.length, 0);
  const sum = right.reduce((a, b) => a + b, 0);
  if (samples !== "all") return { accuracy: sum / questions, right: sum, questions };
  const share = (connected: boolean): number => {
    const chosen = cases.flatMap((item, i) => (item.connected === connected ? [(right[i] as number) / item.pairs.length] : []));
    return chosen.reduce((a, b) => a + b, 0) / chosen.length;
  };
  return { accuracy: (share(true) + share(false)) / 2, right: sum, questions };
}

function predictor({ task, construction, decision, readOut, nodes }: GraphExperimentOptions): (layers: number) => number | null {
  return (layers) => (task === "random-graph" ? null : predictedAccuracy({ task, construction, decision, readOut, nodes, layers }));
}

/** The questions of a task: all of them, or as many as asked for, every other one about a connected pair. */
export function casesOf({ task, decision, nodes, samples, seed, diameter }: GraphExperimentOptions): readonly Case[] {
  const where = "graphExperiment";
  checkChoice(where, "task", task, ["cycles", "paths", "random-graph"]);
  if (samples !== "all") checkNumber(where, "samples", samples, { whole: true, atLeast: 1, atMost: 1_000_000 });
  if (nodes > largestNetwork)
    throw new HopfieldError("E_LIMIT", `${where}: a network is run on at most ${largestNetwork} nodes, got ${nodes}`);
  const random = randomStream(seed, 0xd3e9);
  if (task === "random-graph") {
    if (samples === "all") throw new HopfieldError("E_RANGE", `${where}: random graphs are too many for samples "all"; give a number`);
    checkNumber(where, "nodes", nodes, { whole: true, atLeast: 7 });
    return Array.from({ length: samples }, (_, i) => bandCase(random, nodes, diameter, i % 2 === 0));
  }
  const [whole, parted] = task === "cycles" ? [oneCycle(nodes), twoCycles(nodes)] : [path(nodes), cutPath(nodes)];
  const half = Math.floor(nodes / 2);
  const ends: readonly [number, number] = [0, nodes - 1];
  if (samples === "all") {
    const every = (keep: (s: number, t: number) => boolean): [number, number][] =>
      Array.from({ length: nodes * nodes }, (_, i): [number, number] => [Math.floor(i / nodes), i % nodes]).filter(([s, t]) => keep(s, t));
    const asks = task === "cycles" && decision === "pair";
    return [
      { graph: whole, connected: true, pairs: asks ? every((s, t) => s !== t) : [ends] },
      { graph: parted, connected: false, pairs: asks ? every((s, t) => s < half !== t < half) : [ends] },
    ];
  }
  const draw = (connected: boolean): readonly [number, number] => {
    if (task === "paths" || decision === "graph") return ends;
    const source = uniformInteger(random, nodes);
    if (connected) return [source, (source + 1 + uniformInteger(random, nodes - 1)) % nodes];
    return [source, (source < half ? half : 0) + uniformInteger(random, half)];
  };
  const positives = Array.from({ length: Math.ceil(samples / 2) }, () => draw(true));
  const negatives = Array.from({ length: Math.floor(samples / 2) }, () => draw(false));
  const both: Case[] = [
    { graph: whole, connected: true, pairs: positives },
    { graph: parted, connected: false, pairs: negatives },
  ];
  return both.filter(({ pairs }) => pairs.length > 0);
}

function bandCase(random: RandomStream, nodes: number, diameter: number | undefined, connected: boolean): Case {
  const pair = bandPair(random, { nodes, diameter: diameter ?? 4 + uniformInteger(random, nodes - 6) });
  return { graph: connected ? pair.whole : pair.parted, connected, pairs: [[pair.source, pair.target]] };
}

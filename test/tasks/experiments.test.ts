/** Accuracy tables against closed forms and against counting by distance; trees against refinement by strings; S5 against its masses. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HopfieldError } from "../../src/core/errors.ts";
import { randomStream } from "../../src/core/random.ts";
import {
  type Construction,
  chainProducts,
  chainStates,
  constructions,
  cutPath,
  type Decision,
  type GraphExperimentOptions,
  type GraphTask,
  graphExperiment,
  isomorphic,
  lost,
  oneCycle,
  openProductMemory,
  path,
  predictedAccuracy,
  product,
  productMasses,
  type ReadOut,
  randomWord,
  reach,
  treeExperiment,
  treeNetworkRounds,
  treeProducts,
  twoCycles,
  wordExperiment,
  wordProduct,
} from "../../src/tasks/index.ts";
import { trees } from "./arbitraries.ts";
import { floydWarshall, isomorphicByMatching } from "./definitions.ts";

const base: GraphExperimentOptions = {
  task: "cycles",
  construction: "square",
  decision: "pair",
  readOut: "all",
  nodes: 8,
  layers: [0, 1, 2, 3],
  samples: "all",
  seed: 1,
};

/** The accuracy from the definitions: count marks within the reach, ask every question of the contract. */
function counted(task: GraphTask, construction: Construction, decision: Decision, readOut: ReadOut, n: number, layers: number): number {
  const shares = [task === "cycles" ? oneCycle(n) : path(n), task === "cycles" ? twoCycles(n) : cutPath(n)].map((graph, which) => {
    const d = floydWarshall(graph);
    const marked = d.map((row) => row.map((x) => x <= reach(construction, layers)));
    const many = (s: number): boolean => (marked[s] ?? []).filter((x) => x).length > n / 2;
    const says = (s: number, t: number): boolean =>
      decision === "graph"
        ? readOut === "all"
          ? marked.flat().every((x) => x)
          : marked.every((_, s) => many(s))
        : readOut === "all"
          ? marked[s]?.[t] === true
          : many(s);
    const questions: [number, number][] = [];
    for (let s = 0; s < n; s++) {
      for (let t = 0; t < n; t++) {
        if (task === "paths" ? s === 0 && t === n - 1 : which === 0 ? s !== t : d[s]?.[t] === Infinity) questions.push([s, t]);
      }
    }
    return questions.filter(([s, t]) => says(s, t) === (which === 0)).length / questions.length;
  });
  return shares.reduce((a, b) => a + b, 0) / 2;
}

describe("accuracy of the hand-built networks", () => {
  const cases = (["cycles", "paths"] as const).flatMap((task) =>
    constructions.flatMap((construction) =>
      (["pair", "graph"] as const).flatMap((decision) =>
        (["all", "count"] as const).map((readOut) => ({ task, construction, decision, readOut })),
      ),
    ),
  );
  it.each(cases)("$task $construction $decision $readOut: measured = closed form = counted by distance", (some) => {
    for (const nodes of [6, 8, 12, ...(some.task === "paths" ? [2, 3, 9] : [])]) {
      const { rows, unionFind } = graphExperiment({ ...base, ...some, nodes, layers: [0, 1, 2, 3, 4, "converge"] });
      expect(unionFind.accuracy).toBe(1);
      for (const { layers, accuracy, predicted } of rows) {
        // Shares of counts below 2^53 and one division: a few units in the last place of numbers of at most 1.
        expect(Math.abs(accuracy - (predicted ?? Number.NaN))).toBeLessThan(1e-12);
        expect(Math.abs(accuracy - counted(some.task, some.construction, some.decision, some.readOut, nodes, layers))).toBeLessThan(1e-12);
      }
    }
  });

  it("the table of squaring on cycles, and the least number of layers by either read-out", () => {
    const table = [8, 16, 32, 64].map((nodes) =>
      graphExperiment({ ...base, nodes, layers: [1, 2, 3, 4, 5] }).rows.map(({ accuracy }) => accuracy.toFixed(3)),
    );
    expect(table).toEqual([
      ["0.786", "1.000", "1.000", "1.000", "1.000"],
      ["0.633", "0.767", "1.000", "1.000", "1.000"],
      ["0.565", "0.629", "0.758", "1.000", "1.000"],
      ["0.532", "0.563", "0.627", "0.754", "1.000"],
    ]);
    const least = (readOut: ReadOut, sizes: number[]): (number | null)[] =>
      sizes.map((nodes) => graphExperiment({ ...base, decision: "graph", readOut, nodes }).minLayers);
    expect(least("all", [6, 8, 10, 12, 16, 18, 32, 64])).toEqual([2, 2, 3, 3, 3, 4, 4, 5]);
    expect(least("count", [8, 16, 32, 64])).toEqual([1, 2, 3, 4]);
  });

  it("degrees are at chance where they tell nothing, and the same seed asks the same questions", () => {
    for (const task of ["cycles", "random-graph"] as const) {
      const options = { ...base, task, nodes: 16, samples: 60 };
      const found = graphExperiment(options);
      expect([found.degree.accuracy, found.degree.questions, found.unionFind.accuracy]).toEqual([0.5, 60, 1]);
      expect(graphExperiment(options)).toEqual(found);
      if (task === "random-graph") expect(graphExperiment({ ...options, seed: 2 })).not.toEqual(found);
    }
    expect(graphExperiment({ ...base, nodes: 16, samples: "all" }).degree.accuracy).toBe(0.5);
  });

  it("random graphs of diameter D: accuracy rises to 1 exactly when the reach does", () => {
    for (const decision of ["pair", "graph"] as const) {
      const found = graphExperiment({ ...base, task: "random-graph", decision, nodes: 14, diameter: 8, samples: 40, layers: [0, 1, 2, 3] });
      const list = found.rows.map(({ accuracy }) => accuracy);
      expect(list).toEqual([...list].sort((a, b) => a - b));
      expect(list.at(-1)).toBe(1);
      if (decision === "graph") expect([found.minLayers, list[2]]).toEqual([3, 0.5]);
    }
  });
});

describe("trees", () => {
  /** Colours by strings: the subtree of a node down to some depth. */
  const name = (tree: readonly number[], node: number, depth: number): string =>
    depth === 0
      ? "*"
      : `(${tree
          .flatMap((parent, i) => (parent === node ? [name(tree, i, depth - 1)] : []))
          .sort()
          .join("")})`;

  it("after L rounds the roots have the same colour iff the trees agree down to depth L; at the end iff they are isomorphic", () => {
    fc.assert(
      fc.property(trees(9), trees(9), (a, b) => {
        const rounds = Array.from(treeNetworkRounds(a, b));
        rounds.forEach(({ same }, depth) => {
          expect(same).toBe(name(a, a.indexOf(-1), depth) === name(b, b.indexOf(-1), depth));
        });
        expect(rounds.at(-1)?.same).toBe(isomorphicByMatching(a, b));
        expect(rounds.at(-1)?.same).toBe(isomorphic(a, b));
      }),
      { numRuns: 80 },
    );
  });

  it.each([5, 8, 16, 32])("deep fork of %i nodes: chance below n - 3 rounds, right from there", (nodes) => {
    for (const samples of ["all", 10] as const) {
      const { rows, minLayers, ahu, degree } = treeExperiment({ nodes, samples, seed: 3, layers: [nodes - 4, nodes - 3, "converge"] });
      expect(rows.map(({ accuracy, predicted }) => [accuracy, predicted])).toEqual([
        [0.5, 0.5],
        [1, 1],
        [1, 1],
      ]);
      expect([minLayers, ahu.accuracy, degree.accuracy]).toEqual([nodes - 3, 1, 0.5]);
    }
  });
});

describe("S5", () => {
  it("masses by summing over all 14 400 pairs; they cross 1/2 at 5.65803 and 5.66050", () => {
    for (const beta of [0.5, 4, 5.65, 5.7]) {
      let [total, right, own] = [0, 0, 0];
      for (let a = 0; a < 120; a++) {
        for (let b = 0; b < 120; b++) {
          const weight = Math.exp(beta * (Number(a === 17) + Number(b === 93)));
          total += weight;
          if (product(a, b) === product(17, 93)) right += weight;
          if (a === 17 && b === 93) own = weight;
        }
      }
      // 14 400 terms of doubles: relative error below 1e-12.
      expect(productMasses(beta).product).toBeCloseTo(right / total, 12);
      expect(productMasses(beta).pair).toBeCloseTo(own / total, 12);
    }
    expect([productMasses(5.65803).product > 0.5, productMasses(5.65802).product > 0.5]).toEqual([true, false]);
    expect([productMasses(5.6605).pair > 0.5, productMasses(5.66049).pair > 0.5]).toEqual([true, false]);
  });

  it.each<[number, "threshold" | "argmax", boolean]>([
    [5.7, "threshold", true],
    [5.66, "threshold", true],
    [5.65, "threshold", false],
    [4, "threshold", false],
    [1, "argmax", true],
  ])("beta %f, %s: right is %s, for chains and for trees", (beta, readOut, right) => {
    const memory = openProductMemory(beta, readOut);
    const word = randomWord(randomStream(5), 200);
    const expected = word.map((_, t) => wordProduct(word.slice(0, t + 1)));
    const states = Array.from(chainStates(memory, word));
    expect(states).toEqual(right ? expected : new Array(200).fill(lost));
    expect(treeProducts(memory, [word], 8)).toEqual([right ? expected.at(-1) : lost]);
    // L layers say the product of the first 2^L letters.
    expect(treeProducts(memory, [word], 4)).toEqual([right ? wordProduct(word.slice(0, 16)) : lost]);
    expect(treeProducts(memory, [word], 0)).toEqual([word[0]]);
    memory.free();
  });

  it("many words together are the words one by one; odd lengths too", () => {
    const memory = openProductMemory(6, "threshold");
    for (const length of [1, 7]) {
      const words = Array.from({ length: 40 }, (_, i) => randomWord(randomStream(i), length));
      const expected = words.map((word) => wordProduct(word));
      expect(chainProducts(memory, words)).toEqual(expected);
      expect(treeProducts(memory, words, 3)).toEqual(expected);
    }
    memory.free();
  });

  it("the experiment: fixed depth is right up to 2^L letters and at chance beyond, looped and chain of thought always", () => {
    const memories = new Map<string, ReturnType<typeof openProductMemory>>();
    const ask = (mode: "fixed" | "looped" | "cot", length: number, beta = 5.7) =>
      wordExperiment({ mode, length, beta, readOut: "threshold", samples: 60, seed: 1, layers: [1, 2, "converge"] }, memories);
    expect(ask("fixed", 4).rows.map(({ layers, predicted }) => [layers, predicted])).toEqual([
      [1, 1 / 120],
      [2, 1],
      [2, 1],
    ]);
    expect(ask("fixed", 4).rows.map(({ accuracy }) => accuracy > 0.2)).toEqual([false, true, true]);
    for (const mode of ["looped", "cot"] as const)
      expect(ask(mode, 6).rows.map(({ accuracy, predicted }) => [accuracy, predicted])).toEqual([[1, 1]]);
    expect([ask("looped", 6).minLayers, ask("cot", 6).minLayers, ask("looped", 1).minLayers]).toEqual([3, 1, 0]);
    expect(ask("cot", 6, 4).rows[0]).toMatchObject({ accuracy: 0, predicted: 0 });
    for (const memory of memories.values()) memory.free();
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
  it.each<[string, () => unknown]>([
    ["odd cycles", () => graphExperiment({ ...base, nodes: 7 })],
    ["all random graphs", () => graphExperiment({ ...base, task: "random-graph", nodes: 12 })],
    ["random graphs without room", () => graphExperiment({ ...base, task: "random-graph", nodes: 6, samples: 2 })],
    ["no samples", () => graphExperiment({ ...base, samples: 0 })],
    ["no such task", () => graphExperiment({ ...base, task: "circles" as GraphTask })],
    ["a fork too small", () => treeExperiment({ nodes: 4, samples: "all", seed: 1, layers: [1] })],
    ["beta 0", () => openProductMemory(0, "argmax")],
    [
      "no letters",
      () => wordExperiment({ mode: "cot", length: 0, beta: 6, readOut: "argmax", samples: 1, seed: 1, layers: [] }, new Map()),
    ],
    [
      "too many letters",
      () => wordExperiment({ mode: "cot", length: 1e6, beta: 6, readOut: "argmax", samples: 21, seed: 1, layers: [] }, new Map()),
    ],
  ])("%s", (_, work) => {
    expect(codeOf(work)).toBe("E_RANGE");
  });
  it("more nodes than a network takes", () => {
    expect(codeOf(() => treeExperiment({ nodes: 2000, samples: "all", seed: 1, layers: [1] }))).toBe("E_LIMIT");
    expect(predictedAccuracy({ task: "cycles", construction: "cube", decision: "pair", readOut: "all", nodes: 8, layers: 400 })).toBe(1);
  });
});

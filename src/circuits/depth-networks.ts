/**
 * @file The networks that decide connectivity layer by layer, weights and all, as circuits: softmax weights e^(beta s) are whole numbers B^s with B = e^beta, and an answer sum_k B^s_ik R_kj / sum_k B^s_ik
 * is compared with its threshold without a division. square and linear: two layers of gates an update. cube: weights up to B^n, numbers of poly(n) bits, compared digit by digit in base B, six layers.
 * Proofs: docs/depth/constructions.md; the same layers as memories are in the room of the tasks.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { addForm, addGate, type Builder, createBuilder, finish } from "./builder.ts";
import type { Circuit } from "./circuit.ts";
import { conjunction, stepGates, unary } from "./primitives.ts";
import { prune } from "./prune.ts";

export const depthNetworks = ["square", "cube", "linear"] as const;
export type DepthNetwork = (typeof depthNetworks)[number];

/** Most nodes, so that the circuit of one update has at most about 10^6 gates. */
const mostNodes: Record<DepthNetwork, number> = { square: 100, linear: 100, cube: 28 };

/** Wires between forms and gates that are built, so that no more than a few hundred megabytes are needed. */
const mostWires = 2 ** 24;

/** Distance that L updates reach. */
export function depthReach(network: DepthNetwork, layers: number): number {
  return network === "square" ? 2 ** layers : network === "cube" ? 3 ** layers : layers + 1;
}

/** B = e^beta: the weight of one score more. */
export function depthBase(network: DepthNetwork, n: number): number {
  return network === "cube" ? n * (n + 1) + 1 : 4 * n * n;
}

/** Gates on a path through one update. */
export function depthOfUpdate(network: DepthNetwork): number {
  return network === "cube" ? 6 : 2;
}

/**
 * Inputs: the n^2 bits of A + I row by row (symmetric, 1 on the diagonal). Outputs: n^2 bits, 1 where the distance is at most the reach.
 * @param n nodes, from 2; @param layers updates, 1 to 16. @throws HopfieldError E_RANGE, E_LIMIT.
 */
export function depthCircuit(network: DepthNetwork, n: number, layers: number): { circuit: Circuit; gatesUnpruned: number } {
  checkChoice("depthCircuit", "network", network, depthNetworks);
  checkNumber("depthCircuit", `number of nodes of ${network}`, n, { whole: true, atLeast: 2, atMost: mostNodes[network] });
  checkNumber("depthCircuit", "layers", layers, { whole: true, atLeast: 1, atMost: 16 });
  const size = layers * (network === "cube" ? 5 * n ** 4 + 12 * n ** 3 : 6 * n ** 3);
  if (size > mostWires)
    throw new HopfieldError(
      "E_LIMIT",
      `depthCircuit: ${layers} updates of ${network} on ${n} nodes could have ${size} wires, at most ${mostWires} are held`,
      { size },
    );
  const b = createBuilder(n * n);
  const start = Array.from({ length: n * n }, (_, at) => at);
  let state = start;
  for (let layer = 0; layer < layers; layer++) {
    state = network === "cube" ? cubeUpdate(b, state, n) : squareUpdate(b, state, network === "square" ? state : start, n);
  }
  return { circuit: prune(finish(b, state)), gatesUnpruned: b.asked };
}

/** Keys one-hot: weight 4 n^2 where R_ik is 1, else 1. o_ij >= 1 / (2 n) iff sum_k (1 + (4 n^2 - 1) R_ik) (2 n V_kj - 1) >= 0. */
function squareUpdate(b: Builder, state: readonly number[], values: readonly number[], n: number): number[] {
  const extra = depthBase("square", n) - 1;
  const nodes = Array.from({ length: n }, (_, k) => k);
  return state.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const row = nodes.map((k) => state[i * n + k] as number);
    const column = nodes.map((k) => values[k * n + j] as number);
    const both = nodes.map((k) => conjunction(b, [row[k] as number, column[k] as number]));
    const weights = [...nodes.map(() => 2 * n * extra), ...nodes.map(() => 2 * n), ...nodes.map(() => -extra)];
    // R_ij stands in the row and in the column: one form, so that each source has one weight.
    return addGate(b, [addForm(b, [...both, ...column, ...row], weights)], [1], n);
  });
}

/**
 * Keys are the rows themselves, scores s_ik = <R_i, R_k>, a null pattern of score n reads nothing; threshold B^(1-n) / (n + 1):
 * (n + 1) B^(n-1) sum_k B^s_ik R_kj >= sum_k B^s_ik + B^n. No digit of either side reaches B = n (n + 1) + 1, so nothing is carried and the larger number is the one with the first larger digit.
 */
function cubeUpdate(b: Builder, state: readonly number[], n: number): number[] {
  const nodes = Array.from({ length: n }, (_, k) => k);
  const levels = Array.from({ length: n + 1 }, (_, s) => s);
  const thresholds = levels.slice(1);
  // scoreIs[i n + k][s] = [s_ik = s]: products of bits, thermometers, forms.
  const scoreIs: number[][] = new Array(n * n);
  for (const i of nodes) {
    for (const k of nodes.slice(i)) {
      const products = nodes.map((m) =>
        i === k ? (state[i * n + m] as number) : conjunction(b, [state[i * n + m] as number, state[k * n + m] as number]),
      );
      const line = stepGates(b, addForm(b, products, new Array<number>(n).fill(1)), thresholds);
      scoreIs[i * n + k] = levels.map((s) => unary(b, line, (x) => (x === s ? 1 : 0)));
      scoreIs[k * n + i] = scoreIs[i * n + k] as number[];
    }
  }
  const ones = new Array<number>(n).fill(1);
  // [row i][s]: patterns with score s, the null pattern at n.
  const denominators = nodes.map((i) =>
    levels.map((s) =>
      addForm(
        b,
        nodes.map((k) => scoreIs[i * n + k]?.[s] as number),
        ones,
        s === n ? 1 : 0,
      ),
    ),
  );
  return state.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const all = nodes.map((k) => scoreIs[i * n + k] as number[]);
    const denominator = denominators[i] as number[];
    const numerator = levels.map((s) =>
      addForm(
        b,
        all.map((here, k) => addGate(b, [here[s] as number, state[k * n + j] as number], [1, 1], 2)),
        ones,
      ),
    );
    const places = Array.from({ length: 2 * n }, (_place, place) => ({
      sources: [numerator[place - n + 1], denominator[place]].filter((source) => source !== undefined),
      weights: [...(numerator[place - n + 1] === undefined ? [] : [n + 1]), ...(denominator[place] === undefined ? [] : [-1])],
    }));
    return compareDigits(b, places);
  });
}

/** [number >= 0] for signed digits, the first place the least: some digit is above 0 and none above it is below, or none is below at all. Three layers. */
function compareDigits(
  b: Builder,
  places: readonly { readonly sources: readonly number[]; readonly weights: readonly number[] }[],
): number {
  const above = places.map(({ sources, weights }) => addGate(b, sources, weights, 1));
  const notBelow = places.map(({ sources, weights }) => addGate(b, sources, weights, 0));
  const ways = above.map((gate, place) => conjunction(b, [gate, ...notBelow.slice(place + 1)]));
  return addGate(b, [...ways, conjunction(b, notBelow)], new Array<number>(ways.length + 1).fill(1), 1);
}

/** @file Uniformity as code: any gate from its number, the same as the built one, and for a circuit of n = 2^20 patterns that could not be built. */
import { compile, createNetwork, type Family, familyOf, familySize, flatten, gateAt, randomPatterns } from "../circuits/index.ts";
import { wordAt } from "../core/random.ts";
import type { Claim } from "./types.ts";

const queries = 20_000;

/** @param generate the generator under examination. */
export function circuitUniformClaim(generate: typeof gateAt = gateAt): Claim {
  /** Gates that are not the built ones: wires of weight 0 left out, wires to the constant 1 drawn into the threshold. */
  const different = (memory: "fixed" | "input", seed: number): { wrong: number; gates: number } => {
    const network = createNetwork(randomPatterns(3, 3, 3, seed), { bits: 3, beta: 0.7, layers: 2, memory });
    const flat = flatten(compile(network, { fold: false }).circuit);
    const family = familyOf(network);
    const gates = familySize(family);
    let wrong = 0;
    for (let g = 0; g < gates; g++) {
      const gate = generate(family, g);
      let threshold = gate.threshold;
      const wires: string[] = [];
      for (let w = 0; w < gate.fanIn; w++) {
        const { source, weight } = gate.wire(w);
        if (source < 0) threshold -= weight;
        else if (weight !== 0) wires.push(`${weight}*${source}`);
      }
      const [from, to] = [flat.start[g] as number, flat.start[g + 1] as number];
      const built = Array.from({ length: to - from }, (_, i) => `${flat.weight[from + i]}*${flat.source[from + i]}`);
      if (threshold !== flat.bound[g] || wires.join() !== built.join()) wrong++;
    }
    return { wrong, gates };
  };
  return {
    id: "circuit-uniform",
    title: "a gate of the circuit is found from its number by a fixed number of operations, however large the circuit is",
    source: "arXiv 2412.05562 (DLOGTIME-uniform TC0); docs/circuits/uniformity.md",
    expected:
      "every gate of two families with fixed patterns and with patterns as inputs equal to the built one; at n = 2^20 every queried wire reads an earlier source and asks for at most one pattern entry",
    tolerance:
      "none. The table of the exponential is a constant of the family, computed beforehand (in time polynomial in p, not logarithmic)",
    seconds: 0.2,
    run({ seed, progress }) {
      const small = (["fixed", "input"] as const).map((memory) => different(memory, seed));
      progress(1, 2);
      const [n, d, p] = [2 ** 20, 8, 4];
      let asked = 0;
      const entry = (i: number, k: number): number => {
        asked++;
        return (wordAt(seed, 0, i * d + k) % 16) - 8;
      };
      const family: Family = {
        n,
        d,
        p,
        layers: 2,
        memory: "fixed",
        unit: 64,
        S: 512,
        table: [15, 4, 1],
        tableSupport: 2,
        pattern: entry,
        key: entry,
      };
      const size = familySize(family);
      let backward = 0;
      let wires = 0;
      for (let t = 0; t < queries; t++) {
        const index = Math.floor((wordAt(seed, 1, t) / 2 ** 32) * size);
        const gate = generate(family, index);
        const { source } = gate.wire(Math.floor((wordAt(seed, 2, t) / 2 ** 32) * gate.fanIn));
        if (source >= d * p + index) backward++;
        wires += gate.fanIn;
      }
      const wrong = small.reduce((sum, found) => sum + found.wrong, 0);
      const gates = small.reduce((sum, found) => sum + found.gates, 0);
      return {
        measured: `${wrong} of ${gates} gates differ from the built ones; n = 2^20: ${size} gates, mean fan-in ${Math.round(wires / queries)} of those asked for, ${backward} of ${queries} wires backward, ${asked} pattern entries asked for`,
        passed: wrong === 0 && backward === 0 && asked <= queries,
        figures: { wrong, gates, size, backward, asked },
      };
    },
  };
}

export const circuitUniform = circuitUniformClaim();

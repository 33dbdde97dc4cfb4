/** The random-access generator says gate by gate what the compiler builds, and answers about a circuit that could not be built. */
import { describe, expect, it } from "vitest";
import { countGates } from "../../src/circuits/circuit.ts";
import { compile } from "../../src/circuits/compile.ts";
import { flatten } from "../../src/circuits/expand.ts";
import { familyOf, familySize, gateAt } from "../../src/circuits/gate-at.ts";
import type { NetworkOptions } from "../../src/circuits/network.ts";
import { constantOne, type Family } from "../../src/circuits/uniform.ts";
import { wordAt } from "../../src/core/random.ts";
import { bothWays, drawPatterns } from "./problems.ts";

/** Threshold and wires with constants drawn into the threshold and zero weights left out, as a built gate has them. */
function written(family: Family, index: number): { threshold: number; wires: [number, number][] } {
  const gate = gateAt(family, index);
  let { threshold } = gate;
  const wires: [number, number][] = [];
  for (let w = 0; w < gate.fanIn; w++) {
    const { source, weight } = gate.wire(w);
    if (source === constantOne) threshold -= weight;
    else if (weight !== 0) wires.push([source, weight]);
  }
  return { threshold, wires };
}

const W = { data: Int32Array.of(1, 0, -1, 0, 1, 1), rows: 2, columns: 3 };

describe("gateAt is the built gate", () => {
  it.each<[string, number, number, number, Partial<NetworkOptions>]>([
    ["fixed", 3, 3, 3, {}],
    ["fixed, beta 0.5", 4, 3, 4, { beta: 0.5 }],
    ["fixed, three updates", 3, 2, 3, { layers: 3, beta: 0.7 }],
    ["kernel", 3, 3, 3, { kernel: W }],
    ["input", 3, 2, 3, { memory: "input", beta: 0.5 }],
    ["input, two updates", 2, 2, 2, { memory: "input", layers: 2, beta: 0.4 }],
  ])("%s", (_, n, d, p, options) => {
    const { network } = bothWays(drawPatterns(n, d, p, "random"), { bits: p, ...options }).compiled;
    const flat = flatten(compile(network, { fold: false }).circuit);
    const family = familyOf(network);
    expect(familySize(family)).toBe(countGates(flat));
    for (let g = 0; g < familySize(family); g++) {
      const wires = Array.from({ length: (flat.start[g + 1] as number) - (flat.start[g] as number) }, (_wire, i) => {
        const w = (flat.start[g] as number) + i;
        return [flat.source[w] as number, flat.weight[w] as number];
      });
      expect([g, written(family, g)]).toEqual([g, { threshold: flat.bound[g], wires }]);
    }
  });
});

describe("n = 2^20: more than 10^8 gates, output gates of more than 10^6 wires", () => {
  const [n, d, p] = [2 ** 20, 8, 4];
  const entry = (i: number, k: number): number => (wordAt(1, 0, i * d + k) % 16) - 8;
  const shared = {
    n,
    d,
    p,
    layers: 2,
    table: [15, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    tableSupport: 2,
    pattern: entry,
    key: entry,
  };
  it.each<[string, Family]>([
    ["fixed", { ...shared, memory: "fixed", S: 512, unit: 64 }],
    ["input", { ...shared, memory: "input", S: d * 64, unit: d * 8 }],
  ])("%s: any gate reads earlier sources, at most one pattern entry for each wire", (_, family) => {
    const size = familySize(family);
    expect(size).toBeGreaterThan(3e7);
    const inputs = family.memory === "input" ? (n + 1) * d * p : d * p;
    const blocks = new Map<string, number>();
    let asked = 0;
    const counting = (i: number, k: number): number => {
      asked++;
      return entry(i, k);
    };
    const counted = { ...family, pattern: counting, key: counting };
    let wrong = 0;
    const queries = 5000;
    for (let t = 0; t < queries; t++) {
      const index = Math.floor((wordAt(2, 0, t) / 2 ** 32) * size);
      const gate = gateAt(counted, index);
      blocks.set(gate.block, (blocks.get(gate.block) ?? 0) + 1);
      for (const w of [0, gate.fanIn >> 1, gate.fanIn - 1]) {
        const { source, weight } = gate.wire(w);
        if (!(source === constantOne || (source >= 0 && source < inputs + index)) || !Number.isInteger(weight)) wrong++;
      }
    }
    expect(wrong).toBe(0);
    // At most one entry of one pattern is looked at for a wire; nothing is summed over patterns.
    expect(asked).toBeLessThanOrEqual(3 * queries);
    expect(blocks.size).toBeGreaterThanOrEqual(2);
    // The last gate of the circuit is an output that reads every pattern.
    expect(gateAt(family, size - 1)).toMatchObject({ update: 1, block: "outputs" });
    expect(gateAt(family, size - 1).fanIn).toBeGreaterThan(n);
  });

  it("refuses an index outside", () => {
    const family: Family = { ...shared, memory: "fixed", S: 512, unit: 64 };
    expect(() => gateAt(family, familySize(family))).toThrow(expect.objectContaining({ code: "E_RANGE" }));
    expect(() => gateAt(family, -1)).toThrow(expect.objectContaining({ code: "E_RANGE" }));
  });
});

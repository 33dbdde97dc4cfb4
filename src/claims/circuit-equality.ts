/** @file The circuit is the network: every input of small networks, random inputs of larger ones, against a retrieval written here. */
import {
  compile,
  createNetwork,
  evaluateMany,
  flatten,
  type IntegerMatrix,
  measure,
  numbersFromBits,
  randomPatterns,
  randomVector,
} from "../circuits/index.ts";
import { integerRetrieval } from "./circuit-reference.ts";
import type { Claim } from "./types.ts";

const shapes = [
  [3, 3, 3],
  [4, 3, 4],
  [2, 4, 4],
] as const;

/** As drawn; the last row a copy of the first; every second entry the smallest number. */
const variants = ["drawn", "copied row", "smallest entries"] as const;

function patternsOf(n: number, d: number, p: number, variant: (typeof variants)[number], seed: number): IntegerMatrix {
  const rows = variant === "copied row" ? n + 1 : n;
  const { data } = randomPatterns(rows, d, p, seed, n);
  if (variant === "copied row") data.copyWithin(n * d, 0, d);
  return { data: variant === "smallest entries" ? data.map((x, i) => (i % 2 === 0 ? -(2 ** (p - 1)) : x)) : data, rows, columns: d };
}

/** @param build the compiler under examination. */
export function circuitEqualityClaim(build: typeof compile = compile): Claim {
  const mismatches = (
    patterns: IntegerMatrix,
    p: number,
    beta: number,
    vectors: readonly Uint8Array[],
  ): { wrong: number; wires: number } => {
    const { circuit } = build(createNetwork(patterns, { bits: p, beta }));
    const flat = flatten(circuit);
    const retrieve = integerRetrieval(patterns, p, beta);
    let wrong = 0;
    for (let at = 0; at < vectors.length; at += 32) {
      const some = vectors.slice(at, at + 32);
      evaluateMany(flat, some).forEach((answer, lane) => {
        const expected = retrieve(numbersFromBits(some[lane] as Uint8Array, p));
        if (expected.some((x, j) => x !== answer[j])) wrong++;
      });
    }
    return { wrong, wires: measure(circuit).wires * vectors.length };
  };
  return {
    id: "circuit-equality",
    title: "the compiled circuit, gate by gate, is the retrieval in p-bit integers, bit for bit",
    source:
      "docs/circuits/semantics.md (one rounding after each exact sum, as in the arithmetic of arXiv 2409.13629); arXiv 2412.05562, the circuit whose existence it proves",
    expected:
      "no mismatch on any input of (3, 3, 3) and (4, 3, 4) and a part of those of (2, 4, 4), at two betas and three kinds of patterns, nor on random inputs of (64, 16, 6)",
    tolerance: "none: integers",
    seconds: 4,
    run({ seed, progress }) {
      let wrong = 0;
      let checked = 0;
      let wires = 0;
      const add = (found: { wrong: number; wires: number }, count: number): void => {
        wrong += found.wrong;
        wires += found.wires;
        checked += count;
      };
      for (const [at, [n, d, p]] of shapes.entries()) {
        progress(at, shapes.length + 1);
        const all = Array.from({ length: 2 ** (d * p) }, (_, code) => Uint8Array.from({ length: d * p }, (_bit, i) => (code >> i) & 1));
        for (const variant of variants) {
          for (const beta of [8 / Math.sqrt(d), 0.5]) {
            // Of the 65 536 inputs of (2, 4, 4) every eleventh; 11 and 2^16 have no common factor.
            const some = all.length > 4096 ? all.filter((_, code) => code % 11 === 0) : all;
            add(mismatches(patternsOf(n, d, p, variant, seed), p, beta, some), some.length);
          }
        }
      }
      const large = randomPatterns(64, 16, 6, seed);
      const network = createNetwork(large, { bits: 6, beta: 0.5 });
      const vectors = Array.from({ length: 1300 }, (_, t) => randomVector(network, seed, t));
      add(mismatches(large, 6, 0.5, vectors), vectors.length);
      return {
        measured: `${wrong} mismatches in ${checked} vectors, ${(wires / 1e9).toFixed(2)}e9 wires evaluated`,
        passed: wrong === 0 && wires > 2e9,
        figures: { wrong, checked, wires },
      };
    },
  };
}

export const circuitEquality = circuitEqualityClaim();

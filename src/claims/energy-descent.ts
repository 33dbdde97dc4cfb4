/**
 * @file Every member with an energy goes downhill, and by at least half the squared step: E(q) - E(f(q)) >= 1/2 |q - f(q)|^2 (kernel: 1/2 |W (q - f(q))|^2).
 * Energies are taken from their definitions in f64, states from the library in f32.
 */
import { randomStream } from "../core/random.ts";
import type { MemoryOptions } from "../index.ts";
import { between, gaussianRows, gaussianVector, logUniform, pick, rowOf, shifted } from "./draws.ts";
import { energyOf, members, update } from "./energies.ts";
import { distance, largestNorm } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const problems = 120;
const steps = 4;

export const energyDescent: Claim = {
  id: "energy-descent",
  title: "every member with an energy descends by at least 1/2 |q - f(q)|^2 in each step",
  source:
    "Ramsauer et al., arXiv 2008.02217, Theorems 1 and 2 (descent), for the family: Santos et al., arXiv 2402.13725; strong form proved in docs/models/README.md",
  expected: "E(q) - E(f(q)) - 1/2 |q - f(q)|^2 >= 0 for 13 members, and energy() equal to its definition",
  tolerance:
    "|y - f(q)| * |q - y| + 1e-11 (1 + |E|): what an answer y that is off by rounding can lose (its distance to the f64 answer is measured), and the rounding of the energies; y itself within 2^-20 m of the definition, energy() within 1e-9 (1 + |E|), kernel 2^-22 |Wq| max|Wx| more (it keeps W x in f32)",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc102);
    let checks = 0;
    let uphill = 0;
    let wrongEnergies = 0;
    let wrongAnswers = 0;
    let worst = 0;
    for (let n = 0; n < problems; n++) {
      progress(n, problems);
      const [M, d] = [between(random, 2, 12), between(random, 1, 8)];
      const X = gaussianRows(random, M, d);
      const W = gaussianRows(random, d, d, 0.7);
      const mask = X.map((_, i) => (i === 0 ? 1 : between(random, 0, 1)));
      const m = largestNorm(X);
      const beta = logUniform(random, 0.05, 20);
      for (const member of members(M, W, mask)) {
        const memory = library.createMemory(X, { ...member.options, beta } as MemoryOptions);
        // epanechnikov: start close to a pattern, so that the energy is finite.
        let q =
          member.name === "epanechnikov" ? shifted(random, pick(random, X), 0.9 * Math.sqrt(2 / beta)) : gaussianVector(random, d, 1.5);
        for (let t = 0; t < steps; t++) {
          const { states } = memory.recall([q], { steps: 1 });
          const y = rowOf(states, 0);
          const exact = update(member, q, X, beta);
          const [before, after] = [energyOf(member, q, X, beta), energyOf(member, y, X, beta)];
          const slack = before - after - 0.5 * member.size(q.map((value, k) => value - (y[k] as number))) ** 2;
          const stretch = member.name === "kernel" ? largestNorm(W) ** 2 * d : 1;
          const allowed = stretch * distance(y, exact) * distance(q, y) + 1e-11 * (1 + Math.abs(before));
          const scale = member.name === "k-subset" ? m * M : m;
          checks++;
          worst = Math.min(worst, slack);
          if (!(slack >= -allowed)) uphill++;
          if (!(distance(y, exact) <= 2 ** -20 * scale)) wrongAnswers++;
          const energy = memory.energy([q])[0] ?? Number.NaN;
          // The library keeps W x and W q in f32, so its kernel energy is that of vectors rounded to 2^-24.
          const rounding = member.name === "kernel" ? 2 ** -22 * member.size(q) * Math.max(member.size(q), ...X.map(member.size)) : 0;
          if (!(Math.abs(energy - before) <= 1e-9 * (1 + Math.abs(before)) + rounding)) wrongEnergies++;
          q = y;
        }
      }
    }
    return {
      measured: `${checks} steps: ${uphill} short of the strong form, worst slack ${worst.toExponential(1)}; ${wrongEnergies} energies and ${wrongAnswers} answers off their definition`,
      passed: uphill === 0 && wrongEnergies === 0 && wrongAnswers === 0,
      figures: { checks, uphill, wrongEnergies, wrongAnswers, worst },
    };
  },
};

/**
 * @file A partial cue under the Gaussian memory is conditioning: with prior "one of the patterns, equally likely, plus N(0, I / beta)", the missing entries come back as
 * their posterior mean given the known ones. Here the posterior mean is integrated from the joint density, without the closed form.
 */
import { randomStream } from "../core/random.ts";
import { between, gaussianRows, logUniform, rowOf } from "./draws.ts";
import { squaredDistance, type Vector } from "./reference.ts";
import { type Claim, packageItself } from "./types.ts";

const problems = 60;
/** Trapezoid rule: on smooth integrands that vanish at both ends its error falls faster than any power of the step. */
const nodes = 1600;

export const exactConditioning: Claim = {
  id: "exact-conditioning",
  title: "recall from known entries is the exact posterior mean of a Gaussian mixture",
  source: "docs/models/README.md (proof); no claim of the three papers, whose retrieval fills missing entries with zeros",
  expected:
    "missing entry: E[q_k | known] under p(q) = mean_i N(q; x_i, I / beta), by numerical integration of the joint density; clamp keeps the known entries",
  tolerance:
    "2^-22 (1 + max|x|): f32 answer and cue; the quadrature is good to 1e-10 (step below a fifth of the standard deviation, ends 9 deviations out)",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc108);
    let worst = 0;
    let checks = 0;
    let moved = 0;
    for (let n = 0; n < problems; n++) {
      progress(n, problems);
      const [M, d] = [between(random, 2, 12), between(random, 2, 5)];
      const X = gaussianRows(random, M, d);
      const beta = logUniform(random, 0.3, 30);
      const missing = between(random, 0, d - 1);
      const cue = gaussianRows(random, 1, d)[0] as number[];
      const given = cue.map((value, k) => (k === missing ? Number.NaN : value));
      const memory = library.createMemory(X, { model: "gaussian", beta });
      const { states } = memory.recall([given], { missing: "nan", clamp: true });
      const answer = rowOf(states, 0);
      // Joint density along the missing coordinate, up to a factor that cancels.
      const column = X.map((x) => x[missing] as number);
      const reach = 9 / Math.sqrt(beta);
      const [low, high] = [Math.min(...column) - reach, Math.max(...column) + reach];
      const offset = Math.min(...X.map((x) => squaredDistance(without(x, missing), without(cue, missing))));
      let [mass, moment] = [0, 0];
      for (let j = 0; j <= nodes; j++) {
        const t = low + ((high - low) * j) / nodes;
        const point = cue.map((value, k) => (k === missing ? t : value));
        let density = 0;
        for (const x of X) density += Math.exp((-beta / 2) * (squaredDistance(point, x) - offset));
        mass += density;
        moment += density * t;
      }
      const error = Math.abs((answer[missing] as number) - moment / mass) / (1 + Math.max(...X.flat().map(Math.abs)));
      worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
      if (!answer.every((value, k) => k === missing || value === cue[k])) moved++;
      checks++;
    }
    return {
      measured: `${checks} cues: largest error ${worst.toExponential(1)} (relative), ${moved} with a known entry changed`,
      passed: worst <= 2 ** -22 && moved === 0,
      figures: { checks, worst, moved },
    };
  },
};

const without = (x: Vector, k: number): number[] => x.filter((_, j) => j !== k);

/**
 * @file The first P at which the summed weights of wrong patterns exceed that of the right one, for ensembles with a known overlap law, at any P (also e^{600}).
 * The largest overlaps among P are quantile(log P - log Gamma_j), Gamma_j the arrival times of one Poisson process, exactly; the rest enters by mean and variance.
 * Since the sum grows with P for given Gamma_j, its first passage has the right distribution. Derivation: docs/capacity/simulation.md, "Levels".
 */
import { portableLog } from "../core/portable.ts";
import { normal, type RandomStream, randomStream, uniform } from "../core/random.ts";
import { drawInstance, drawOverlap, type LevelProblem, lawOf, weightOf } from "./instance.ts";
import { binaryLaw, normalLaw, type OverlapLaw, sphereLaw } from "./overlap-laws.ts";

/** Overlaps that are placed one by one; what lies below them has a relative fluctuation of at most 1 / sqrt of this, and that is drawn from a normal law. */
const placed = 128;
/** The first patterns of a problem with few of them are drawn one by one and counted; a Poisson number of later ones errs by less than 1 / P. */
const counted = 512;
/** Stream numbers of the instances start here. */
const firstStream = 0x40000000;

export interface LevelSampler {
  /** log P* of instance `index`; the same for any order of the calls. Infinity beyond `largest`. */
  sample(index: number): number;
}

/**
 * @param largest log P that can be reached (the table of quantiles ends there).
 * @param guess log P* to begin the search at; where it is small, patterns are drawn one by one first.
 */
export function levelSampler(problem: LevelProblem, lambda: number, seed: number, largest: number, guess: number): LevelSampler {
  const { law: name, dimension } = lawOf(problem);
  const law = makeLaw(name, dimension, largest);
  const gammas = new Float64Array(placed);
  const few = guess < 8.5;
  return {
    sample: (index) => {
      const random = randomStream(seed, firstStream + index);
      const { scale, signal } = drawInstance(random, problem);
      let used = 0;
      if (few) {
        for (let p = 2; p <= counted; p++) {
          used += weightOf(lambda * (scale * drawOverlap(random, name, dimension) - signal));
          if (used > 1) return portableLog(p);
        }
      }
      const more = firstPassage(random, law, gammas, lambda * scale, lambda * signal, 1 - used, largest, few, guess);
      return few ? portableLog(counted + Math.exp(Math.min(more, 700))) : more;
    },
  };
}

export function makeLaw(name: "normal" | "sphere" | "binary", dimension: number, largest: number): OverlapLaw {
  if (name === "normal") return normalLaw(largest);
  return name === "sphere" ? sphereLaw(dimension, largest) : binaryLaw(dimension);
}

/** log P at which the sum exceeds `threshold` times the signal's weight. */
function firstPassage(
  random: RandomStream,
  law: OverlapLaw,
  gammas: Float64Array,
  a: number,
  signal: number,
  threshold: number,
  largest: number,
  few: boolean,
  guess: number,
): number {
  let arrival = 0;
  for (let j = 0; j < placed; j++) {
    arrival -= portableLog(uniform(random));
    gammas[j] = portableLog(arrival);
  }
  const z = normal(random);
  const logTarget = portableLog(threshold);
  /** log of sum / threshold. */
  const excess = (logP: number): number => {
    let sum = 0;
    for (let j = 0; j < placed; j++) {
      const exponent = a * law.quantile(logP - (gammas[j] as number)) - signal;
      if (exponent > 600) return Number.POSITIVE_INFINITY;
      sum += Math.exp(exponent);
    }
    const edge = logP - (gammas[placed - 1] as number);
    const mean = Math.exp(Math.min(600, logP + law.logBelow(a, edge) - signal));
    const deviation = Math.exp(Math.min(600, 0.5 * (logP + law.logBelow(2 * a, edge)) - signal));
    return Math.log(sum + Math.max(0, mean + z * deviation)) - logTarget;
  };
  // Poisson arrivals and a fixed number of patterns are the same thing from a few hundred on.
  const lowest = few ? 0 : Math.log(4 * placed);
  let low = Math.max(lowest, 0.97 * guess - 1);
  let high = Math.min(largest + 1, low + 0.06 * guess + 2);
  while (excess(low) >= 0) {
    if (low <= lowest) return low;
    [low, high] = [Math.max(lowest, low - 0.2 * guess - 2), low];
  }
  while (excess(high) < 0) {
    if (high > largest) return Number.POSITIVE_INFINITY;
    [low, high] = [high, Math.min(largest + 1, high + 0.2 * guess + 4)];
  }
  return bisect(excess, low, high);
}

/** Regula falsi (Illinois), with a bisection when three rounds have not halved the bracket: the sum jumps where one pattern arrives. To 1e-10, far below the spread of log P*. */
function bisect(f: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [fLow, fHigh] = [f(low), f(high)];
  let [side, width, round] = [0, high - low, 0];
  while (high - low > 1e-10 && round < 200) {
    const stuck = round % 3 === 2 && high - low > width / 2;
    if (round % 3 === 2) width = high - low;
    const guess = stuck || !Number.isFinite(fHigh - fLow) ? 0.5 * (low + high) : low - (fLow * (high - low)) / (fHigh - fLow);
    const x = guess > low && guess < high ? guess : 0.5 * (low + high);
    const value = f(x);
    round++;
    if (Math.abs(value) < 1e-11) return x;
    if (value < 0) {
      [low, fLow] = [x, value];
      if (side === -1) fHigh /= 2;
      side = -1;
    } else {
      [high, fHigh] = [x, value];
      if (side === 1) fLow /= 2;
      side = 1;
    }
  }
  return 0.5 * (low + high);
}

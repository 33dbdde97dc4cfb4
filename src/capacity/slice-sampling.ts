/**
 * @file alpha* of one hidden-manifold instance of any size, without its patterns: zeta_N(l) = (1/N) log E_z exp(l x . xi(z)) by thermodynamic integration, its slope by elliptical slice
 * sampling of the latent vector, then alpha* = sup over l <= lambda of l s_N - zeta_N(l). The error is statistical, and of order log(N) / N as for any use of the random-energy formula.
 * Source: I. Murray, R. P. Adams, D. J. C. MacKay, "Elliptical slice sampling", AISTATS 2010. Derivation: docs/capacity/simulation.md, "Tilted sampling".
 */
import { portableLog } from "../core/portable.ts";
import { normal, type RandomStream, randomStream, uniform } from "../core/random.ts";
import { elementwise } from "./elementwise.ts";
import { gaussLegendre } from "./quadrature.ts";
import { drawStreamInstance, type StreamProblem } from "./stream-sampling.ts";

export interface SliceOptions {
  /** Nodes of the integral over l; default 12. */
  readonly nodes?: number;
  /** Steps of the chain at each node, the first fifth left out; default 300. */
  readonly steps?: number;
}

const chainStream = 0x70000000;

/** @returns alpha* (log P* / n), at least 0. */
export function sliceSample(problem: StreamProblem, lambda: number, seed: number, index: number, options: SliceOptions = {}): number {
  const { nodes = 12, steps = 300 } = options;
  const { n, latent } = problem;
  const instance = drawStreamInstance(problem, seed, index);
  const random = randomStream(seed, chainStream + index);
  const apply = elementwise(problem.activation);
  const fields = new Float64Array(n);
  const overlap = (z: Float64Array): number => {
    for (let i = 0; i < n; i++) {
      let u = 0;
      for (let k = 0; k < latent; k++) u += (instance.map[i * latent + k] as number) * (z[k] as number);
      fields[i] = u;
    }
    apply(fields);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (instance.query[i] as number) * (fields[i] as number);
    return sum;
  };
  const onSphere = problem.prior === "spherical";
  const value = (z: Float64Array): number => {
    if (!onSphere) return overlap(z);
    // A Gaussian vector seen only through its direction is uniform on the sphere.
    const scale = Math.sqrt(latent / z.reduce((sum, x) => sum + x * x, 0));
    return overlap(z.map((x) => x * scale));
  };
  const { nodes: points, weights } = gaussLegendre(nodes, 0, lambda);
  const s = instance.signal / n;
  let z: Float64Array = Float64Array.from({ length: latent }, () => normal(random));
  // sup of l s - zeta(l): the integral of s - zeta' over the part where it is positive; zeta' increases.
  let alpha = 0;
  for (let j = 0; j < nodes; j++) {
    const found = chain(random, z, points[j] as number, steps, value);
    z = found.z;
    const gain = s - found.mean / n;
    if (gain <= 0) break;
    alpha += (weights[j] as number) * gain;
  }
  return alpha;
}

/** Mean of `value` under N(0, I) exp(l value). */
function chain(
  random: RandomStream,
  start: Float64Array,
  l: number,
  steps: number,
  value: (z: Float64Array) => number,
): { z: Float64Array; mean: number } {
  let z = start;
  let current = value(z);
  let [sum, count] = [0, 0];
  const proposal = new Float64Array(z.length);
  for (let step = 0; step < steps; step++) {
    for (let k = 0; k < proposal.length; k++) proposal[k] = normal(random);
    const level = l * current + portableLog(uniform(random));
    let angle = 2 * Math.PI * uniform(random);
    let [low, high] = [angle - 2 * Math.PI, angle];
    for (;;) {
      const [c, d] = cosineAndSine(angle);
      const next = z.map((x, k) => c * x + d * (proposal[k] as number));
      const there = value(next);
      if (l * there > level || high - low < 1e-12) {
        [z, current] = [next, there];
        break;
      }
      if (angle < 0) low = angle;
      else high = angle;
      angle = low + (high - low) * uniform(random);
    }
    if (step >= steps / 5) {
      sum += current;
      count++;
    }
  }
  return { z, mean: sum / count };
}

/** Cosine and sine for |x| <= 2 pi from IEEE operations only, so that a chain takes the same decisions on every engine: Taylor series at x / 32, then five doublings. Error about 1e-14. */
function cosineAndSine(x: number): [cosine: number, sine: number] {
  const t = x / 32;
  const q = t * t;
  let sine = t * (1 - (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - q / 72))));
  // 1 - cos, so that nothing cancels.
  let rest = (q / 2) * (1 - (q / 12) * (1 - (q / 30) * (1 - q / 56)));
  for (let i = 0; i < 5; i++) {
    const cosine = 1 - rest;
    rest = 2 * sine * sine;
    sine = 2 * sine * cosine;
  }
  return [1 - rest, sine];
}

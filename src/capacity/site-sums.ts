/**
 * @file Ensembles of independent entries from any finite set of values, or from a mixture of normals: zeta is a sum over the entries of the query of one-entry sums.
 * zeta(lambda) = E_x log E_xi exp(lambda x xi). Derivation: docs/capacity/ensembles.md.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { againstNormal, panels } from "./quadrature.ts";
import type { Ensemble } from "./types.ts";

/** One kind of entry of the query: its share of the entries, its own overlap with the stored entry, and the overlaps with an entry of another pattern. */
export interface Site {
  readonly share: number;
  readonly signal: number;
  readonly overlaps: readonly { readonly probability: number; readonly overlap: number }[];
}

/**
 * @param sites shares that add up to 1, each with probabilities that add up to 1 (both to 1e-9).
 * @throws HopfieldError E_RANGE.
 */
export function siteSums(name: string, sites: readonly Site[]): Ensemble {
  checkSum(
    "siteSums: shares",
    sites.map((site) => site.share),
  );
  for (const site of sites)
    checkSum(
      "siteSums: probabilities",
      site.overlaps.map((each) => each.probability),
    );
  const signal = sites.reduce((sum, site) => sum + site.share * site.signal, 0);
  const tops = sites.map((site) => Math.max(...site.overlaps.filter((each) => each.probability > 0).map((each) => each.overlap)));
  // log E exp(lambda (overlap - top)): at most 0, at least the log of the probability of the top.
  const below = (site: Site, top: number, lambda: number): number =>
    Math.log(site.overlaps.reduce((sum, { probability, overlap }) => sum + probability * Math.exp(lambda * (overlap - top)), 0));
  const total = (f: (site: Site, top: number) => number): number =>
    sites.reduce((sum, site, a) => sum + site.share * f(site, tops[a] as number), 0);
  const mean = (site: Site, top: number, lambda: number): number => {
    let [above, under] = [0, 0];
    for (const { probability, overlap } of site.overlaps) {
      const weight = probability * Math.exp(lambda * (overlap - top));
      above += weight * overlap;
      under += weight;
    }
    return above / under;
  };
  // zeta' tends to the largest overlap of every site; if that is the signal, it is reached nowhere and alpha_1 tends to the mean of -log P(top).
  const reached = total((_, top) => top) > signal * (1 + 1e-12);
  return {
    name,
    signal,
    zeta: (lambda) => total((site, top) => lambda * top + below(site, top, lambda)),
    zetaPrime: (lambda) => total((site, top) => mean(site, top, lambda)),
    margin: (lambda) => total((site, top) => lambda * (site.signal - top) - below(site, top, lambda)),
    ...(reached
      ? {}
      : {
          saturation: null,
          alphaLimit: total(
            (site, top) => -Math.log(site.overlaps.reduce((sum, each) => sum + (each.overlap === top ? each.probability : 0), 0)),
          ),
        }),
  };
}

function checkSum(what: string, parts: readonly number[]): void {
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (parts.length === 0 || parts.some((part) => !(part >= 0)) || !(Math.abs(total - 1) < 1e-9)) {
    throw new HopfieldError("E_RANGE", `${what} must be at least 0 and add up to 1, they are ${parts.join(", ")}`);
  }
}

/** Independent entries with the given values and probabilities; the query is a stored pattern. @throws HopfieldError E_RANGE. */
export function discreteEnsemble(name: string, values: readonly { readonly value: number; readonly probability: number }[]): Ensemble {
  return siteSums(
    name,
    values.map(({ value, probability }) => ({
      share: probability,
      signal: value * value,
      overlaps: values.map((other) => ({ probability: other.probability, overlap: value * other.value })),
    })),
  );
}

/** +-1 with mean `bias` in (-1, 1). @throws HopfieldError E_RANGE. */
export function biasedBinary(bias: number): Ensemble {
  checkNumber("biasedBinary", "bias", bias, { above: -1 });
  if (!(bias < 1)) throw new HopfieldError("E_RANGE", `biasedBinary: bias must be below 1, got ${bias}`);
  return discreteEnsemble("biased-binary", [
    { value: 1, probability: (1 + bias) / 2 },
    { value: -1, probability: (1 - bias) / 2 },
  ]);
}

/** 1 with probability `activity` in (0, 1), else 0. @throws HopfieldError E_RANGE. */
export function sparseBinary(activity: number): Ensemble {
  checkNumber("sparseBinary", "activity", activity, { above: 0 });
  if (!(activity < 1)) throw new HopfieldError("E_RANGE", `sparseBinary: activity must be below 1, got ${activity}`);
  return discreteEnsemble("sparse-binary", [
    { value: 1, probability: activity },
    { value: 0, probability: 1 - activity },
  ]);
}

/**
 * Potts patterns: N sites, each in one of `states` equally likely states. "one-hot": equal states have the overlap 1, others 0; "simplex": others -1 / (states - 1), so that the mean
 * is 0 (two states are then binary patterns). N counts sites.
 * @throws HopfieldError E_RANGE.
 */
export function pottsEnsemble(states: number, coding: "one-hot" | "simplex" = "simplex"): Ensemble {
  checkNumber("pottsEnsemble", "states", states, { atLeast: 2, whole: true });
  const other = coding === "simplex" ? -1 / (states - 1) : 0;
  const overlaps = [
    { probability: 1 / states, overlap: 1 },
    { probability: 1 - 1 / states, overlap: other },
  ];
  return siteSums("potts", [{ share: 1, signal: 1, overlaps }]);
}

/** A component of a mixture: weight, mean and variance (>= 0) of an entry. */
export interface Component {
  readonly weight: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * Independent entries from a mixture of normals; the query is a stored pattern. zeta = E_x log sum_k w_k exp(lambda x m_k + lambda^2 x^2 v_k / 2).
 * @throws HopfieldError E_RANGE.
 */
export function mixtureEnsemble(components: readonly Component[]): Ensemble {
  const where = "mixtureEnsemble";
  checkSum(
    `${where}: weights`,
    components.map((each) => each.weight),
  );
  for (const component of components) {
    checkNames(where, component, ["weight", "mean", "variance"]);
    checkNumber(where, "mean", component.mean);
    checkNumber(where, "variance", component.variance, { atLeast: 0 });
  }
  // One normal rule for every component, centred on it; 24 nodes on panels of 1 follow bends of log-sums for lambda up to about 20.
  const rule = againstNormal(panels([-9, 9], 1, 24));
  const points: { x: number; weight: number }[] = [];
  for (const { weight, mean, variance } of components) {
    if (variance === 0) points.push({ x: mean, weight });
    else
      rule.nodes.forEach(
        (node, i) => void points.push({ x: mean + Math.sqrt(variance) * node, weight: weight * (rule.weights[i] as number) }),
      );
  }
  const sums = (x: number, lambda: number): { log: number; slope: number } => {
    const h = lambda * x;
    const exponents = components.map(({ mean, variance }) => h * mean + 0.5 * h * h * variance);
    const top = Math.max(...exponents);
    let [sum, slope] = [0, 0];
    components.forEach(({ weight, mean, variance }, k) => {
      const part = weight * Math.exp((exponents[k] as number) - top);
      sum += part;
      slope += part * (x * mean + lambda * x * x * variance);
    });
    return { log: top + Math.log(sum), slope: slope / sum };
  };
  const signal = components.reduce((sum, { weight, mean, variance }) => sum + weight * (mean * mean + variance), 0);
  return {
    name: "gaussian-mixture",
    signal,
    zeta: (lambda) => points.reduce((sum, { x, weight }) => sum + weight * sums(x, lambda).log, 0),
    zetaPrime: (lambda) => points.reduce((sum, { x, weight }) => sum + weight * sums(x, lambda).slope, 0),
  };
}

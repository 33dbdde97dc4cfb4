/**
 * @file The replica-symmetric saddle point at one lambda: a fixed point of order -> map(order), found by Broyden's method with the Jacobian kept from point to point.
 * Map and free entropy: docs/capacity/hidden-manifold.md. Method: C. G. Broyden, "A class of methods for solving nonlinear simultaneous equations", Math. Comp. 19 (1965).
 */
import type { AverageFunction, Averages, Order } from "./averages.ts";

export type LatentPrior = "gaussian" | "spherical";

export interface SaddleProblem {
  readonly averages: AverageFunction;
  /** D / N > 0, finite. */
  readonly ratio: number;
  readonly prior: LatentPrior;
  /** Average of the exponential over F given the query, instead of its logarithm: replicas with q = m^2. An upper bound of zeta. */
  readonly annealed?: boolean;
}

export interface Saddle extends Order {
  readonly lambda: number;
  readonly zeta: number;
  readonly zetaPrime: number;
  /** Largest difference between the order parameters and their map. */
  readonly residual: number;
  /** 1 - V^2 E g''^2 / ratio: positive where replica symmetry is locally stable. */
  readonly replicon: number;
}

/** Where the map takes an order, or null out of its range. */
function mapOrder({ ratio, prior, annealed }: SaddleProblem, { M, A, B }: Averages, { m: before }: Order): Order | null {
  const field = annealed ? (M - before * A) / ratio : M / ratio;
  if (prior === "spherical") {
    const y = annealed ? field * field : A / ratio + field * field;
    // 2 / (1 + sqrt(1 + 4y)) and not (sqrt(1 + 4y) - 1) / (2y), which loses digits for small y.
    const V = 2 / (1 + Math.sqrt(1 + 4 * y));
    return { m: V * field, q: V * V * y, r: 1 };
  }
  const curvature = annealed ? A + B : B;
  if (!(curvature < ratio)) return null;
  const V = 1 / (1 - curvature / ratio);
  const m = V * field;
  const q = m * m + (annealed ? 0 : (V * V * A) / ratio);
  return { m, q, r: q + V };
}

/** alpha_D S(m, q, r) + G. */
function freeEntropy({ ratio }: SaddleProblem, { m, q, r }: Order, value: number): number {
  return 0.5 * ratio * (Math.log(r - q) + (q - m * m) / (r - q) - r + 1) + value;
}

/** A solution with what Broyden's method had learnt of the inverse Jacobian on the way. */
export interface Solved {
  readonly saddle: Saddle;
  readonly inverse: readonly number[];
}

/** Asked of the residual; what is reached is usually below 1e-13. */
const wanted = 1e-12;
/** Accepted when rounding in the averages keeps it from getting better. */
const accepted = 1e-10;

/**
 * @param start where to begin; @param inverse 9 numbers, or null: finite differences.
 * @returns null if no fixed point is found from here.
 */
export function solveSaddle(problem: SaddleProblem, lambda: number, start: Order, inverse: readonly number[] | null): Solved | null {
  let x = legal(problem, start);
  let state = off(problem, lambda, x);
  if (!state) return null;
  let H = inverse ? [...inverse] : inverseJacobian(problem, lambda, x, state.f);
  let refreshed = inverse === null;
  for (let round = 0; round < 40 && state.size > wanted; round++) {
    const step = multiply(H, state.f).map((value) => -value);
    const next = advance(problem, lambda, x, step);
    if (!next || (next.size > 0.5 * state.size && !refreshed)) {
      // The kept Jacobian misleads here: a fresh one, once; then small steps of the map itself.
      H = inverseJacobian(problem, lambda, x, state.f);
      refreshed = true;
      if (next || round < 30) {
        const damped = advance(
          problem,
          lambda,
          x,
          state.f.map((value) => 0.5 * value),
        );
        if (!damped) return null;
        [x, state] = [damped.x, damped];
      }
      continue;
    }
    if (next.size >= state.size && state.size < accepted) break;
    const dx = next.x3.map((value, i) => value - (toVector(x)[i] as number));
    const df = next.f.map((value, i) => value - (state?.f[i] as number));
    H = broyden(H, dx, df);
    [x, state] = [next.x, next];
  }
  if (!(state.size < accepted)) return null;
  const { averages } = state;
  const V = x.r - x.q;
  const saddle: Saddle = {
    lambda,
    m: x.m,
    q: x.q,
    r: x.r,
    zeta: freeEntropy(problem, x, averages.value),
    zetaPrime: averages.overlap,
    residual: state.size,
    replicon: 1 - (V * V * averages.curvature) / problem.ratio,
  };
  return { saddle, inverse: H };
}

interface Off {
  readonly x: Order;
  readonly x3: number[];
  readonly f: number[];
  readonly size: number;
  readonly averages: Averages;
}

/** map(x) - x, or null where an average is not finite or the map leaves its range. */
function off(problem: SaddleProblem, lambda: number, x: Order): Off | null {
  const averages = problem.averages(lambda, x);
  const image = averages && mapOrder(problem, averages, x);
  if (!image) return null;
  const f = [image.m - x.m, problem.annealed ? 0 : image.q - x.q, image.r - x.r];
  const size = Math.max(...f.map(Math.abs));
  return Number.isFinite(size) ? { x, x3: toVector(x), f, size, averages } : null;
}

/** The step, or a part of it that stays in range. */
function advance(problem: SaddleProblem, lambda: number, x: Order, step: readonly number[]): Off | null {
  for (let part = 1; part > 0.01; part /= 2) {
    const [m, q, r] = toVector(x).map((value, i) => value + part * (step[i] as number)) as [number, number, number];
    if (!(r - q > 0) || !(q > -0.1) || !Number.isFinite(m + q + r)) continue;
    const there = off(problem, lambda, legal(problem, { m, q, r }));
    if (there) return there;
  }
  return null;
}

/** q >= m^2, as for any overlaps. */
function legal({ annealed }: SaddleProblem, { m, q, r }: Order): Order {
  if (annealed) return { m, q: m * m, r };
  const floor = m * m * (1 + 1e-12) + 1e-30;
  return q >= floor ? { m, q, r } : { m, q: floor, r: Math.max(r, floor + 1e-3 * (r - q)) };
}

const toVector = ({ m, q, r }: Order): number[] => [m, q, r];

function inverseJacobian(problem: SaddleProblem, lambda: number, x: Order, f: readonly number[]): number[] {
  // Plain iteration of the map is H = -1; columns by forward differences, away from q = m^2.
  const columns: number[][] = [];
  const h = 1e-5;
  for (const [i, direction] of [-1, 1, 1].entries()) {
    // Directions that are no unknowns.
    if ((i === 2 && problem.prior === "spherical") || (i === 1 && problem.annealed)) {
      columns.push([0, 0, 0].map((_, k) => (k === i ? -1 : 0)));
      continue;
    }
    const shift = direction * h * (i === 0 ? Math.max(Math.abs(x.m), 1e-3) : i === 1 ? Math.max(x.q, 1e-3) : 1);
    const moved = toVector(x);
    moved[i] = (moved[i] as number) + shift;
    const [m, q, r] = moved as [number, number, number];
    const there = off(problem, lambda, legal(problem, { m, q, r }));
    if (!there) return [-1, 0, 0, 0, -1, 0, 0, 0, -1];
    columns.push(there.f.map((value, k) => (value - (f[k] as number)) / shift));
  }
  return invert(columns) ?? [-1, 0, 0, 0, -1, 0, 0, 0, -1];
}

/** Inverse, row-major, of the 3 x 3 matrix with these columns. */
function invert(columns: readonly (readonly number[])[]): number[] | null {
  const [a, d, g, b, e, h, c, f, i] = columns.flat() as [number, number, number, number, number, number, number, number, number];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-14)) return null;
  const adjugate = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
  return adjugate.map((value) => value / determinant);
}

function multiply(H: readonly number[], v: readonly number[]): number[] {
  return [0, 3, 6].map(
    (row) => (H[row] as number) * (v[0] as number) + (H[row + 1] as number) * (v[1] as number) + (H[row + 2] as number) * (v[2] as number),
  );
}

/** Broyden's update of the inverse: H + (dx - H df) dx^T H / (dx^T H df). */
function broyden(H: readonly number[], dx: readonly number[], df: readonly number[]): number[] {
  const Hdf = multiply(H, df);
  const below = dx.reduce((sum, value, i) => sum + value * (Hdf[i] as number), 0);
  if (!(Math.abs(below) > 1e-300)) return [...H];
  const left = [0, 1, 2].map((k) => dx.reduce((sum, value, i) => sum + value * (H[3 * i + k] as number), 0));
  return H.map((value, at) => {
    const [i, k] = [Math.floor(at / 3), at % 3];
    return value + (((dx[i] as number) - (Hdf[i] as number)) * (left[k] as number)) / below;
  });
}

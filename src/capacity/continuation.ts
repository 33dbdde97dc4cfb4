/**
 * @file Saddle points along lambda: every new one starts from what its solved neighbours predict, so the branch that begins at lambda = 0 is followed and not left for another.
 */
import type { Order } from "./averages.ts";
import { type Saddle, type SaddleProblem, type Solved, solveSaddle } from "./saddle.ts";

/** A branch of solutions, kept sorted by lambda. */
export interface Branch {
  readonly problem: SaddleProblem;
  readonly solved: Solved[];
}

export function openBranch(problem: SaddleProblem): Branch {
  return { problem, solved: [] };
}

/** Largest ratio between neighbouring lambdas; it shrinks where the solver asks for it, down to `smallest`. */
const longest = 1.5;
const smallest = 1.005;

/**
 * The saddle at lambda on this branch, with whatever lies between it and the solved points solved on the way.
 * @returns null when the branch cannot be followed that far.
 */
export function saddleAt(branch: Branch, lambda: number): Saddle | null {
  const { solved } = branch;
  if (solved.length === 0 && !begin(branch, lambda)) return null;
  let factor = longest;
  for (let round = 0; round < 2000; round++) {
    const near = nearest(solved, lambda);
    if (!near) return null;
    if (near.saddle.lambda === lambda) return near.saddle;
    const from = near.saddle.lambda;
    const target = lambda > from ? Math.min(lambda, from * factor) : Math.max(lambda, from / factor);
    const found =
      solveSaddle(branch.problem, target, predict(solved, target), near.inverse) ?? solveSaddle(branch.problem, target, near.saddle, null);
    if (found && continuous(near.saddle, found.saddle)) {
      insert(solved, found);
      factor = Math.min(longest, factor * factor);
    } else {
      factor = Math.sqrt(factor);
      if (factor < smallest) return null;
    }
  }
  return null;
}

/** Small lambda: the map from (0, 0, 1) contracts. */
function begin(branch: Branch, lambda: number): boolean {
  const { problem } = branch;
  for (let first = Math.min(lambda, 0.1 * Math.min(1, problem.ratio)); first > 1e-12; first /= 8) {
    const found = solveSaddle(problem, first, { m: 0, q: 1e-12, r: 1 }, null);
    if (!found) continue;
    branch.solved.push(found);
    return true;
  }
  return false;
}

/** A jump of the order parameters between close lambdas is another branch. */
function continuous(a: Saddle, b: Saddle): boolean {
  const step = Math.abs(Math.log(b.lambda / a.lambda));
  return Math.abs(a.m - b.m) < 0.05 + 3 * step * (1 + Math.abs(a.m)) && Math.abs(a.r - b.r) < 0.1 + 6 * step * a.r;
}

function nearest(solved: readonly Solved[], lambda: number): Solved | null {
  let best: Solved | null = null;
  for (const each of solved) {
    if (!best || Math.abs(Math.log(each.saddle.lambda / lambda)) < Math.abs(Math.log(best.saddle.lambda / lambda))) best = each;
  }
  return best;
}

/** Polynomial through the up to four nearest points, in lambda. */
function predict(solved: readonly Solved[], lambda: number): Order {
  const points = [...solved]
    .sort((a, b) => Math.abs(a.saddle.lambda - lambda) - Math.abs(b.saddle.lambda - lambda))
    .slice(0, 4)
    .map(({ saddle }) => saddle);
  // A point far off spoils the polynomial more than it helps.
  const reach = 3 * Math.abs((points[0]?.lambda ?? 0) - lambda) + 0.7 * lambda;
  const used = points.filter((point, i) => i === 0 || Math.abs(point.lambda - lambda) < reach);
  const order = { m: 0, q: 0, r: 0 };
  used.forEach((point, i) => {
    let weight = 1;
    used.forEach((other, k) => {
      if (k !== i) weight *= (lambda - other.lambda) / (point.lambda - other.lambda);
    });
    order.m += weight * point.m;
    order.q += weight * point.q;
    order.r += weight * point.r;
  });
  return order.r - order.q > 0.01 * (order.r + 1e-9) ? order : (points[0] ?? order);
}

function insert(solved: Solved[], found: Solved): void {
  const place = solved.findIndex(({ saddle }) => saddle.lambda > found.saddle.lambda);
  if (place < 0) solved.push(found);
  else solved.splice(place, 0, found);
}

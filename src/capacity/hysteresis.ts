/**
 * @file The same saddle points reached from both ends: upward from lambda = 0, downward from a start near the query's own latent vector. Where the two differ there are two phases.
 */

import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { openBranch, saddleAt } from "./continuation.ts";
import { averagesOf, type HiddenManifoldOptions, resolveManifold } from "./hidden-manifold.ts";
import { type Saddle, type SaddleProblem, type Solved, solveSaddle } from "./saddle.ts";

export interface Hysteresis {
  /** Null where a branch could not be followed. lambda on the raw axis. */
  readonly rows: readonly { readonly lambda: number; readonly up: Saddle | null; readonly down: Saddle | null }[];
  /** How the downward branch began: from m = q = 0.99 ("informed"), or, if nothing is found from there, from the top of the upward branch. */
  readonly start: "informed" | "upward" | "none";
  /** Largest difference of an order parameter between the branches, over rows that have both; null if there are none. */
  readonly largestDifference: number | null;
}

/**
 * @param lambdas increasing, above 0, on the raw axis.
 * @throws HopfieldError as hiddenManifold; E_RANGE for a linear activation or ratio = Infinity, whose solution is one closed formula.
 */
export function hysteresis(options: HiddenManifoldOptions, lambdas: readonly number[]): Hysteresis {
  const where = "hysteresis";
  const resolved = resolveManifold(where, options);
  if (resolved.ratio === Number.POSITIVE_INFINITY || resolved.activation.kind === "linear") {
    throw new HopfieldError("E_RANGE", `${where}: ${resolved.activation.name} at ratio ${resolved.ratio} has one solution, in closed form`);
  }
  lambdas.forEach((lambda, i) => void checkNumber(where, "lambda", lambda, { above: lambdas[i - 1] ?? 0 }));
  const problem: SaddleProblem = { averages: averagesOf(resolved), ratio: resolved.ratio, prior: resolved.prior };
  const upward = openBranch(problem);
  const ups = lambdas.map((lambda) => saddleAt(upward, lambda));
  const top = lambdas.at(-1) ?? 1;
  const informed = startFromQuery(problem, top);
  const first: Solved | null = informed ?? upward.solved.find(({ saddle }) => saddle.lambda === top) ?? null;
  const downward = { problem, solved: first ? [first] : [] };
  const downs = first
    ? [...lambdas]
        .reverse()
        .map((lambda) => saddleAt(downward, lambda))
        .reverse()
    : lambdas.map(() => null);
  const rows = lambdas.map((lambda, i) => ({ lambda, up: ups[i] ?? null, down: downs[i] ?? null }));
  const differences = rows.flatMap(({ up, down }) =>
    up && down ? [Math.max(Math.abs(up.m - down.m), Math.abs(up.q - down.q), Math.abs(up.r - down.r))] : [],
  );
  return {
    rows,
    start: informed ? "informed" : first ? "upward" : "none",
    largestDifference: differences.length > 0 ? Math.max(...differences) : null,
  };
}

function startFromQuery(problem: SaddleProblem, lambda: number): Solved | null {
  for (const close of [0.99, 0.9, 0.7]) {
    const found = solveSaddle(problem, lambda, { m: close, q: close, r: problem.prior === "spherical" ? 1 : 1.2 }, null);
    if (found) return found;
  }
  return null;
}

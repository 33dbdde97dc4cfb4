/** @file Monte Carlo points beside the curves, one λ after another. Where streams of a manifold would need too many patterns, the largest n that fits is taken, and the point says so. */
import { HopfieldError } from "modern-hopfield";
import { type SimulationOptions, simulate } from "modern-hopfield/capacity";
import type { SimulateTask } from "../engine/tasks.ts";
import type { SimulatedPoint } from "./state.ts";

/** Patterns a stream may draw: a second or two a point. */
const maxPatterns = 3e5;
const smallestSize = 8;

export function* simulateInParts({
  ensemble,
  parameters,
  n,
  instances,
  lambdas,
}: SimulateTask): Generator<SimulatedPoint | undefined, void> {
  const { noise, activation, ratio } = parameters;
  for (const lambda of lambdas) {
    const options: SimulationOptions = {
      ensemble: ensemble as SimulationOptions["ensemble"],
      n,
      lambda,
      instances,
      maxPatterns,
      ...(ensemble === "binary" ? {} : { noise }),
      ...(ensemble === "hidden-manifold" ? { activation, ratio, axis: "normalised" } : {}),
    };
    const { size, result } = fitting(options);
    const { median, low, high } = result.alphaStar;
    yield { id: ensemble, lambda, n: size, median, low, high, theory: result.theory, theoryFinite: result.theoryFinite };
  }
}

function fitting(options: SimulationOptions) {
  try {
    return { size: options.n, result: simulate(options) };
  } catch (error) {
    const largest = error instanceof HopfieldError && error.code === "E_LIMIT" ? Number(error.details.largest) : Number.NaN;
    if (!(largest >= smallestSize)) throw error;
    return { size: largest, result: simulate({ ...options, n: largest }) };
  }
}

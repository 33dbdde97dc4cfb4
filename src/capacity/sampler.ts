/**
 * @file Where the instances of a simulation come from: a plan is plain data, so that any thread can open it, and instance i is a function of the plan and i alone.
 */
import { type ActivationInput, activationOf } from "./activations.ts";
import { dynamicsSample, openPatterns } from "./dynamics.ts";
import type { LevelProblem } from "./instance.ts";
import { levelSampler } from "./level-sampling.ts";
import { sliceSample } from "./slice-sampling.ts";
import { type StreamProblem, streamSample } from "./stream-sampling.ts";

/** A stream problem with its activation as the user gave it: a name, a table, or a function (which cannot go to another thread). */
export type StreamPlan = Omit<StreamProblem, "activation"> & { readonly activation: ActivationInput };

/** lambda is on the raw axis; `most` is the largest P that is tried. */
export type SamplerPlan =
  | {
      readonly kind: "levels";
      readonly problem: LevelProblem;
      readonly lambda: number;
      readonly seed: number;
      /** See levelSampler. */
      readonly largest: number;
      readonly guess: number;
    }
  | { readonly kind: "stream"; readonly problem: StreamPlan; readonly lambda: number; readonly seed: number; readonly most: number }
  | { readonly kind: "slice"; readonly problem: StreamPlan; readonly lambda: number; readonly seed: number }
  | {
      readonly kind: "dynamics";
      readonly patterns: "binary" | "spherical" | "gaussian" | StreamPlan;
      readonly n: number;
      readonly noise: number;
      readonly lambda: number;
      readonly seed: number;
      readonly most: number;
    };

/** @returns alpha* = log(P*) / n of instance `index`; Infinity where `most` patterns do not reach it. */
export function openSampler(plan: SamplerPlan): (index: number) => number {
  const { lambda, seed } = plan;
  if (plan.kind === "levels") {
    const { problem, largest, guess } = plan;
    const sampler = levelSampler(problem, lambda, seed, largest, guess);
    return (index) => sampler.sample(index) / problem.n;
  }
  if (plan.kind === "dynamics") {
    const { patterns, n, noise, most } = plan;
    const kind = typeof patterns === "string" ? patterns : resolve(patterns);
    return (index) => dynamicsSample(openPatterns(kind, n, noise, seed, index), lambda, most) / n;
  }
  const problem = resolve(plan.problem);
  if (plan.kind === "slice") return (index) => sliceSample(problem, lambda, seed, index);
  const { most } = plan;
  return (index) => streamSample(problem, lambda, seed, index, most) / problem.n;
}

function resolve(plan: StreamPlan): StreamProblem {
  return { ...plan, activation: activationOf(plan.activation) };
}

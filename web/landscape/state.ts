/** @file The two-dimensional landscape: a few points, a starting state, and what was computed for them. Coordinates are 0 ... 1, y upwards. */
import type { Change } from "../state/types.ts";

export type Point = readonly [number, number];

export interface LandscapeState {
  readonly points: readonly Point[];
  readonly start: Point;
  readonly beta: number;
  readonly model: "gaussian" | "dense" | "sparsemax" | "entmax" | "softmax1" | "epanechnikov";
  /** Energies on a grid of `size` x `size` cells, row 0 at the bottom (NaN where the model has none), and the states of the recall. */
  readonly field: {
    readonly size: number;
    readonly energies: Float32Array;
    readonly path: readonly Point[];
    readonly converged: boolean;
  } | null;
  readonly problem: string | null;
}

export const landscapeModels: readonly LandscapeState["model"][] = ["gaussian", "dense", "sparsemax", "entmax", "softmax1", "epanechnikov"];

export const initialLandscape: LandscapeState = {
  points: [
    [0.2, 0.25],
    [0.78, 0.3],
    [0.42, 0.8],
  ],
  start: [0.52, 0.5],
  beta: 25,
  model: "gaussian",
  field: null,
  problem: null,
};

export const changeLandscape =
  (patch: (landscape: LandscapeState) => Partial<LandscapeState>): Change =>
  (state) => ({ ...state, landscape: { ...state.landscape, ...patch(state.landscape) } });

const inside = (x: number): number => Math.min(0.98, Math.max(0.02, x));

/** Moves a stored point, or the start (index -1). */
export const movePoint = (index: number, [x, y]: Point): Change =>
  changeLandscape(({ points }) => {
    const to: Point = [inside(x), inside(y)];
    return index < 0 ? { start: to } : { points: points.map((point, i) => (i === index ? to : point)) };
  });

export const addPoint: Change = changeLandscape(({ points }) =>
  points.length >= 6 ? {} : { points: [...points, [inside(0.15 + 0.14 * points.length), inside(0.9 - 0.1 * points.length)]] },
);

export const dropPoint: Change = changeLandscape(({ points }) => (points.length <= 2 ? {} : { points: points.slice(0, -1) }));

/** @file The energy field and the path, from a memory in a worker. */
import type { HopfieldWorker } from "modern-hopfield";
import type { LandscapeState, Point } from "./state.ts";

const size = 72;

/** Patterns are centred on the plane's middle for the dot product's sake: its energy prefers long patterns, and the corner would be the origin. */
const centre = 0.5;

export async function computeLandscape(
  worker: HopfieldWorker,
  { points, start, beta, model }: LandscapeState,
): Promise<LandscapeState["field"]> {
  const rows = points.map(([x, y]) => [x - centre, y - centre]);
  const memory = await worker.createMemory(rows, { model, beta });
  try {
    const grid = new Float32Array(2 * size * size);
    for (let i = 0; i < size * size; i++) {
      grid[2 * i] = ((i % size) + 0.5) / size - centre;
      grid[2 * i + 1] = (Math.floor(i / size) + 0.5) / size - centre;
    }
    const energies = await memory.energy({ data: grid, rows: size * size, columns: 2 });
    const { trace, results } = await memory.recall([start[0] - centre, start[1] - centre], {
      trace: true,
      steps: "converge",
      maxSteps: 100,
    });
    const path = (trace?.states ?? []).map(({ data }): Point => [(data[0] ?? 0) + centre, (data[1] ?? 0) + centre]);
    return {
      size,
      energies: Float32Array.from(energies, (energy) => energy ?? Number.NaN),
      path,
      converged: results[0]?.converged === true,
    };
  } finally {
    await memory.free();
  }
}

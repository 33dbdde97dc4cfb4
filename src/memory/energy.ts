/**
 * @file Energies in f64: E(q) = -Omega*(beta s(q)) / beta + the term of the similarity (dot 1/2 |q|^2, kernel 1/2 |W q|^2, l2 none). Models without a known energy give
 * null: cosines, a post-processed state, softmax1 and k-subset over l2 (their weights do not sum to 1). docs/models/README.md has the table.
 */
import { square } from "../core/numerics.ts";
import { evaluate } from "./evaluate.ts";
import { type PatternStore, project } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";

export function hasEnergy(settings: Settings): boolean {
  if (settings.procedure !== "operator" || settings.post !== "identity") return false;
  if (settings.similarity === "cosine" || settings.similarity === "centered-cosine") return false;
  return !(settings.similarity === "l2" && (settings.separation === "softmax1" || settings.separation === "k-subset"));
}

/**
 * @param states B x d complete states. @param rows, positions as in Request.
 * @returns B energies; null where the model has none, or the state lies outside every ball (epanechnikov).
 */
export function energies(
  store: PatternStore,
  settings: Settings,
  beta: number,
  states: Float32Array,
  rows: Int32Array,
  positions: Float64Array | null,
): (number | null)[] {
  const count = rows.length;
  if (!hasEnergy(settings)) return new Array(count).fill(null);
  const conjugates = new Float64Array(count);
  evaluate(store, settings, beta, { queries: states, count, rows, positions, known: null, readValues: false, conjugates });
  const seen = store.kernel ? project(store.kernel, states, count) : states;
  const width = seen.length / count;
  return Array.from(conjugates, (omega, b) => {
    if (!Number.isFinite(omega)) return null;
    let own = 0;
    if (settings.similarity !== "l2") for (let k = 0; k < width; k++) own += 0.5 * square(seen[b * width + k] as number);
    return own - omega / beta;
  });
}

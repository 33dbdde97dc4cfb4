/** @file For stored patterns, the most similar other pattern: what separation, beta advice and plans are made of. */
import { evaluate } from "./evaluate.ts";
import { meanKey, type PatternStore, patternRow, squaredNorms } from "./pattern-store.ts";
import { resolve, type Settings } from "./presets.ts";
import type { Similarity } from "./types.ts";

/** Similarity of each chosen pattern with itself, with its most similar other pattern (-Infinity where there is none), and which that is (-1). f64. */
export interface Neighbours {
  readonly own: Float64Array;
  readonly other: Float64Array;
  readonly index: Int32Array;
}

/**
 * @param indices the patterns to look at. @param distinct l2 only: leave copies of the pattern out.
 * Cost: indices.length x M x d.
 */
export function nearestOthers(store: PatternStore, similarity: Similarity, indices: readonly number[], distinct: boolean): Neighbours {
  const d = store.dimension;
  const own = ownSimilarities(store, similarity, indices);
  const other = new Float64Array(indices.length).fill(Number.NEGATIVE_INFINITY);
  const index = new Int32Array(indices.length).fill(-1);
  const settings: Settings = { ...resolve({ model: "dense" }, store.rows, d), similarity };
  const look = (places: readonly number[], all: boolean): number[] => {
    const unresolved: number[] = [];
    const queries = new Float32Array(places.length * d);
    places.forEach((place, b) => {
      queries.set(patternRow(store, indices[place] as number), b * d);
    });
    evaluate(store, settings, sharpest, {
      queries,
      count: places.length,
      rows: Int32Array.from(places.keys()),
      positions: null,
      known: null,
      readValues: false,
      visitAll: all,
      visit: (b, found, _weights, similarities, count) => {
        const place = places[b] as number;
        for (let j = 0; j < count; j++) {
          if (found[j] === indices[place] || (distinct && similarities[j] === own[place])) continue;
          if ((similarities[j] as number) <= (other[place] as number)) continue;
          other[place] = similarities[j] as number;
          index[place] = found[j] as number;
        }
        if (index[place] === -1) unresolved.push(place);
      },
    });
    return unresolved;
  };
  const unresolved = look(Array.from(indices.keys()), false);
  if (unresolved.length > 0 && store.rows > 1) look(unresolved, true);
  return { own, other, index };
}

/** At this beta only the leader and the runner-up, and what the error of a score cannot tell from them, are looked at. */
const sharpest = 1e30;

function ownSimilarities(store: PatternStore, similarity: Similarity, indices: readonly number[]): Float64Array {
  const own = new Float64Array(indices.length);
  if (similarity === "l2") return own;
  const norms = squaredNorms(store, "keys", similarity === "centered-cosine" ? meanKey(store).mean : undefined);
  const cosine = similarity === "cosine" || similarity === "centered-cosine";
  indices.forEach((i, place) => {
    const squared = norms[i] as number;
    own[place] = cosine ? (squared > 0 ? 1 : 0) : squared;
  });
  return own;
}

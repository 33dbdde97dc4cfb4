/** @file Supports: which patterns a query may see. A pattern outside has logit −Infinity, hence weight 0. */
import { at, type Vector } from "./arrays.ts";

export interface Support {
  /** "random" is a mask once it is drawn. */
  readonly support?: "all" | "mask" | "window" | "top-k";
  readonly supportMask?: readonly (boolean | number)[];
  readonly window?: number;
  /** window: the row of the query among the patterns */
  readonly position?: number;
  readonly k?: number;
}

/** The k largest entries; of equals the lowest index goes first; k beyond the length takes all. */
export function topKMask(s: Vector, k: number): boolean[] {
  const order = s.map((_, i) => i).sort((a, b) => at(s, b) - at(s, a) || a - b);
  const chosen = new Set(order.slice(0, k));
  return s.map((_, i) => chosen.has(i));
}

/** |i − j| <= w for the patterns j = 0 … M−1 */
export const windowMask = (M: number, position: number, w: number): boolean[] =>
  Array.from({ length: M }, (_, j) => Math.abs(position - j) <= w);

/** True for the patterns a query with similarities s may see. */
export function supportMask(s: Vector, { support = "all", supportMask: mask, window = 5, position = 0, k = 8 }: Support): boolean[] {
  switch (support) {
    case "all":
      return s.map(() => true);
    case "mask":
      return s.map((_, i) => mask !== undefined && Boolean(at(mask, i)));
    case "window":
      return windowMask(s.length, position, window);
    case "top-k":
      return topKMask(s, k);
  }
}

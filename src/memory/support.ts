/** @file Which patterns a query may see: masks as bytes in the arena, windows as ranges. */
import { HopfieldError } from "../core/errors.ts";
import { wordAt } from "../core/random.ts";
import { allocate, viewU8 } from "../kernels/arena.ts";
import type { PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";

/** Mask bytes of some queries: row r at address + r * stride; stride 0 shares one row. */
export interface PlacedMask {
  readonly address: number;
  readonly stride: number;
}

/** Streams of the random numbers: masks use the kernels' own counter layout, the fallback index this one. */
const fallbackStream = 0x6d61736b;

/**
 * Scratch bytes of the masks for the given query rows; null when every pattern is visible.
 * random: pattern j is kept for query row i when the word of (seed, i, j) is below keep * 2^32; when none is, pattern floor(u M) is kept.
 * @throws HopfieldError E_SHAPE when a mask has neither one row nor a row for every query.
 */
export function placeMask(store: PatternStore, settings: Settings, rows: Int32Array): PlacedMask | null {
  const { arena, rows: patterns } = store;
  if (settings.support === "mask" && settings.supportMask) {
    const { data, rows: maskRows } = settings.supportMask;
    if (maskRows === 1) {
      const address = allocate(arena, patterns);
      viewU8(arena, address, patterns).set(data);
      return { address, stride: 0 };
    }
    const address = allocate(arena, rows.length * patterns);
    const target = viewU8(arena, address, rows.length * patterns);
    rows.forEach((row, r) => {
      if (row >= maskRows) throw new HopfieldError("E_SHAPE", `recall: supportMask has ${maskRows} rows, query ${row} has none`, { row });
      target.set(data.subarray(row * patterns, (row + 1) * patterns), r * patterns);
    });
    return { address, stride: patterns };
  }
  if (settings.support === "random") {
    const address = allocate(arena, rows.length * patterns);
    const high = Math.floor(settings.seed / 2 ** 32);
    rows.forEach((row, r) => {
      const at = address + r * patterns;
      const kept = arena.kernels.randomMask(settings.seed >>> 0, high, row, 0, patterns, settings.keep * 2 ** 32, at);
      if (kept === 0) {
        const u = wordAt(settings.seed, fallbackStream, row) / 2 ** 32;
        viewU8(arena, at, patterns)[Math.floor(u * patterns)] = 1;
      }
    });
    return { address, stride: patterns };
  }
  return null;
}

/** @throws HopfieldError E_RANGE when the window of a query holds no pattern. */
export function windowRange(patterns: number, window: number, position: number, row: number): { first: number; last: number } {
  const first = Math.max(0, Math.ceil(position - window));
  const last = Math.min(patterns, Math.floor(position + window) + 1);
  if (first >= last) {
    throw new HopfieldError(
      "E_RANGE",
      `recall: the window of query ${row} (position ${position}, width ${window}) holds no pattern; there are ${patterns}`,
      { row },
    );
  }
  return { first, last };
}

export function visibleCount(mask: Uint8Array): number {
  let count = 0;
  for (const shown of mask) count += shown;
  return count;
}

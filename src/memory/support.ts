/** @file Which patterns a query may see: masks as bytes in the arena, windows as ranges. */
import { HopfieldError } from "../core/errors.ts";
import { wordAt } from "../core/random.ts";
import { allocate, viewU8 } from "../kernels/arena.ts";
import type { PatternStore } from "./pattern-store.ts";
import type { Settings } from "./presets.ts";

/** Mask bytes of some queries: row r at address + r * stride; stride 0 shares one row. `shown`: how many patterns each row shows. */
export interface PlacedMask {
  readonly address: number;
  readonly stride: number;
  readonly shown: Int32Array;
}

/** Patterns that query r of a placed mask sees. */
export function shownTo(mask: PlacedMask, r: number): number {
  return mask.shown[mask.stride === 0 ? 0 : r] as number;
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
      return { address, stride: 0, shown: Int32Array.of(shownIn(data)) };
    }
    const address = allocate(arena, rows.length * patterns);
    const target = viewU8(arena, address, rows.length * patterns);
    const shown = new Int32Array(rows.length);
    rows.forEach((row, r) => {
      if (row >= maskRows) throw new HopfieldError("E_SHAPE", `recall: supportMask has ${maskRows} rows, query ${row} has none`, { row });
      const bytes = data.subarray(row * patterns, (row + 1) * patterns);
      target.set(bytes, r * patterns);
      shown[r] = shownIn(bytes);
    });
    return { address, stride: patterns, shown };
  }
  if (settings.support === "random") {
    // Masks are written sixteen bytes at a time, rows in order.
    const address = allocate(arena, rows.length * patterns + 16);
    const shown = new Int32Array(rows.length);
    const high = Math.floor(settings.seed / 2 ** 32);
    rows.forEach((row, r) => {
      const at = address + r * patterns;
      const kept = arena.kernels.randomMask(settings.seed >>> 0, high, row, patterns, settings.keep * 2 ** 32, at);
      if (kept === 0) {
        const u = wordAt(settings.seed, fallbackStream, row) / 2 ** 32;
        viewU8(arena, at, patterns)[Math.floor(u * patterns)] = 1;
      }
      shown[r] = Math.max(1, kept);
    });
    return { address, stride: patterns, shown };
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

function shownIn(mask: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i] as number;
  return count;
}

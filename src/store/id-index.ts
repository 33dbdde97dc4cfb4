/**
 * @file From an id to its row. Numbers that rise from row to row, as those the store gives do, need no table: they are bisected. Everything else is in a Map. Made when a writer first
 * needs it; adding rows without ids never does.
 */
import type { Contents } from "./contents.ts";
import { isDead } from "./dead-rows.ts";
import { type Id, textBase } from "./ids.ts";
import { idOfCode, readIdCodes } from "./part.ts";

export interface IdIndex {
  /** Ids of rows 0 ... length - 1, rising. */
  readonly rising: Float64Array;
  /** Rows behind them. */
  readonly others: Map<Id, number>;
}

/** Reads every id of the store. */
export function indexIds(contents: Contents): IdIndex {
  const codes = new Float64Array(contents.rows);
  let rising = 0;
  let last = -1;
  const others = new Map<Id, number>();
  for (const part of contents.parts) {
    for (let row = 0; row < part.rows; row += chunk) {
      const some = readIdCodes(part, row, Math.min(chunk, part.rows - row));
      for (let i = 0; i < some.length; i++) {
        const code = some[i] as number;
        const ordinal = part.firstRow + row + i;
        if (rising === ordinal && code < textBase && code > last) {
          codes[rising++] = code;
          last = code;
        } else if (!isDead(contents.dead, ordinal)) others.set(idOfCode(part, code), ordinal);
      }
    }
  }
  return { rising: codes.subarray(0, rising), others };
}

const chunk = 65536;

/** Row of the live pattern with this id, or -1. */
export function rowOf(index: IdIndex, { dead }: Contents, id: Id): number {
  const other = index.others.get(id);
  if (other !== undefined && !isDead(dead, other)) return other;
  if (typeof id !== "number") return -1;
  let low = 0;
  let high = index.rising.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index.rising[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return index.rising[low] === id && !isDead(dead, low) ? low : -1;
}

/** @file Which stored rows a state row may see: windows, random masks and masks given by the caller, as bytes (1 = seen), one block of state rows x stored rows for a bag. */
import { HopfieldError } from "../core/errors.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import type { Settings } from "./association-options.ts";
import { bytesIn, type Workspace } from "./workspace.ts";

/** Given masks, true or 1 = hidden. */
export interface Masks {
  /** One entry a stored row. */
  readonly storedPadding?: ArrayLike<number | boolean> | undefined;
  /** State rows x stored rows of the (only) bag. */
  readonly association?: ArrayLike<number | boolean> | undefined;
}

export interface Support {
  /** Address of the bytes of bag b, or 0 when all is seen. */
  keepOf(bag: number, rows: number, columns: number, firstStored: number): number;
}

/** Blocks of the same shape are made once: windows and random masks depend on the places in the bag alone. */
export function openSupport(workspace: Workspace, settings: Settings, masks: Masks): Support {
  const made = new Map<string, number>();
  const given = masks.storedPadding !== undefined || masks.association !== undefined;
  if (settings.support !== "window" && settings.support !== "random" && !given) return { keepOf: () => 0 };
  return {
    keepOf(bag, rows, columns, firstStored) {
      const key = given ? `${bag}` : `${rows} ${columns}`;
      const before = made.get(key);
      if (before !== undefined) return before;
      const keep = bytesIn(workspace, rows * columns);
      for (let i = 0; i < rows; i++) fillRow(workspace, settings, keep, i, columns);
      hideGiven(keep, masks, rows, columns, firstStored, bag);
      made.set(key, keep.byteOffset);
      return keep.byteOffset;
    },
  };
}

function fillRow(
  workspace: Workspace,
  { support, window, keep: share, maskSeed }: Settings,
  keep: Uint8Array,
  i: number,
  columns: number,
): void {
  const row = keep.subarray(i * columns, (i + 1) * columns);
  if (support === "window") {
    for (let j = 0; j < columns; j++) row[j] = Math.abs(i - j) <= window ? 1 : 0;
  } else if (support === "random") {
    const kept = workspace.kernels.randomMask(
      maskSeed >>> 0,
      Math.floor(maskSeed / 2 ** 32),
      i,
      0,
      columns,
      share * 2 ** 32,
      row.byteOffset,
    );
    if (kept === 0) {
      const random = randomStream(maskSeed, 0x6d61736b);
      random.position = 2 * i;
      row[uniformInteger(random, columns)] = 1;
    }
  } else row.fill(1);
}

function hideGiven(keep: Uint8Array, masks: Masks, rows: number, columns: number, firstStored: number, bag: number): void {
  for (let i = 0; i < rows; i++) {
    let seen = 0;
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      if (masks.storedPadding?.[firstStored + j]) keep[at] = 0;
      if (masks.association?.[at]) keep[at] = 0;
      seen += keep[at] as number;
    }
    if (seen === 0) throw new HopfieldError("E_RANGE", `association: state row ${i} of bag ${bag} sees no stored pattern`, { bag, row: i });
  }
}

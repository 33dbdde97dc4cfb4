/** @file Which stored rows a state row may see: windows, random masks and masks given by the caller, as bytes (1 = seen), one block of state rows x stored rows for a bag. */
import { HopfieldError } from "../core/errors.ts";
import { randomStream, uniformInteger } from "../core/random.ts";
import type { Settings } from "./association-options.ts";
import { bytesIn, tensor, type Workspace } from "./workspace.ts";

/** Given masks, true or 1 = hidden. */
export interface Masks {
  /** One entry a stored row, over all bags. */
  readonly storedPadding?: ArrayLike<number | boolean> | undefined;
  /** State rows x stored rows, for every bag; or one such block for each bag and head, heads within bags. */
  readonly association?: ArrayLike<number | boolean> | undefined;
  /** The association mask is added to the logits (-Infinity hides). Default false. */
  readonly associationIsAdditive?: boolean;
}

export interface Support {
  /** Nothing is hidden and nothing added. */
  readonly open: boolean;
  /** Address of the bytes of a bag and head, or 0 when all is seen. */
  keepOf(bag: number, head: number, rows: number, columns: number, firstStored: number): number;
  /** Address of what is added to the logits of a bag and head (f32), or 0. */
  addedOf(bag: number, head: number, rows: number, columns: number): number;
}

/** Blocks of the same shape are made once: windows and random masks depend on the places in the bag alone. */
export function openSupport(workspace: Workspace, settings: Settings, masks: Masks): Support {
  const made = new Map<string, number>();
  const { storedPadding, association, associationIsAdditive = false } = masks;
  const hides = association !== undefined && !associationIsAdditive;
  const given = storedPadding !== undefined || hides;
  const some = settings.support === "window" || settings.support === "random" || given;
  /** First entry of the mask of a bag and head. */
  const placeOf = (bag: number, head: number, size: number): number =>
    association?.length === size ? 0 : (bag * settings.heads + head) * size;
  return {
    open: !some && (association === undefined || !associationIsAdditive),
    keepOf(bag, head, rows, columns, firstStored) {
      if (!some) return 0;
      const key = given ? `${bag} ${hides ? head : 0}` : `${rows} ${columns}`;
      const before = made.get(key);
      if (before !== undefined) return before;
      const keep = bytesIn(workspace, rows * columns);
      for (let i = 0; i < rows; i++) fillRow(workspace, settings, keep, i, columns);
      if (given) hideGiven(keep, masks, hides ? placeOf(bag, head, rows * columns) : 0, rows, columns, firstStored, bag);
      made.set(key, keep.byteOffset);
      return keep.byteOffset;
    },
    addedOf(bag, head, rows, columns) {
      if (association === undefined || !associationIsAdditive) return 0;
      const first = placeOf(bag, head, rows * columns);
      const added = tensor(workspace, rows, columns);
      for (let i = 0; i < rows * columns; i++) added.data[i] = Number(association[first + i]);
      for (let i = 0; i < rows; i++) {
        if (added.data.subarray(i * columns, (i + 1) * columns).every((x) => x === Number.NEGATIVE_INFINITY)) throw blind(bag, i);
      }
      return added.data.byteOffset;
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
    const kept = workspace.kernels.randomMask(maskSeed >>> 0, Math.floor(maskSeed / 2 ** 32), i, columns, share * 2 ** 32, row.byteOffset);
    if (kept === 0) {
      const random = randomStream(maskSeed, 0x6d61736b);
      random.position = 2 * i;
      row[uniformInteger(random, columns)] = 1;
    }
  } else row.fill(1);
}

function hideGiven(keep: Uint8Array, masks: Masks, first: number, rows: number, columns: number, firstStored: number, bag: number): void {
  for (let i = 0; i < rows; i++) {
    let seen = 0;
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      if (masks.storedPadding?.[firstStored + j]) keep[at] = 0;
      if (!masks.associationIsAdditive && masks.association?.[first + at]) keep[at] = 0;
      seen += keep[at] as number;
    }
    if (seen === 0) throw blind(bag, i);
  }
}

function blind(bag: number, row: number): HopfieldError {
  return new HopfieldError("E_RANGE", `association: state row ${row} of bag ${bag} sees no stored pattern`, { bag, row });
}

/** @throws HopfieldError E_SHAPE for masks of another size than the patterns. */
export function checkMasks({ storedPadding, association }: Masks, bags: number, heads: number, rows: number, stored: number): void {
  if (storedPadding !== undefined && storedPadding.length !== bags * stored) {
    throw new HopfieldError("E_SHAPE", `masks: the padding mask has ${storedPadding.length} entries, expected ${bags} x ${stored}`);
  }
  const size = rows * stored;
  if (association !== undefined && association.length !== size && association.length !== bags * heads * size) {
    throw new HopfieldError(
      "E_SHAPE",
      `masks: the association mask has ${association.length} entries, expected ${rows} x ${stored}, or that for each of ${bags * heads} bags and heads`,
    );
  }
}

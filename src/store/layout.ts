/**
 * @file Where everything of one part of a store lies. A part is a set of rows with their ids and metadata: the snapshot is one, every transaction of the log is one. Sizes follow from a
 * few counts alone, so no offset is ever taken from a file. docs/store/format.md has the same table for people.
 */

export type Storage = "f32" | "f16" | "int8";

/** What all parts of one store share. */
export interface Kind {
  readonly dimension: number;
  readonly storage: Storage;
}

/** The counts a part's layout follows from. `idText` and `metadata` are bytes, multiples of 8. */
export interface Counts {
  readonly rows: number;
  /** Rows of earlier parts that this part takes out: removed, or replaced by an upsert. */
  readonly dead: number;
  readonly idText: number;
  readonly metadata: number;
}

export type SectionName = "dead" | "ids" | "metadata.ends" | "patterns" | "scales" | "biases" | "codes" | "ids.text" | "metadata";

export interface Section {
  readonly name: SectionName;
  readonly dtype: "U64" | "U32" | "F32" | "F16" | "I8" | "U8";
  readonly shape: readonly number[];
  /** From the start of the part. */
  readonly offset: number;
  readonly bytes: number;
  /** Bytes under one checksum; whole rows. The last block may be shorter. */
  readonly block: number;
  /** Number of its first block among those of the part. */
  readonly firstBlock: number;
}

export interface Layout {
  readonly sections: readonly Section[];
  /** Bytes of all sections; the checksums, 4 bytes a block, follow. */
  readonly bytes: number;
  readonly blocks: number;
}

/** A block is at most this, unless a single row is more. */
const blockBytes = 2 ** 20;

/** Bytes of a row of codes: the kernels read sixteen at a time. */
export function codeStride(dimension: number): number {
  return Math.ceil(dimension / 16) * 16;
}

export function layoutOf({ dimension, storage }: Kind, { rows, dead, idText, metadata }: Counts): Layout {
  const sections: Section[] = [];
  let offset = 0;
  let blocks = 0;
  const add = (name: SectionName, dtype: Section["dtype"], shape: readonly number[], itemBytes: number): void => {
    const rowBytes = shape.slice(1).reduce((product, n) => product * n, itemBytes);
    const bytes = (shape[0] ?? 0) * rowBytes;
    const block = Math.max(1, Math.floor(blockBytes / rowBytes)) * rowBytes;
    sections.push({ name, dtype, shape, offset, bytes, block, firstBlock: blocks });
    offset += bytes;
    blocks += Math.ceil(bytes / block);
  };
  // Wide numbers first, so that every one of them lies at a multiple of its size.
  add("dead", "U32", [Math.ceil(dead / 2) * 2], 4);
  add("ids", "U64", [rows], 8);
  add("metadata.ends", "U64", [metadata > 0 ? rows : 0], 8);
  if (storage === "f16") add("patterns", "F16", [rows, dimension], 2);
  else add("patterns", "F32", [rows, dimension], 4);
  if (storage === "int8") {
    add("scales", "F32", [rows], 4);
    add("biases", "F32", [rows], 4);
    add("codes", "I8", [rows, codeStride(dimension)], 1);
  }
  add("ids.text", "U8", [idText], 1);
  add("metadata", "U8", [metadata], 1);
  return { sections, bytes: offset, blocks };
}

/** The section of that name; every name of the storage is there. */
export function sectionOf(layout: Layout, name: SectionName): Section {
  const section = layout.sections.find((each) => each.name === name);
  if (!section) throw new Error(`store: there is no section ${name} (a defect of the store)`);
  return section;
}

/** Bytes of one row of patterns. */
export function rowBytesOf({ dimension, storage }: Kind): number {
  return dimension * (storage === "f16" ? 2 : 4);
}

/** Most rows of a store, dead ones included: ordinals are u32 and kernels count in i32. */
export const mostRows = 2 ** 31 - 1;
/** Most entries of a pattern. */
export const mostDimensions = 2 ** 24;

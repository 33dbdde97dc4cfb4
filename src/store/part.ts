/**
 * @file Reading one part of a store (a snapshot, or a transaction of the log). The checksum of a block is checked when the block is first touched, and the checksums themselves, by the
 * one in the manifest or the mark, before the first block is.
 */
import { crc32 } from "node:zlib";
import { fromHalf } from "../data/half.ts";
import { type DiskFile, readFully } from "./disk.ts";
import { fail } from "./fail.ts";
import { decodeId, type Id } from "./ids.ts";
import { type Counts, type Kind, type Layout, layoutOf, rowBytesOf, type Section, type SectionName, sectionOf } from "./layout.ts";
import { type Metadata, parseMetadata } from "./metadata.ts";
import { bytesOf, getU64 } from "./whole-numbers.ts";

export interface Part extends Counts {
  readonly kind: Kind;
  readonly file: DiskFile;
  /** Of the file, for messages. */
  readonly name: string;
  /** Where its sections start in the file. */
  readonly base: number;
  /** Ordinal of its first row in the store. */
  readonly firstRow: number;
  readonly checksumsCrc: number;
  readonly largestNorm: number;
  readonly lost: number;
  /** Made when first needed: a log may have very many small parts. */
  details: Details | null;
}

interface Details {
  readonly layout: Layout;
  readonly checksums: Uint32Array;
  /** 1: the block was found to be what was written. */
  readonly checked: Uint8Array;
}

function detailsOf(part: Part): Details {
  if (part.details) return part.details;
  const layout = layoutOf(part.kind, part);
  const checksums = new Uint32Array(layout.blocks);
  const text = bytesOf(checksums);
  if (readFully(part.file, part.base + layout.bytes, text) < text.length || crc32(text) !== part.checksumsCrc) {
    return damaged(part, part.base + layout.bytes, "the checksums");
  }
  part.details = { layout, checksums, checked: new Uint8Array(layout.blocks) };
  return part.details;
}

function damaged(part: Part, at: number, what: string): never {
  return fail("E_FORMAT", "store", `${part.name} is damaged: ${what} at byte ${at} are not what was written`, {
    file: part.name,
    byte: at,
  });
}

/** Bytes from ... to of a section, checked. `into` (of that length) receives them if given. */
export function readSection(
  part: Part,
  name: SectionName,
  from: number,
  to: number,
  into: Uint8Array = new Uint8Array(to - from),
): Uint8Array {
  const { layout, checksums, checked } = detailsOf(part);
  const section = sectionOf(layout, name);
  if (from >= to) return into;
  const start = part.base + section.offset;
  for (let block = Math.floor(from / section.block); block * section.block < to; block++) {
    const number = section.firstBlock + block;
    const [first, last] = [block * section.block, Math.min(section.bytes, (block + 1) * section.block)];
    // A block that is asked for whole is read and checked where it is wanted; of another, only a first look needs the rest.
    const [low, high] = [Math.max(first, from), Math.min(last, to)];
    const target = into.subarray(low - from, high - from);
    if (checked[number] || (low === first && high === last)) {
      if (readFully(part.file, start + low, target) < target.length) damaged(part, start + low, "bytes that are missing");
      if (!checked[number]) check(part, section, block, target, checksums, checked);
    } else {
      const whole = new Uint8Array(last - first);
      if (readFully(part.file, start + first, whole) < whole.length) damaged(part, start + first, "bytes that are missing");
      check(part, section, block, whole, checksums, checked);
      target.set(whole.subarray(low - first, high - first));
    }
  }
  return into;
}

function check(part: Part, section: Section, block: number, bytes: Uint8Array, checksums: Uint32Array, checked: Uint8Array): void {
  const number = section.firstBlock + block;
  if (crc32(bytes) !== checksums[number])
    damaged(part, part.base + section.offset + block * section.block, `${bytes.length} bytes of ${section.name}`);
  checked[number] = 1;
}

/** Whether a block was found to be what was written. @param block number within the section. */
export function isChecked(part: Part, name: SectionName, block: number): boolean {
  const { layout, checked } = detailsOf(part);
  return checked[sectionOf(layout, name).firstBlock + block] === 1;
}

/** Takes in the checksum of a block that somebody else has read. @throws HopfieldError E_FORMAT when it does not fit. */
export function acceptBlock(part: Part, name: SectionName, block: number, checksum: number): void {
  const { layout, checksums, checked } = detailsOf(part);
  const section = sectionOf(layout, name);
  const number = section.firstBlock + block;
  if (checksum !== checksums[number]) damaged(part, part.base + section.offset + block * section.block, `a block of ${section.name}`);
  checked[number] = 1;
}

/** The section of a part, for callers that read it themselves. */
export function partSection(part: Part, name: SectionName): Section {
  return sectionOf(detailsOf(part).layout, name);
}

/** Every block of the part that is damaged, in words; empty when all is well. Blocks that were checked before are read again. */
export function damageOf(part: Part): string[] {
  const found: string[] = [];
  const look = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      found.push(error.message);
    }
  };
  look(() => detailsOf(part));
  if (!part.details) return found;
  part.details.checked.fill(0);
  for (const { name, bytes, block } of part.details.layout.sections) {
    for (let from = 0; from < bytes; from += block) look(() => readSection(part, name, from, Math.min(bytes, from + block)));
  }
  return found;
}

/** Rows of patterns as f32, from the bytes of their section. f16 is widened. */
export function readPatterns(part: Part, first: number, count: number, into: Float32Array): void {
  const row = rowBytesOf(part.kind);
  const bytes = part.kind.storage === "f16" ? new Uint8Array(count * row) : bytesOf(into.subarray(0, count * part.kind.dimension));
  readSection(part, "patterns", first * row, (first + count) * row, bytes);
  if (part.kind.storage === "f16") widen(bytes, into);
}

/** f16 to f32 by a table of all 65 536 values, made on first use. Four at a time, because that is twice as fast. */
export function widen(bytes: Uint8Array, into: Float32Array): void {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits));
  const table = halves;
  const source = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const { length } = source;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    into[i] = table[source[i] as number] as number;
    into[i + 1] = table[source[i + 1] as number] as number;
    into[i + 2] = table[source[i + 2] as number] as number;
    into[i + 3] = table[source[i + 3] as number] as number;
  }
  for (; i < length; i++) into[i] = table[source[i] as number] as number;
}

let halves: Float32Array | undefined;

/** Codes of `count` ids from row `first` on, see ids.ts. */
export function readIdCodes(part: Part, first: number, count: number): Float64Array {
  const bytes = readSection(part, "ids", first * 8, (first + count) * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Float64Array.from({ length: count }, (_, i) => getU64(view, i * 8));
}

/** The id behind a code of this part. @throws HopfieldError E_FORMAT. */
export function idOfCode(part: Part, code: number): Id {
  return decodeId(code, part.idText, (from, to) => readSection(part, "ids.text", from, to));
}

/** Metadata of row `row` of the part; null where it has none. @throws HopfieldError E_FORMAT. */
export function readMetadata(part: Part, row: number): Metadata | null {
  const text = readMetadataBytes(part, row, 1)[0];
  return text && text.length > 0 ? parseMetadata(text) : null;
}

/** The bytes of the metadata of `count` rows; empty where a row has none. */
export function readMetadataBytes(part: Part, row: number, count: number): Uint8Array[] {
  if (part.metadata === 0) return new Array<Uint8Array>(count).fill(new Uint8Array(0));
  const before = row === 0 ? 0 : 1;
  const ends = readSection(part, "metadata.ends", (row - before) * 8, (row + count) * 8);
  const view = new DataView(ends.buffer, ends.byteOffset, ends.length);
  const bounds = Array.from({ length: count + 1 }, (_, i) => (i === 0 && before === 0 ? 0 : getU64(view, (i - 1 + before) * 8)));
  const [from = 0] = bounds;
  const to = bounds[count] ?? 0;
  const rising = bounds.every((end, i) => i === 0 || end >= (bounds[i - 1] as number));
  if (!rising || !(to <= part.metadata)) return damaged(part, part.base, "the ends of the metadata");
  const all = readSection(part, "metadata", from, to);
  return Array.from({ length: count }, (_, i) => all.subarray((bounds[i] as number) - from, (bounds[i + 1] as number) - from));
}

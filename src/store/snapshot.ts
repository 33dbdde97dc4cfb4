/**
 * @file The snapshot: one part in a safetensors file, its checksums as the last tensor, so that other programs read the arrays. The header is not interpreted: it is made again from the
 * counts in the manifest and must be the same bytes, so nothing a foreign header could say is ever believed.
 */
import { crc32 } from "node:zlib";
import { type Disk, type DiskFile, readFully, writeFully } from "./disk.ts";
import { fail } from "./fail.ts";
import { type Counts, type Kind, type Layout, layoutOf, type SectionName } from "./layout.ts";
import { type Manifest, type SnapshotFacts, snapshotName } from "./manifest.ts";
import type { Part } from "./part.ts";
import { bytesOf } from "./whole-numbers.ts";

/** Length of the JSON in 8 bytes, then the JSON, filled with spaces to a multiple of 8. */
export function snapshotHeader(kind: Kind, counts: Counts): Uint8Array {
  const layout = layoutOf(kind, counts);
  const tensors = layout.sections
    .filter(({ name }) => name !== "dead")
    .map(({ name, dtype, shape, offset, bytes }) => tensorText(name, dtype, shape, offset, bytes));
  tensors.push(tensorText("checksums", "U8", [layout.blocks, 4], layout.bytes, layout.blocks * 4));
  const metadata = `"__metadata__":{"format":"hopfield store 1","storage":"${kind.storage}"}`;
  const json = new TextEncoder().encode(`{${[metadata, ...tensors].join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20, 8);
  header.set(json, 8);
  new DataView(header.buffer).setUint32(0, length, true);
  return header;
}

function tensorText(name: string, dtype: string, shape: readonly number[], offset: number, bytes: number): string {
  return `"${name}":{"dtype":"${dtype}","shape":[${shape.join(",")}],"data_offsets":[${offset},${offset + bytes}]}`;
}

/** The part of an opened snapshot. @throws HopfieldError E_FORMAT unless header and size are what the manifest asks for. */
export function snapshotPart(file: DiskFile, manifest: Manifest): Part {
  const name = snapshotName(manifest.generation);
  const { rows = 0, idText = 0, metadata = 0, checksumsCrc = 0, largestNorm = 0, lost = 0 } = manifest.snapshot ?? {};
  const counts: Counts = { rows, dead: 0, idText, metadata };
  const layout = layoutOf(manifest, counts);
  const header = snapshotHeader(manifest, counts);
  const size = header.length + layout.bytes + layout.blocks * 4;
  if (file.size() !== size) {
    return fail("E_FORMAT", "store", `${name} is damaged: it has ${file.size()} bytes, ${size} were written`, { file: name });
  }
  const found = new Uint8Array(header.length);
  readFully(file, 0, found);
  if (!header.every((byte, i) => byte === found[i]))
    return fail("E_FORMAT", "store", `${name} is damaged: its header is not what was written`, { file: name, byte: 0 });
  return { kind: manifest, file, name, base: header.length, firstRow: 0, ...counts, checksumsCrc, largestNorm, lost, details: null };
}

/** The bytes of a section of a new snapshot, in pieces of any size. */
export type Source = (name: SectionName) => Iterable<Uint8Array>;

/**
 * Writes a snapshot and returns when its bytes are on the disk (its name is made to last by the switch of the manifest).
 * @throws HopfieldError E_IO; then the file is gone again.
 */
export function writeSnapshot(
  disk: Disk,
  generation: number,
  kind: Kind,
  counts: Counts,
  { largestNorm, lost }: Pick<SnapshotFacts, "largestNorm" | "lost">,
  source: Source,
): SnapshotFacts {
  const name = snapshotName(generation);
  disk.remove(name);
  const file = disk.open(name, "create");
  if (!file) return fail("E_CONFLICT", "store", `${name} appeared while it was being made`);
  try {
    const layout = layoutOf(kind, counts);
    const header = snapshotHeader(kind, counts);
    writeFully(file, 0, header);
    const checksums = writeSections(file, header.length, layout, source);
    writeFully(file, header.length + layout.bytes, bytesOf(checksums));
    file.sync("snapshot");
    const { rows, idText, metadata } = counts;
    return { rows, idText, metadata, checksumsCrc: crc32(bytesOf(checksums)), largestNorm, lost };
  } finally {
    file.close();
  }
}

function writeSections(file: DiskFile, base: number, layout: Layout, source: Source): Uint32Array {
  const checksums = new Uint32Array(layout.blocks);
  for (const { name, offset, bytes, block, firstBlock } of layout.sections) {
    let at = 0;
    for (const piece of source(name)) {
      writeFully(file, base + offset + at, piece);
      // A piece may end anywhere in a block and reach over several.
      for (let from = 0; from < piece.length; ) {
        const number = firstBlock + Math.floor(at / block);
        const to = Math.min(piece.length, from + block - (at % block));
        checksums[number] = crc32(piece.subarray(from, to), checksums[number]);
        at += to - from;
        from = to;
      }
    }
    if (at !== bytes) throw new Error(`store: ${name} came to ${at} bytes, ${bytes} were counted (a defect of the store)`);
  }
  return checksums;
}

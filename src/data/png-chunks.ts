/**
 * @file The outer form of a png file: signature and chunks, each with its length and CRC-32, in the order the format asks for. Nothing is decompressed here.
 * Source: Portable Network Graphics (Third Edition), https://www.w3.org/TR/png-3/, sections 5 and 11.
 */
import { fail, viewOf } from "./bytes.ts";
import { crc32 } from "./crc32.ts";

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of one sample in the file: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly kind: 0 | 2 | 3 | 4 | 6;
  readonly interlaced: boolean;
}

export interface PngParts {
  readonly header: PngHeader;
  /** Three bytes a colour; empty without one. */
  readonly palette: Uint8Array;
  /** The tRNS chunk: alpha of palette entries, or the one transparent grey or colour; undefined without one. */
  readonly transparency: Uint8Array | undefined;
  /** The zlib stream, in one or more pieces. */
  readonly packed: readonly Uint8Array[];
}

export const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const allowedBits: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Whether the bytes start as a png file does. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** @throws HopfieldError E_FORMAT (malformed, wrong checksum, chunks out of order, bytes after the end), E_UNSUPPORTED (an unknown critical chunk). */
export function readPngChunks(where: string, bytes: Uint8Array): PngParts {
  if (!isPng(bytes)) fail("E_FORMAT", where, "not a png file: it does not start with the signature");
  const view = viewOf(bytes);
  let header: PngHeader | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const packed: Uint8Array[] = [];
  let previous = "";
  for (let at = 8; previous !== "IEND"; ) {
    if (at + 12 > bytes.length) fail("E_FORMAT", where, `the file ends at byte ${bytes.length}, before its IEND chunk`);
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12)
      fail("E_FORMAT", where, `the chunk at byte ${at} declares ${length} bytes, ${bytes.length - at - 12} are there`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) fail("E_FORMAT", where, `the chunk at byte ${at} has a type that is not four letters`);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      fail("E_FORMAT", where, `the chunk ${type} at byte ${at} has a wrong CRC-32`);
    const content = bytes.subarray(at + 8, at + 8 + length);
    const late = packed.length > 0;
    if ((type === "IHDR") !== (at === 8))
      fail("E_FORMAT", where, `the chunk ${type} at byte ${at}: the first chunk must be IHDR, and only that`);
    if (type === "IHDR") {
      header = readHeader(where, content);
    } else if (type === "PLTE") {
      if (palette || late || transparency) fail("E_FORMAT", where, `the chunk PLTE at byte ${at} is repeated or too late`);
      if (length === 0 || length % 3 !== 0 || length > 768)
        fail("E_FORMAT", where, `PLTE has ${length} bytes, expected 3 for each of 1 to 256 colours`);
      palette = content;
    } else if (type === "tRNS") {
      if (transparency || late) fail("E_FORMAT", where, `the chunk tRNS at byte ${at} is repeated or too late`);
      transparency = content;
    } else if (type === "IDAT") {
      if (late && previous !== "IDAT") fail("E_FORMAT", where, `the chunk IDAT at byte ${at} does not follow the others`);
      packed.push(content);
    } else if (type === "IEND") {
      if (length > 0) fail("E_FORMAT", where, `IEND has ${length} bytes, expected none`);
    } else if (type.charCodeAt(0) < 0x61) {
      fail("E_UNSUPPORTED", where, `the critical chunk ${type} at byte ${at} is not known`);
    }
    previous = type;
    at += 12 + length;
    if (type === "IEND" && at !== bytes.length) fail("E_FORMAT", where, `${bytes.length - at} bytes follow the IEND chunk`);
  }
  if (!header || packed.length === 0) return fail("E_FORMAT", where, "the file has no image data (IDAT)");
  const { kind, bits } = header;
  if (kind === 3 && !palette) fail("E_FORMAT", where, "a palette image without PLTE");
  if (palette && (kind === 0 || kind === 4)) fail("E_FORMAT", where, "a grey image with PLTE");
  if (kind === 3 && palette && palette.length > 3 * 2 ** bits)
    fail("E_FORMAT", where, `PLTE has ${palette.length / 3} colours, ${bits} bits reach ${2 ** bits}`);
  const alphas: Readonly<Record<number, boolean>> = {
    0: transparency?.length === 2,
    2: transparency?.length === 6,
    3: (transparency?.length ?? 0) <= (palette?.length ?? 0) / 3,
  };
  if (transparency && !alphas[kind])
    fail("E_FORMAT", where, `tRNS has ${transparency.length} bytes, which does not fit the colour type ${kind}`);
  return { header, palette: palette ?? new Uint8Array(0), transparency, packed };
}

function readHeader(where: string, content: Uint8Array): PngHeader {
  if (content.length !== 13) fail("E_FORMAT", where, `IHDR has ${content.length} bytes, expected 13`);
  const view = viewOf(content);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (width === 0 || height === 0 || width >= 2 ** 31 || height >= 2 ** 31)
    fail("E_FORMAT", where, `the image is ${width} x ${height}; both must be 1 to 2^31 - 1`);
  const [bits = 0, kind = 0, compression, filter, interlace] = content.subarray(8);
  if (!(allowedBits[kind] ?? []).includes(bits)) fail("E_FORMAT", where, `colour type ${kind} with ${bits} bits does not exist`);
  if (compression !== 0 || filter !== 0 || (interlace !== 0 && interlace !== 1)) {
    fail("E_FORMAT", where, `compression ${compression}, filter ${filter}, interlace ${interlace}: expected 0, 0 and 0 or 1`);
  }
  return { width, height, bits, kind: kind as PngHeader["kind"], interlaced: interlace === 1 };
}

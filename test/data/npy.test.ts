import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dtype, NumericArray, NumericData } from "../../src/data/array.ts";
import { readNpy, writeNpy } from "../../src/data/npy.ts";
import { fixture } from "./fixtures.ts";
import { bytesOf, countAcceptedBitFlips, expectEveryTruncationRefused, expectRefusal, little, misaligned } from "./helpers.ts";

/** An npy file with this header text (not padded) and body. */
function npy(header: string, body: Uint8Array = new Uint8Array(0), version = 1): Uint8Array {
  return bytesOf(0x93, "NUMPY", version, 0, little(version === 1 ? 2 : 4, header.length), header, body);
}
const head = (shape: string, descr = "'<f4'", order = "False") => `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe("readNpy on files by NumPy", () => {
  it("reads f32 in row-major order", () => {
    const array = readNpy(fixture("npyF4"));
    expect(array.dtype).toBe("f32");
    expect(array.shape).toEqual([2, 3]);
    expect([...array.data]).toEqual([-0.5, -0.25, 0, 0.25, 0.5, 0.75]);
  });

  it("turns Fortran order into row-major order", () => {
    const array = readNpy(fixture("npyFortran"));
    expect(array.shape).toEqual([2, 3, 4]);
    expect([...array.data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it("swaps big-endian i64 and keeps whole numbers up to 2^53 - 1 exact", () => {
    expect([...readNpy(fixture("npyBig")).data]).toEqual([1, -2, 300000000000, -(2 ** 53 - 1)]);
    expectRefusal(() => readNpy(fixture("npyLong")), "E_RANGE", "entry 0 is 9007199254740992");
  });

  it("reads f16 exactly, subnormals, infinities and NaN included", () => {
    const values = [...readNpy(fixture("npyHalf")).data];
    expect(values.slice(0, 4)).toEqual([0, 1, -2, 65504]);
    expect(values[4]).toBe(2 ** -24);
    expect(values.slice(5, 9)).toEqual([0.333251953125, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect(values[9]).toBe(1023 * 2 ** -24);
  });

  it("reads bool, a single number, an empty array, versions 2.0 and 3.0", () => {
    expect([...readNpy(fixture("npyBool")).data]).toEqual([1, 0, 0, 1]);
    expect(readNpy(fixture("npyScalar"))).toEqual({ dtype: "f64", shape: [], data: Float64Array.of(2.5) });
    expect(readNpy(fixture("npyEmpty"))).toEqual({ dtype: "u32", shape: [0, 3], data: new Uint32Array(0) });
    expect([...readNpy(fixture("npyVersion2")).data]).toEqual([7]);
    expect([...readNpy(fixture("npyVersion3")).data]).toEqual([7]);
  });

  it("refuses objects, text and records as E_FORMAT, complex numbers as E_UNSUPPORTED", () => {
    expectRefusal(() => readNpy(fixture("npyObject")), "E_FORMAT", "dtype object holds pickled Python objects");
    expectRefusal(() => readNpy(fixture("npyText")), "E_FORMAT", 'dtype "<U2" is text or raw bytes');
    expectRefusal(() => readNpy(fixture("npyStructured")), "E_FORMAT", "structured");
    expectRefusal(() => readNpy(fixture("npyComplex")), "E_UNSUPPORTED", 'dtype "<c8" is not read');
    expectRefusal(() => readNpy(npy(head("(1,)", "'|V4'"), new Uint8Array(4))), "E_FORMAT", "raw bytes");
    expectRefusal(() => readNpy(npy(head("(1,)", "'|S4'"), new Uint8Array(4))), "E_FORMAT", "text or raw bytes");
    expectRefusal(() => readNpy(npy(head("(1,)", "'<M8[ns]'"), new Uint8Array(8))), "E_UNSUPPORTED", "M8[ns]");
    expectRefusal(() => readNpy(npy(head("(1,)", "'<x4'"), new Uint8Array(4))), "E_FORMAT", "<x4");
    expectRefusal(() => readNpy(npy(head("(1,)", "'f4'"), new Uint8Array(4))), "E_FORMAT", "byte order");
  });

  it("does not care where in a buffer the bytes lie, and copies them", () => {
    const bytes = misaligned(fixture("npyF4"));
    const array = readNpy(bytes);
    bytes.fill(0);
    expect([...array.data]).toEqual([-0.5, -0.25, 0, 0.25, 0.5, 0.75]);
  });
});

describe("readNpy on odd views", () => {
  it("reads memory shared with other threads, Node buffers, and sees detached memory as empty", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(152));
    shared.set(fixture("npyF4"));
    expect(readNpy(shared)).toEqual(readNpy(fixture("npyF4")));
    expect(readNpy(Buffer.from(fixture("npyF4")))).toEqual(readNpy(fixture("npyF4")));
    const moved = fixture("npyF4");
    structuredClone(moved.buffer, { transfer: [moved.buffer] });
    expectRefusal(() => readNpy(moved), "E_FORMAT", "not an npy file");
  });
});

describe("readNpy on bad bytes", () => {
  it("refuses a wrong magic and unknown versions", () => {
    expectRefusal(() => readNpy(bytesOf("NUMPY!!!!!!!!!")), "E_FORMAT", "readNpy: not an npy file");
    expectRefusal(() => readNpy(new Uint8Array(0)), "E_FORMAT", "not an npy file");
    for (const version of [0, 4, 255])
      expectRefusal(() => readNpy(npy(head("(0,)"), undefined, version)), "E_UNSUPPORTED", `version ${version}.0`);
  });

  it("refuses header lengths of 0, beyond the file and beyond the cap", () => {
    expectRefusal(() => readNpy(npy("")), "E_FORMAT", "expected a dictionary at character 0");
    expectRefusal(
      () => readNpy(bytesOf(0x93, "NUMPY", 1, 0, little(2, 500), head("(0,)"))),
      "E_FORMAT",
      "the header is 500 bytes long, only",
    );
    expectRefusal(
      () => readNpy(bytesOf(0x93, "NUMPY", 2, 0, little(4, 2 ** 32 - 1), head("(0,)"))),
      "E_LIMIT",
      "4294967295 bytes long, at most 10000",
    );
    expectRefusal(() => readNpy(npy(head("(0,)").padEnd(10001))), "E_LIMIT", "at most 10000");
    expect(readNpy(npy(head("(0,)").padEnd(10000))).shape).toEqual([0]);
  });

  it("refuses headers that are not ASCII or UTF-8", () => {
    expectRefusal(() => readNpy(npy(head("(0,)", "'<f4\xe9'"))), "E_FORMAT", "not ASCII");
    expectRefusal(() => readNpy(npy(head("(0,)", "'<f4\xe9'"), undefined, 3)), "E_FORMAT", "not valid UTF-8");
  });

  it("refuses headers that are not a literal dictionary", () => {
    for (const text of [
      "[]",
      "hello",
      "{'descr'}",
      "{'descr': '<f4'",
      "{'descr': open('x')}",
      "{'descr': '<f4' 'shape': (1,)}",
      "{,}",
      "{1: 2}",
      "{'descr': '\\x41'}",
    ]) {
      expectRefusal(() => readNpy(npy(text)), "E_FORMAT", "readNpy: header");
    }
    expectRefusal(() => readNpy(npy(`${head("(0,)")}x`)), "E_FORMAT", "nothing after the dictionary");
  });

  it("refuses missing, unknown and repeated keys, and values of the wrong kind", () => {
    expectRefusal(() => readNpy(npy("{'descr': '<f4', 'shape': (0,)}")), "E_FORMAT", "lacks the key 'fortran_order'");
    expectRefusal(
      () => readNpy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), 'extra': 'x'}")),
      "E_FORMAT",
      'unknown key "extra"',
    );
    expectRefusal(
      () => readNpy(npy("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (0,)}")),
      "E_FORMAT",
      '"descr" twice',
    );
    expectRefusal(() => readNpy(npy(head("(0,)", "True"))), "E_FORMAT", "descr must be a string");
    expectRefusal(() => readNpy(npy(head("(0,)", undefined, "'no'"))), "E_FORMAT", "fortran_order must be True or False");
    expectRefusal(() => readNpy(npy(head("'x'"))), "E_FORMAT", "shape must be a tuple");
  });

  it("refuses shapes with negative, fractional, huge and too many dimensions", () => {
    expectRefusal(() => readNpy(npy(head("(-1,)"))), "E_FORMAT", "whole number of at least 0");
    expectRefusal(() => readNpy(npy(head("(1.5,)"))), "E_FORMAT", "a comma or a bracket");
    expectRefusal(() => readNpy(npy(head("(3)"))), "E_FORMAT", "(3) is a number, not a tuple");
    expectRefusal(() => readNpy(npy(head("(9223372036854775808,)"))), "E_LIMIT", "9223372036854775808, more than 2^53 - 1");
    expectRefusal(() => readNpy(npy(head("(4194305, 4194305, 1048576)"))), "E_LIMIT", "more than 2^53 - 1 entries");
    expectRefusal(() => readNpy(npy(head(`(${"1, ".repeat(65)})`))), "E_LIMIT", "more than 64 dimensions");
  });

  it("refuses data that is shorter or longer than declared, before any of it is allocated", () => {
    expectRefusal(() => readNpy(npy(head("(2, 3)"), new Uint8Array(23))), "E_FORMAT", "needs 24 bytes, 23 are there");
    expectRefusal(() => readNpy(npy(head("(2, 3)"), new Uint8Array(25))), "E_FORMAT", "needs 24 bytes, 25 are there");
    expectRefusal(() => readNpy(npy(head("(1000000, 1000000)"))), "E_FORMAT", "needs 4000000000000 bytes, 0 are there");
    expectRefusal(() => readNpy(npy(head("(2,)", "'|b1'"), Uint8Array.of(1, 2))), "E_FORMAT", "entry 1 of a bool array is 2");
  });

  it("keeps to the limit, counted in bytes of the result", () => {
    const halves = npy(head("(8,)", "'<f2'"), new Uint8Array(16));
    expect(readNpy(halves, { limit: 32 }).data.length).toBe(8);
    expectRefusal(() => readNpy(halves, { limit: 31 }), "E_LIMIT", "needs 32 bytes, the limit is 31");
    expectRefusal(() => readNpy(halves, { limit: -1 }), "E_RANGE", "limit must be a whole number");
    expectRefusal(() => readNpy(halves, { limt: 1 } as never), "E_RANGE", 'did you mean "limit"');
    expectRefusal(() => readNpy([1, 2] as never), "E_SHAPE", "expected the bytes of the file as a Uint8Array");
  });

  it("refuses every truncation; every bit flip gives a value or a HopfieldError", () => {
    expectEveryTruncationRefused(fixture("npyF4"), readNpy);
    expect(countAcceptedBitFlips(fixture("npyF4"), readNpy)).toBeGreaterThanOrEqual(8 * 24);
  });
});

describe("writeNpy", () => {
  it("writes the bytes that NumPy writes", () => {
    for (const name of ["npyF4", "npyBool", "npyScalar", "npyEmpty"] as const)
      expect(writeNpy(readNpy(fixture(name)))).toEqual(fixture(name));
  });

  it("comes back the same for every dtype, from any alignment", () => {
    fc.assert(
      fc.property(anyArray(), (array) => {
        const again = readNpy(misaligned(writeNpy(array)));
        expect(again.dtype).toBe(array.dtype);
        expect(again.shape).toEqual(array.shape);
        expect(again.data).toEqual(array.data);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses what it cannot write", () => {
    const data = Float32Array.of(1, 2);
    expectRefusal(() => writeNpy({ dtype: "f32", shape: [3], data }), "E_SHAPE", "shape [3] needs 3 entries, data has 2");
    expectRefusal(() => writeNpy({ dtype: "f32", shape: [-2], data }), "E_SHAPE", "dimension -2");
    expectRefusal(
      () => writeNpy({ dtype: "f64", shape: [2], data }),
      "E_SHAPE",
      "f64 needs its data as a Float64Array, got a Float32Array",
    );
    expectRefusal(() => writeNpy({ dtype: "f33" as Dtype, shape: [2], data }), "E_UNSUPPORTED", '"f33" is not one of');
    expectRefusal(() => writeNpy({ dtype: "bf16", shape: [2], data }), "E_UNSUPPORTED", "npy has no bf16");
    expectRefusal(() => writeNpy({ dtype: "i64", shape: [1], data: Float64Array.of(0.5) }), "E_RANGE", "entry 0 is 0.5");
    expectRefusal(() => writeNpy({ dtype: "u64", shape: [1], data: Float64Array.of(-1) }), "E_RANGE", "entry 0 is -1");
    expectRefusal(() => writeNpy({ dtype: "f16", shape: [1], data: Float32Array.of(65520) }), "E_RANGE", "too large for f16");
    expectRefusal(() => writeNpy({ dtype: "bool", shape: [1], data: Uint8Array.of(2) }), "E_RANGE", "only 0 and 1");
    expectRefusal(() => writeNpy({ shape: [1] } as never), "E_SHAPE", "expected an array as { dtype, shape, data }");
  });
});

/** Arrays of every dtype that npy has, with values the dtype holds exactly, 0 to 3 dimensions. */
function anyArray(): fc.Arbitrary<NumericArray> {
  const whole = (min: number, max: number) => fc.integer({ min, max });
  const kinds: [Dtype, new (values: number[]) => NumericData, fc.Arbitrary<number>][] = [
    ["bool", Uint8Array, whole(0, 1)],
    ["i8", Int8Array, whole(-128, 127)],
    ["u8", Uint8Array, whole(0, 255)],
    ["i16", Int16Array, whole(-32768, 32767)],
    ["u16", Uint16Array, whole(0, 65535)],
    ["i32", Int32Array, whole(-(2 ** 31), 2 ** 31 - 1)],
    ["u32", Uint32Array, whole(0, 2 ** 32 - 1)],
    ["i64", Float64Array, fc.maxSafeInteger().map((n) => n + 0)],
    ["u64", Float64Array, fc.maxSafeNat()],
    ["f16", Float32Array, whole(-2048, 2048).map((n) => n / 8 + 0)],
    ["f32", Float32Array, fc.float()],
    ["f64", Float64Array, fc.double()],
  ];
  return fc.constantFrom(...kinds).chain(([dtype, array, entry]) =>
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
      const length = shape.reduce((product, n) => product * n, 1);
      return fc.array(entry, { minLength: length, maxLength: length }).map((values) => ({ dtype, shape, data: new array(values) }));
    }),
  );
}

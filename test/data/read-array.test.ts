import { describe, expect, it } from "vitest";
import { readArray, readNpy, splitArrayName, writeIdx, writeNpy, writeNpz, writeSafetensors } from "../../src/data/index.ts";
import { fixture } from "./fixtures.ts";
import { expectRefusal } from "./helpers.ts";

const array = readNpy(fixture("npyF4"));
const utf8 = (text: string) => new TextEncoder().encode(text);

describe("splitArrayName", () => {
  it("splits off the entry of npz and safetensors names only", () => {
    expect(splitArrayName("a/b.npz#x/y")).toEqual({ file: "a/b.npz", entry: "x/y" });
    expect(splitArrayName("M.Safetensors#w#1")).toEqual({ file: "M.Safetensors", entry: "w#1" });
    expect(splitArrayName("a#b.npy")).toEqual({ file: "a#b.npy" });
    expect(splitArrayName("x.npz")).toEqual({ file: "x.npz" });
  });
});

describe("readArray", () => {
  it("goes by the name", () => {
    expect(readArray(fixture("npyF4"), "dir/x.NPY")).toEqual(array);
    expect(readArray(fixture("npzStored"), "x.npz#w")).toEqual(array);
    expect(readArray(writeNpz(new Map([["only", array]])), "x.npz")).toEqual(array);
    expect(readArray(fixture("safetensors"), "x.safetensors#w")).toEqual(array);
    expect(readArray(utf8("a,b\n1,2\n3,4\n"), "x.csv")).toEqual({ dtype: "f64", shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) });
    expect(readArray(utf8("1\t\n"), "x.tsv", { missing: "nan", header: false }).data[1]).toBeNaN();
    expect(readArray(writeIdx({ dtype: "u8", shape: [2], data: Uint8Array.of(1, 2) }), "train-labels-idx1-ubyte").data).toEqual(
      Uint8Array.of(1, 2),
    );
    expect(readArray(writeIdx({ dtype: "u8", shape: [2], data: Uint8Array.of(1, 2) }), "t10k-labels.idx1-ubyte").shape).toEqual([2]);
    expect(readArray(fixture("pngRgb"), "x.png")).toMatchObject({ dtype: "u8", shape: [2, 2, 3] });
    expect(readArray(fixture("pngGrey16"), "x.png")).toMatchObject({ dtype: "u16", shape: [2, 3] });
  });

  it("goes by the content where the name says nothing", () => {
    expect(readArray(fixture("npyF4"), "data")).toEqual(array);
    expect(readArray(writeNpz(new Map([["only", array]])), "data.bin")).toEqual(array);
    expect(readArray(writeSafetensors(new Map([["only", array]])), "data")).toEqual(array);
    expect(readArray(fixture("pngGrey"), "data").shape).toEqual([3, 5]);
    expect(readArray(writeIdx({ dtype: "i8", shape: [1], data: Int8Array.of(1) }), "data").dtype).toBe("i8");
    expectRefusal(() => readArray(utf8("hello"), "notes.txt"), "E_UNSUPPORTED", '"notes.txt" is none of npy, npz');
    expectRefusal(() => readArray(fixture("pngGrey"), "x.npy"), "E_FORMAT", "not an npy file");
  });

  it("asks for an entry where there are several, and helps with names", () => {
    expectRefusal(() => readArray(fixture("npzStored"), "x.npz"), "E_RANGE", '"x.npz" holds "w", "n"; say which with "#name"');
    expectRefusal(() => readArray(fixture("safetensors"), "x.safetensors#bais"), "E_RANGE", 'did you mean "bias"?');
    expectRefusal(() => readArray(fixture("npzStored"), "x.npz#something"), "E_RANGE", 'it holds "w", "n"');
    expectRefusal(() => readArray(fixture("npzEmpty"), "x.npz"), "E_RANGE", "holds no array");
  });

  it("passes the limit on and refuses unknown options", () => {
    expectRefusal(() => readArray(writeNpy(array), "x.npy", { limit: 3 }), "E_LIMIT", "the limit is 3");
    expectRefusal(() => readArray(fixture("npzStored"), "x.npz#w", { limit: 3 }), "E_LIMIT", "the limit is 3");
    expectRefusal(() => readArray(utf8("1"), "x.csv", { mising: "nan" } as never), "E_RANGE", 'did you mean "missing"');
  });
});

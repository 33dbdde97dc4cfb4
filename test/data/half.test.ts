import { describe, expect, it } from "vitest";
import { fromBrain, fromHalf, toBrain, toHalf } from "../../src/data/half.ts";

describe("16-bit floats", () => {
  it("every f16 and bf16 code that is a number comes back as the same code", () => {
    for (let bits = 0; bits < 65536; bits++) {
      const half = fromHalf(bits);
      if (!Number.isNaN(half) && toHalf(half) !== bits) throw new Error(`f16 ${bits}`);
      const brain = fromBrain(bits);
      if (!Number.isNaN(brain) && toBrain(brain) !== bits) throw new Error(`bf16 ${bits}`);
    }
  });

  it("a number between two codes goes to the nearer one, in the middle to the even one", () => {
    const cases: [(x: number) => number, (bits: number) => number, number][] = [
      [toHalf, fromHalf, 0x7bff],
      [toBrain, fromBrain, 0x7f7f],
    ];
    for (const [to, from, last] of cases) {
      for (let bits = 0; bits < last; bits++) {
        const low = from(bits);
        const high = from(bits + 1);
        const middle = (low + high) / 2;
        // All three are exact in f32, except beside the smallest bf16 numbers, which f32 cannot halve.
        if (Math.fround(middle) !== middle) continue;
        if (to(middle) !== bits + (bits & 1)) throw new Error(`middle of ${bits}`);
        if (to(-middle) !== 0x8000 + bits + (bits & 1)) throw new Error(`negative middle of ${bits}`);
        const quarter = Math.fround((low + middle) / 2);
        if (quarter !== middle && to(quarter) !== bits) throw new Error(`quarter of ${bits}`);
      }
    }
  });

  it("NaN stays NaN, too large becomes infinite", () => {
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
    expect(fromBrain(toBrain(Number.NaN))).toBeNaN();
    expect(toHalf(65519)).toBe(0x7bff);
    expect(toHalf(65520)).toBe(0x7c00);
    expect(toHalf(-1e30)).toBe(0xfc00);
    expect(toBrain(3.4e38)).toBe(0x7f80);
  });
});

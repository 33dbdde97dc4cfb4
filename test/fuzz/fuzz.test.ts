import { describe, expect, it } from "vitest";
import { FuzzFailure, targets } from "./index.ts";
import { fuzz, type Target } from "./runner.ts";

describe("fuzz: any bytes give a value or a HopfieldError, in little time and memory", () => {
  for (const [name, run] of Object.entries(targets)) {
    it(name, { timeout: 120_000 }, () => {
      const report = run(1, 20_000);
      // Both must be well represented, or the inputs do not reach what lies behind the first checks.
      expect(report.accepted / report.inputs).toBeGreaterThan(0.15);
      expect(report.accepted / report.inputs).toBeLessThan(0.85);
      expect(report.codes.E_FORMAT).toBeGreaterThan(1000);
    });
  }
});

describe("the runner", () => {
  const sound: Target<unknown> = { name: "sound", make: () => Uint8Array.of(1, 2), read: () => 1, check: () => {} };
  const failure = (changes: Partial<Target<unknown>>) => {
    try {
      fuzz({ ...sound, ...changes }, 1, 1);
    } catch (error) {
      if (error instanceof FuzzFailure) return `${error.input.length} ${error.message}`;
      throw error;
    }
    return "none";
  };

  it("finds foreign errors, too much memory, too much time, changed inputs and wrong values", () => {
    expect(failure({})).toBe("none");
    expect(
      failure({
        read: () => {
          throw new TypeError("oops");
        },
      }),
    ).toMatch(/^2 sound, seed 1, input 0, 2 bytes: threw TypeError: oops/);
    expect(failure({ read: () => new Float64Array(2 ** 20) })).toContain("asked for 8388608 bytes at once, the limit is 1048576");
    expect(failure({ read: () => Array.from({ length: 5 }, () => new Uint8Array(4 * 2 ** 20)) })).toContain(
      "asked for 20971520 bytes in all",
    );
    expect(failure({ read: (bytes) => bytes.fill(0) })).toContain("changed its input");
    expect(
      failure({
        check: () => {
          throw new Error("no");
        },
      }),
    ).toContain("was accepted, but: no");
    const wait = () => {
      const [start, before] = [performance.now(), process.cpuUsage()];
      const used = (): number => {
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      };
      while (performance.now() - start < 51 || used() < 51);
    };
    expect(failure({ read: wait })).toMatch(/took \d+\.\d ms, at most 50 are allowed/);
  });

  it("makes the same inputs and the same counts from the same seed", () => {
    const [a, b, c] = [targets.csv?.(7, 500), targets.csv?.(7, 500), targets.csv?.(8, 500)];
    expect(a?.codes).toEqual(b?.codes);
    expect(a?.accepted).toBe(b?.accepted);
    expect([a?.accepted, a?.codes]).not.toEqual([c?.accepted, c?.codes]);
  });
});

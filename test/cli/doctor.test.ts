import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { run } from "./helpers.ts";

test("a sound engine: exit 0", async () => {
  const { status, stdout } = await run(["doctor", "--json"]);
  expect(status).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ command: "doctor", simd: true, threads: Math.min(4, availableParallelism()), selfTest: { passed: true } });
  expect(["plain", "relaxed"]).toContain(report.kernel);
  expect(report.engine.node).toBe(process.versions.node);
  expect(report.wasmBytes).toBeGreaterThan(1000);
  expect(report.selfTest.largestError).toBeLessThan(report.selfTest.tolerance);
  expect((await run(["doctor"])).stdout).toMatch(/^self-test +passed/m);
});

test.runIf(process.arch === "x64")("an engine without SIMD: exit 1, and it says so", async () => {
  const { status, stdout, stderr } = await run(["doctor", "--json"], { node: ["--no-enable-sse4-1"] });
  expect([status, stderr]).toEqual([1, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ kernel: null, simd: false, selfTest: { passed: false } });
  const recall = await run(["recall", "--patterns", "p.npy", "--queries", "q.npy"], { node: ["--no-enable-sse4-1"] });
  expect(recall.stderr).toMatch(/^E_UNSUPPORTED: [^\n]*SIMD[^\n]*\n$/);
});

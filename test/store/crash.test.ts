/** Real processes on a real disk: 50 killed writers, and 8 that want the lock at once (`npm run test:crash` does 1 000, and 200 rounds). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contend } from "./contend.ts";
import { crash } from "./crash.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hopfield-crash-"));
  await build({
    entryPoints: { child: "test/store/crash-child.ts", contender: "test/store/contender.ts" },
    ...{ bundle: true, format: "esm", platform: "node", outdir: folder, outExtension: { ".js": ".mjs" }, logLevel: "error" },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("kill -9 of a writer at 50 instants: what was acknowledged is there, nothing else is, and the next writer goes on", async () => {
  const report = await crash(50, 1, join(folder, "child.mjs"), folder);
  expect(report.kills).toBe(50);
  // A slow disk acknowledges few steps between two kills, but never none.
  expect(report.acknowledged).toBeGreaterThan(20);
  // Twenty seconds by itself; a busy machine with a busy disk has taken more than two minutes.
}, 400_000);

test("8 processes, one writer at a time, three of which end with the lock in their hands", async () => {
  expect(await contend(8, 10, join(folder, "contender.mjs"), folder)).toBeGreaterThan(0);
});

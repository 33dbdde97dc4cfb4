/** The package as users get it: the tarball in an empty folder. One package, every subpath, types for a consumer without DOM or Node types, the command, the size. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "hopfield-pack-"));
const home = join(folder, "home");
const packed = (path: string): string => join(home, "node_modules", "modern-hopfield", path);
const environment = { ...process.env, npm_config_cache: join(folder, "cache"), NO_COLOR: "1" };

beforeAll(() => {
  mkdirSync(home);
  const [file] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: root,
      encoding: "utf8",
      env: environment,
    }),
  ) as [{ filename: string }];
  writeFileSync(join(home, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }');
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", join(folder, file.filename)], {
    cwd: home,
    env: environment,
    stdio: "pipe",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (code: string): string => execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: home, encoding: "utf8" });

it("installs as one package", () => {
  expect(readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["modern-hopfield"]);
  expect(JSON.parse(readFileSync(packed("package.json"), "utf8")).dependencies ?? {}).toEqual({});
});

it("holds what it should, and nothing of the workshop", () => {
  for (const path of [
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "dist/index.js",
    "dist/index.d.ts",
    "dist/data.js",
    "dist/worker.js",
    "dist/cli/main.js",
    "dist/digits/images.idx.gz",
  ])
    expect(existsSync(packed(path)), path).toBe(true);
  for (const path of ["src", "test", "bench", "scripts", "node_modules"]) expect(existsSync(packed(path)), path).toBe(false);
});

it("imports every subpath, and no other", () => {
  const { exports } = JSON.parse(readFileSync(packed("package.json"), "utf8")) as { exports: Record<string, unknown> };
  for (const subpath of Object.keys(exports).filter((name) => name !== "./package.json")) {
    expect(Number(run(`console.log(Object.keys(await import("modern-hopfield${subpath.slice(1)}")).length)`)), subpath).toBeGreaterThan(5);
  }
  expect(() => run('await import("modern-hopfield/dist/index.js")')).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
});

it("three lines recall a damaged pattern from an array of numbers", () => {
  const code = `
    import { createMemory } from "modern-hopfield";
    const memory = createMemory([[1, 2, 3, 4], [9, 8, 7, 6], [5, 5, 5, 5]]);
    console.log(memory.recall([9, NaN, 7.1, NaN], { missing: "nan" }).states.data.map(Math.round).join(" "));`;
  expect(run(code).trim()).toBe("9 8 7 6");
});

it("one HopfieldError for all subpaths", () => {
  const code = `
    import { HopfieldError } from "modern-hopfield";
    import { readNpy } from "modern-hopfield/data";
    try { readNpy(new Uint8Array(3)); } catch (error) { console.log(error instanceof HopfieldError, error.code); }`;
  expect(run(code).trim()).toBe("true E_FORMAT");
});

it("type-checks in a consumer without DOM or Node types, and refuses a misspelt option", () => {
  writeFileSync(
    join(home, "good.ts"),
    `import { createMemory, openWorker, type Recall, type RecallResult } from "modern-hopfield";
import { writeNpy } from "modern-hopfield/data";
const answer: Recall = createMemory([[1, 2]], { model: "entmax", alpha: 1.5, beta: 2 }).recall([1, NaN], { missing: "nan" });
export const first: RecallResult | undefined = answer.results[0];
export const bytes: Uint8Array = writeNpy({ dtype: "f32", shape: [1, 2], data: answer.states.data });
export async function behind(): Promise<number> {
  const memory = await openWorker().createMemory([[1, 2]]);
  return (await memory.recall([1, 2], {}, { onProgress: (done, total) => done / total })).states.rows;
}
`,
  );
  writeFileSync(join(home, "bad.ts"), 'import { createMemory } from "modern-hopfield";\ncreateMemory([[1, 2]], { betta: 2 });\n');
  const check = (file: string, module: string): { status: number | null; out: string } => {
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022", "--skipLibCheck", "false"];
    const resolution = module === "bundler" ? ["--module", "esnext", "--moduleResolution", "bundler"] : ["--module", module];
    const { status, stdout } = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...flags, ...resolution, file], {
      cwd: home,
      encoding: "utf8",
    });
    return { status, out: stdout };
  };
  for (const module of ["nodenext", "bundler"]) expect(check("good.ts", module)).toEqual({ status: 0, out: "" });
  expect(check("bad.ts", "nodenext").out).toMatch(/'betta' does not exist.*MemoryOptions|did you mean to write 'beta'/);
});

it("hopfield demo runs on the bundled digits", () => {
  const bin = join(home, "node_modules", ".bin", "hopfield");
  const { status, stdout, stderr } = spawnSync(bin, ["demo", "--json"], { cwd: home, encoding: "utf8", env: environment });
  expect({ status, said: status === 0 ? "" : stderr }).toEqual({ status: 0, said: "" });
  expect(stderr).toMatch(/of the 1 000 digits that come along/);
  expect(existsSync(join(home, "demo.png"))).toBe(true);
  expect(JSON.parse(stdout).rows.length).toBeGreaterThan(5);
});

it("the core with its kernels is at most 40 kB gzip; the wide build is loaded on demand and apart", async () => {
  const { outputFiles } = await build({
    entryPoints: [packed("dist/index.js")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    splitting: true,
    outdir: folder,
    write: false,
    logLevel: "silent",
  });
  const core = outputFiles.filter(({ path }) => !/[\\/]wide-[^\\/]+$/.test(path));
  expect(core.length).toBeLessThan(outputFiles.length);
  expect(core.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0)).toBeLessThanOrEqual(40_000);
});

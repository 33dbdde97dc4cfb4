// Builds the playground from web/ into dist/web, with the bundled digits beside it. Needs the library in dist: the page imports the package by its own name.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { build } from "vite";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** The inverse temperatures that the bundled digits ask for: half a second of looking for neighbours that no visit has to wait for. */
async function adviceFor(file) {
  const { adviseBeta } = await import("modern-hopfield");
  // As the page unpacks them: a header of 16 bytes, then 784 bytes a picture.
  const pixels = gunzipSync(readFileSync(file)).subarray(16);
  const digits = { data: Float32Array.from(pixels, (x) => x / 255), rows: pixels.length / 784, columns: 784 };
  return Object.fromEntries(["l2", "dot", "cosine"].map((similarity) => [similarity, adviseBeta(digits, { similarity }).beta]));
}

export async function buildWeb(outDir = resolve(root, "dist/web")) {
  await build({
    root: resolve(root, "web"),
    configFile: resolve(root, "web/vite.config.ts"),
    logLevel: "warn",
    build: { outDir },
  });
  writeFileSync(resolve(outDir, "digits.json"), JSON.stringify({ beta: await adviceFor(resolve(root, "dist/digits/images.idx.gz")) }));
  for (const name of ["images", "labels"]) cpSync(resolve(root, `dist/digits/${name}.idx.gz`), resolve(outDir, `${name}.idx.gz`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildWeb(process.argv[2] ? resolve(process.argv[2]) : undefined);

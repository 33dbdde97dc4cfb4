// Builds the playground from web/ into dist/web, with the bundled digits beside it. Needs the library in dist: the page imports the package by its own name.
import { cpSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

export async function buildWeb(outDir = resolve(root, "dist/web")) {
  await build({
    root: resolve(root, "web"),
    configFile: resolve(root, "web/vite.config.ts"),
    logLevel: "warn",
    build: { outDir },
  });
  for (const name of ["images", "labels"]) cpSync(resolve(root, `dist/digits/${name}.idx.gz`), resolve(outDir, `${name}.idx.gz`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildWeb(process.argv[2] ? resolve(process.argv[2]) : undefined);

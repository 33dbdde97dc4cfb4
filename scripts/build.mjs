// Builds everything the package ships, into an emptied dist: the kernels, the library with its types, the worker, the command, the bundled digits and the playground.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { buildDigits } from "./build-digits.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { buildWeb } from "./build-web.mjs";

rmSync("dist", { recursive: true, force: true });
await buildWasm();

const common = { bundle: true, format: "esm", target: "es2022", sourcemap: true, logLevel: "warning" };
await build({
  ...common,
  // Not minified: a stack trace should be readable, and the user's own bundler minifies. One call for all library entries, so that they share one HopfieldError and one copy of the kernels.
  entryPoints: {
    index: "src/index.ts",
    data: "src/data/index.ts",
    capacity: "src/capacity/index.ts",
    circuits: "src/circuits/index.ts",
    tasks: "src/tasks/index.ts",
    layers: "src/layers/index.ts",
    store: "src/store/index.ts",
    worker: "src/worker/main.ts",
  },
  outdir: "dist",
  splitting: true,
  platform: "neutral",
  external: ["node:*"],
  mainFields: ["module", "main"],
});
await build({
  ...common,
  entryPoints: { main: "src/cli/main.ts" },
  outdir: "dist/cli",
  splitting: true,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: "node",
  target: "node20",
  external: ["@resvg/resvg-js"],
  // commander is CommonJS and asks for node:events through require.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
});
if (existsSync("dist/cli/main.js")) chmodSync("dist/cli/main.js", 0o755);
// PNG figures are drawn with this font alone, so that they are the same on every machine: the renderer takes fonts from files only.
copyFileSync("node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf", "dist/cli/DejaVuSans.ttf");
copyFileSync("node_modules/dejavu-fonts-ttf/LICENSE", "dist/cli/DejaVuSans.LICENSE");
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
buildDigits();
await buildWeb();

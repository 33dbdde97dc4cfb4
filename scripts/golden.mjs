// Writes test/golden/determinism.json from the sources as they are. Only for a change that is meant to change results: the changelog must say so.
import { writeFileSync } from "node:fs";
import { build } from "esbuild";
import { buildWasm } from "./build-wasm.mjs";

await buildWasm();
const { outputFiles } = await build({
  stdin: {
    contents:
      'import * as library from "./src/index.ts"; import { determinismCases } from "./test/determinism/cases.ts"; export default determinismCases(library);',
    resolveDir: ".",
    loader: "ts",
  },
  bundle: true,
  format: "esm",
  write: false,
  logLevel: "warning",
  define: { "import.meta.url": '"file:///"' },
});
const { default: hashes } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
writeFileSync("test/golden/determinism.json", `${JSON.stringify(hashes, null, 2)}\n`);
console.log(`${Object.keys(hashes).length} hashes written`);

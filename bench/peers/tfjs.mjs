// TensorFlow.js with all gradients on its WebAssembly backend. Its core registers gradients in modules that Node cannot import by themselves (no extensions), so they are bundled first.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export async function loadTfjs() {
  const folder = mkdtempSync(join(tmpdir(), "hopfield-tfjs-"));
  try {
    const outfile = join(folder, "tfjs.cjs");
    const contents = `export * as tf from "@tensorflow/tfjs-core"; import "@tensorflow/tfjs-core/dist/register_all_gradients"; export * as wasm from "@tensorflow/tfjs-backend-wasm";`;
    const resolveDir = dirname(fileURLToPath(import.meta.url));
    await build({ stdin: { contents, resolveDir }, bundle: true, format: "cjs", platform: "node", outfile, logLevel: "error" });
    const require = createRequire(import.meta.url);
    const { tf, wasm } = require(outfile);
    wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
    await tf.setBackend("wasm");
    await tf.ready();
    return { tf, version: wasm.version_wasm };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

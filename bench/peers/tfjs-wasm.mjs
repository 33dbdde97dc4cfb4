// TensorFlow.js, WebAssembly backend (XNNPACK, SIMD). Threads need a browser page that is cross-origin isolated; in Node it computes with one.

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { timed } from "../timing.mjs";

export const name = "tfjs-wasm";

export async function open({ Q, X, beta }) {
  const require = createRequire(import.meta.url);
  const tf = await import("@tensorflow/tfjs-core");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(`${dirname(fileURLToPath(new URL(`file://${require.resolve("@tensorflow/tfjs-backend-wasm")}`)))}/`);
  await tf.setBackend("wasm");
  await tf.ready();
  const keys = tf.tensor2d(X.data, [X.rows, X.columns]);
  const queries = tf.tensor2d(Q.data, [Q.rows, Q.columns]);
  const work = () => tf.tidy(() => tf.matMul(tf.softmax(tf.mul(tf.matMul(queries, keys, false, true), beta)), keys).dataSync());
  return {
    version: wasm.version_wasm,
    threads: 1,
    answer: async () => work(),
    measure: () => timed(work),
    close: async () => tf.dispose([keys, queries]),
  };
}

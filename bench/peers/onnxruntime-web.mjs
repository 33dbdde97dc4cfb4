// ONNX Runtime Web, WebAssembly backend with SIMD; threads as asked for.
import { onnxEngine } from "./onnx-session.mjs";

export const name = "onnxruntime-web";

export async function open(problem, { threads }) {
  const runtime = await import("onnxruntime-web");
  runtime.env.wasm.numThreads = threads;
  return onnxEngine(runtime, runtime.env.versions.web, problem, { executionProviders: ["wasm"] }, threads);
}

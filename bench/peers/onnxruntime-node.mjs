// ONNX Runtime, the native library (AVX2 or AVX-512 where the processor has it).
import { onnxEngine } from "./onnx-session.mjs";

export const name = "onnxruntime-node";

export async function open(problem, { threads }) {
  const runtime = await import("onnxruntime-node");
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: "sequential" };
  return onnxEngine(runtime, runtime.env.versions.node, problem, options, threads);
}

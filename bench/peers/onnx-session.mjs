// Both ONNX runtimes have one interface; this is the engine made from either.
import { timed } from "../timing.mjs";
import { retrievalModel } from "./onnx-model.mjs";

export async function onnxEngine(runtime, version, { Q, X, beta }, options, threads) {
  const session = await runtime.InferenceSession.create(retrievalModel(Q.rows, X, beta), { graphOptimizationLevel: "all", ...options });
  const q = new runtime.Tensor("float32", Q.data, [Q.rows, Q.columns]);
  const work = async () => (await session.run({ q })).y.data;
  return { version, threads, answer: work, measure: () => timed(work), close: () => session.release() };
}

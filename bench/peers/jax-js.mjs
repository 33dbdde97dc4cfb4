// jax-js, WebAssembly backend, the whole expression under jit. Arrays are counted by reference: `.ref` keeps one alive over a call.
import { readFileSync } from "node:fs";
import { timed } from "../timing.mjs";

export const name = "jax-js";

export async function open({ Q, X, beta }) {
  // It asks for a navigator, which Node has from version 21 on.
  globalThis.navigator ??= { userAgent: "node" };
  const { init, jit, nn, numpy: np, defaultDevice } = await import("@jax-js/jax");
  await alone(() => init("wasm"));
  defaultDevice("wasm");
  const keys = np.array(X.data, { shape: [X.rows, X.columns] });
  const queries = np.array(Q.data, { shape: [Q.rows, Q.columns] });
  const retrieve = jit((q, x) => np.matmul(nn.softmax(np.matmul(q, x.ref.transpose()).mul(beta)), x));
  const work = () => alone(() => retrieve(queries.ref, keys.ref).data());
  const { version } = JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"));
  return {
    version,
    threads: 1,
    answer: work,
    measure: () => timed(work),
    close: async () => {
      for (const array of [keys, queries]) array.dispose?.();
      retrieve.dispose();
    },
  };
}

/** Where there is a Worker it compiles for memory that is shared with its threads, which the memory it made before is not; onnxruntime-web brings a Worker to Node in between. */
async function alone(call) {
  const { Worker } = globalThis;
  delete globalThis.Worker;
  try {
    return await call();
  } finally {
    if (Worker) globalThis.Worker = Worker;
  }
}

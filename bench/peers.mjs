// Other programs that compute the same update, one small file each in bench/peers. Those that are not installed are named and left out:
//   npm ci --prefix bench/peers --ignore-scripts        (and numpy for the python3 on the path, or --python)
import { timed } from "./timing.mjs";

const files = ["tfjs-wasm", "jax-js", "onnxruntime-web", "onnxruntime-node", "numpy"];

/** Largest absolute difference of an answer from ours that is taken for the same computation: f32 sums over up to 10^6 patterns of norm 1, whose rounding errors were measured below 2e-5. */
const tolerance = 1e-4;

/**
 * Opens the peers on one problem and checks each against our answer before anything is timed.
 * @returns { engines: [{ name, version, threads, measure, close }], missing: ["name: why"] }. @throws when a peer's answer is another one.
 */
export async function openPeers(problem, ours, options) {
  const engines = [];
  const missing = [];
  for (const file of files) {
    const { name, open } = await import(`./peers/${file}.mjs`);
    if (options.only && !options.only.includes(name)) continue;
    let engine;
    let answer;
    try {
      engine = await open(problem, options);
      answer = await engine.answer();
    } catch (error) {
      missing.push(`${name}: ${reasonOf(error)}`);
      continue;
    }
    const difference = largestDifference(answer, ours);
    if (!(difference <= tolerance)) throw new Error(`${name} answers something else: largest difference ${difference}`);
    engines.push({ name, ...engine, difference });
  }
  return { engines, missing };
}

function reasonOf(error) {
  if (error?.code === "ERR_MODULE_NOT_FOUND" || error?.code === "MODULE_NOT_FOUND") return "not installed";
  return String(error?.message ?? error).split("\n")[0];
}

export function largestDifference(a, b) {
  if (a.length !== b.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Three loops over Float32Arrays, what one writes without a library: timed on `part` of the queries and scaled, since a whole pass of shape C takes a quarter of a minute. */
export async function plainLoops({ Q, X, beta }, ours, part) {
  const { plainRetrieval } = await import("./plain-loops.mjs");
  const work = () => plainRetrieval(Q.data, part, X.data, X.rows, X.columns, beta);
  const difference = largestDifference(work(), ours.subarray(0, part * X.columns));
  if (!(difference <= tolerance)) throw new Error(`plain loops answer something else: largest difference ${difference}`);
  const measure = async () => {
    const { cpu, wall } = await timed(work);
    return { cpu: (cpu * Q.rows) / part, wall: (wall * Q.rows) / part };
  };
  return { name: "plain loops", version: "", threads: 1, measure, close: async () => {}, difference };
}

// A memory larger than one WebAssembly memory can be (4 GiB): 1 250 000 x 1024 f32 by default, 4.77 GiB twice (the caller's numbers and the memory's). Says how long it takes to make, to recall, and how far the answers
// are from the definition in f64. `node bench/large-memory.mjs [patterns] [dimension] [threads]`
import { createLargeMemory } from "../dist/store.js";

const [patterns = 1_250_000, d = 1024, threads = 1] = process.argv.slice(2).map(Number);
const data = new Float32Array(patterns * d);
let word = 1;
for (let i = 0; i < data.length; i++) {
  word ^= word << 13;
  word ^= word >>> 17;
  word ^= word << 5;
  data[i] = word / 2 ** 31;
}
const beta = 0.05;
console.log(
  `${patterns} x ${d}: ${((patterns * d * 4) / 2 ** 30).toFixed(2)} GiB of patterns, ${threads} thread(s), Node ${process.version}`,
);
let started = performance.now();
const lap = (what) => {
  const now = performance.now();
  console.log(`${what}: ${((now - started) / 1000).toFixed(2)} s`);
  started = performance.now();
};
const memory = createLargeMemory({ data, rows: patterns, columns: d }, { model: "dense", beta, threads });
lap("made");
const places = [0, Math.floor(patterns / 2), patterns - 1];
const queries = Float32Array.from({ length: 4 * d }, (_, i) => {
  const place = places[Math.floor(i / d)];
  return place === undefined ? 0.01 * Math.sin(i) : data[place * d + (i % d)] + 0.3 * Math.sin(7 * i);
});
const Q = { data: queries, rows: 4, columns: d };
const { states, results } = memory.recall(Q);
lap("first recall of 4 queries");
memory.recall(Q);
lap("second");
memory.recall({ data: queries.subarray(0, d), rows: 1, columns: d });
lap("one query");
for (let b = 0; b < 4; b++)
  console.log(
    `query ${b}: pattern ${results[b].top}, weight ${results[b].weight.toPrecision(6)}, error ${error(b).toExponential(1)} of the definition's norm`,
  );

/** |answer - definition| / |definition|, one pass in f64 with a running maximum. */
function error(b) {
  const y = new Float64Array(d);
  let [maximum, sum] = [Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < patterns; i++) {
    let z = 0;
    for (let k = 0; k < d; k++) z += queries[b * d + k] * data[i * d + k];
    z *= beta;
    if (z > maximum) {
      const factor = Math.exp(maximum - z);
      sum *= factor;
      for (let k = 0; k < d; k++) y[k] *= factor;
      maximum = z;
    }
    const w = Math.exp(z - maximum);
    sum += w;
    for (let k = 0; k < d; k++) y[k] += w * data[i * d + k];
  }
  let [difference, norm] = [0, 0];
  for (let k = 0; k < d; k++) {
    difference += (states.data[b * d + k] - y[k] / sum) ** 2;
    norm += (y[k] / sum) ** 2;
  }
  return Math.sqrt(difference / norm);
}

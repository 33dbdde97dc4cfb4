// node bench/store.mjs [rows] [dimension] [rounds]: opening and one query on a store, beside the bare work over the same bytes; medians of interleaved rounds, warm cache (and on the disk already: writing back would take a core).
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [rows = 1_000_000, d = 128, rounds = 7] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "hopfield-store-bench-"));
await build({
  entryPoints: { store: "src/store/index.ts" },
  bundle: true,
  format: "esm",
  platform: "node",
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  logLevel: "error",
});
const { createStore, openStore } = await import(pathToFileURL(join(folder, "store.mjs")).href);

/** Reproducible numbers around 0, quick to make. */
function fill(data, seed) {
  let state = seed >>> 0 || 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
}

function make(storage, count = rows, name = storage) {
  const path = join(folder, name);
  const store = createStore(path, { dimension: d, storage });
  const step = 100_000;
  for (let first = 0; first < count; first += step) {
    const some = Math.min(step, count - first);
    const data = new Float32Array(some * d);
    fill(data, first + 1);
    store.add({ data, rows: some, columns: d });
  }
  store.compact();
  store.close();
  return path;
}

/** The bytes of the patterns, read into one buffer of a MiB again and again: nothing that looks at them can be faster than a share of this for each thread. */
function bareRead(path) {
  const name = join(
    path,
    readdirSync(path).find((each) => each.startsWith("snapshot")),
  );
  const file = openSync(name);
  const bytes = rows * d * 4;
  const start = statSync(name).size - bytes;
  const block = new Uint8Array(2 ** 20);
  const time = timed(() => {
    for (let at = 0; at < bytes; at += block.length) readSync(file, block, 0, Math.min(block.length, bytes - at), start + at);
  });
  closeSync(file);
  return time;
}

/** The sum of as many numbers in memory, on one thread; four sums, because one waits for each addition. */
function sumOf(data) {
  let [a, b, c, e] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    a += data[i];
    b += data[i + 1];
    c += data[i + 2];
    e += data[i + 3];
  }
  return a + b + c + e;
}

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const timed = (work) => {
  const started = performance.now();
  work();
  return performance.now() - started;
};

/**
 * A store of 1 GB recalled with a limit of 256 MB in a process of its own: its peak of resident memory (VmHWM: maxRSS would count what it starts from), and how far its answer and weights
 * are from the definition in double precision, over the same rows read batch by batch.
 */
function large() {
  const count = Math.ceil(1e9 / (4 * d));
  const path = make("f32", count, "large");
  const store = openStore(path);
  const query = Float32Array.from(store.get(12_345).pattern, (value, k) => value + (k % 2 ? 0.3 : -0.3));
  const beta = 0.5;
  const logits = new Float64Array(count);
  const each = (visit) => {
    let row = 0;
    for (const { rows: some } of store.batches(8192))
      for (let i = 0; i < some.rows; i++) visit(row++, some.data.subarray(i * d, (i + 1) * d));
  };
  each((row, x) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (query[k] - x[k]) ** 2;
    logits[row] = -0.5 * beta * sum;
  });
  const top = logits.reduce((best, z) => Math.max(best, z), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, z) => sum + Math.exp(z - top), 0);
  const answer = new Float64Array(d);
  each((row, x) => {
    const p = Math.exp(logits[row] - top) / total;
    for (let k = 0; k < d; k++) answer[k] += p * x[k];
  });
  store.close();
  const code = `import { readFileSync } from "node:fs"; import { openStore } from ${JSON.stringify(join(folder, "store.mjs"))};
    const store = openStore(${JSON.stringify(path)});
    const { streamed, states, results } = store.recall([${JSON.stringify(Array.from(query))}], { memory: { beta: ${beta}, threads: 2 }, memoryLimit: 256e6 });
    const peak = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
    console.log(JSON.stringify({ streamed, peak, weight: results[0].weight, state: Array.from(states.data) }));`;
  const got = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }));
  const error = got.state.reduce((most, y, k) => Math.max(most, Math.abs(y - answer[k])), 0);
  console.log(
    `${count} x ${d} f32 (${(count * d * 4) / 1e6} MB), limit 256 MB: streamed ${got.streamed}, peak ${Math.round(got.peak / 1e6)} MB; from the definition: state ${error.toExponential(1)}, weight ${Math.abs(got.weight * total - 1).toExponential(1)} (relative)`,
  );
}

try {
  const stores = { f32: make("f32"), f16: make("f16"), int8: make("int8") };
  const query = new Float32Array(d);
  fill(query, 1);
  const memory = { beta: 20, threads: 2 };
  const open = Object.fromEntries(Object.entries(stores).map(([storage, path]) => [storage, openStore(path)]));
  const ask = (storage, limit) => open[storage].recall([Array.from(query)], { memory, memoryLimit: limit, nearest: 5 });
  const opening = [];
  const times = {
    "bare readSync": [],
    "f32 streamed": [],
    "f16 streamed": [],
    "int8 streamed": [],
    "f32 in memory": [],
    "bare sum in memory": [],
  };
  const array = new Float32Array(rows * d).fill(0.5);
  for (const storage of Object.keys(stores)) ask(storage, 0);
  ask("f32", 2 ** 34);
  for (let round = 0; round < rounds; round++) {
    opening.push(timed(() => openStore(stores.f32).close()));
    times["bare readSync"].push(bareRead(stores.f32));
    for (const storage of Object.keys(stores)) times[`${storage} streamed`].push(timed(() => ask(storage, 0)));
    times["bare sum in memory"].push(timed(() => sumOf(array)));
    times["f32 in memory"].push(timed(() => ask("f32", 2 ** 34)));
  }
  console.log(
    `${rows} x ${d}, beta ${memory.beta}, 2 threads, medians of ${rounds} interleaved rounds, node ${process.version}, ${cpus()[0]?.model}`,
  );
  console.log(`opening              ${median(opening).toFixed(2)} ms`);
  const bare = { streamed: median(times["bare readSync"]), memory: median(times["bare sum in memory"]) };
  for (const [name, list] of Object.entries(times)) {
    const [base, what] = name.endsWith("memory") ? [bare.memory, "sum"] : [bare.streamed, "read"];
    console.log(`${name.padEnd(20)} ${median(list).toFixed(1)} ms  ${(median(list) / base).toFixed(2)} of the bare ${what}`);
  }
  console.log(`int8 against f32, streamed: ${(median(times["f32 streamed"]) / median(times["int8 streamed"])).toFixed(2)} times as fast`);
  for (const store of Object.values(open)) store.close();
  for (const path of Object.values(stores)) rmSync(path, { recursive: true });
  large();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

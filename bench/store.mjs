// node bench/store.mjs [rows] [dimension] [rounds]: opening and one query on a store, beside the bare work over the same bytes; medians of interleaved rounds, warm cache.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
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

function make(storage) {
  const path = join(folder, storage);
  const store = createStore(path, { dimension: d, storage, durability: "process" });
  const step = 100_000;
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const data = new Float32Array(count * d);
    fill(data, first + 1);
    store.add({ data, rows: count, columns: d });
  }
  store.compact();
  store.close();
  return path;
}

function bareRead(path) {
  const name = join(
    path,
    readdirSync(path).find((each) => each.startsWith("snapshot")),
  );
  const file = openSync(name);
  const bytes = rows * d * 4;
  const block = new Uint8Array(2 ** 20);
  const started = performance.now();
  for (let at = 0; at < bytes; at += block.length)
    readSync(file, block, 0, Math.min(block.length, bytes - at), statSync(name).size - bytes + at);
  const time = performance.now() - started;
  closeSync(file);
  return time;
}

/** The sum of as many numbers in memory, by the plainest loop. */
function bareSum(data) {
  let sum = 0;
  const time = timed(() => {
    for (let i = 0; i < data.length; i++) sum += data[i];
  });
  if (!Number.isFinite(sum)) throw new Error("the sum is not finite");
  return time;
}

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const timed = (work) => {
  const started = performance.now();
  work();
  return performance.now() - started;
};

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
    times["bare sum in memory"].push(bareSum(array));
    times["f32 in memory"].push(timed(() => ask("f32", 2 ** 34)));
  }
  console.log(`${rows} x ${d}, medians of ${rounds} interleaved rounds, node ${process.version}`);
  console.log(`opening              ${median(opening).toFixed(2)} ms`);
  const bare = median(times["bare readSync"]);
  for (const [name, list] of Object.entries(times))
    console.log(`${name.padEnd(20)} ${median(list).toFixed(1)} ms  ${(median(list) / bare).toFixed(2)} of the bare read`);
  // Peak resident memory (VmHWM: maxRSS would count the memory of this process, which the new one starts from) of a process of its own that streams with a limit of 256 MB.
  const code = `import { readFileSync } from "node:fs"; import { openStore } from ${JSON.stringify(join(folder, "store.mjs"))};
    const store = openStore(${JSON.stringify(stores.f32)});
    const { streamed } = store.recall([new Array(${d}).fill(0.1)], { memory: { beta: 20, threads: 2 }, memoryLimit: 256e6 });
    console.log(JSON.stringify({ streamed, peakMB: Math.round(Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1000) }));`;
  console.log(`--memory-limit 256MB ${execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }).trim()}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

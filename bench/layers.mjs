// Training speed: bags 64 x 32 x 64, linear + ReLU, layer norm, pooling with 4 heads of 16 and learned queries, linear, binary loss, Adam. Whole steps as `fit` takes them (four chunks, gradients
// added in order), per second of CPU time and of the clock, median of blocks; builds, separations, threads and other programs in turns, so that a busy machine slows all alike.
// Usage: node bench/layers.mjs [--rounds 3] [--only softmax,sparsemax] [--builds plain,relaxed] [--threads 1,2] [--model association] [--peers numpy,jax-js,tfjs-wasm,torch] [--python python3] [--memory]
import { fork } from "node:child_process";
import { build } from "esbuild";

const entry = `
export * from "./src/layers/index.ts";
export { openOptimiser, optimiserSettings, takeStep } from "./src/layers/optimise.ts";
export { gradientOfBatch, openSlots } from "./src/layers/step.ts";
export { openStepPool } from "./src/layers/step-pool.ts";
export { randomStream, normal } from "./src/core/random.ts";
export { engineRunsLayers } from "./src/kernels/layers.ts";
`;
const { outputFiles } = await build({
  stdin: { contents: entry, resolveDir: ".", loader: "ts" },
  bundle: true,
  format: "esm",
  platform: "node",
  write: false,
  logLevel: "warning",
});
const L = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);

const text = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const list = (name, fallback) => text(name, fallback).split(",").filter(Boolean);

const [bags, instances, columns] = [64, 32, 64];
const random = L.randomStream(1);
const problem = {
  bags,
  instances,
  columns,
  heads: 4,
  data: Float32Array.from({ length: bags * instances * columns }, () => L.normal(random)),
  targets: Float32Array.from({ length: bags }, (_, b) => b % 2),
};
const offsets = Int32Array.from({ length: bags + 1 }, (_, b) => b * instances);

const describe = (module) => ({
  model: text("--model", "pooling"),
  inputs: columns,
  outputs: 1,
  width: 64,
  module: { heads: 4, hidden: 16, normalizeStored: false, normalizeProjection: false, ...module },
});

/** One training run of ours; the pool closes with the process. */
function trainer(buildName, module, threads) {
  const workspace = L.openWorkspace(buildName);
  const description = describe(module);
  const network = L.buildNetwork(description);
  const settings = L.optimiserSettings("bench", { learningRate: 1e-3, weightDecay: 0, clip: null });
  const optimiser = L.openOptimiser(workspace, network.init(L.randomStream(2)), settings);
  const slots = L.openSlots(workspace, optimiser.parameters, optimiser.g.length);
  const data = { bags: { data: problem.data, rows: bags * instances, columns, offsets }, targets: problem.targets };
  const loss = { loss: "binary", seed: 1, classWeights: null };
  const pool = L.openStepPool(workspace, description, optimiser, slots, data, loss, bags, threads);
  const stepper = { workspace, network, parameters: optimiser.parameters, data, settings: loss, slots, pool };
  const chosen = Array.from({ length: bags }, (_, b) => b);
  return () => {
    const outcome = L.gradientOfBatch(stepper, chosen, optimiser.step, optimiser.g);
    L.takeStep(workspace, optimiser, 1);
    return outcome.loss;
  };
}

const variants = {
  softmax: {},
  softmax1: { separation: "softmax1" },
  sparsemax: { separation: "sparsemax" },
  "entmax 1.5": { separation: "entmax" },
  "entmax 1.25": { separation: "entmax", alpha: 1.25 },
  "entmax learned": { separation: "entmax", alpha: "learned" },
  "normmax 2": { separation: "normmax" },
  "k-subset 8": { separation: "k-subset" },
  "top-k 8": { support: "top-k" },
  random: { support: "random" },
  window: { support: "window", window: 40 },
  linear: { separation: "linear" },
  "random features": { separation: "random-features" },
};

const steps = 20;
const blocks = 7 * Number(text("--rounds", "1"));
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const runs = [];
for (const name of list("--only", Object.keys(variants).join(","))) {
  for (const buildName of list("--builds", "plain")) {
    if (!L.engineRunsLayers(buildName)) continue;
    for (const threads of list("--threads", "1")) {
      const step = trainer(buildName, variants[name], Number(threads));
      runs.push({ name, about: `${buildName}, ${threads} thread${threads === "1" ? "" : "s"}`, block: ownBlock(step) });
    }
  }
}
const closing = [];
for (const name of list("--peers", "")) {
  const peer = await startPeer(name);
  if (peer.error) console.log(`${name}: not measured (${peer.error.split("\n")[0]})`);
  else {
    for (const form of peer.forms) runs.push({ name: `${name} ${peer.version}`, about: form, block: () => peer.ask(form) });
    closing.push(() => peer.ask(null));
  }
}

/** Another program in a process of its own. */
async function startPeer(name) {
  const child = fork(new URL("./peers/layers-child.mjs", import.meta.url), [name], { serialization: "advanced" });
  const next = () => new Promise((done) => child.once("message", done));
  const ask = async (message) => {
    const answer = message === null ? null : next();
    child.send(message);
    return answer;
  };
  const first = next();
  child.send({ problem, options: { python: text("--python", "python3"), steps } });
  return { ...(await first), ask };
}

/** Twenty steps: milliseconds of the CPU and of the clock, and the last loss. */
function ownBlock(step) {
  return async () => {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    let loss = 0;
    for (let i = 0; i < steps; i++) loss = step();
    const used = process.cpuUsage(cpu);
    return { cpu: (used.user + used.system) / 1e3, wall: performance.now() - wall, loss };
  };
}

// A second for every engine first: until then part of the time goes into compiling, which a training run of any length does once.
for (const run of runs) {
  Object.assign(run, { cpu: [], wall: [] });
  for (const start = performance.now(); performance.now() - start < 1000; ) await run.block();
}
for (let block = 0; block < blocks; block++) {
  for (const run of runs) {
    const { cpu, wall, loss } = await run.block();
    run.cpu.push((1e3 * steps) / cpu);
    run.wall.push((1e3 * steps) / wall);
    run.loss = loss;
  }
}
for (const close of closing) await close();
const base = median(runs[0].cpu);
console.log(`Node ${process.version}, 64 bags of 32 x 64; steps a second, median of ${blocks} blocks of ${steps}, all in turns`);
for (const { name, about, cpu, wall, loss } of runs) {
  const figures = [
    `by CPU ${median(cpu).toFixed(0).padStart(5)}`,
    `by the clock ${median(wall).toFixed(0).padStart(5)}`,
    `(best ${Math.max(...wall).toFixed(0)})`,
  ];
  console.log(
    `${name.padEnd(20)} ${about.padEnd(20)} ${figures.join("  ")}  time against ${runs[0].name} ${(base / median(cpu)).toFixed(2)}  loss ${loss.toExponential(4)}`,
  );
}
if (process.argv.includes("--memory")) {
  const step = trainer("plain", {}, 1);
  for (let i = 0; i < 200; i++) step();
  const before = process.memoryUsage();
  for (let i = 0; i < 5000; i++) step();
  const after = process.memoryUsage();
  const told = (of) => `${(before[of] / 2 ** 20).toFixed(1)} to ${(after[of] / 2 ** 20).toFixed(1)} MiB`;
  console.log(`5000 steps: resident ${told("rss")}, buffers ${told("arrayBuffers")}`);
}

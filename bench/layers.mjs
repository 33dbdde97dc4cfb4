// Training speed: bags 64 x 32 x 64, linear + ReLU, layer norm, pooling with 4 heads of 16 and learned queries, linear, binary loss, Adam. Steps per second by the process's CPU time and by
// the clock, median of seven blocks, builds and separations in turns so that a busy machine slows all alike. Usage: node bench/layers.mjs [--rounds 3] [--memory]
import { build } from "esbuild";

const entry = `
export * from "./src/layers/index.ts";
export { openOptimiser, optimiserSettings, takeStep } from "./src/layers/optimise.ts";
export { copyInto } from "./src/layers/parameters.ts";
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
const file = new URL(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
const L = await import(file.href);

const [bags, instances, columns] = [64, 32, 64];
const random = L.randomStream(1);
const data = Float32Array.from({ length: bags * instances * columns }, () => L.normal(random));
const offsets = Int32Array.from({ length: bags + 1 }, (_, b) => b * instances);
const targets = Array.from({ length: bags }, (_, b) => b % 2);

function trainer(buildName, module) {
  const workspace = L.openWorkspace(buildName);
  const network = L.chain(
    L.linear(columns, 64, { activation: "relu" }),
    L.layerNorm(64),
    L.pooling({ stateSize: 64, heads: 4, hidden: 16, normalizeStored: false, normalizeProjection: false, ...module }),
    L.linear(64, 1),
  );
  const settings = L.optimiserSettings("bench", { learningRate: 1e-3, weightDecay: 0, clip: null });
  const optimiser = L.openOptimiser(workspace, network.init(L.randomStream(2)), settings);
  const batch = { data, rows: bags * instances, columns, offsets };
  return () =>
    L.scoped(workspace, () => {
      const pass = { workspace, training: true, seed: 1, draws: 0, wantInput: false };
      const [y, saved] = network.forward(optimiser.parameters, batch, pass);
      const { loss, slope } = L.lossOf("binary", y, targets);
      const [, gradients] = network.backward(optimiser.parameters, saved, { data: slope, rows: y.rows, columns: 1 }, pass);
      L.copyInto(gradients, optimiser.gradients);
      L.takeStep(workspace, optimiser, 1);
      return loss;
    });
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
};

const argument = (name, fallback) => (process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : fallback);
const blocks = 7 * argument("--rounds", 1);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const runs = Object.entries(variants).map(([name, module]) => ({
  name,
  build: "plain",
  step: trainer("plain", module),
  cpu: [],
  wall: [],
}));
if (L.engineRunsLayers("relaxed")) runs.push({ name: "softmax", build: "relaxed", step: trainer("relaxed", {}), cpu: [], wall: [] });

for (const run of runs) for (let i = 0; i < 30; i++) run.last = run.step();
for (let block = 0; block < blocks; block++) {
  for (const run of runs) {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    for (let i = 0; i < 20; i++) run.last = run.step();
    const used = process.cpuUsage(cpu);
    run.cpu.push(20e6 / (used.user + used.system));
    run.wall.push(20e3 / (performance.now() - wall));
  }
}
const base = median(runs[0].cpu);
console.log(`Node ${process.version}, 64 bags of 32 x 64, one core; steps a second, median of ${blocks} blocks of 20`);
for (const { name, build: of, cpu, wall, last } of runs) {
  console.log(
    `${name.padEnd(16)} ${of.padEnd(8)} by CPU ${median(cpu).toFixed(0).padStart(5)}  by the clock ${median(wall).toFixed(0).padStart(5)}  time against softmax ${(base / median(cpu)).toFixed(2)}  loss ${last.toExponential(4)}`,
  );
}
if (process.argv.includes("--memory")) {
  const step = runs[0].step;
  for (let i = 0; i < 200; i++) step();
  const before = process.memoryUsage();
  for (let i = 0; i < 5000; i++) step();
  const after = process.memoryUsage();
  console.log(
    `5000 steps: resident ${(before.rss / 2 ** 20).toFixed(1)} to ${(after.rss / 2 ** 20).toFixed(1)} MiB, buffers ${(before.arrayBuffers / 2 ** 20).toFixed(1)} to ${(after.arrayBuffers / 2 ** 20).toFixed(1)} MiB`,
  );
}

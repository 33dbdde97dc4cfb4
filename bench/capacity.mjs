// node bench/capacity.mjs: process CPU time of the capacity room: curves of 40 lambdas up to lambda_s, level sampling at P = e^600, streamed patterns and the parts of a pattern's cost.
import { build } from "esbuild";

const outfile = ".cache/bench-capacity.mjs";
await build({
  stdin: {
    contents: ["index", "level-sampling", "stream-sampling", "pattern-stream", "../kernels/capacity"]
      .map((name) => `export * from "./${name}.ts";`)
      .join("\n"),
    resolveDir: "src/capacity",
    loader: "ts",
  },
  bundle: true,
  format: "esm",
  platform: "neutral",
  outfile,
});
const room = await import(`../${outfile}`);

function seconds(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

for (const accuracy of ["fine", "quick"]) {
  for (const activation of ["relu", "sign", "tanh"]) {
    const time = seconds(() => {
      const ensemble = room.hiddenManifold({ activation, ratio: 0.5, accuracy });
      const top = room.lambdaSaturation(ensemble) ?? 5;
      for (let i = 1; i <= 40; i++) ensemble.zeta((top * i) / 40);
    });
    console.log(`${activation}, ${accuracy}: 40 lambdas ${(1000 * time).toFixed(0)} ms`);
  }
}
const sampler = room.levelSampler({ kind: "binary", n: 1000, noise: 0, latent: 0, prior: "gaussian" }, 1.16, 1, 1100, 600);
const levels = seconds(() => {
  for (let i = 0; i < 4000; i++) sampler.sample(i);
});
console.log(`levels, N = 1000, P = e^600: ${(4000 / levels).toFixed(0)} instances/s`);

const problem = { activation: room.activationOf("tanh"), n: 50, latent: 25, prior: "gaussian", noise: 0 };
const count = 4_000_000;
const each = (time) => `${((1e9 * time) / count).toFixed(0)} ns`;
for (const activation of ["tanh", "relu", "sign", "linear"]) {
  const made = { ...problem, activation: room.activationOf(activation) };
  // A signal so large that no sum of wrong patterns gets there: every pattern is made.
  const { weigh } = room.openPatternStream(made, { ...room.drawStreamInstance(made, 1, 0), signal: 1000 }, 1, 1, 7);
  const whole = seconds(() => weigh(0, count));
  console.log(`streamed ${activation}, N = 50, D = 25: ${(count / whole / 1e6).toFixed(2)} million patterns/s (${each(whole)} a pattern)`);
}
const { kernels, start } = room.capacityArena(1 << 16);
const fields = start + 32 * 1024;
const parts = {
  normals: (p) => kernels.patternNormals(1, 0, 5, p, 0, 25, start),
  "normals and products": (p) => kernels.panelFields(start, 50, 25, 0, 1, 0, 5, p, 0, fields, fields + 4096),
  "tanh and overlap": () => kernels.panelOverlaps(2, 0, fields, start, 50, fields + 8192),
  weights: () => kernels.addWeights(fields + 8192, 8, 1e-3, 100, fields + 8256),
};
const times = Object.entries(parts).map(([name, part]) => {
  const work = () => {
    for (let p = 0; p < count; p += 8) part(p);
  };
  work();
  return `${name} ${each(seconds(work))}`;
});
console.log(`of it: ${times.join(", ")}`);

// Wall time. Instances are handed out one by one; the limit keeps a rare long one from being the last that the others wait for.
const run = { ensemble: "hidden-manifold", activation: "tanh", ratio: 0.5, n: 50, lambda: 1, instances: 96, maxPatterns: 1e6 };
const walls = {};
const used = {};
for (const threads of [1, 2]) {
  const start = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  await room.simulateThreads(run, { threads });
  walls[threads] = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  used[threads] = (user + system) / 1e6;
}
// Processor time tells what threads cost each other even where other programs take the cores.
const cost = [1, 2].map(
  (threads) => `${threads} thread${threads > 1 ? "s" : ""} ${walls[threads].toFixed(2)} s (processor ${used[threads].toFixed(2)} s)`,
);
console.log(`simulate tanh, N = 50, 96 instances: ${cost.join(", ")}, ratio ${(walls[1] / walls[2]).toFixed(2)}`);

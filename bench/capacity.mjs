// node bench/capacity.mjs: process CPU time of the capacity room: curves of 40 lambdas up to lambda_s, level sampling at P = e^600, streamed tanh patterns and the three parts of a pattern's cost.
import { build } from "esbuild";

const outfile = ".cache/bench-capacity.mjs";
await build({
  stdin: {
    contents: ["index", "level-sampling", "stream-sampling", "pattern-normals", "elementwise"]
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
const count = 500_000;
// Lambda so large that no sum of wrong patterns gets there: every pattern is made.
const whole = seconds(() => room.streamSample(problem, 1000, 1, 0, count));
const z = new Float64Array(64 * 28);
const normals = seconds(() => {
  for (let block = 0; block < count / 64; block++) room.fillNormals(z, z.length, 1, 2, block * z.length);
});
const field = new Float64Array(64);
const apply = room.elementwise(problem.activation);
const tanh = seconds(() => {
  for (let block = 0; block < (count / 64) * 50; block++) {
    for (let i = 0; i < 64; i++) field[i] = (i - 32) / 12;
    apply(field);
  }
});
const each = (time) => `${((1e9 * time) / count).toFixed(0)} ns`;
console.log(
  `streamed tanh, N = 50, D = 25: ${(count / whole / 1e6).toFixed(2)} million patterns/s (${each(whole)}: normals ${each(normals)}, tanh ${each(tanh)}, products and the rest ${each(whole - normals - tanh)})`,
);

// Milliseconds of CPU time of a forward and a backward pass of the association with each member over the length of the sequence, and slopes of log time over log length by least squares over the lengths from 384 on.
// node bench/series-cost.mjs [--lengths 96,192,384,768,1536,3072] [--write bench/series-cost.svg]
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { association, newPass, openWorkspace, scoped, toBatch } from "modern-hopfield/layers";
import { costPicture } from "./picture.mjs";

const option = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
const lengths = option("--lengths", "96,192,384,768,1536,3072").split(",").map(Number);
const width = 32;
const members = {
  softmax: {},
  sparsemax: { separation: "sparsemax" },
  entmax: { separation: "entmax" },
  "top-k, k = 8": { support: "top-k", k: 8 },
  "random-masked, keep .5": { support: "random" },
  "window, w = 8": { support: "window", window: 8 },
  linear: { separation: "linear" },
  "random-features, 32": { separation: "random-features", features: 32 },
};

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The least of several runs: what interrupts them only adds. */
function time(options, length) {
  const workspace = openWorkspace();
  const block = association({ stateSize: width, heads: 4, hidden: 8, ...options });
  const parameters = block.init({ seed: 1, stream: 0, position: 0 });
  const rows = Float32Array.from({ length: length * width }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * 0.011));
  const x = toBatch({ data: rows, rows: length, columns: width }, [0, length]);
  const best = { forward: Number.POSITIVE_INFINITY, backward: Number.POSITIVE_INFINITY };
  for (let run = 0; run < (length > 1000 ? 4 : 12); run++) {
    scoped(workspace, () => {
      const pass = newPass({ workspace, training: true });
      const started = cpu();
      const [y, saved] = block.forward(parameters, x, pass);
      const between = cpu();
      block.backward(parameters, saved, { data: Float32Array.from(y.data), rows: y.rows, columns: y.columns }, pass);
      best.forward = Math.min(best.forward, between - started);
      best.backward = Math.min(best.backward, cpu() - between);
    });
  }
  return best;
}

function slopeOf(points) {
  const long = points
    .filter(({ size }) => size >= 384 || points.at(-1).size < 768)
    .map(({ size, milliseconds }) => [Math.log(size), Math.log(milliseconds)]);
  const mean = (c) => long.reduce((sum, each) => sum + each[c] / long.length, 0);
  const [x, y] = [mean(0), mean(1)];
  return long.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / long.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

const shown = (ms) => (ms < 1 ? ms.toFixed(2).slice(1) : ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
const machine = `${cpus()[0]?.model.trim()}, Node ${process.versions.node}, plain build, one thread`;
console.log(`${machine}\n\n| member | ${lengths.join(" | ")} | slopes |\n| --- | ${lengths.map(() => "---").join(" | ")} | --- |`);
const cost = Object.entries(members).map(([name, options]) => {
  const found = lengths.map((length) => time(options, length));
  const of = (what) => slopeOf(lengths.map((size, i) => ({ size, milliseconds: found[i][what] })));
  const cells = found.map(({ forward, backward }) => `${shown(forward)} + ${shown(backward)}`);
  console.log(`| ${name} | ${cells.join(" | ")} | ${of("forward").toFixed(2)}, ${of("backward").toFixed(2)} |`);
  const points = lengths.map((size, i) => ({ size, milliseconds: found[i].forward + found[i].backward }));
  return { name, axis: "L", points, slope: slopeOf(points) };
});
const path = option("--write", null);
if (path)
  writeFileSync(
    path,
    costPicture(
      cost,
      machine,
      "CPU time of a forward and backward pass of the association against the length L (32 columns, 4 heads of 8)",
    ),
  );

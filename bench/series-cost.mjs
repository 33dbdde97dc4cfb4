// Milliseconds of a forward and backward pass of the association with each member over the length of the sequence, and the slope between the two longest. node bench/series-cost.mjs [lengths]
import { association, newPass, openWorkspace, scoped, toBatch } from "modern-hopfield/layers";

const lengths = (process.argv[2] ?? "96,192,384,768,1536").split(",").map(Number);
const width = 32;
const members = {
  softmax: {},
  sparsemax: { separation: "sparsemax" },
  "top-k": { support: "top-k", k: 8 },
  window: { support: "window", window: 8 },
  linear: { separation: "linear" },
  "random-features": { separation: "random-features", features: 32 },
};

function time(options, length) {
  const workspace = openWorkspace();
  const block = association({ stateSize: width, heads: 4, hidden: 8, ...options });
  const parameters = block.init({ seed: 1, stream: 0, position: 0 });
  const rows = Float32Array.from({ length: length * width }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * 0.011));
  const x = toBatch({ data: rows, rows: length, columns: width }, [0, length]);
  const times = [];
  for (let run = 0; run < 7; run++) {
    const started = performance.now();
    scoped(workspace, () => {
      const pass = newPass({ workspace, training: true });
      const [y, saved] = block.forward(parameters, x, pass);
      block.backward(parameters, saved, { data: Float32Array.from(y.data), rows: y.rows, columns: y.columns }, pass);
    });
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}

console.log(`| member | ${lengths.join(" | ")} | slope |\n| --- | ${lengths.map(() => "---").join(" | ")} | --- |`);
for (const [name, options] of Object.entries(members)) {
  const found = lengths.map((length) => time(options, length));
  const slope = Math.log(found.at(-1) / found.at(-2)) / Math.log(lengths.at(-1) / lengths.at(-2));
  console.log(`| ${name} | ${found.map((ms) => ms.toFixed(2)).join(" | ")} | ${slope.toFixed(2)} |`);
}

// node bench/circuits.mjs: what circuits cost, by process CPU time (other programs on the machine count little). Compiling and checking by forms and gate by gate, wires per second of
// the three evaluators, gates asked for one by one at n = 2^20, and the tables of docs/circuits (precision, ledger, block-save addition), which this prints in full.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "hopfield-bench-"));
const bundle = join(folder, "circuits.mjs");
await build({
  entryPoints: [resolve("src/circuits/index.ts")],
  bundle: true,
  format: "esm",
  platform: "neutral",
  outfile: bundle,
  logLevel: "warning",
});
const circuits = await import(pathToFileURL(bundle).href);
const {
  checkCompiled,
  compile,
  createNetwork,
  evaluate,
  evaluateLevels,
  evaluateMany,
  flatten,
  measure,
  prepareLevels,
  randomPatterns,
  randomVector,
} = circuits;
rmSync(folder, { recursive: true, force: true });

console.log(
  `${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}, ${execFileSync("git", ["rev-parse", "--short", "HEAD"]).toString().trim()}\n`,
);

/** CPU milliseconds of this process. */
function cpu(work) {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { milliseconds: (user + system) / 1000, result };
}

function table(head, rows) {
  console.log([head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"));
  console.log();
}

const networkOf = (n, d, p, options = {}) => createNetwork(randomPatterns(n, d, p, 1), { bits: p, ...options });

console.log("Compile, measure, check 200 vectors by levels and 20 of them gate by gate (larger than 8 million wires: node by node):\n");
table(
  ["n, d, p", "gates", "wires", "compile ms", "measure ms", "check ms", "mismatches", "resident MB"],
  [
    [64, 16, 6],
    [64, 16, 8],
    [256, 16, 8],
    [256, 16, 10],
  ].map(([n, d, p]) => {
    const compiled = cpu(() => compile(networkOf(n, d, p)));
    const measured = cpu(() => measure(compiled.result.circuit));
    const checked = cpu(() => checkCompiled(compiled.result, { vectors: 200, seed: 1 }));
    const { gates, wires } = measured.result;
    const times = [compiled, measured, checked].map(({ milliseconds }) => milliseconds.toFixed(0));
    return [`${n}, ${d}, ${p}`, gates, wires, ...times, checked.result.mismatches, Math.round(process.memoryUsage.rss() / 2 ** 20)];
  }),
);

console.log("Wires per second, gate by gate on one core, and vectors per second by levels:\n");
table(
  ["n, d, p", "wires", "one vector, M wires/s", "32 at once, M wires/s", "by levels, vectors/s"],
  [
    [8, 8, 4, {}],
    [64, 16, 6, {}],
    [64, 16, 6, { beta: 0.5 }],
    [8, 4, 4, { memory: "input" }],
  ].map(([n, d, p, options]) => {
    const { network, circuit } = compile(networkOf(n, d, p, options));
    const flat = flatten(circuit);
    const { wires } = measure(circuit);
    const vectors = Array.from({ length: 32 }, (_, t) => randomVector(network, 1, t));
    const program = prepareLevels(circuit);
    /** Runs per CPU millisecond, after a warm-up, for about 400 ms. */
    const rate = (work) => {
      for (let i = 0; i < 5; i++) work(i);
      const once = Math.max(0.001, cpu(() => work(0)).milliseconds);
      const count = Math.max(10, Math.ceil(400 / once));
      return (
        count /
        cpu(() => {
          for (let i = 0; i < count; i++) work(i);
        }).milliseconds
      );
    };
    const single = rate((i) => evaluate(flat, vectors[i % 32])) * wires;
    const many = rate(() => evaluateMany(flat, vectors)) * wires * 32;
    const levels = rate((i) => evaluateLevels(program, vectors[i % 32])) * 1000;
    return [
      `${n}, ${d}, ${p}${options.memory ? ", input" : options.beta ? `, beta ${options.beta}` : ""}`,
      wires,
      (single / 1000).toFixed(0),
      (many / 1000).toFixed(0),
      Math.round(levels),
    ];
  }),
);

console.log("One gate from its number, with three of its wires:\n");
table(
  ["n", "gates", "bits of a gate number", "microseconds"],
  [2 ** 4, 2 ** 10, 2 ** 20].map((n) => {
    const entry = (i, k) => ((i * 2654435761 + k * 40503) % 16) - 8;
    const family = {
      n,
      d: 8,
      p: 4,
      layers: 2,
      memory: "fixed",
      unit: 64,
      S: 512,
      table: [15, 4, 1],
      tableSupport: 2,
      pattern: entry,
      key: entry,
    };
    const size = circuits.familySize(family);
    const count = 100_000;
    const { milliseconds } = cpu(() => {
      for (let t = 0; t < count; t++) {
        const gate = circuits.gateAt(family, Math.floor(size * ((t * 0.6180339887498949) % 1)));
        for (const w of [0, gate.fanIn >> 1, gate.fanIn - 1]) gate.wire(w);
      }
    });
    return [n, size, Math.ceil(Math.log2(size)), ((1000 * milliseconds) / count).toFixed(2)];
  }),
);

console.log("Single operations (the ledger), fixed point p = 4, f = 2, and F_3; iterated ones with 8 operands:\n");
for (const [name, ledger] of [
  ["fixed", circuits.fixedLedger({ p: 4, f: 2 }, 8)],
  ["F_3", circuits.floatLedger(3, 8)],
]) {
  table(
    [name, "depth", "gates", "wires", "largest weight"],
    ledger.entries.map(({ operation, measures: m }) => [operation, m.depth, m.gates, m.wires, m.maxWeight]),
  );
}

console.log("Block-save addition of n words, multiplication:\n");
table(
  ["circuit", "depth", "gates", "wires", "largest weight"],
  [
    ...[
      [2, 8],
      [8, 8],
      [64, 8],
      [8, 64],
      [16, 16],
      [32, 32],
      [64, 64],
    ].map(([n, bits]) => [`${n} words of ${bits} bits`, circuits.iteratedAddition(n, bits)]),
    ...[4, 8, 16, 24].map((bits) => [`${bits} x ${bits} bits`, circuits.multiplication(bits)]),
  ].map(([name, circuit]) => {
    const { depth, gates, wires, maxWeight } = measure(circuit);
    return [name, depth, gates, wires, maxWeight];
  }),
);

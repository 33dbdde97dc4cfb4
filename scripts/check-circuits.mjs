// Proof from outside that exported circuits are what they should be, with Debian's yosys, berkeley-abc and iverilog:
//   node scripts/check-circuits.mjs          everything
//   node scripts/check-circuits.mjs --quick  3, 3, 3 by every tool and 4, 3, 4 by simulation, at two betas, with mutants: below a minute of CPU time
// A behavioural model in Verilog (loops, real division, a case table) is written here from the description of the semantics; the circuit comes from `hopfield circuit` (HOPFIELD_CLI: another build of it). yosys
// (SAT) and abc (cec) prove the two equal, iverilog simulates every input. Mutants must be refused by all of them. A tool that is not installed is skipped. Exit status 1 when a check fails.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [mode = "--full", ...more] = process.argv.slice(2);
if (more.length > 0 || !["--quick", "--full"].includes(mode)) {
  console.error("usage: node scripts/check-circuits.mjs [--quick]");
  process.exit(2);
}
const quick = mode === "--quick";
const command = resolve(process.env.HOPFIELD_CLI ?? "dist/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "hopfield-circuits-"));
const path = (name) => join(folder, name);
const counts = { passed: 0, failed: 0, skipped: 0 };

/** What each kind of check needs. */
const needs = { iverilog: ["iverilog", "vvp"], yosys: ["yosys"], abc: ["berkeley-abc", "yosys"] };
const absent = (tool) => spawnSync(tool, ["--version"]).error !== undefined;
const has = {};
for (const [name, tools] of Object.entries(needs)) {
  const missing = tools.filter(absent);
  has[name] = missing.length === 0;
  if (!has[name]) {
    counts.skipped++;
    console.log(
      `skipped: circuits by ${name}: ${missing.join(", ")} not installed (apt-get install --no-install-recommends ${needs[name][0]})`,
    );
  }
}

/** One check by one tool; nothing where the tool is not there. An exception is a failure and does not stop the others. */
function check(tool, what, holds) {
  if (!has[tool]) return;
  let [result, why] = [false, ""];
  try {
    result = holds();
  } catch (error) {
    why = ` (${String(error.message).trim().split("\n").at(-1)})`;
  }
  if (result) counts.passed++;
  else counts.failed++;
  console.log(`${result ? "pass" : "FAIL"}  ${tool}: ${what}${why}`);
}

/** Standard output and error of a tool, whatever its exit status. */
function output(tool, args) {
  const { stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28, timeout: 300_000 });
  return `${stdout}${stderr}`;
}

/** The exported circuit in one format; the file keeps its bytes. */
function exported({ n, d, p, beta }, format) {
  const name = `circuit.${format}`;
  const words = ["--patterns-count", n, "--dimension", d, "--bits", p, "--check", 1, "--export", path(name)];
  if (beta !== null) words.push("--beta", beta);
  execFileSync(process.execPath, [command, "circuit", ...words.map(String)], { stdio: "ignore" });
  return readFileSync(path(name), "utf8");
}

/** The semantics as behavioural Verilog: registers just wide enough, so that the provers are not lost in 32-bit dividers. */
function behavioural({ n, d, p, patterns, table, unit, S }) {
  const F = 2 ** p;
  const qm = 2 ** (p - 1);
  const width = 3 + Math.ceil(Math.log2(Math.max(2 * S + 1, 4 * n * table[0] * (qm + 1))));
  const lines = [
    `module gold(input [${d * p - 1}:0] x, output [${d * p - 1}:0] y);`,
    ...Array.from({ length: d }, (_, k) => `  wire signed [${width - 1}:0] q${k} = $signed(x[${k * p + p - 1}:${k * p}]);`),
    `  function [${p - 1}:0] weight(input [${p - 1}:0] D); case (D)`,
    ...table.map((e, D) => `    ${p}'d${D}: weight = ${p}'d${e};`),
    "  endcase endfunction",
  ];
  const signed = (value) => (value < 0 ? `-${width}'sd${-value}` : `${width}'sd${value}`);
  for (let i = 0; i < n; i++) {
    const sum = patterns[i].map((value, k) => `(${signed(value)}) * q${k}`).join(" + ");
    lines.push(`  wire signed [${width - 1}:0] a${i} = (${sum} + ${signed(S)}) / ${signed(unit)};`);
    lines.push(`  wire [${p - 1}:0] s${i} = a${i} > ${signed(F - 1)} ? ${p}'d${F - 1} : a${i}[${p - 1}:0];`);
    const before = i === 0 ? `${p}'d0` : `m${i - 1}`;
    lines.push(`  wire [${p - 1}:0] m${i} = s${i} > ${before} ? s${i} : ${before};`);
  }
  for (let i = 0; i < n; i++) {
    lines.push(`  wire [${p - 1}:0] e${i} = weight(m${n - 1} - s${i});`);
    lines.push(`  wire signed [${width - 1}:0] w${i} = $signed({1'b0, e${i}});`);
  }
  lines.push(`  wire signed [${width - 1}:0] D = ${Array.from({ length: n }, (_, i) => `w${i}`).join(" + ")};`);
  for (let j = 0; j < d; j++) {
    const sum = patterns.map((row, i) => `(${signed(row[j])}) * w${i}`).join(" + ");
    // Moved up by qm, so that the division is of positive numbers and its remainder is the one of floor; qm is even, so halves go to the same neighbour.
    lines.push(`  wire signed [${width - 1}:0] N${j} = ${sum} + ${signed(qm)} * D;`);
    lines.push(`  wire signed [${width - 1}:0] l${j} = N${j} / D;`);
    lines.push(`  wire signed [${width - 1}:0] r${j} = (N${j} - l${j} * D) * ${signed(2)};`);
    lines.push(`  wire signed [${width - 1}:0] o${j} = r${j} > D || (r${j} == D && l${j}[0]) ? l${j} + ${signed(1)} : l${j};`);
    lines.push(`  wire signed [${width - 1}:0] c${j} = o${j} - ${signed(qm)};`);
    lines.push(`  assign y[${j * p + p - 1}:${j * p}] = c${j}[${p - 1}:0];`);
  }
  return `${[...lines, "endmodule"].join("\n")}\n`;
}

/** Exhaustive simulation; the number of inputs on which the modules `gold` and `hopfield` differ. */
function simulate(gold, gate, bits) {
  const bench = `module bench; reg [${bits}:0] t; integer bad; wire [${bits - 1}:0] a, b;
  gold u(t[${bits - 1}:0], a); hopfield v(t[${bits - 1}:0], b);
  initial begin bad = 0; for (t = 0; t < ${2 ** bits}; t = t + 1) begin #1; if (a !== b) bad = bad + 1; end $display("differ %0d", bad); end endmodule\n`;
  writeFileSync(path("all.v"), `\`timescale 1ns/1ns\n${gold}${gate}${bench}`);
  output("iverilog", ["-g2005", "-o", "all.vvp", "all.v"]);
  return Number(/differ (\d+)/.exec(output("vvp", ["all.vvp"]))?.[1] ?? Number.NaN);
}

function yosysProves(gold, gate) {
  writeFileSync(path("gold.v"), gold);
  writeFileSync(path("gate.v"), gate);
  const script =
    "read_verilog gold.v; read_verilog gate.v; proc; flatten; memory -nomap; memory_map; opt -full; miter -equiv -flatten -make_outputs gold hopfield miter; hierarchy -top miter; sat -verify -prove trigger 0";
  const text = output("yosys", ["-p", script]);
  if (/SAT proof finished - no model found: SUCCESS!/.test(text)) return true;
  if (/proof did fail/.test(text)) return false;
  throw new Error(`yosys: ${text.slice(-500)}`);
}

const mapped = new Map();

/** A Verilog module as AIGER, by yosys, each text once (dividers take seconds). @returns the file's name. */
function aiger(text) {
  const known = mapped.get(text);
  if (known !== undefined) return known;
  const name = `module${mapped.size}`;
  writeFileSync(path(`${name}.v`), text);
  output("yosys", [
    "-p",
    `read_verilog ${name}.v; proc; flatten; memory -nomap; memory_map; opt -full; techmap; opt; aigmap; write_aiger -symbols ${name}.aig`,
  ]);
  mapped.set(text, `${name}.aig`);
  return `${name}.aig`;
}

function abcProves(one, other) {
  const text = output("berkeley-abc", ["-c", `cec ${one} ${other}`]);
  if (/Networks are equivalent/.test(text)) return true;
  if (/NOT EQUIVALENT/i.test(text)) return false;
  throw new Error(`abc: ${text.slice(-500)}`);
}

const replaceAt = (text, match, to) => text.slice(0, match.index) + to + text.slice(match.index + match[0].length);

/** The circuit with one thing wrong, of each kind, in every place: the first that simulation can tell from the original is used. */
function* candidates(kind, gate) {
  const thresholds = [...gate.matchAll(/>= (\d+)'d(\d+);/g)];
  const widest = (match, value) => `>= ${match[1]}'d${Math.min(value, 2 ** Number(match[1]) - 1)};`;
  if (kind === "a threshold + 1") for (const match of thresholds) yield replaceAt(gate, match, widest(match, Number(match[2]) + 1));
  if (kind === "a weight sign")
    for (const match of gate.matchAll(/\((!?)([xg]\[\d+\]) \?/g)) yield replaceAt(gate, match, `(${match[1] ? "" : "!"}${match[2]} ?`);
  // The gates of the outputs are the last; one step of the threshold is the difference between >= and >.
  if (kind === "a tie rule") {
    for (const match of thresholds.reverse())
      for (const step of [1, -1]) yield replaceAt(gate, match, widest(match, Number(match[2]) + step));
  }
}

/** The mutants of a circuit that differ from it somewhere. @param differ number of inputs on which two modules differ. */
function mutantsOf(network, gate, gold, differ) {
  const found = ["a threshold + 1", "a weight sign", "a tie rule"].map((kind) => {
    for (const text of candidates(kind, gate)) if (differ(gold, text) > 0) return { kind, gold, gate: text };
    throw new Error(`no ${kind} changes anything`);
  });
  // One more in one entry; where no answer changes by that (two patterns with few bits), as much more as it takes.
  const places = network.table.length;
  for (let change = 0; change < places * (places - 1); change++) {
    const [at, by] = [1 + (change % (places - 1)), 1 + Math.floor(change / (places - 1))];
    const wrong = behavioural({ ...network, table: network.table.map((e, D) => (D === at ? (e + by) % places : e)) });
    if (differ(wrong, gate) > 0) return [...found, { kind: "a table entry", gold: wrong, gate }];
  }
  throw new Error("no table entry changes anything");
}

/** Every input by simulation; with `prove` by SAT and equivalence checking as well. Mutants are chosen by simulation, so they need iverilog. */
function checkShape(shape, { prove, mutants }) {
  const { n, d, p, beta } = shape;
  const label = `${n}, ${d}, ${p} at beta ${beta ?? `8 / sqrt(${d})`}`;
  const network = JSON.parse(exported(shape, "json"));
  const gate = exported(shape, "v");
  exported(shape, "aig");
  const gold = behavioural(network);
  const bits = d * p;
  check("iverilog", `${label}: all ${2 ** bits} inputs equal`, () => simulate(gold, gate, bits) === 0);
  if (prove) {
    check("yosys", `${label}: proved equal`, () => yosysProves(gold, gate));
    check("abc", `${label}: the exported AIGER is equivalent`, () => abcProves(aiger(gold), "circuit.aig"));
    check("abc", `${label}: the exported Verilog is equivalent`, () => abcProves(aiger(gold), aiger(gate)));
  }
  if (!mutants || !has.iverilog) return;
  for (const mutant of mutantsOf(network, gate, gold, (one, other) => simulate(one, other, bits))) {
    check("iverilog", `${label}: ${mutant.kind} is refused`, () => simulate(mutant.gold, mutant.gate, bits) > 0);
    if (!prove) continue;
    check("yosys", `${label}: ${mutant.kind} is refused`, () => !yosysProves(mutant.gold, mutant.gate));
    // Mapping a model with dividers takes seconds, so the quick mode shows abc one mutant; SAT and simulation see all of them.
    if (quick && mutant.kind !== "a threshold + 1") continue;
    check("abc", `${label}: ${mutant.kind} is refused`, () => !abcProves(aiger(mutant.gold), aiger(mutant.gate)));
  }
}

try {
  for (const beta of [null, 0.5]) {
    checkShape({ n: 3, d: 3, p: 3, beta }, { prove: true, mutants: true });
    checkShape({ n: 4, d: 3, p: 4, beta }, { prove: false, mutants: !quick });
    if (quick) continue;
    checkShape({ n: 2, d: 3, p: 3, beta }, { prove: true, mutants: true });
    checkShape({ n: 3, d: 2, p: 4, beta }, { prove: true, mutants: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

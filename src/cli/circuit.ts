/** @file `hopfield circuit`: a network as a threshold circuit of constant depth, checked against the definition, written to files. */
import { exportFormats, toVectors } from "../circuits/index.ts";
import { drawCircuit } from "./circuit-drawing.ts";
import { sweepFigure } from "./circuit-figure.ts";
import { type CircuitSettings, circuitOptions, readCircuitFiles, settingsOf } from "./circuit-options.ts";
import { type CircuitRow, type Made, makeCircuit } from "./circuit-rows.ts";
import { blame, CommandError } from "./failure.ts";
import { checkFigurePath, encodeFigure } from "./figure-output.ts";
import { type Io, short, tableLines } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";
import { type CommandSpec, type Input, textOf } from "./spec.ts";

export const circuit: CommandSpec = {
  name: "circuit",
  summary: "a network as a threshold circuit of constant depth: counts, checks, files",
  about:
    "Compiles a retrieval in p-bit integers into a circuit of threshold gates, says how deep and how large it is, and compares it with the definition on random or on all inputs. " +
    "Depth 4 with fixed patterns, 7 with patterns as inputs, whatever their number: a uniform family of constant depth.",
  options: circuitOptions,
  examples: [
    "hopfield circuit --patterns-count 3 --dimension 3 --bits 3 --check exhaustive --export circuit.v",
    "hopfield circuit --dimension 8 --bits 4 --sweep n=2,4,8,16,32,64 --json",
    "hopfield circuit --patterns patterns.npy --bits 6 --layers 2 --beta 0.5 --vectors vectors.json",
    "hopfield circuit --dimension 8 --sweep n=2:256:2 --check 1 --plot size.svg",
    "hopfield circuit --patterns-count 3 --dimension 3 --bits 3 --plot layers.svg",
    "hopfield circuit --network attention --patterns-count 4 --dimension 2 --bits 3",
    "hopfield circuit --network cube --patterns-count 8 --layers 2 --check 100",
    "hopfield circuit --patterns-count 64 --dimension 16 --beta 2 --sweep p=3:8 --quality 200",
  ],
  notes: ["", "Exit status 1 when the circuit and the definition differ."],
  run,
};

/** The most vectors that are written to a file. */
const mostVectors = 2 ** 20;

async function run(input: Input, io: Io): Promise<number> {
  const settings = blame(2, "", () => settingsOf(input));
  const [exportFile, vectorsFile] = [textOf(input, "export"), textOf(input, "vectors")];
  const { plot, rows: changes } = settings;
  const named = (
    [
      ["--export", exportFile],
      ["--vectors", vectorsFile],
      ["--plot", plot],
    ] as const
  ).flatMap(([flag, path]) => (path === undefined ? [] : [[flag, path] as const]));
  if (exportFile !== undefined) checkFormat("--export", exportFile, exportFormats);
  if (vectorsFile !== undefined) checkFormat("--vectors", vectorsFile, ["json"]);
  if (plot !== undefined) {
    if (settings.sweep === null) checkFormat("--plot", plot, ["svg"]);
    else checkFigurePath("--plot", plot);
  }
  const single = named.find(([flag]) => flag !== "--plot");
  if (single && changes.length > 1) throw new CommandError("E_RANGE", `${single[0]} writes one circuit; a sweep has ${changes.length}`, 2);
  if (vectorsFile !== undefined && typeof settings.check === "number" && settings.check > mostVectors) {
    throw new CommandError("E_LIMIT", `--vectors writes at most ${mostVectors} vectors, --check asks for ${settings.check}`, 2);
  }
  checkOutputs(named);
  const files = await readCircuitFiles(input);
  const rows: CircuitRow[] = [];
  const bounds: number[] = [];
  const folded: string[] = [];
  const outputs: OutputFile[] = [];
  for (const [i, change] of changes.entries()) {
    io.progress(`circuit ${i + 1} of ${changes.length}`, i, changes.length);
    const made = makeCircuit(settings, files, change);
    const kept: { inputs: Uint8Array[]; answers: Int32Array[] } = { inputs: [], answers: [] };
    const row = made.row(
      (bits, answer) => {
        if (vectorsFile === undefined) return;
        kept.inputs.push(bits);
        kept.answers.push(answer);
      },
      (done, total) => io.progress(`${done} of ${total} vectors`, done, total),
    );
    rows.push(row);
    bounds.push(made.bound);
    if (made.fullDepth !== null && row.depth < made.fullDepth) folded.push(foldedLine(row, made.fullDepth));
    if (exportFile !== undefined) outputs.push({ path: exportFile, bytes: exported(made, exportFile) });
    if (vectorsFile !== undefined && made.network) {
      outputs.push({ path: vectorsFile, bytes: encode(JSON.stringify(toVectors(made.network, kept.inputs, kept.answers))) });
    }
    if (plot !== undefined && settings.sweep === null) {
      const title = `${settings.network}: n = ${row.n}, d = ${row.d}, p = ${row.p}, depth ${row.depth}`;
      outputs.push({ path: plot, bytes: encode(blame(2, "", () => drawCircuit(made.circuit, title))) });
    }
  }
  if (plot !== undefined && settings.sweep !== null) outputs.push(await encodeFigure(plot, sweepFigure(settings, rows, bounds)));
  io.endProgress();
  if (outputs.length > 0) await writeOutputs(outputs);
  if (io.json) io.printJson({ command: "circuit", rows });
  else print(rows, folded, settings, io);
  return rows.some((row) => row.mismatches > 0) ? 1 : 0;
}

/** Why a circuit is less deep than the construction. */
function foldedLine({ n, p, layers, beta, depth }: CircuitRow, full: number): string {
  return `n = ${n}, p = ${p}, L = ${layers}: depth ${depth}, not ${full}: the ranges of the numbers decide gates (equal rows, or weights so flat at beta = ${short(beta)} that answers do not vary).`;
}

function exported(made: Made, path: string): Uint8Array {
  const format = exportFormats.find((each) => path.toLowerCase().endsWith(`.${each}`)) ?? "json";
  const content = made.exported(format);
  return typeof content === "string" ? encode(content) : content;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const columns: readonly (readonly [string, keyof CircuitRow])[] = [
  ["n", "n"],
  ["d", "d"],
  ["p", "p"],
  ["beta", "beta"],
  ["L", "layers"],
  ["depth", "depth"],
  ["gates", "gates"],
  ["unpruned", "gatesUnpruned"],
  ["wires", "wires"],
  ["max weight", "maxWeight"],
  ["majority edges", "majorityEdges"],
  ["D*", "tableSupport"],
  ["checked", "checked"],
  ["mismatches", "mismatches"],
  ["error", "error"],
  ["agrees", "agrees"],
];

function print(rows: readonly CircuitRow[], folded: readonly string[], settings: CircuitSettings, io: Io): void {
  const shown = columns.filter(([, key]) => rows[0]?.[key] !== undefined);
  const cells = rows.map((row) =>
    shown.map(([, key]) => {
      const x = row[key] ?? Number.NaN;
      return Number.isInteger(x) ? String(x) : short(x);
    }),
  );
  for (const line of tableLines(
    shown.map(([head]) => head),
    cells,
  ))
    io.print(line);
  io.print();
  for (const line of folded.slice(0, 5)) io.print(line);
  if (folded.length > 5) io.print(`(and ${folded.length - 5} more)`);
  io.print(closing(settings));
  io.print(
    "Uniform families of constant-depth threshold circuits decide no NC1-hard problem unless TC0 = NC1: conditional, and about n growing, not about this one circuit.",
  );
}

function closing({ network, memory, kernelized }: CircuitSettings): string {
  if (network === "square" || network === "cube" || network === "linear") {
    return `Marks the pairs within distance ${network === "square" ? "2^L" : network === "cube" ? "3^L" : "L + 1"}; with L growing as log n (linear: as n) it decides connectivity, and the depth grows with it.`;
  }
  if (network === "attention" || network === "pooling")
    return "Tokens are inputs, other weights constants. The depth does not depend on n.";
  const where =
    memory === "input"
      ? "Patterns are inputs: a uniform family"
      : "Patterns are constants of the circuit: uniform where they are computed uniformly, advice where they were trained";
  return `${where}${kernelized ? "; kernelised scores" : ""}. The depth does not depend on n.`;
}

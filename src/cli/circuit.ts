/** @file `hopfield circuit`: a network as a threshold circuit of constant depth, checked against the definition, written to files. */
import {
  type Compiled,
  checkCompiled,
  compile,
  exportCompiled,
  exportFormats,
  measure,
  type Network,
  toVectors,
} from "../circuits/index.ts";
import { type CircuitSettings, circuitOptions, networkOf, readCircuitFiles, settingsOf } from "./circuit-options.ts";
import { blame, CommandError } from "./failure.ts";
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
  ],
  notes: ["", "Exit status 1 when the circuit and the definition differ."],
  run,
};

/** The most vectors that are written to a file. */
const mostVectors = 2 ** 20;

interface Row {
  readonly n: number;
  readonly d: number;
  readonly p: number;
  readonly beta: number;
  readonly layers: number;
  readonly depth: number;
  readonly gates: number;
  readonly gatesUnpruned: number;
  readonly wires: number;
  readonly maxWeight: number;
  readonly majorityEdges: number;
  readonly tableSupport: number;
  readonly unit: number;
  readonly checked: number;
  readonly mismatches: number;
}

async function run(input: Input, io: Io): Promise<number> {
  const settings = blame(2, "", () => settingsOf(input));
  const [exportFile, vectorsFile] = [textOf(input, "export"), textOf(input, "vectors")];
  const named = (
    [
      ["--export", exportFile],
      ["--vectors", vectorsFile],
    ] as const
  ).flatMap(([flag, path]) => (path === undefined ? [] : [[flag, path] as const]));
  if (exportFile !== undefined) checkFormat("--export", exportFile, exportFormats);
  if (vectorsFile !== undefined) checkFormat("--vectors", vectorsFile, ["json"]);
  if (named.length > 0 && settings.rows.length > 1) {
    throw new CommandError("E_RANGE", `${named[0]?.[0]} writes one circuit; a sweep has ${settings.rows.length}`, 2);
  }
  if (vectorsFile !== undefined && typeof settings.check === "number" && settings.check > mostVectors) {
    throw new CommandError("E_LIMIT", `--vectors writes at most ${mostVectors} vectors, --check asks for ${settings.check}`, 2);
  }
  checkOutputs(named);
  const files = await readCircuitFiles(input);
  const rows: Row[] = [];
  const outputs: OutputFile[] = [];
  for (const [i, change] of settings.rows.entries()) {
    io.progress(`circuit ${i + 1} of ${settings.rows.length}`, i, settings.rows.length);
    const network = networkOf(settings, files, change);
    const compiled = blame(2, "", () => compile(network));
    const kept: { inputs: Uint8Array[]; answers: Int32Array[] } = { inputs: [], answers: [] };
    rows.push(rowOf(compiled, settings, io, vectorsFile === undefined ? null : kept));
    if (exportFile !== undefined) outputs.push({ path: exportFile, bytes: blame(2, "", () => exported(compiled, exportFile)) });
    if (vectorsFile !== undefined) {
      outputs.push({ path: vectorsFile, bytes: encode(JSON.stringify(toVectors(network, kept.inputs, kept.answers))) });
    }
  }
  io.endProgress();
  if (outputs.length > 0) await writeOutputs(outputs);
  if (io.json) io.printJson({ command: "circuit", rows });
  else print(rows, settings, io);
  return rows.some((row) => row.mismatches > 0) ? 1 : 0;
}

function rowOf(compiled: Compiled, settings: CircuitSettings, io: Io, kept: { inputs: Uint8Array[]; answers: Int32Array[] } | null): Row {
  const { n, d, p, beta, layers, tableSupport, unit }: Network = compiled.network;
  const { depth, gates, wires, maxWeight, majorityEdges } = measure(compiled.circuit);
  const { checked, mismatches } = blame(2, "", () =>
    checkCompiled(compiled, {
      vectors: settings.check,
      seed: settings.seed,
      progress: (done, total) => io.progress(`${done} of ${total} vectors`, done, total),
      onVector: (bits, answer) => {
        kept?.inputs.push(bits);
        kept?.answers.push(answer);
      },
    }),
  );
  return {
    n,
    d,
    p,
    beta,
    layers,
    depth,
    gates,
    gatesUnpruned: compiled.gatesUnpruned,
    wires,
    maxWeight,
    majorityEdges,
    tableSupport,
    unit,
    checked,
    mismatches,
  };
}

function exported(compiled: Compiled, path: string): Uint8Array {
  const format = exportFormats.find((each) => path.toLowerCase().endsWith(`.${each}`)) ?? "json";
  const content = exportCompiled(compiled, format);
  return typeof content === "string" ? encode(content) : content;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function print(rows: readonly Row[], { memory, kernelized }: CircuitSettings, io: Io): void {
  const head = [
    "n",
    "d",
    "p",
    "beta",
    "L",
    "depth",
    "gates",
    "unpruned",
    "wires",
    "max weight",
    "majority edges",
    "D*",
    "checked",
    "mismatches",
  ];
  const cells = rows.map((row) =>
    [
      row.n,
      row.d,
      row.p,
      row.beta,
      row.layers,
      row.depth,
      row.gates,
      row.gatesUnpruned,
      row.wires,
      row.maxWeight,
      row.majorityEdges,
      row.tableSupport,
      row.checked,
      row.mismatches,
    ].map((x) => (Number.isInteger(x) ? String(x) : short(x))),
  );
  for (const line of tableLines(head, cells)) io.print(line);
  io.print();
  const where =
    memory === "input"
      ? "Patterns are inputs: a uniform family"
      : "Patterns are constants of the circuit: uniform where they are computed uniformly, advice where they were trained";
  io.print(`${where}${kernelized ? "; kernelised scores" : ""}. The depth does not depend on n.`);
  io.print(
    "Uniform families of constant-depth threshold circuits decide no NC1-hard problem unless TC0 = NC1: conditional, and about n growing, not about this one circuit.",
  );
}

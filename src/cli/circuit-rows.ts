/** @file One row of `hopfield circuit`: the circuit of a network, its figures, and how it compared with the definition. */
import {
  buildGraph,
  type Circuit,
  checkCompiled,
  checkGraph,
  checkReach,
  closedBound,
  compile,
  type DepthNetwork,
  depthBase,
  depthCircuit,
  depthNetworks,
  depthOfUpdate,
  depthReach,
  type ExportFormat,
  exportCircuit,
  exportCompiled,
  measure,
  type Network,
  networkGraph,
} from "../circuits/index.ts";
import { type CircuitFiles, type CircuitSettings, networkOf, type SweepName } from "./circuit-options.ts";
import { type Quality, qualityOf } from "./circuit-quality.ts";
import { blame, CommandError } from "./failure.ts";

export interface CircuitRow extends Partial<Quality> {
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

/** A circuit before it is measured and checked. */
export interface Made {
  readonly circuit: Circuit;
  /** Depth when no range makes a gate constant; null where that is no single number. */
  readonly fullDepth: number | null;
  /** Closed bound of the gates. */
  readonly bound: number;
  /** The retrieval it is; null for other networks. */
  readonly network: Network | null;
  row(onVector: (bits: Uint8Array, answer: Int32Array) => void, progress: (done: number, total: number) => void): CircuitRow;
  exported(format: ExportFormat): string | Uint8Array;
}

/** @throws CommandError. */
export function makeCircuit(settings: CircuitSettings, files: CircuitFiles, change: Partial<Record<SweepName, number>>): Made {
  const { network: name } = settings;
  const deciding = depthNetworks.find((each) => each === name);
  if (deciding !== undefined) return decidingCircuit(deciding, settings, change);
  const network = networkOf(settings, files, change);
  if (name === "retrieval") return retrievalCircuit(network, settings);
  return blame(2, "", () => graphCircuit(name as Parameters<typeof networkGraph>[0], network, settings));
}

function retrievalCircuit(network: Network, settings: CircuitSettings): Made {
  const compiled = blame(2, "", () => compile(network));
  const { n, d, p, beta, layers, tableSupport, unit, memory } = network;
  return {
    circuit: compiled.circuit,
    fullDepth: layers * (memory === "input" ? 7 : 4),
    bound: closedBound(network),
    network,
    row: (onVector, progress) => {
      const checked = blame(2, "", () => checkCompiled(compiled, { vectors: settings.check, seed: settings.seed, progress, onVector }));
      return {
        ...{ n, d, p, beta, layers },
        ...figures(compiled.circuit, compiled.gatesUnpruned),
        ...{ tableSupport, unit },
        ...checked,
        ...(settings.quality === undefined ? {} : qualityOf(network, settings.seed, settings.quality)),
      };
    },
    exported: (format) => blame(2, "", () => exportCompiled(compiled, format)),
  };
}

function graphCircuit(name: Parameters<typeof networkGraph>[0], network: Network, settings: CircuitSettings): Made {
  const steps = networkGraph(name, network, settings.seed);
  const { circuit, gatesUnpruned } = buildGraph(steps, "numbers");
  const { n, d, p, beta, tableSupport, unit } = network;
  return {
    circuit,
    fullDepth: null,
    bound: gatesUnpruned,
    network: null,
    row: (_, progress) => ({
      ...{ n, d, p, beta, layers: 1 },
      ...figures(circuit, gatesUnpruned),
      ...{ tableSupport, unit },
      ...blame(2, "", () => checkGraph(steps, circuit, settings.check, settings.seed, progress)),
    }),
    exported: (format) => blame(2, "", () => exportCircuit(circuit, () => buildGraph(steps, "bits").circuit, format)),
  };
}

/** Nodes are patterns of as many entries of one bit; beta = log B. */
function decidingCircuit(name: DepthNetwork, settings: CircuitSettings, change: Partial<Record<SweepName, number>>): Made {
  const { check, sweep } = settings;
  if (sweep === "d" || sweep === "p") throw new CommandError("E_UNSUPPORTED", `--sweep ${sweep} has no meaning for --network ${name}`, 2);
  if (check === "exhaustive") throw new CommandError("E_UNSUPPORTED", `--network ${name} is checked on a number of graphs, not on all`, 2);
  const n = change.n ?? settings.n ?? 8;
  const layers = change.layers ?? settings.layers;
  const { circuit, gatesUnpruned } = blame(2, "", () => depthCircuit(name, n, layers));
  return {
    circuit,
    fullDepth: layers * depthOfUpdate(name),
    bound: gatesUnpruned,
    network: null,
    row: (_, progress) => ({
      ...{ n, d: n, p: 1, beta: Math.log(depthBase(name, n)), layers },
      ...figures(circuit, gatesUnpruned),
      ...{ tableSupport: name === "cube" ? n : 1, unit: 1 },
      ...blame(2, "", () => checkReach(circuit, n, depthReach(name, layers), check, settings.seed, progress)),
    }),
    exported: (format) => blame(2, "", () => exportCircuit(circuit, () => circuit, format)),
  };
}

function figures(
  circuit: Circuit,
  gatesUnpruned: number,
): Pick<CircuitRow, "depth" | "gates" | "gatesUnpruned" | "wires" | "maxWeight" | "majorityEdges"> {
  const { depth, gates, wires, maxWeight, majorityEdges } = measure(circuit);
  return { depth, gates, gatesUnpruned, wires, maxWeight, majorityEdges };
}

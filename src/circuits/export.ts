/** @file The file formats of a compiled network, by name. */
import { HopfieldError } from "../core/errors.ts";
import type { Circuit } from "./circuit.ts";
import { type Compiled, compile } from "./compile.ts";
import { flatten } from "./expand.ts";
import { toAigerBinary, toAigerText, toBlif, toBristol } from "./export-boolean.ts";
import { toDot } from "./export-dot.ts";
import { toDocument } from "./export-json.ts";
import { toVerilog } from "./export-verilog.ts";
import { lower } from "./lower.ts";
import { measure } from "./measure.ts";

export const exportFormats = ["v", "aag", "aig", "blif", "bristol", "dot", "json"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Files that write every wire out hold at most so many. */
const mostWires = 2 ** 21;

/**
 * A compiled network in a format: v, aag, aig, blif and bristol have bits as outputs, dot and json whole numbers.
 * @returns text, or the bytes of a binary format.
 * @throws HopfieldError E_LIMIT (more than 2^21 written-out wires, 2^23 ANDs).
 */
export function exportCompiled({ network, circuit }: Compiled, format: ExportFormat): string | Uint8Array {
  refuseLargeFile(circuit);
  if (format === "json") return JSON.stringify(toDocument(network, flatten(circuit)));
  return exportCircuit(circuit, () => compile(network, { outputs: "bits" }).circuit, format);
}

/**
 * A circuit that is no retrieval of a network (graph.ts, depth-networks.ts), in every format but json.
 * @param bits the same circuit with bits as outputs, made when the format needs it. @throws HopfieldError E_LIMIT, E_UNSUPPORTED (json).
 */
export function exportCircuit(circuit: Circuit, bits: () => Circuit, format: ExportFormat): string | Uint8Array {
  refuseLargeFile(circuit);
  switch (format) {
    case "dot":
      return toDot(flatten(circuit));
    case "v":
      return toVerilog(flatten(bits()));
    case "aag":
      return toAigerText(lower(bits()));
    case "aig":
      return toAigerBinary(lower(bits()));
    case "blif":
      return toBlif(lower(bits()));
    case "bristol":
      return toBristol(lower(bits()));
    default:
      throw new HopfieldError(
        "E_UNSUPPORTED",
        "export: json documents hold the retrieval of a network; other circuits go to v, aag, aig, blif, bristol or dot",
      );
  }
}

function refuseLargeFile(circuit: Circuit): void {
  const { wires } = measure(circuit);
  if (wires > mostWires)
    throw new HopfieldError("E_LIMIT", `export: the circuit has ${wires} wires, at most ${mostWires} are written`, { wires });
}

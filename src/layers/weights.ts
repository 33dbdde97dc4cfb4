/**
 * @file A trained network as the bytes of a safetensors file, and back: tensors by name, and in the metadata everything that applying it to new data needs: the architecture, what the columns
 * are called and how they were scaled, and the names of the classes.
 */
import { HopfieldError } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import { type NumericArray, readSafetensors, writeSafetensors } from "../data/index.ts";
import { arrayOf, treeOf } from "./checkpoint.ts";
import { buildNetwork, type NetworkDescription } from "./network.ts";
import { listed } from "./parameters.ts";
import type { Block, Parameters } from "./types.ts";

/** How rows of a table become instances. */
export interface FeatureEncoding {
  /** Names of the columns, in order; null: columns go by their number. */
  readonly columns: readonly string[] | null;
  /** Subtracted from, and divided into, each column; null: the numbers as they are. */
  readonly mean: readonly number[] | null;
  readonly scale: readonly number[] | null;
  /** The column that says which bag a row belongs to. */
  readonly bag: string | null;
  /** Bags of arrays without bag names have so many rows; null: every array is one bag per row. */
  readonly instances: number | null;
}

export interface SavedNetwork {
  readonly description: NetworkDescription;
  readonly parameters: Parameters;
  readonly encoding: FeatureEncoding;
  /** Names of the classes 0, 1, ... */
  readonly classes: readonly string[];
  readonly task: string;
}

const format = "hopfield-network-1";

export function writeNetwork({ description, parameters, encoding, classes, task }: SavedNetwork): Uint8Array {
  const tensors = new Map<string, NumericArray>(listed(parameters).map(({ name, tensor }) => [name, arrayOf(tensor)]));
  const metadata = new Map([
    ["format", format],
    ["architecture", JSON.stringify(description)],
    ["encoding", JSON.stringify(encoding)],
    ["classes", JSON.stringify(classes)],
    ["task", task],
  ]);
  return writeSafetensors(tensors, { metadata });
}

/** @throws HopfieldError E_FORMAT (no such file, a missing, surplus or misshapen tensor), E_NONFINITE, and those of readSafetensors. */
export function readNetwork(bytes: Uint8Array): SavedNetwork & { readonly network: Block } {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.get("format") !== format) throw new HopfieldError("E_FORMAT", "readNetwork: this file holds no network of hopfield train");
  const description = parsed<NetworkDescription>(metadata, "architecture");
  const network = built(description);
  const expected = listed(network.init(randomStream(0)));
  for (const { name, tensor } of expected) {
    const found = tensors.get(name);
    if (!found) throw new HopfieldError("E_FORMAT", `readNetwork: tensor "${name}" is missing`);
    const [rows, columns] = [found.shape[0] ?? 1, found.shape[1] ?? 1];
    if (found.shape.length !== 2 || rows !== tensor.rows || columns !== tensor.columns) {
      throw new HopfieldError(
        "E_FORMAT",
        `readNetwork: tensor "${name}" has shape [${found.shape.join(", ")}], expected [${tensor.rows}, ${tensor.columns}]`,
      );
    }
  }
  for (const name of tensors.keys()) {
    if (!expected.some((each) => each.name === name))
      throw new HopfieldError("E_FORMAT", `readNetwork: tensor "${name}" belongs to no part of the network`);
  }
  return {
    description,
    network,
    parameters: treeOf(tensors, ""),
    encoding: parsed<FeatureEncoding>(metadata, "encoding"),
    classes: parsed<string[]>(metadata, "classes"),
    task: metadata.get("task") ?? "",
  };
}

function parsed<T>(metadata: ReadonlyMap<string, string>, key: string): T {
  try {
    const value: unknown = JSON.parse(metadata.get(key) ?? "");
    if (value !== null && typeof value === "object") return value as T;
  } catch {
    // Told below.
  }
  throw new HopfieldError("E_FORMAT", `readNetwork: the metadata has no readable "${key}"`);
}

function built(description: NetworkDescription): Block {
  try {
    return buildNetwork(description);
  } catch (error) {
    if (error instanceof HopfieldError) throw new HopfieldError("E_FORMAT", `readNetwork: the architecture is refused: ${error.message}`);
    throw error;
  }
}

/**
 * @file The networks of the tasks as data: an embedding of every instance, one Hopfield module (or what stands in its place), a linear readout. A description is plain JSON, so a file of
 * weights can carry it; `buildNetwork` makes the block.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";
import { activation } from "./activations.ts";
import type { AssociationOptions } from "./association-options.ts";
import { chain } from "./combinators.ts";
import { convolution, maxPool } from "./convolution.ts";
import { dropout } from "./dropout.ts";
import { linear } from "./linear.ts";
import { lstm } from "./lstm.ts";
import { association, lookup, pooling } from "./modules.ts";
import { layerNorm } from "./normalise.ts";
import { flatten, lastRow, maxPoolBags, meanPool } from "./reduce.ts";
import type { Block } from "./types.ts";

export type ModelName = "association" | "pooling" | "lookup" | "mean" | "max" | "lstm" | "flatten";
export const modelNames: readonly ModelName[] = ["association", "pooling", "lookup", "mean", "max", "lstm", "flatten"];

export interface NetworkDescription {
  readonly model: ModelName;
  /** Columns of an instance. */
  readonly inputs: number;
  /** Columns of the result: 1 for two classes. */
  readonly outputs: number;
  /** Instances become so many numbers (linear, rectified, layer norm) before the module; 0: they go in as they are. */
  readonly width: number;
  /** Images in place of plain instances: square, one channel, this many pixels a side; channels of the two convolutions. */
  readonly image?: { readonly side: number; readonly channels: readonly [number, number]; readonly size: number };
  /** Learned queries (pooling) or stored patterns (lookup). */
  readonly quantity?: number;
  /** Instances of every bag: for `flatten`, and for association or lookup read out flat as in hopfield-layers. */
  readonly instances?: number;
  /** How association and lookup become one row a bag: rectified and averaged, or flattened. Default "mean". */
  readonly readout?: "mean" | "flatten";
  /** Before the linear readout, in training. Default 0. */
  readonly dropout?: number;
  /** Options of the module; its sizes follow from the rest. */
  readonly module?: Partial<AssociationOptions>;
}

const known = ["model", "inputs", "outputs", "width", "image", "quantity", "instances", "readout", "dropout", "module"];

/** @throws HopfieldError E_RANGE, E_UNSUPPORTED as the blocks. */
export function buildNetwork(description: NetworkDescription): Block {
  checkNames("buildNetwork", description, known);
  checkChoice("buildNetwork", "model", description.model, modelNames);
  const { inputs, outputs, width } = description;
  checkNumber("buildNetwork", "inputs", inputs, { atLeast: 1, whole: true });
  const columns = width > 0 ? width : inputs;
  const embedding = description.image
    ? imageEmbedding(description.image, inputs, width)
    : width > 0
      ? [linear(inputs, width, { activation: "relu" }), layerNorm(width)]
      : [];
  const { blocks, rows } = moduleBlocks(description, columns);
  return chain(...embedding, ...blocks, ...(description.dropout ? [dropout(description.dropout)] : []), linear(rows, outputs));
}

/** Two convolutions of the given size, each rectified and followed by 2 x 2 max-pooling, then a rectified linear map and layer norm. */
function imageEmbedding({ side, channels, size }: NonNullable<NetworkDescription["image"]>, inputs: number, width: number): Block[] {
  if (side * side !== inputs)
    throw new HopfieldError("E_RANGE", `buildNetwork: images of side ${side} have ${side * side} pixels, inputs is ${inputs}`);
  const [first, second] = channels;
  const half = Math.floor((side - size + 1) / 2);
  const quarter = Math.floor((half - size + 1) / 2);
  if (quarter < 1)
    throw new HopfieldError("E_RANGE", `buildNetwork: images of side ${side} are too small for two convolutions of size ${size}`);
  return [
    convolution({ side, channels: 1, size, outputs: first }),
    maxPool({ side: side - size + 1, channels: first, size: 2 }),
    convolution({ side: half, channels: first, size, outputs: second }),
    maxPool({ side: half - size + 1, channels: second, size: 2 }),
    linear(quarter * quarter * second, width, { activation: "relu" }),
    layerNorm(width),
  ];
}

/** The module and what makes one row a bag of its result; `rows` is how long that row is. */
function moduleBlocks(
  { model, quantity, instances, readout = "mean", module = {} }: NetworkDescription,
  columns: number,
): { blocks: Block[]; rows: number } {
  const options: AssociationOptions = { ...module, stateSize: columns };
  const result =
    module.outputProjection === false ? (module.heads ?? 1) * (module.pattern ?? module.hidden ?? columns) : (module.output ?? columns);
  const flat = (length: number): { blocks: Block[]; rows: number } => ({ blocks: [flatten(length)], rows: length * result });
  const whole = (): number => checkNumber("buildNetwork", "instances", instances, { atLeast: 1, whole: true });
  if (model === "pooling") {
    const rows = quantity ?? 1;
    return { blocks: [pooling({ ...options, quantity: rows }), ...(rows > 1 ? [flatten(rows)] : [])], rows: rows * result };
  }
  if (model === "mean") return { blocks: [meanPool()], rows: columns };
  if (model === "max") return { blocks: [maxPoolBags()], rows: columns };
  if (model === "flatten") return { blocks: [flatten(whole())], rows: whole() * columns };
  if (model === "lstm") {
    const hidden = checkNumber("buildNetwork", "quantity", quantity ?? 4, { atLeast: 1, whole: true });
    return { blocks: [lstm(columns, hidden), lastRow()], rows: hidden };
  }
  const inner = model === "association" ? association(options) : lookup({ ...options, quantity: quantity ?? 1 });
  if (readout === "flatten") {
    const tail = flat(whole());
    return { blocks: [inner, ...tail.blocks], rows: tail.rows };
  }
  return { blocks: [inner, activation("relu"), meanPool()], rows: result };
}

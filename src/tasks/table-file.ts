/** @file A table model as the bytes of a safetensors file, and back: memory, scales or parameters as tensors; the columns, the target and the network's sizes in the metadata. */
import { randomStream } from "../core/random.ts";
import { type NumericArray, writeSafetensors } from "../data/index.ts";
import { arrayOf, treeOf } from "../layers/checkpoint.ts";
import { type HopularDescription, hopular } from "../layers/hopular.ts";
import { listed } from "../layers/parameters.ts";
import { openSavedModel, type SavedModel } from "./saved-model.ts";
import { classCount } from "./table.ts";
import { type PlannedColumn, widthOf } from "./table-encode.ts";
import type { Learned, LearnedHopular, LearnedLookup, TableModel } from "./table-model.ts";
import type { TargetPlan } from "./table-target.ts";

const format = "hopfield-table-1";

export function writeTableModel({ plan, target, mean, scale, memory, learned }: TableModel): Uint8Array {
  const { cells } = memory;
  const tensors = new Map<string, NumericArray>([
    ["memory.cells", { dtype: "f64", shape: [cells.rows, cells.columns], data: cells.values }],
    ["memory.targets", { dtype: "f64", shape: [cells.rows], data: memory.targets }],
    ["memory.rows", { dtype: "i32", shape: [cells.rows], data: memory.rows }],
  ]);
  const lookup = learned.model === "both" ? learned.lookup : learned.model === "lookup" ? learned : null;
  const network = learned.model === "both" ? learned.hopular : learned.model === "hopular" ? learned : null;
  if (lookup) tensors.set("scales", { dtype: "f64", shape: [lookup.logScales.length], data: lookup.logScales });
  if (lookup?.rule) tensors.set("rule", { dtype: "f32", shape: [lookup.rule.weights.length], data: lookup.rule.weights });
  for (const { name, tensor } of network ? listed(network.parameters) : []) tensors.set(`network.${name}`, arrayOf(tensor));
  const metadata = new Map([
    ["format", format],
    ["model", learned.model],
    ["columns", JSON.stringify(plan)],
    ["target", JSON.stringify({ ...target, mean, scale })],
    ["network", JSON.stringify(network?.description ?? null)],
    ["shares", JSON.stringify({ rule: lookup?.rule?.share ?? 0, hopular: learned.model === "both" ? learned.share : null })],
  ]);
  return writeSafetensors(tensors, { metadata });
}

/** Whether these metadata are those of a table model. */
export function isTableModel(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.get("format") === format;
}

/** @throws HopfieldError E_FORMAT (no such file, tensors that do not fit each other), and those of readSafetensors. */
export function readTableModel(bytes: Uint8Array): TableModel {
  const file = openSavedModel("readTableModel", bytes, format, "this file holds no model of a table");
  const { tensors, fail, parsed } = file;
  const get = (name: string, length?: number): NumericArray => {
    const found = tensors.get(name) ?? fail(`tensor "${name}" is missing`);
    if (length !== undefined && found.data.length !== length) fail(`tensor "${name}" has ${found.data.length} numbers, expected ${length}`);
    return found;
  };
  const plan = parsed<PlannedColumn[]>("columns");
  const { mean, scale, ...target } = parsed<TargetPlan & { mean: number; scale: number }>("target");
  if (!Array.isArray(plan) || plan.length === 0) fail('"columns" is no list of columns');
  const targets = Float64Array.from(get("memory.targets").data);
  const rows = targets.length;
  const cells = { values: Float64Array.from(get("memory.cells", rows * plan.length).data), rows, columns: plan.length };
  const classes = classCount(target);
  if (classes !== null && !targets.every((c) => Number.isInteger(c) && c >= 0 && c < classes))
    fail("a stored row has a class that there is not");
  return {
    plan,
    target,
    mean,
    scale,
    memory: { cells, targets, rows: Int32Array.from(get("memory.rows", rows).data) },
    learned: learnedFrom(file, plan, classes ?? 1, get),
  };
}

function learnedFrom(
  { tensors, metadata, fail, parsed, made }: SavedModel,
  plan: readonly PlannedColumn[],
  outputs: number,
  get: (name: string, length?: number) => NumericArray,
): Learned {
  const model = metadata.get("model");
  const share = (name: "rule" | "hopular"): number => {
    const found = parsed<Record<string, unknown>>("shares")[name];
    return typeof found === "number" && found >= 0 && found <= 1 ? found : fail(`the share of ${name} is ${JSON.stringify(found)}`);
  };
  const lookup = (): LearnedLookup => {
    const width = plan.reduce((sum, column) => sum + widthOf(column), 0);
    return {
      model: "lookup",
      logScales: Float64Array.from(get("scales", plan.length).data),
      rule: tensors.has("rule") ? { weights: Float32Array.from(get("rule", outputs * (width + 1)).data), share: share("rule") } : null,
    };
  };
  const network = (): LearnedHopular => {
    const description = parsed<HopularDescription>("network");
    const parameters = treeOf(tensors, "network.");
    for (const { name, tensor } of made("the network", () => listed(hopular(description).init(randomStream(0)))))
      get(`network.${name}`, tensor.data.length);
    return { model: "hopular", description, parameters };
  };
  if (model === "lookup") return lookup();
  if (model === "hopular") return network();
  if (model === "both") return { model, share: share("hopular"), lookup: lookup(), hopular: network() };
  return fail(`"model" is ${JSON.stringify(model)}`);
}

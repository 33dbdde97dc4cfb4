/**
 * @file A trained module of hopfield-layers from its state dict and its constructor arguments: every tensor is found by the name it has there, a missing or surplus one is refused by name.
 */
import { HopfieldError } from "../core/errors.ts";
import type { NumericArray } from "../data/index.ts";
import { type Association, associate } from "./associate.ts";
import { type AssociationOptions, type Settings, settingsOf } from "./association-options.ts";
import { newPass } from "./batch.ts";
import { checkMasks, type Masks } from "./supports.ts";
import type { Parameters, Tensor } from "./types.ts";
import { readUpstreamConfig, type UpstreamArguments, type UpstreamConfig } from "./upstream-config.ts";
import { layoutOf } from "./weigh.ts";
import { openWorkspace } from "./workspace.ts";

export type UpstreamClass = "Hopfield" | "HopfieldPooling" | "HopfieldLayer";

export interface UpstreamLayer {
  readonly className: UpstreamClass;
  readonly config: UpstreamConfig;
  readonly parameters: Parameters;
  /** Learned state patterns (pooling), stored patterns and targets (layer), quantity x columns. */
  readonly queries: Tensor | null;
  readonly lookup: Tensor | null;
  readonly targets: Tensor | null;
}

/** (batch, rows, columns), row-major. */
export interface Sequences {
  readonly data: Float32Array;
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

/** @throws HopfieldError E_FORMAT naming the tensor or argument, E_UNSUPPORTED, E_RANGE. */
export function readUpstreamLayer(tensors: ReadonlyMap<string, NumericArray>, given: UpstreamArguments): UpstreamLayer {
  const config = readUpstreamConfig(given);
  const className = classOf(tensors, config);
  const left = new Map(tensors);
  const take = (name: string, rows: number | null, columns: number): Tensor => {
    const found = left.get(name);
    if (!found) throw new HopfieldError("E_FORMAT", `weights: tensor "${name}" is missing`);
    left.delete(name);
    const wanted = rows === null ? [columns] : [rows, columns];
    const shape = found.shape.filter((n, i) => !(i === 0 && n === 1 && found.shape.length === 3));
    if (shape.length !== wanted.length || shape.some((n, i) => n !== wanted[i])) {
      throw new HopfieldError(
        "E_FORMAT",
        `weights: tensor "${name}" has shape [${found.shape.join(", ")}], expected [${wanted.join(", ")}]`,
      );
    }
    if (!found.data.every((x) => Number.isFinite(x)))
      throw new HopfieldError("E_NONFINITE", `weights: tensor "${name}" holds a number that is none`);
    return { data: Float32Array.from(found.data), rows: rows ?? 1, columns };
  };
  const before = className === "Hopfield" ? "" : "hopfield.";
  const { options } = config;
  const stored = options.storedSize as number;
  const hidden = options.hidden as number;
  const learnedState = options.staticState ? hidden : options.stateSize;
  const learnedStored = options.staticStored ? hidden : stored;
  const queries = className === "HopfieldPooling" ? take("pooling_weights", config.quantity, learnedState) : null;
  const lookup = className === "HopfieldLayer" ? take("lookup_weights", config.quantity, learnedStored) : null;
  const projection =
    given.pattern_projection_size === undefined || given.pattern_projection_size === null
      ? learnedStored
      : (options.projectionSize as number);
  const targets = className === "HopfieldLayer" && config.separateTargets ? take("target_weights", config.quantity, projection) : null;
  const parameters = config.staticOnly
    ? takeNorms(config, given, before, take)
    : { ...takeNorms(config, given, before, take), ...takeCore(config, `${before}association_core.`, take) };
  for (const name of left.keys()) throw new HopfieldError("E_FORMAT", `weights: tensor "${name}" belongs to no part of this ${className}`);
  return { className, config, parameters, queries, lookup, targets };
}

function classOf(tensors: ReadonlyMap<string, NumericArray>, { className }: UpstreamConfig): UpstreamClass {
  const told = tensors.has("pooling_weights") ? "HopfieldPooling" : tensors.has("lookup_weights") ? "HopfieldLayer" : "Hopfield";
  if (className === null || className === told) return told;
  if (["Hopfield", "HopfieldPooling", "HopfieldLayer"].includes(className)) return className as UpstreamClass;
  throw new HopfieldError("E_FORMAT", `config: class ${JSON.stringify(className)} is none of Hopfield, HopfieldPooling, HopfieldLayer`);
}

type Take = (name: string, rows: number | null, columns: number) => Tensor;

function takeNorms({ options }: UpstreamConfig, given: UpstreamArguments, before: string, take: Take): Record<string, Parameters> {
  const roles: readonly (readonly [string, string, boolean, number])[] = [
    ["stored_pattern", "storedNorm", options.normalizeStored === true, options.storedSize as number],
    ["state_pattern", "stateNorm", options.normalizeState === true, options.stateSize],
    ["pattern_projection", "projectionNorm", options.normalizeProjection === true, options.projectionSize as number],
  ];
  const found: Record<string, Parameters> = {};
  for (const [theirs, ours, normalized, columns] of roles) {
    if (!normalized || given[`normalize_${theirs}_affine`] === false) continue;
    found[ours] = {
      gain: take(`${before}norm_${theirs}.weight`, null, columns),
      shift: take(`${before}norm_${theirs}.bias`, null, columns),
    };
  }
  return found;
}

/** Projections of the heads: one packed matrix or three, one bias for all that are not static (the values' part is always there), the output map. */
function takeCore({ options, packed }: UpstreamConfig, core: string, take: Take): Record<string, Parameters> {
  const heads = options.heads as number;
  const keys = heads * (options.hidden as number);
  const values = heads * (options.pattern as number);
  const parts = [
    { name: "state", letter: "q", still: options.staticState, rows: keys, columns: options.stateSize },
    { name: "stored", letter: "k", still: options.staticStored, rows: keys, columns: options.storedSize as number },
    {
      name: "projection",
      letter: "v",
      still: options.staticProjection,
      rows: values,
      columns: options.connected && !options.staticStored ? keys : (options.projectionSize as number),
    },
  ];
  const moving = parts.filter((each) => !each.still);
  const found: Record<string, Parameters> = {};
  const whole =
    packed && moving.length > 0
      ? take(
          `${core}in_proj_weight`,
          moving.reduce((sum, each) => sum + each.rows, 0),
          options.stateSize,
        )
      : null;
  const biases =
    options.bias && moving.length > 0
      ? take(
          `${core}in_proj_bias`,
          null,
          moving.reduce((sum, each) => sum + each.rows, options.staticProjection ? values : 0),
        )
      : null;
  let row = 0;
  for (const { name, letter, rows, columns } of moving) {
    const weight = whole
      ? { data: whole.data.slice(row * columns, (row + rows) * columns), rows, columns }
      : take(`${core}${letter}_proj_weight`, rows, columns);
    found[name] = { weight, ...(biases ? { bias: { data: biases.data.slice(row, row + rows), rows: 1, columns: rows } } : {}) };
    row += rows;
  }
  if (options.normalizeHidden && options.hiddenAffine) {
    const hidden = options.hidden as number;
    found.hiddenNorm = { gain: take(`${core}p_norm_weight`, null, hidden), shift: take(`${core}p_norm_bias`, null, hidden) };
  }
  if (options.outputProjection) {
    const output = options.output as number;
    found.output = {
      weight: take(`${core}out_proj.weight`, output, values),
      ...(options.bias ? { bias: take(`${core}out_proj.bias`, null, output) } : {}),
    };
  }
  return found;
}

export interface UpstreamResult {
  /** (batch, rows, output); pooling: one row a batch entry, quantity * output. */
  readonly output: Sequences;
  /** (batch, heads, state rows, stored rows). */
  readonly association: Float32Array;
  readonly associationShape: readonly [number, number, number, number];
  /** Evaluations of each head. */
  readonly evaluations: readonly number[];
}

export interface UpstreamInputs {
  readonly state: Sequences | null;
  readonly stored: Sequences | null;
  readonly projection: Sequences | null;
  readonly masks: Masks;
}

/** Runs the layer as in evaluation: without dropout. @throws HopfieldError E_SHAPE (roles that do not fit), E_RANGE (a row that sees nothing). */
export function runUpstreamLayer(layer: UpstreamLayer, inputs: UpstreamInputs): UpstreamResult {
  const batch = (inputs.stored ?? inputs.state)?.batch ?? 1;
  const role = (name: string, x: Sequences | null, learned: Tensor | null): Sequences => {
    if (learned) return repeated(learned, batch);
    if (!x) throw new HopfieldError("E_SHAPE", `layer: ${name} is missing`);
    if (x.batch !== batch) throw new HopfieldError("E_SHAPE", `layer: ${name} has a batch of ${x.batch}, expected ${batch}`);
    return x;
  };
  const state = role("state_pattern", inputs.state, layer.queries);
  const stored = role("stored_pattern", inputs.stored, layer.lookup);
  const projection = role("pattern_projection", inputs.projection, layer.targets ?? layer.lookup);
  if (projection.rows !== stored.rows)
    throw new HopfieldError("E_SHAPE", `layer: ${stored.rows} stored patterns but ${projection.rows} projections`);
  const s = settingsFor(layer.config, state, stored, projection);
  const offsets = (rows: number): Int32Array => Int32Array.from({ length: batch + 1 }, (_, b) => b * rows);
  const flat = ({ data, rows, columns }: Sequences): Tensor => ({ data, rows: batch * rows, columns });
  checkMasks(inputs.masks, batch, s.heads, state.rows, stored.rows);
  const pass = newPass({ workspace: openWorkspace() });
  const layout = layoutOf(offsets(state.rows), offsets(stored.rows));
  const { y, saved } = associate(pass, s, layer.parameters, {
    state: flat(state),
    stored: flat(stored),
    projection: flat(projection),
    layout,
    masks: inputs.masks,
  });
  const pooled = layer.className === "HopfieldPooling";
  const output = {
    data: Float32Array.from(y.data),
    batch,
    rows: pooled ? 1 : state.rows,
    columns: pooled ? state.rows * y.columns : y.columns,
  };
  return {
    output,
    association: associationOf(saved, batch, s.heads, state.rows * stored.rows),
    associationShape: [batch, s.heads, state.rows, stored.rows],
    evaluations: saved.runs.map((run) => run.evaluations.length),
  };
}

function settingsFor({ options, staticOnly }: UpstreamConfig, state: Sequences, stored: Sequences, projection: Sequences): Settings {
  if (!staticOnly) return settingsOf("layer", options);
  const sizes: AssociationOptions = {
    ...options,
    stateSize: state.columns,
    storedSize: stored.columns,
    projectionSize: projection.columns,
    hidden: state.columns,
    pattern: projection.columns,
  };
  return settingsOf("layer", sizes);
}

function repeated({ data, rows, columns }: Tensor, batch: number): Sequences {
  const all = new Float32Array(batch * data.length);
  for (let b = 0; b < batch; b++) all.set(data, b * data.length);
  return { data: all, batch, rows, columns };
}

function associationOf({ runs }: Association, batch: number, heads: number, size: number): Float32Array {
  const all = new Float32Array(batch * heads * size);
  runs.forEach(({ evaluations }, h) => {
    const p = (evaluations.at(-1) as { p: Tensor }).p.data;
    for (let b = 0; b < batch; b++) all.set(p.subarray(b * size, (b + 1) * size), (b * heads + h) * size);
  });
  return all;
}

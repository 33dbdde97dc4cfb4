/**
 * @file The constructor arguments of hopfield-layers (Hopfield, HopfieldPooling, HopfieldLayer; Ramsauer et al., arXiv 2008.02217) as options of our modules. What does not do what it says
 * there is refused, with the reason.
 */
import { HopfieldError } from "../core/errors.ts";
import { nearestName } from "../core/options.ts";
import { type ActivationName, activationNames } from "./activations.ts";
import type { AssociationOptions, NormEps } from "./association-options.ts";

/** Arguments as Python writes them to JSON; `class` names the module where the tensors leave it open. */
export type UpstreamArguments = Readonly<Record<string, unknown>>;

export interface UpstreamConfig {
  readonly options: AssociationOptions;
  /** All roles static and nothing projected: the sizes come with the data. */
  readonly staticOnly: boolean;
  /** Query, key and value matrices stand in one tensor. */
  readonly packed: boolean;
  readonly quantity: number;
  readonly separateTargets: boolean;
  readonly className: string | null;
}

const known = [
  "class",
  "input_size",
  "hidden_size",
  "output_size",
  "pattern_size",
  "num_heads",
  "scaling",
  "update_steps_max",
  "update_steps_eps",
  "normalize_stored_pattern",
  "normalize_stored_pattern_affine",
  "normalize_stored_pattern_eps",
  "normalize_state_pattern",
  "normalize_state_pattern_affine",
  "normalize_state_pattern_eps",
  "normalize_pattern_projection",
  "normalize_pattern_projection_affine",
  "normalize_pattern_projection_eps",
  "normalize_hopfield_space",
  "normalize_hopfield_space_affine",
  "normalize_hopfield_space_eps",
  "stored_pattern_as_static",
  "state_pattern_as_static",
  "pattern_projection_as_static",
  "pattern_projection_as_connected",
  "stored_pattern_size",
  "pattern_projection_size",
  "batch_first",
  "association_activation",
  "dropout",
  "input_bias",
  "concat_bias_pattern",
  "add_zero_association",
  "disable_out_projection",
  "quantity",
  "trainable",
  "lookup_weights_as_separated",
  "lookup_targets_as_trainable",
];

/** @throws HopfieldError E_FORMAT (unknown arguments, wrong types), E_UNSUPPORTED (options that hopfield-layers has but does not honour, other activations). */
export function readUpstreamConfig(given: UpstreamArguments): UpstreamConfig {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw fail(`unknown argument "${name}"${near ? `; did you mean "${near}"?` : ""}`);
  }
  const flag = (name: string, fallback: boolean): boolean => {
    const value = given[name] ?? fallback;
    if (typeof value !== "boolean") throw fail(`${name} must be true or false, got ${JSON.stringify(value)}`);
    return value;
  };
  const count = (name: string): number | null => {
    const value = given[name] ?? null;
    if (value === null) return null;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
      throw fail(`${name} must be a whole number of at least 1 or null, got ${JSON.stringify(value)}`);
    return value;
  };
  refuseDefects(given, flag);
  const staticState = flag("state_pattern_as_static", false);
  const staticStored = flag("stored_pattern_as_static", false);
  const staticProjection = flag("pattern_projection_as_static", false);
  const connected = flag("pattern_projection_as_connected", false);
  const normalizeHidden = flag("normalize_hopfield_space", false);
  const noOutput = flag("disable_out_projection", false);
  const staticOnly = staticState && staticStored && staticProjection && !connected && !normalizeHidden && noOutput;
  const heads = count("num_heads") ?? 1;
  const inputSize = count("input_size");
  const patternSize = count("pattern_size");
  const storedSize = count("stored_pattern_size") ?? inputSize;
  const projectionSize = count("pattern_projection_size") ?? inputSize;
  if (!staticOnly && inputSize === null) throw fail("input_size is missing");
  const size = inputSize ?? 1;
  const hidden = count("hidden_size") ?? (staticOnly ? size : size / heads);
  if (!Number.isInteger(hidden)) throw fail(`input_size ${size} is not divisible by num_heads ${heads}`);
  const eps = epsOf(given);
  const steps = given.update_steps_max === null ? null : given.update_steps_max === undefined ? 0 : stepsOf(given.update_steps_max);
  const activation = activationOf(given.association_activation);
  const options: AssociationOptions = {
    stateSize: size,
    storedSize: storedSize ?? size,
    projectionSize: projectionSize ?? size,
    heads,
    hidden,
    pattern: patternSize ?? hidden,
    output: count("output_size") ?? size,
    beta: betaOf(given.scaling, staticOnly ? 1 : 1 / Math.sqrt(hidden)),
    // One all-zero key and value: a logit of 0 that takes its share of the weight.
    separation: flag("add_zero_association", false) ? "softmax1" : "softmax",
    steps,
    tolerance: toleranceOf(given.update_steps_eps),
    normalizeState: flag("normalize_state_pattern", true),
    normalizeStored: flag("normalize_stored_pattern", true),
    normalizeProjection: flag("normalize_pattern_projection", true),
    normalizeHidden,
    hiddenAffine: flag("normalize_hopfield_space_affine", false),
    eps,
    staticState,
    staticStored,
    staticProjection,
    connected,
    bias: flag("input_bias", true),
    outputProjection: !noOutput,
    activation,
  };
  return {
    options,
    staticOnly,
    packed: storedSize === inputSize && projectionSize === inputSize && patternSize === null && !connected,
    quantity: count("quantity") ?? 1,
    separateTargets: flag("lookup_weights_as_separated", false),
    className: typeof given.class === "string" ? given.class : null,
  };
}

function fail(message: string): HopfieldError {
  return new HopfieldError("E_FORMAT", `config: ${message}`);
}

function refuseDefects(given: UpstreamArguments, flag: (name: string, fallback: boolean) => boolean): void {
  const refuse = (why: string): never => {
    throw new HopfieldError("E_UNSUPPORTED", `config: ${why}`);
  };
  if (flag("concat_bias_pattern", false))
    refuse("concat_bias_pattern appends nothing in hopfield-layers (the condition for it is never met); leave it out");
  if (Array.isArray(given.scaling))
    refuse("scaling with one entry a head is spread over the wrong columns in hopfield-layers; give one number");
  if (Array.isArray(given.update_steps_max) || Array.isArray(given.update_steps_eps))
    refuse("update_steps_max and update_steps_eps are one number for all heads here");
  if (!flag("batch_first", true)) refuse("batch_first must be true: arrays here are (batch, rows, columns)");
}

function epsOf(given: UpstreamArguments): NormEps {
  const of = (name: string): number => {
    const eps = given[`normalize_${name}_eps`] ?? 1e-5;
    if (typeof eps !== "number" || !(eps > 0)) throw fail(`normalize_${name}_eps must be above 0, got ${JSON.stringify(eps)}`);
    return eps;
  };
  return { state: of("state_pattern"), stored: of("stored_pattern"), projection: of("pattern_projection"), hidden: of("hopfield_space") };
}

function stepsOf(value: unknown): number | null {
  if (typeof value !== "number" || !Number.isInteger(value))
    throw fail(`update_steps_max must be a whole number or null, got ${JSON.stringify(value)}`);
  return value < 0 ? null : value;
}

function toleranceOf(value: unknown): number {
  if (value === undefined) return 1e-4;
  if (typeof value !== "number" || !(value > 0)) throw fail(`update_steps_eps must be above 0, got ${JSON.stringify(value)}`);
  return value;
}

function betaOf(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "number" || !(value > 0)) throw fail(`scaling must be a number above 0 or null, got ${JSON.stringify(value)}`);
  return value;
}

function activationOf(value: unknown): "none" | ActivationName {
  if (value === undefined || value === null) return "none";
  const found = activationNames.find((name) => name === value);
  if (found) return found;
  throw new HopfieldError(
    "E_UNSUPPORTED",
    `config: association_activation ${JSON.stringify(value)} is none of ${activationNames.join(", ")}`,
  );
}

/** @file The settings of the whole page as a small plain object (only what differs from the defaults), and back with every field checked. Links and saved files both hold it. */
import { ensembleIds, initialCapacity, type Parameters } from "../capacity/state.ts";
import { initialLandscape, landscapeModels, type Point } from "../landscape/state.ts";
import { freshTableCue, initialTable, type TableCue } from "../table/state.ts";
import { type Foreign, listOf, numberIn, oneOf, recordOf, textIn, wholeIn } from "./check.ts";
import { defaultSettings, modelNames, posts, type Settings, separations, similarities, supports } from "./settings.ts";
import type { State } from "./types.ts";

/** Fields of `value` that differ from `from`. */
function different<T extends object>(value: T, from: T): Partial<T> | undefined {
  const entries = Object.entries(value).filter(([key, x]) => JSON.stringify(x) !== JSON.stringify(from[key as keyof T]));
  return entries.length > 0 ? (Object.fromEntries(entries) as Partial<T>) : undefined;
}

/** The data a sketch goes with: its name and fingerprint, never the data. */
export interface Named {
  readonly name: string;
  readonly hash: string;
}

/** Without the pixels of the cue, which links and files keep apart. @param drawings fingerprint of the user's drawings. */
export function sketchOf(state: State, drawings: string): Foreign {
  const { memory, landscape, table, capacity } = state;
  const { field: _, problem: __, ...land } = landscape;
  const { field: ___, problem: ____, ...plainLand } = initialLandscape;
  const { parameters, simulation, lambda, reach, shown } = capacity;
  const start = initialCapacity;
  const used = (name: string, hash: string): Named => ({ name, hash });
  return {
    panel: state.panel,
    memory: {
      set: memory.set,
      ...(memory.set === "digits" && memory.stored !== 1000 ? { stored: memory.stored } : {}),
      ...(memory.set === "drawings" ? { data: used(`${memory.drawings.rows} drawings`, drawings) } : {}),
      ...(memory.set === "file" && memory.file ? { data: used(memory.file.name, memory.file.hash) } : {}),
      base: memory.cue.base,
      ...(memory.cue.noise.kind === "none" ? {} : { noise: memory.cue.noise }),
      settings: different(memory.settings, defaultSettings),
      ...(memory.recalled ? { recalled: true } : {}),
    },
    landscape: different(land, plainLand),
    ...(table.table
      ? {
          table: {
            data: used(table.table.name, table.table.hash),
            scaling: table.scaling,
            noise: table.noise,
            cue: different(table.cue, freshTableCue),
            settings: different(table.settings, defaultSettings),
          },
        }
      : {}),
    capacity: {
      ...different({ lambda, reach, shown }, { lambda: start.lambda, reach: start.reach, shown: start.shown }),
      parameters: different(parameters, initialCapacity.parameters),
      simulation: different(
        { ensemble: simulation.ensemble, n: simulation.n, instances: simulation.instances },
        { ensemble: initialCapacity.simulation.ensemble, n: initialCapacity.simulation.n, instances: initialCapacity.simulation.instances },
      ),
    },
  };
}

export function readSettings(value: unknown): Settings {
  const given = recordOf(value);
  const d = defaultSettings;
  return {
    model: oneOf(given.model, modelNames, d.model),
    similarity: oneOf(given.similarity, similarities, null),
    separation: oneOf(given.separation, separations, null),
    support: oneOf(given.support, supports, null),
    post: oneOf(given.post, posts, null),
    beta: typeof given.beta === "number" ? numberIn(given.beta, 1e-9, 1e9, 1) : null,
    alpha: numberIn(given.alpha, 1, 100, d.alpha),
    k: wholeIn(given.k, 1, 1e6, d.k),
    window: wholeIn(given.window, 0, 1e6, d.window),
    keep: numberIn(given.keep, 1e-6, 1, d.keep),
    seed: wholeIn(given.seed, 0, 2 ** 31, d.seed),
    features: wholeIn(given.features, 1, 4096, d.features),
    degree: wholeIn(given.degree, 1, 64, d.degree),
    lambda: numberIn(given.lambda, 0, 1e6, d.lambda),
    clamp: given.clamp === true,
    allowed: listOf(given.allowed, 40, (label) => textIn(label, 40)),
  };
}

export function readNamed(value: unknown): Named | null {
  const given = recordOf(value);
  const [name, hash] = [textIn(given.name, 200), textIn(given.hash, 16)];
  return name !== null && hash !== null && /^[0-9a-f]{16}$/.test(hash) ? { name, hash } : null;
}

function readTableCue(value: unknown): TableCue {
  const given = recordOf(value);
  const d = freshTableCue;
  return {
    row: wholeIn(given.row, 0, 2 ** 31, d.row),
    hiding: oneOf(given.hiding, ["none", "last-half", "random", "chosen"], d.hiding),
    share: numberIn(given.share, 0, 1, d.share),
    hidden: listOf(given.hidden, 2000, (column) => (Number.isInteger(column) && (column as number) >= 0 ? (column as number) : null)),
    noise: numberIn(given.noise, 0, 10, d.noise),
    seed: wholeIn(given.seed, 0, 2 ** 31, d.seed),
    typed: listOf(given.typed, 500, (pair) =>
      Array.isArray(pair) && Number.isInteger(pair[0]) && pair[0] >= 0 && Number.isFinite(pair[1]) ? ([pair[0], pair[1]] as const) : null,
    ),
  };
}

const readPoint = (value: unknown): Point | null =>
  Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number"
    ? [numberIn(value[0], 0, 1, 0.5), numberIn(value[1], 0, 1, 0.5)]
    : null;

/** The state with the sketch's settings in it; data stay as they are. */
export function applySketch(state: State, sketch: Foreign): State {
  const memory = recordOf(sketch.memory);
  const land = recordOf(sketch.landscape);
  const table = recordOf(sketch.table);
  const capacity = recordOf(sketch.capacity);
  const noise = recordOf(memory.noise);
  const points = listOf(land.points, 6, readPoint);
  const stored = wholeIn(memory.stored, 1, 1000, 1000);
  const shown = Array.isArray(capacity.shown)
    ? listOf(capacity.shown, ensembleIds.length, (id) => oneOf(id, ensembleIds, null))
    : initialCapacity.shown;
  const reach = numberIn(capacity.reach, 1, 10, initialCapacity.reach);
  const simulation = recordOf(capacity.simulation);
  return {
    ...state,
    panel: oneOf(sketch.panel, ["memory", "data", "capacity"], "memory"),
    memory: {
      ...state.memory,
      set: oneOf(memory.set, ["digits", "letters", "drawings", "file"], "digits"),
      stored,
      mode: "cue",
      filter: null,
      page: 0,
      settings: readSettings(memory.settings),
      recalled: memory.recalled === true,
      shown: memory.recalled === true ? Number.POSITIVE_INFINITY : 0,
      cue: {
        ...state.memory.cue,
        base: memory.base === null ? null : wholeIn(memory.base, 0, 1e7, 0),
        noise: {
          kind: oneOf(noise.kind, ["normal", "flip"], "none"),
          level: numberIn(noise.level, 0, 3, 0.3),
          seed: wholeIn(noise.seed, 0, 2 ** 31, 1),
        },
      },
      comparison: null,
    },
    landscape: {
      ...state.landscape,
      points: points.length >= 2 ? points : initialLandscape.points,
      start: readPoint(land.start) ?? initialLandscape.start,
      beta: numberIn(land.beta, 0.1, 1e4, initialLandscape.beta),
      model: oneOf(land.model, landscapeModels, initialLandscape.model),
    },
    table: {
      ...state.table,
      scaling: oneOf(table.scaling, ["none", "standard"], initialTable.scaling),
      noise: numberIn(table.noise, 0, 10, initialTable.noise),
      cue: readTableCue(table.cue),
      settings: readSettings(table.settings),
    },
    capacity: {
      ...state.capacity,
      reach,
      lambda: numberIn(capacity.lambda, 0.01, reach, Math.min(reach, initialCapacity.lambda)),
      shown,
      parameters: readParameters(capacity.parameters),
      simulation: {
        ...initialCapacity.simulation,
        ensemble: oneOf(simulation.ensemble, ["binary", "spherical", "gaussian", "hidden-manifold"], initialCapacity.simulation.ensemble),
        n: wholeIn(simulation.n, 10, 200, initialCapacity.simulation.n),
        instances: wholeIn(simulation.instances, 20, 400, initialCapacity.simulation.instances),
      },
    },
  };
}

function readParameters(value: unknown): Parameters {
  const given = recordOf(value);
  const d = initialCapacity.parameters;
  return {
    noise: numberIn(given.noise, 0, 1, d.noise),
    activation: oneOf(given.activation, ["linear", "relu", "centered-relu", "tanh", "sign"], d.activation),
    ratio: numberIn(given.ratio, 0.1, 3, d.ratio),
    activity: numberIn(given.activity, 0.02, 0.5, d.activity),
    bias: numberIn(given.bias, 0, 0.95, d.bias),
    states: wholeIn(given.states, 2, 12, d.states),
    centre: numberIn(given.centre, 0, 0.95, d.centre),
  };
}

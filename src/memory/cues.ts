/** @file Cues as numbers: queries with their missing entries taken out, and which entries are known. */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import type { Known } from "./evaluation.ts";
import type { Settings } from "./presets.ts";
import type { RecallOptions } from "./types.ts";

/** B complete query rows (missing entries 0), and the known entries when some are missing. */
export interface Cues {
  readonly queries: Matrix;
  readonly known: Known | null;
}

/**
 * @param dimension d of the memory.
 * @throws HopfieldError E_SHAPE, E_NONFINITE (a NaN without `missing: "nan"`), E_RANGE (weights outside [0, 1]), E_UNSUPPORTED (a similarity that cannot leave entries out).
 */
export function readCues(
  where: string,
  input: MatrixLike,
  dimension: number,
  settings: Settings,
  options: Pick<RecallOptions, "known" | "missing">,
): Cues {
  if (options.missing !== undefined) checkChoice(where, "missing", options.missing, ["nan"]);
  const queries = toMatrix(input, `${where}: queries`, options.missing === "nan" ? "keep" : "refuse");
  if (queries.columns !== dimension) {
    throw new HopfieldError("E_SHAPE", `${where}: query has ${queries.columns} columns, the memory has ${dimension}`, {
      expected: dimension,
      got: queries.columns,
    });
  }
  let known = options.known === undefined ? null : readKnown(where, options.known, queries);
  if (options.missing === "nan") known = dropNaN(queries, known);
  if (known && (settings.procedure !== "operator" || settings.similarity === "kernel")) {
    const what = settings.procedure === "operator" ? `similarity "${settings.similarity}"` : `model "${settings.model}"`;
    throw new HopfieldError(
      "E_UNSUPPORTED",
      `${where}: ${what} cannot leave entries out; known entries need similarity l2, cosine, centered-cosine or dot`,
    );
  }
  return { queries, known };
}

function readKnown(where: string, input: NonNullable<RecallOptions["known"]>, queries: Matrix): Known {
  if (input === null || typeof input !== "object")
    throw new HopfieldError("E_SHAPE", `${where}: known must be a list of weights, got ${typeof input}`);
  const shaped = "data" in input && "columns" in input;
  const source: ArrayLike<number | boolean> = shaped ? input.data : (input as ArrayLike<number | boolean>);
  const { rows, columns } = queries;
  if (shaped && (input.columns !== columns || input.rows * input.columns !== source.length)) {
    throw new HopfieldError(
      "E_SHAPE",
      `${where}: known is ${input.rows} x ${input.columns} with ${source.length} entries, the queries have ${columns} columns`,
    );
  }
  if (source.length !== columns && source.length !== rows * columns) {
    throw new HopfieldError(
      "E_SHAPE",
      `${where}: known has ${source.length} entries, expected ${columns} (for every query) or ${rows} x ${columns}`,
    );
  }
  const weights = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const x = Number(source[i]);
    if (!(x >= 0 && x <= 1)) {
      throw new HopfieldError(
        "E_RANGE",
        `${where}: known entry ${Math.floor(i / columns)}, ${i % columns} is ${String(source[i])}, expected a weight in [0, 1]`,
      );
    }
    weights[i] = x;
  }
  return simplify({ weights, shared: source.length === columns }, queries);
}

/** NaN entries become 0 with weight 0. */
function dropNaN(queries: Matrix, known: Known | null): Known | null {
  const { data, rows, columns } = queries;
  let missing = 0;
  const weights = new Float32Array(data.length).fill(1);
  for (let i = 0; i < data.length; i++) {
    if (known) weights[i] = known.weights[known.shared ? i % columns : i] as number;
    if (!Number.isNaN(data[i] as number)) continue;
    missing++;
    weights[i] = 0;
    data[i] = 0;
  }
  if (missing === 0) return known;
  const first = weights.subarray(0, columns);
  const shared = rows === 1 || weights.every((w, i) => w === first[i % columns]);
  return simplify({ weights: shared ? first.slice() : weights, shared }, queries);
}

/** Entries of weight 0 hold 0, so that nothing of them can enter a score. */
function simplify(known: Known, queries: Matrix): Known {
  const { data, columns } = queries;
  for (let i = 0; i < data.length; i++) {
    if (known.weights[known.shared ? i % columns : i] === 0 && !Number.isNaN(data[i] as number)) data[i] = 0;
  }
  return known;
}

/** @throws HopfieldError E_SHAPE, E_RANGE. */
export function readPositions(positions: ArrayLike<number>, count: number): Float64Array {
  if (positions === null || typeof positions !== "object" || positions.length !== count) {
    throw new HopfieldError("E_SHAPE", `recall: positions must have one entry for each of ${count} queries`);
  }
  return Float64Array.from({ length: count }, (_, i) => checkNumber("recall", `positions[${i}]`, positions[i]));
}

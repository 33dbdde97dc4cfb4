/**
 * @file The entries of hidden-manifold patterns: xi_i = sigma(u_i), u = F z / sqrt D. The five activations by name, a user's own as a function or a table, their moments and the checks.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNames } from "../core/options.ts";
import { againstNormal, panels } from "./quadrature.ts";

const activationNames = ["linear", "relu", "centered-relu", "tanh", "sign"] as const;
export type ActivationName = (typeof activationNames)[number];

/** A user's sigma: a function with the places where it jumps or bends (sorted), or a table through which straight lines are drawn (continued beyond both ends). */
export type ActivationInput =
  | ActivationName
  | { readonly value: (u: number) => number; readonly breakpoints?: readonly number[]; readonly name?: string }
  | { readonly table: readonly (readonly [u: number, value: number])[]; readonly name?: string };

export interface Activation {
  readonly kind: ActivationName | "custom";
  readonly name: string;
  value(u: number): number;
  /** sigma(-u) = -sigma(u), so that half of every integral is enough. */
  readonly odd: boolean;
  /** Jumps and bends within [-8, 8], where integration panels end. */
  readonly breakpoints: readonly number[];
  /** E sigma(u) and E sigma(u)^2, u standard normal. */
  readonly mean: number;
  readonly square: number;
  /** Largest |sigma(u)| / (1 + |u|) for large u; 0 if sigma is bounded. */
  readonly slope: number;
}

/** Mean of the positive part of a standard normal number. */
const reluMean = 1 / Math.sqrt(2 * Math.PI);

const sigmas: Record<ActivationName, (u: number) => number> = {
  linear: (u) => u,
  relu: (u) => (u > 0 ? u : 0),
  "centered-relu": (u) => (u > 0 ? u : 0) - reluMean,
  tanh: Math.tanh,
  sign: (u) => (u > 0 ? 1 : u < 0 ? -1 : 0),
};
const kinks: Record<ActivationName, readonly number[]> = { linear: [], relu: [0], "centered-relu": [0], tanh: [], sign: [0] };

/** Most bends of a table that get a panel border of their own; the smaller ones are integrated over. */
const mostBreakpoints = 48;

/**
 * @throws HopfieldError E_RANGE: an unknown name; a sigma that is not finite, that is constant (its patterns carry nothing), or that grows faster than linearly: then
 * E exp(lambda xi . xi) is infinite, or cannot be computed, beyond some lambda.
 */
export function activationOf(input: ActivationInput, where = "activation"): Activation {
  if (typeof input === "string") {
    const kind = checkChoice(where, "activation", input, activationNames);
    return complete(
      { kind, name: kind, value: sigmas[kind], odd: kind === "linear" || kind === "tanh" || kind === "sign", breakpoints: kinks[kind] },
      where,
    );
  }
  checkNames(where, input, ["value", "breakpoints", "name", "table"]);
  if ("table" in input) {
    const { value, breakpoints } = interpolate(input.table, where);
    return complete({ kind: "custom", name: input.name ?? "table", value, odd: false, breakpoints }, where);
  }
  if (typeof input.value !== "function") throw new HopfieldError("E_RANGE", `${where}: expected a name, { value } or { table }`);
  const breakpoints = [...(input.breakpoints ?? [])].sort((a, b) => a - b);
  return complete({ kind: "custom", name: input.name ?? "custom", value: input.value, odd: false, breakpoints }, where);
}

type Raw = Omit<Activation, "mean" | "square" | "slope">;

function complete(raw: Raw, where: string): Activation {
  for (const x of raw.breakpoints) {
    if (!Number.isFinite(x)) throw new HopfieldError("E_RANGE", `${where}: breakpoints must be finite, got ${x}`);
  }
  // Finite on a fine grid out to where the exponential weights can reach.
  for (let i = -4096; i <= 4096; i++) {
    const u = i / 64;
    const value: unknown = raw.value(u);
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new HopfieldError("E_NONFINITE", `${where}: sigma(${u}) is ${String(value)}, expected a finite number`, { u });
    }
  }
  const slope = growth(raw.value, where);
  const inner = raw.breakpoints.filter((x) => x > -9 && x < 9);
  const { nodes, weights } = againstNormal(panels([-9, ...inner, 9], 1, 20));
  let [mean, square] = [0, 0];
  weights.forEach((w, i) => {
    const value = raw.value(nodes[i] as number);
    mean += w * value;
    square += w * value * value;
  });
  if (!(square - mean * mean > 1e-12 * square)) {
    throw new HopfieldError("E_RANGE", `${where}: sigma is constant (variance ${square - mean * mean}); its patterns are all equal`);
  }
  return { ...raw, breakpoints: inner.filter((x) => Math.abs(x) < 8), mean: raw.odd ? 0 : mean, square, slope };
}

/** sup |sigma| / (1 + |u|) at u = 256 ... 4096, where a faster than linear sigma would show; 0 when it does not grow. */
function growth(value: (u: number) => number, where: string): number {
  let slope = 0;
  for (const sign of [-1, 1]) {
    const sizes = [64, 256, 1024, 4096].map((u) => Math.abs(value(sign * u)));
    if (sizes.some((size) => !Number.isFinite(size)) || ratio(sizes) > 5) {
      throw new HopfieldError(
        "E_RANGE",
        `${where}: sigma grows faster than linearly (|sigma| = ${sizes[0]} at u = ${64 * sign} and ${sizes[3]} at ${4096 * sign}); E exp(lambda xi . xi) diverges`,
      );
    }
    const [near, , , far] = sizes as [number, number, number, number];
    if (far > 2 * near) slope = Math.max(slope, far / 4096);
  }
  return slope;
}

/** Growth over the last factor of 4 in u, where linear is 4. */
function ratio(sizes: readonly number[]): number {
  const [third, fourth] = [sizes[2] ?? 0, sizes[3] ?? 0];
  return fourth / Math.max(third, 1);
}

/** Straight lines through the rows; beyond the ends, the first and last lines go on. */
function interpolate(
  table: readonly (readonly [number, number])[],
  where: string,
): { value: (u: number) => number; breakpoints: number[] } {
  if (!Array.isArray(table) || table.length < 2)
    throw new HopfieldError("E_SHAPE", `${where}: a table needs at least 2 rows (u, sigma(u))`);
  const rows = table.map(([u, value], i) => {
    if (!Number.isFinite(u) || !Number.isFinite(value))
      throw new HopfieldError("E_NONFINITE", `${where}: row ${i} of the table is (${u}, ${value})`);
    return { u, value };
  });
  for (let i = 1; i < rows.length; i++) {
    if (!(at(rows, i).u > at(rows, i - 1).u)) {
      throw new HopfieldError(
        "E_RANGE",
        `${where}: u must increase in the table; row ${i} has ${at(rows, i).u} after ${at(rows, i - 1).u}`,
      );
    }
  }
  const slopes = rows.slice(1).map((row, i) => (row.value - at(rows, i).value) / (row.u - at(rows, i).u));
  const bends = slopes.slice(1).map((slope, i) => ({ u: at(rows, i + 1).u, bend: Math.abs(slope - (slopes[i] as number)) }));
  const breakpoints = bends
    .filter((each) => each.bend > 0)
    .sort((a, b) => b.bend - a.bend)
    .slice(0, mostBreakpoints)
    .map((each) => each.u)
    .sort((a, b) => a - b);
  return { value: (u) => lineAt(rows, slopes, u), breakpoints };
}

type Row = { readonly u: number; readonly value: number };
const at = (rows: readonly Row[], i: number): Row => rows[i] as Row;

function lineAt(rows: readonly Row[], slopes: readonly number[], u: number): number {
  let [low, high] = [0, rows.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (u >= at(rows, middle).u) low = middle;
    else high = middle - 1;
  }
  const { u: from, value } = at(rows, low);
  return value + (u - from) * (slopes[low] as number);
}

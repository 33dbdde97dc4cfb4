/**
 * @file Checks of option objects: unknown names are refused with the nearest known one, values with the range they must lie in.
 */
import { HopfieldError } from "./errors.ts";

/**
 * @throws HopfieldError E_RANGE when `options` is not an object or holds a name that is not in `known`.
 */
export function checkNames(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new HopfieldError("E_RANGE", `${where}: options must be an object, got ${options === null ? "null" : typeof options}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new HopfieldError(
      "E_RANGE",
      `${where}: unknown option "${name}"${near ? `; did you mean "${near}"?` : `; known are ${known.join(", ")}`}`,
      {
        option: name,
      },
    );
  }
}

/** @throws HopfieldError E_RANGE unless `value` is one of `allowed`, which it then returns. */
export function checkChoice<T extends string>(where: string, name: string, value: unknown, allowed: readonly T[]): T {
  if (typeof value === "string" && (allowed as readonly string[]).includes(value)) return value as T;
  const near = typeof value === "string" ? nearestName(value, allowed) : undefined;
  throw new HopfieldError(
    "E_RANGE",
    `${where}: ${name} must be one of ${allowed.join(", ")}, got ${describe(value)}${near ? `; did you mean "${near}"?` : ""}`,
  );
}

/** Bounds of a number: `atLeast`, `above` and `atMost` as they are given; `whole` asks for an integer. Finiteness is always asked for. */
export interface Bounds {
  readonly atLeast?: number;
  readonly above?: number;
  readonly atMost?: number;
  readonly whole?: boolean;
}

/** @throws HopfieldError E_RANGE unless `value` is a finite number within `bounds`, which it then returns. */
export function checkNumber(where: string, name: string, value: unknown, bounds: Bounds = {}): number {
  const fits =
    typeof value === "number" &&
    Number.isFinite(value) &&
    (bounds.atLeast === undefined || value >= bounds.atLeast) &&
    (bounds.above === undefined || value > bounds.above) &&
    (bounds.atMost === undefined || value <= bounds.atMost) &&
    (!bounds.whole || Number.isInteger(value));
  if (fits) return value;
  const parts: string[] = [];
  if (bounds.atLeast !== undefined) parts.push(`of at least ${bounds.atLeast}`);
  if (bounds.above !== undefined) parts.push(`above ${bounds.above}`);
  if (bounds.atMost !== undefined) parts.push(`at most ${bounds.atMost}`);
  throw new HopfieldError(
    "E_RANGE",
    `${where}: ${name} must be ${bounds.whole ? "a whole number" : "a finite number"}${parts.length > 0 ? ` ${parts.join(", ")}` : ""}, got ${describe(value)}`,
    { option: name },
  );
}

/** The candidate with the smallest edit distance to `name`, if it is close enough to be a slip of the finger (at most a third of its length, at least 2). */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1);
    }
    previous = current;
  }
  return previous[b.length] as number;
}

function describe(value: unknown): string {
  return typeof value === "string" ? `"${value.slice(0, 40)}"` : typeof value === "object" && value !== null ? "an object" : String(value);
}

/** @file Reading foreign plain data (a link, a saved file) field by field: a value of the right kind and range, or the fallback. Nothing foreign reaches the state by another way. */

export type Foreign = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Foreign {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Foreign) : {};
}

export function numberIn(value: unknown, least: number, most: number, fallback: number): number {
  return typeof value === "number" && value >= least && value <= most ? value : fallback;
}

export function wholeIn(value: unknown, least: number, most: number, fallback: number): number {
  return Number.isInteger(value) ? numberIn(value, least, most, fallback) : fallback;
}

export function oneOf<T extends string, F>(value: unknown, names: readonly T[], fallback: F): T | F {
  return names.find((name) => name === value) ?? fallback;
}

export function textIn(value: unknown, longest: number): string | null {
  return typeof value === "string" && value.length <= longest ? value : null;
}

export function listOf<T>(value: unknown, longest: number, read: (item: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, longest).flatMap((item) => {
    const one = read(item);
    return one === null ? [] : [one];
  });
}

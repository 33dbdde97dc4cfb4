/** @file Lists of numbers on the command line: "0.5,1,2" or "from:to:step", the end included. */
import { CommandError } from "./failure.ts";
import { parseNumber } from "./spec.ts";

/** More rows than anybody reads. */
const longest = 100_000;

/** @throws CommandError exit 2. */
export function parseList(flag: string, text: string): number[] {
  const range = text.split(":");
  if (range.length === 1) return text.split(",").map((part) => parseNumber(flag, part));
  if (range.length !== 3)
    throw new CommandError("E_RANGE", `${flag} takes a,b,c or from:to:step, got ${JSON.stringify(text.slice(0, 40))}`, 2);
  const [from, to, step] = range.map((part) => parseNumber(flag, part)) as [number, number, number];
  if (!(step > 0) || !(to >= from) || !Number.isFinite(to - from)) {
    throw new CommandError("E_RANGE", `${flag}: from:to:step needs from <= to and step > 0, got ${JSON.stringify(text.slice(0, 40))}`, 2);
  }
  // 0.1:3:0.1 ends with 3 although 29 * 0.1 is rounded.
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > longest) throw new CommandError("E_LIMIT", `${flag}: ${count} numbers are more than ${longest}`, 2);
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(15)));
}

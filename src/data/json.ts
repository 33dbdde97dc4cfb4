/**
 * @file Strict JSON whose objects are Maps, for headers from outside: a repeated key is an error (JSON.parse keeps the last one in silence), nesting is capped,
 * `__proto__`, `constructor` and `prototype` are refused as keys, and numbers must be whole and below 2^53, since every number in a header is a count.
 * Source: RFC 8259. Linear in the length of the text.
 */
import { fail, quote } from "./bytes.ts";

export type Json = string | number | boolean | null | Json[] | Map<string, Json>;

const deepest = 64;
const stringPattern = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plainPattern = /"[^"\\\u0000-\u001f]*"/y;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const spacePattern = /[ \t\n\r]*/y;

/**
 * @param what words for the messages, for example "the header".
 * @throws HopfieldError E_FORMAT with the character where it went wrong; E_LIMIT for more than 64 levels.
 */
export function parseJson(where: string, what: string, text: string): Json {
  let position = 0;
  function wrong(expected: string): never {
    const got = position < text.length ? quote(text.slice(position, position + 12)) : "the end";
    return fail("E_FORMAT", where, `${what} is not JSON: expected ${expected} at character ${position}, got ${got}`, { position });
  }
  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) position += found.length;
    return found;
  }
  /** Skips white space and takes one character if it is the given one. */
  function take(character: string): boolean {
    match(spacePattern);
    if (text[position] !== character) return false;
    position++;
    return true;
  }
  function string(expected: string): string {
    const plain = match(plainPattern);
    if (plain !== undefined) return plain.slice(1, -1);
    return JSON.parse(match(stringPattern) ?? wrong(expected)) as string;
  }
  function value(depth: number): Json {
    if (depth > deepest) fail("E_LIMIT", where, `${what} is nested more than ${deepest} levels deep (character ${position})`);
    if (take("{")) return object(depth);
    if (take("[")) return list(depth);
    if (text[position] === '"') return string("a string");
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]] as const) {
      if (text.startsWith(word, position)) {
        position += word.length;
        return meaning;
      }
    }
    const start = position;
    const digits = match(numberPattern) ?? wrong("a value");
    const number = Number(digits);
    if (!Number.isSafeInteger(number)) {
      fail("E_FORMAT", where, `${what} has the number ${digits.slice(0, 40)} at character ${start}, expected a whole number below 2^53`);
    }
    return number;
  }
  function object(depth: number): Map<string, Json> {
    const members = new Map<string, Json>();
    if (take("}")) return members;
    do {
      match(spacePattern);
      const start = position;
      const key = string("a key in quotes");
      if (members.has(key)) fail("E_FORMAT", where, `${what} has the key ${quote(key)} twice (character ${start})`);
      if (key === "__proto__" || key === "constructor" || key === "prototype") fail("E_FORMAT", where, `${what} has the forbidden key ${quote(key)}`);
      if (!take(":")) wrong("a colon");
      members.set(key, value(depth + 1));
    } while (take(","));
    return take("}") ? members : wrong("a comma or a brace");
  }
  function list(depth: number): Json[] {
    const items: Json[] = [];
    if (take("]")) return items;
    do items.push(value(depth + 1));
    while (take(","));
    return take("]") ? items : wrong("a comma or a bracket");
  }
  const result = value(1);
  match(spacePattern);
  return position === text.length ? result : wrong("nothing more");
}

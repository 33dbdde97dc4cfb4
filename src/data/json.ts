/**
 * @file Strict JSON whose objects are Maps, for headers from outside: a repeated key is an error (JSON.parse keeps the last one in silence), nesting is capped,
 * `__proto__`, `constructor` and `prototype` are refused as keys, and numbers must be whole and below 2^53, since every number in a header is a count.
 * Source: RFC 8259. Linear in the length of the text.
 */
import { fail, quote } from "./bytes.ts";

export type Json = string | number | boolean | null | Json[] | Map<string, Json>;

const deepest = 64;
/** Most values of all kinds, so that a header of the largest size cannot become gigabytes of small objects. */
const mostValues = 2 ** 22;
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * @param what words for the messages, for example "the header".
 * @throws HopfieldError E_FORMAT with the character where it went wrong; E_LIMIT for more than 64 levels or 2^22 values.
 */
export function parseJson(where: string, what: string, text: string): Json {
  let position = 0;
  let values = 0;
  function wrong(expected: string): never {
    const got = position < text.length ? quote(text.slice(position, position + 12)) : "the end";
    return fail("E_FORMAT", where, `${what} is not JSON: expected ${expected} at character ${position}, got ${got}`, { position });
  }
  function skipSpace(): void {
    while (position < text.length && " \t\n\r".includes(text.charAt(position))) position++;
  }
  /** Skips white space and takes one character if it is the given one. */
  function take(character: string): boolean {
    skipSpace();
    if (text[position] !== character) return false;
    position++;
    return true;
  }
  /** Finds the end of a string by a plain loop (a regular expression would need a stack as long as the string) and lets JSON.parse undo the escapes. */
  function string(expected: string): string {
    if (text[position] !== '"') wrong(expected);
    let end = position + 1;
    let plain = true;
    for (; end < text.length && text[end] !== '"'; end++) {
      const code = text.charCodeAt(end);
      if (code === 0x5c) end++;
      if (code === 0x5c || code < 0x20) plain = false;
    }
    if (end >= text.length) wrong("the end of a string that starts");
    const quoted = text.slice(position, end + 1);
    try {
      const result = plain ? quoted.slice(1, -1) : (JSON.parse(quoted) as string);
      position = end + 1;
      return result;
    } catch {
      return wrong("a string with valid escapes");
    }
  }
  function number(): number {
    let end = position;
    while (end < text.length && end - position < 40 && "+-.0123456789eE".includes(text.charAt(end))) end++;
    const digits = text.slice(position, end);
    if (!numberPattern.test(digits)) wrong("a value");
    if (!Number.isSafeInteger(Number(digits)))
      fail("E_FORMAT", where, `${what} has the number ${digits} at character ${position}, expected a whole number below 2^53`);
    position = end;
    return Number(digits);
  }
  function value(depth: number): Json {
    if (depth > deepest) fail("E_LIMIT", where, `${what} is nested more than ${deepest} levels deep (character ${position})`);
    if (++values > mostValues) fail("E_LIMIT", where, `${what} has more than ${mostValues} values (character ${position})`);
    if (take("{")) return object(depth);
    if (take("[")) return list(depth);
    if (text[position] === '"') return string("a string");
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (text.startsWith(word, position)) {
        position += word.length;
        return meaning;
      }
    }
    return number();
  }
  function object(depth: number): Map<string, Json> {
    const members = new Map<string, Json>();
    if (take("}")) return members;
    do {
      skipSpace();
      const start = position;
      const key = string("a key in quotes");
      if (members.has(key)) fail("E_FORMAT", where, `${what} has the key ${quote(key)} twice (character ${start})`);
      if (key === "__proto__" || key === "constructor" || key === "prototype")
        fail("E_FORMAT", where, `${what} has the forbidden key ${quote(key)}`);
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
  skipSpace();
  return position === text.length ? result : wrong("nothing more");
}

/**
 * @file Conditions on metadata: a predicate, an object whose members must be equal, or a text such as `label = "cat", year >= 2020`. In a text conditions are joined by commas, `and` or
 * `&&`; a name may lead into nested objects by dots; a value is JSON or, when it is none, the text itself. A pattern without the name in its metadata never matches, not even by !=.
 */
import { fail } from "./fail.ts";
import type { Metadata } from "./metadata.ts";

export type Where = string | Metadata | ((metadata: Metadata) => boolean);

type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

interface Condition {
  readonly path: readonly string[];
  readonly operator: Operator;
  readonly value: unknown;
  /** The value as it was written: a bare 3 also equals the text "3". */
  readonly text: string | null;
}

/** @throws HopfieldError E_RANGE for a text that is no condition. */
export function predicateOf(where: string, given: Where): (metadata: Metadata) => boolean {
  if (typeof given === "function") return given;
  if (typeof given === "string") {
    if (!given.trimStart().startsWith("{")) {
      const conditions = parse(where, given);
      return (metadata) => conditions.every((condition) => holds(condition, metadata));
    }
    return predicateOf(where, parseObject(where, given));
  }
  if (given === null || typeof given !== "object" || Array.isArray(given))
    return fail("E_RANGE", where, `where must be a text, an object or a function, got ${typeof given}`);
  return (metadata) => Object.keys(given).every((key) => Object.hasOwn(metadata, key) && equal(metadata[key], given[key]));
}

function parseObject(where: string, text: string): Metadata {
  try {
    return JSON.parse(text) as Metadata;
  } catch {
    return fail("E_RANGE", where, `where ${JSON.stringify(text.slice(0, 40))} starts like JSON and is none`);
  }
}

const quoted = /"(?:[^"\\]|\\.)*"/y;
const bareName = /[^\s=!<>,"&]+/y;
const operators = /==|!=|<=|>=|=|<|>/y;
const joints = /,|&&|and\b/iy;
const bareValue = /[^,"&=<>]*?(?=\s*(?:,|&&|\s+and\s|$))/iy;

function parse(where: string, text: string): Condition[] {
  if (text.length > 10_000) return fail("E_RANGE", where, "where has more than 10000 characters");
  let at = 0;
  const space = (): void => {
    while (/\s/.test(text.charAt(at)) && at < text.length) at++;
  };
  const take = (pattern: RegExp): string | null => {
    space();
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined || found === "") return null;
    at += found.length;
    return found;
  };
  const wrong = (expected: string): never =>
    fail(
      "E_RANGE",
      where,
      `where ${JSON.stringify(text.slice(0, 80))}: expected ${expected} at character ${at}, for example label=3 or 'name != "cat", year >= 2020'`,
    );
  const conditions: Condition[] = [];
  do {
    const name = take(quoted);
    const path = name === null ? (take(bareName) ?? wrong("a name")).split(".") : [unquote(name)];
    const operator = (take(operators) ?? wrong("one of = != < <= > >=")).replace("==", "=") as Operator;
    const whole = take(quoted);
    if (whole !== null) conditions.push({ path, operator, value: unquote(whole), text: null });
    else {
      const bare = (take(bareValue) ?? wrong("a value")).trim();
      conditions.push({ path, operator, value: literal(bare), text: bare });
    }
  } while (take(joints) !== null);
  space();
  if (at < text.length) wrong("a comma or the end");
  return conditions;
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function holds({ path, operator, value, text }: Condition, metadata: Metadata): boolean {
  let found: unknown = metadata;
  for (const key of path) {
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, key)) return false;
    found = (found as Metadata)[key];
  }
  const wanted = text !== null && typeof found === "string" ? text : value;
  if (operator === "=") return equal(found, wanted);
  if (operator === "!=") return !equal(found, wanted);
  if (!((typeof found === "number" && typeof wanted === "number") || (typeof found === "string" && typeof wanted === "string")))
    return false;
  if (operator === "<") return found < wanted;
  if (operator === "<=") return found <= wanted;
  return operator === ">" ? found > wanted : found >= wanted;
}

/** Equal as JSON; the order of members does not count. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object" || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Metadata, b as Metadata];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]));
}

/**
 * @file Metadata of a pattern: one JSON object, or nothing. Checked when it comes in and again when it comes out of a file, because a file may come from anywhere: own keys only, none that
 * touches prototypes, at most 64 levels, at most 1 MiB.
 */
import { fail } from "./fail.ts";

export interface Metadata {
  readonly [key: string]: unknown;
}

const deepest = 64;
const largest = 2 ** 20;
const forbidden: readonly string[] = ["__proto__", "constructor", "prototype"];

/** The UTF-8 text of checked metadata; empty for none. @throws HopfieldError E_RANGE. */
export function encodeMetadata(where: string, metadata: unknown): Uint8Array {
  if (metadata === undefined || metadata === null) return new Uint8Array(0);
  checkValue("E_RANGE", where, metadata, 0);
  const bytes = new TextEncoder().encode(JSON.stringify(metadata));
  if (bytes.length > largest) return fail("E_LIMIT", where, `it has ${bytes.length} bytes as JSON, at most ${largest} are kept`);
  return bytes;
}

/** @throws HopfieldError E_FORMAT. */
export function parseMetadata(bytes: Uint8Array): Metadata {
  const where = "store: metadata";
  if (bytes.length > largest) return fail("E_FORMAT", where, `it has ${bytes.length} bytes, at most ${largest} are read`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return fail("E_FORMAT", where, "it is not JSON in UTF-8");
  }
  checkValue("E_FORMAT", where, value, 0);
  return value as Metadata;
}

function checkValue(code: "E_RANGE" | "E_FORMAT", where: string, value: unknown, depth: number): void {
  const wrong = (message: string): never => fail(code, where, message);
  if (depth > deepest) wrong(`it is nested more than ${deepest} levels deep`);
  if (depth === 0 && (typeof value !== "object" || value === null || Array.isArray(value))) wrong("expected a JSON object");
  if (value === null || typeof value === "boolean" || typeof value === "string") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) wrong(`${value} is no JSON number`);
    return;
  }
  if (typeof value !== "object") fail(code, where, `a ${typeof value} is no JSON value`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkValue(code, where, value[i], depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) wrong("objects with a class of their own are no JSON");
  for (const key of Object.keys(value as object)) {
    if (forbidden.includes(key)) wrong(`the key ${JSON.stringify(key)} is not allowed`);
    checkValue(code, where, (value as Metadata)[key], depth + 1);
  }
}

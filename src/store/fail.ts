/** @file Refusals in one line. */
import { type ErrorCode, HopfieldError } from "../core/errors.ts";

/** @throws HopfieldError whose message starts with the function's name. */
export function fail(code: ErrorCode, where: string, message: string, details: Record<string, unknown> = {}): never {
  throw new HopfieldError(code, `${where}: ${message}`, details);
}

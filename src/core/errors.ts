/**
 * @file The one error class of the package. Every refusal a caller can meet is a HopfieldError with a code; the message names the function, what was
 * expected and what came, so that it can be acted on without a stack trace.
 */

/** Codes: shape, non-finite number, value out of range, malformed bytes, limit exceeded, input/output, lock held, id conflict, combination not supported. */
export type ErrorCode =
  | "E_SHAPE"
  | "E_NONFINITE"
  | "E_RANGE"
  | "E_FORMAT"
  | "E_LIMIT"
  | "E_IO"
  | "E_LOCKED"
  | "E_CONFLICT"
  | "E_UNSUPPORTED";

export class HopfieldError extends Error {
  readonly code: ErrorCode;
  /** Machine-readable facts behind the message, for example `{ row: 3, column: 7 }`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "HopfieldError";
    this.code = code;
    this.details = details;
  }
}

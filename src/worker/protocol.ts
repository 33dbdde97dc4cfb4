/** @file Messages between a page or script and its worker. Requests carry an id; an answer, an error or progress carries the same. */
import { type ErrorCode, HopfieldError } from "../core/errors.ts";

export type Method = "create" | "recall" | "energy" | "weights" | "add" | "remove" | "pattern" | "beta" | "free";

export interface RequestMessage {
  readonly id: number;
  readonly method: Method;
  /** Which memory; 0 for "create". */
  readonly memory: number;
  readonly args: readonly unknown[];
}

export interface AbortMessage {
  readonly abort: number;
}

export type ReplyMessage =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: { readonly code: ErrorCode | null; readonly message: string; readonly details: Readonly<Record<string, unknown>> };
    }
  | { readonly id: number; readonly done: number; readonly total: number };

export function packError(error: unknown): { code: ErrorCode | null; message: string; details: Readonly<Record<string, unknown>> } {
  if (error instanceof HopfieldError) return { code: error.code, message: error.message, details: error.details };
  return { code: null, message: error instanceof Error ? error.message : String(error), details: {} };
}

export function unpackError(error: { code: ErrorCode | null; message: string; details: Readonly<Record<string, unknown>> }): Error {
  return error.code === null ? new Error(error.message) : new HopfieldError(error.code, error.message, { ...error.details });
}

/** The buffers of the typed arrays in a value, for transfer: two levels deep is all that answers have. */
export function buffersOf(value: unknown, depth = 3): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  if (depth === 0 || value === null || typeof value !== "object") return [];
  const found = new Set<ArrayBuffer>();
  for (const part of Object.values(value)) for (const buffer of buffersOf(part, depth - 1)) found.add(buffer);
  return [...found];
}

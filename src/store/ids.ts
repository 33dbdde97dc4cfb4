/**
 * @file Ids of patterns: whole numbers 0 ... 2^52 - 1, or texts. In a file an id is one u64: the number itself, or 2^52 plus the offset of the text among the texts of its part, where
 * a u32 length and the UTF-8 bytes lie. Everything stays below 2^53, which every reader of u64 holds exactly.
 */
import { HopfieldError } from "../core/errors.ts";
import { fail } from "./fail.ts";
import { setU64 } from "./whole-numbers.ts";

export type Id = number | string;

/** First code of a text; numbers lie below. */
export const textBase = 2 ** 52;
const longestText = 1024;

/** @throws HopfieldError E_RANGE unless `id` can be one. */
export function checkId(where: string, id: unknown, what = "id"): Id {
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < textBase) return id === 0 ? 0 : id;
  if (typeof id === "string") {
    if (id.length > 0 && id.length <= longestText && !/[\p{Surrogate}\0]/u.test(id)) return id;
    return fail(
      "E_RANGE",
      where,
      `${what} ${JSON.stringify(id.slice(0, 40))} must have 1 to ${longestText} characters of well-formed text, without NUL`,
    );
  }
  return fail(
    "E_RANGE",
    where,
    `${what} must be a whole number from 0 to 2^52 - 1 or a text, got ${typeof id === "number" ? id : typeof id}`,
  );
}

/** A line of a file of ids: digits without leading zeros are a number, everything else a text. */
export function idOf(text: string): Id {
  return /^(?:0|[1-9]\d{0,15})$/.test(text) && Number(text) < textBase ? Number(text) : text;
}

/** n ids as n u64 and the texts of those that are texts; `text` is padded with zeros to a multiple of 8 bytes. */
export function encodeIds(ids: readonly Id[]): { codes: Uint8Array; text: Uint8Array } {
  const codes = new Uint8Array(ids.length * 8);
  const view = new DataView(codes.buffer);
  const texts: Uint8Array[] = [];
  let at = 0;
  const encoder = new TextEncoder();
  ids.forEach((id, i) => {
    if (typeof id === "number") {
      setU64(view, i * 8, id);
      return;
    }
    const bytes = encoder.encode(id);
    setU64(view, i * 8, textBase + at);
    texts.push(bytes);
    at += 4 + bytes.length;
  });
  const text = new Uint8Array(Math.ceil(at / 8) * 8);
  at = 0;
  for (const bytes of texts) {
    new DataView(text.buffer).setUint32(at, bytes.length, true);
    text.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return { codes, text };
}

/** Longest text in bytes: UTF-8 takes at most three for a UTF-16 unit. */
const mostBytes = 3 * longestText;

/**
 * One id from its code.
 * @param textAt reads bytes from ... to of the texts. @throws HopfieldError E_FORMAT for a code or text that no writer makes.
 */
export function decodeId(code: number, textBytes: number, textAt: (from: number, to: number) => Uint8Array): Id {
  if (code < textBase) return code;
  if (!(code < 2 * textBase)) throw new HopfieldError("E_FORMAT", "store: an id is beyond 2^53");
  const offset = code - textBase;
  if (offset + 4 > textBytes) throw new HopfieldError("E_FORMAT", `store: an id points at byte ${offset} of ${textBytes} bytes of texts`);
  const head = textAt(offset, offset + 4);
  const length = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  if (length === 0 || length > mostBytes || offset + 4 + length > textBytes) {
    throw new HopfieldError("E_FORMAT", `store: the id at byte ${offset} of the texts claims ${length} bytes`);
  }
  const text = textAt(offset + 4, offset + 4 + length);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    throw new HopfieldError("E_FORMAT", `store: the id at byte ${offset} of the texts is not UTF-8`);
  }
}

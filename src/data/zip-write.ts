/**
 * @file Writes a plain zip file (no ZIP64, no data descriptors) whose bytes depend on its content alone: fixed date, fixed attributes, entries in the given
 * order. Source: APPNOTE.TXT 6.3.10, section 4.3. What is written passes the strict reader of zip-directory.ts, which also checks the names.
 */
import { deflateSync } from "fflate/browser";
import { HopfieldError } from "../core/errors.ts";
import { fail } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { readZipDirectory } from "./zip-directory.ts";

export interface ZipFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** 1980-01-01, the earliest date of the format. */
const firstDay = 0x21;

/** @throws HopfieldError E_LIMIT beyond 4 GiB or 65534 entries, E_RANGE for names that the reader refuses. */
export function writeZip(where: string, files: readonly ZipFile[], compress: boolean): Uint8Array {
  if (files.length > 65534) fail("E_LIMIT", where, `${files.length} entries, a zip file without ZIP64 holds 65534`);
  const entries = files.map(({ name, content }) => {
    const rawName = new TextEncoder().encode(name);
    if (rawName.length > 65535) fail("E_RANGE", where, `the name ${name.slice(0, 20)}... is ${rawName.length} bytes long, at most 65535`);
    const packed = compress ? deflateSync(content) : content;
    return { name, rawName, content, packed, crc: crc32(content), flags: /^[\0-\x7f]*$/.test(name) ? 0 : 0x800 };
  });
  const total = entries.reduce((sum, { rawName, packed }) => sum + 76 + 2 * rawName.length + packed.length, 22);
  const largest = entries.reduce((most, { content }) => Math.max(most, content.length), 0);
  if (Math.max(total, largest) >= 2 ** 32 - 1) fail("E_LIMIT", where, `${total} bytes, a zip file without ZIP64 holds less than 4 GiB`);

  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = 0;
  function put(width: 2 | 4, ...values: number[]): void {
    for (const value of values) {
      if (width === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      at += width;
    }
  }
  function copy(part: Uint8Array): void {
    bytes.set(part, at);
    at += part.length;
  }
  type Entry = (typeof entries)[number];
  /** The fields that local and central header share. */
  function common({ flags, crc, packed, content, rawName }: Entry): void {
    put(2, 20, flags, compress ? 8 : 0, 0, firstDay);
    put(4, crc, packed.length, content.length);
    put(2, rawName.length, 0);
  }
  const offsets: number[] = [];
  for (const entry of entries) {
    offsets.push(at);
    put(4, 0x04034b50);
    common(entry);
    copy(entry.rawName);
    copy(entry.packed);
  }
  const start = at;
  entries.forEach((entry, i) => {
    put(4, 0x02014b50);
    put(2, 20);
    common(entry);
    put(2, 0, 0, 0);
    put(4, 0, offsets[i] ?? 0);
    copy(entry.rawName);
  });
  const size = at - start;
  put(4, 0x06054b50);
  put(2, 0, 0, entries.length, entries.length);
  put(4, size, start);
  put(2, 0);
  return checked(where, bytes);
}

/** The strict reader is the one place that knows which names are sound. */
function checked(where: string, bytes: Uint8Array): Uint8Array {
  try {
    readZipDirectory(where, bytes);
  } catch (error) {
    throw error instanceof HopfieldError ? new HopfieldError("E_RANGE", error.message, error.details) : error;
  }
  return bytes;
}

/**
 * @file The directory of a zip file, read strictly, because two readers that understand one archive differently are how archives attack: one end record,
 * nothing after it, every local header the same as its central one, no two entries sharing bytes, no doubtful names. ZIP64 fields are read where they belong
 * and refused where they contradict the rest. Source: APPNOTE.TXT 6.3.10, sections 4.3 to 4.5, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
 */
import { decodeUtf8, fail, quote, viewOf } from "./bytes.ts";

export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly size: number;
  /** The entry's bytes as they stand in the file. */
  readonly packed: Uint8Array;
}

/**
 * All entries, in directory order; nothing is decompressed and nothing of a declared size is allocated.
 * @throws HopfieldError E_FORMAT (malformed or contradictory), E_UNSUPPORTED (encrypted, several disks, another compression method).
 */
export function readZipDirectory(where: string, bytes: Uint8Array): ZipEntry[] {
  const view = viewOf(bytes);
  const end = findEnd(where, view);
  const found: ZipEntry[] = [];
  const names = new Set<string>();
  const extents: { from: number; to: number; name: string }[] = [];
  let at = end.start;
  for (let i = 0; i < end.entries; i++) {
    if (at + 46 > end.stop || view.getUint32(at, true) !== 0x02014b50) {
      fail("E_FORMAT", where, `the directory declares ${end.entries} entries, number ${i} is not at byte ${at}`);
    }
    const central = readCentral(where, bytes, view, at, end.stop);
    const local = readLocal(where, bytes, view, central, end.start);
    if (names.has(central.name)) fail("E_FORMAT", where, `two entries have the name ${quote(central.name)}`);
    names.add(central.name);
    extents.push({ from: central.offset, to: local.to, name: central.name });
    found.push({ name: central.name, method: central.method, crc: central.crc, size: central.size, packed: local.packed });
    at = central.next;
  }
  if (at !== end.stop) fail("E_FORMAT", where, `the directory has ${end.stop - at} bytes beyond its ${end.entries} entries (byte ${at})`);
  extents.sort((a, b) => a.from - b.from);
  extents.forEach((extent, i) => {
    const before = extents[i - 1];
    if (before && before.to > extent.from) fail("E_FORMAT", where, `the entries ${quote(before.name)} and ${quote(extent.name)} overlap`);
  });
  return found;
}

/** Where the central directory starts and stops, and how many entries it has. */
function findEnd(where: string, view: DataView): { start: number; stop: number; entries: number } {
  let at = view.byteLength - 22;
  const first = Math.max(0, at - 65535);
  while (at >= first && !(view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === view.byteLength)) at--;
  if (at < first)
    return fail("E_FORMAT", where, "not a zip file: it does not end with the record of its directory (cut short, or bytes after it)");
  let entries = view.getUint16(at + 10, true);
  let size = view.getUint32(at + 12, true);
  let start = view.getUint32(at + 16, true);
  if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0)
    fail("E_UNSUPPORTED", where, "the zip file is split over several disks");
  if (view.getUint16(at + 8, true) !== entries) fail("E_FORMAT", where, "the zip file's two counts of entries differ");

  let stop = at;
  const locator = at - 20;
  if (locator >= 0 && view.getUint32(locator, true) === 0x07064b50) {
    const record = readLong(where, view, locator + 8);
    if (record + 56 > locator || view.getUint32(record, true) !== 0x06064b50)
      fail("E_FORMAT", where, `ZIP64: no end record at byte ${record}`);
    if (record + 12 + readLong(where, view, record + 4) !== locator) fail("E_FORMAT", where, "ZIP64: the end record's length is wrong");
    const wide = [readLong(where, view, record + 32), readLong(where, view, record + 40), readLong(where, view, record + 48)] as const;
    const agrees =
      (entries === 0xffff || entries === wide[0]) &&
      (size === 0xffffffff || size === wide[1]) &&
      (start === 0xffffffff || start === wide[2]);
    if (!agrees || readLong(where, view, record + 24) !== wide[0])
      fail("E_FORMAT", where, "ZIP64: the end record contradicts the plain one");
    if (view.getUint32(record + 16, true) + view.getUint32(record + 20, true) !== 0)
      fail("E_UNSUPPORTED", where, "the zip file is split over several disks");
    [entries, size, start] = wide;
    stop = record;
  }
  if (start + size !== stop) {
    fail("E_FORMAT", where, `the directory should be ${size} bytes from byte ${start}, but its end record is at byte ${stop}`);
  }
  return { start, stop, entries };
}

interface Central {
  readonly name: string;
  readonly rawName: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
  readonly next: number;
}

function readCentral(where: string, bytes: Uint8Array, view: DataView, at: number, stop: number): Central {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  if (next > stop) fail("E_FORMAT", where, `the directory entry at byte ${at} reaches beyond the directory`);
  const rawName = bytes.subarray(at + 46, at + 46 + nameLength);
  const name = checkName(where, decodeUtf8(where, `the entry name at byte ${at + 46}`, rawName));
  if (flags & 0x2041) fail("E_UNSUPPORTED", where, `the entry ${quote(name)} is encrypted`);
  if (method !== 0 && method !== 8)
    fail("E_UNSUPPORTED", where, `the entry ${quote(name)} has compression method ${method}; 0 (stored) and 8 (deflate) are read`);
  const disk = view.getUint16(at + 34, true);
  if (disk !== 0 && disk !== 0xffff) fail("E_UNSUPPORTED", where, `the entry ${quote(name)} is on another disk`);
  const plain = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const extra = { from: at + 46 + nameLength, to: at + 46 + nameLength + extraLength };
  const [size = 0, packedSize = 0, offset = 0] = widen(where, view, name, plain, extra);
  return { name, rawName, flags, method, crc: view.getUint32(at + 16, true), packedSize, size, offset, next };
}

/** Replaces the fields that are 0xffffffff by those of the ZIP64 extra field, in the order that the format fixes. */
function widen(where: string, view: DataView, name: string, plain: number[], extra: { from: number; to: number }): number[] {
  let wide: { from: number; to: number } | undefined;
  for (let at = extra.from; at < extra.to; ) {
    if (at + 4 > extra.to) fail("E_FORMAT", where, `the extra fields of ${quote(name)} are cut short`);
    const to = at + 4 + view.getUint16(at + 2, true);
    if (to > extra.to) fail("E_FORMAT", where, `the extra fields of ${quote(name)} are cut short`);
    if (view.getUint16(at, true) === 1) {
      if (wide) fail("E_FORMAT", where, `ZIP64: the entry ${quote(name)} has the field twice`);
      wide = { from: at + 4, to };
    }
    at = to;
  }
  let from = wide?.from ?? 0;
  return plain.map((field) => {
    if (field !== 0xffffffff) return field;
    if (!wide || from + 8 > wide.to)
      return fail("E_FORMAT", where, `ZIP64: the entry ${quote(name)} lacks the field that its header points to`);
    from += 8;
    return readLong(where, view, from - 8);
  });
}

/** Checks the local header against the central one and finds the entry's bytes. */
function readLocal(
  where: string,
  bytes: Uint8Array,
  view: DataView,
  central: Central,
  directory: number,
): { packed: Uint8Array; to: number } {
  const { name, offset } = central;
  if (offset + 30 > directory || view.getUint32(offset, true) !== 0x04034b50)
    fail("E_FORMAT", where, `the entry ${quote(name)} has no header at byte ${offset}`);
  const nameLength = view.getUint16(offset + 26, true);
  const from = offset + 30 + nameLength + view.getUint16(offset + 28, true);
  const to = from + central.packedSize;
  if (to > directory)
    fail("E_FORMAT", where, `the entry ${quote(name)} (bytes ${from} to ${to}) reaches into the directory at byte ${directory}`);
  const localName = bytes.subarray(offset + 30, offset + 30 + nameLength);
  const same = localName.length === central.rawName.length && localName.every((byte, i) => byte === central.rawName[i]);
  if (!same) fail("E_FORMAT", where, `the entry ${quote(name)} has another name in its local header`);
  if (view.getUint16(offset + 6, true) !== central.flags || view.getUint16(offset + 8, true) !== central.method) {
    fail("E_FORMAT", where, `the entry ${quote(name)} has other flags or another method in its local header`);
  }
  const plain = [view.getUint32(offset + 22, true), view.getUint32(offset + 18, true)];
  const [size, packedSize] = widen(where, view, name, plain, { from: offset + 30 + nameLength, to: from });
  const crc = view.getUint32(offset + 14, true);
  const late = (central.flags & 8) !== 0;
  const empty = late && crc === 0 && size === 0 && packedSize === 0;
  if (!empty && (crc !== central.crc || size !== central.size || packedSize !== central.packedSize)) {
    fail("E_FORMAT", where, `the entry ${quote(name)} has another size or checksum in its local header`);
  }
  if (central.method === 0 && central.size !== central.packedSize)
    fail("E_FORMAT", where, `the stored entry ${quote(name)} has two different sizes`);
  return { packed: bytes.subarray(from, to), to: late ? skipDescriptor(where, view, central, to, directory) : to };
}

/** The data descriptor behind an entry: with or without a signature, sizes of 4 or 8 bytes; one of the four must repeat what the directory says. */
function skipDescriptor(where: string, view: DataView, central: Central, at: number, directory: number): number {
  for (const start of [at + 4, at]) {
    if (start === at + 4 && (at + 4 > directory || view.getUint32(at, true) !== 0x08074b50)) continue;
    for (const width of [4, 8]) {
      const to = start + 4 + 2 * width;
      if (to > directory || view.getUint32(start, true) !== central.crc) continue;
      const upper = width === 8 ? view.getUint32(start + 8, true) * 2 ** 32 : 0;
      const upperSize = width === 8 ? view.getUint32(start + 16, true) * 2 ** 32 : 0;
      const fits = upper + view.getUint32(start + 4, true) === central.packedSize;
      if (fits && upperSize + view.getUint32(start + 4 + width, true) === central.size) return to;
    }
  }
  return fail("E_FORMAT", where, `the entry ${quote(central.name)} has no matching data descriptor at byte ${at}`);
}

function checkName(where: string, name: string): string {
  const doubt =
    name === ""
      ? "is empty"
      : name.includes("\0")
        ? "holds a NUL"
        : name.includes("\\")
          ? "holds a backslash"
          : name.startsWith("/")
            ? "is absolute"
            : /^[A-Za-z]:/.test(name)
              ? "names a drive"
              : name.split("/").some((part) => part === ".." || part === "." || part === "")
                ? 'has a part that is empty, "." or ".."'
                : undefined;
  if (doubt) fail("E_FORMAT", where, `the entry name ${quote(name)} ${doubt}`);
  return name;
}

/** A u64 that must be a place or a size, so at most 2^53 - 1. */
function readLong(where: string, view: DataView, at: number): number {
  const value = view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  if (!Number.isSafeInteger(value)) fail("E_FORMAT", where, `ZIP64: the field at byte ${at} is beyond 2^53 - 1`);
  return value;
}

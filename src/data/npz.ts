/**
 * @file The npz format of NumPy: a zip file whose entries are npy files, `name.npy` for the array `name`.
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.savez.html and NumPy Enhancement Proposal 1.
 */
import { checkNames } from "../core/options.ts";
import { bytesInMemory, type NumericArray } from "./array.ts";
import { checkBytes, checkLimit, claim, fail, quote, type ReadOptions } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { inflate } from "./inflate.ts";
import { parseNpy, writeNpy } from "./npy.ts";
import { readZipDirectory, type ZipEntry } from "./zip-directory.ts";
import { writeZip } from "./zip-write.ts";

/**
 * Reads all arrays of an npz file, stored or deflated.
 * @param options.limit most bytes of all results together, and of all entries together once decompressed.
 * @returns the arrays by name (without ".npy"), in the order of the file's directory.
 * @throws HopfieldError E_FORMAT (malformed zip or npy, wrong checksum, doubtful or repeated names, overlapping entries, an entry that is not .npy),
 * E_UNSUPPORTED (encrypted, other compression methods), E_LIMIT, E_RANGE as readNpy. The message names the entry.
 */
export function readNpz(bytes: Uint8Array, options?: ReadOptions): Map<string, NumericArray> {
  const limit = checkLimit("readNpz", options);
  const entries = readZipDirectory("readNpz", checkBytes("readNpz", bytes));
  claim(
    "readNpz",
    "the sum of its entries",
    entries.reduce((sum, entry) => sum + entry.size, 0),
    limit,
  );
  const arrays = new Map<string, NumericArray>();
  let left = limit;
  for (const entry of entries) {
    if (!entry.name.endsWith(".npy")) fail("E_FORMAT", "readNpz", `the entry ${quote(entry.name)} is not an .npy file`);
    const array = parseNpy(`readNpz: entry ${quote(entry.name)}`, unpack("readNpz", entry), left);
    left -= array.data.length * bytesInMemory(array.dtype);
    arrays.set(entry.name.slice(0, -4), array);
  }
  return arrays;
}

/** The entry's content, its size and CRC-32 checked. A stored entry is a view on the file's bytes. */
function unpack(where: string, entry: ZipEntry): Uint8Array {
  const content = entry.method === 0 ? entry.packed : inflate(where, `the entry ${quote(entry.name)}`, entry.packed, entry.size);
  const crc = crc32(content);
  if (crc !== entry.crc)
    fail("E_FORMAT", where, `the entry ${quote(entry.name)} has the CRC-32 ${hex(crc)}, the directory says ${hex(entry.crc)}`);
  return content;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}

/** Options of writeNpz. */
export interface NpzOptions {
  /** true: entries are deflated; false: stored as they are. Default false, as in numpy.savez. */
  readonly compress?: boolean;
}

/**
 * The bytes of an npz file. Same arrays, same bytes: entries keep their order and bear the date 1980-01-01.
 * @param arrays by name; a name may hold "/" but nothing that readNpz would refuse.
 * @throws HopfieldError as writeNpy; E_RANGE (a name that is refused when read), E_LIMIT (4 GiB or 65535 entries and more).
 */
export function writeNpz(arrays: ReadonlyMap<string, NumericArray>, options?: NpzOptions): Uint8Array {
  checkNames("writeNpz", options, ["compress"]);
  if (!(arrays instanceof Map)) fail("E_SHAPE", "writeNpz", "expected a Map from names to arrays");
  const files = [...arrays].map(([name, array]) => ({ name: `${name}.npy`, content: writeNpy(array) }));
  return writeZip("writeNpz", files, options?.compress ?? false);
}

/**
 * @file The npy format, versions 1.0, 2.0 and 3.0: "\x93NUMPY", two version bytes, the header's length (u16, from 2.0 on u32, little-endian), the header, the
 * numbers. Source: NumPy Enhancement Proposal 1, https://numpy.org/neps/nep-0001-npy-format.html.
 */
import {
  allocate,
  bytesInFile,
  bytesInMemory,
  checkArray,
  countEntries,
  type Dtype,
  type NumericArray,
  type NumericData,
} from "./array.ts";
import { checkBytes, checkLimit, claim, decodeUtf8, fail, type ReadOptions, viewOf } from "./bytes.ts";
import { decodeElements, encodeElements } from "./elements.ts";
import { parseNpyHeader } from "./npy-header.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Longest header read (NumPy's own cap). */
const headerCap = 10_000;

/** Whether the bytes start as an npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads one npy file. Big-endian numbers are swapped, Fortran order is turned into row-major order (with one working copy), nothing is scaled.
 * @param options.limit most bytes of the result.
 * @throws HopfieldError E_FORMAT (malformed, text or object dtypes, more or fewer bytes than the shape needs), E_UNSUPPORTED (complex and dates, unknown
 * versions), E_LIMIT (header above 10 000 bytes, result above the limit), E_RANGE (a 64-bit integer beyond 2^53 - 1).
 */
export function readNpy(bytes: Uint8Array, options?: ReadOptions): NumericArray {
  const limit = checkLimit("readNpy", options);
  return parseNpy("readNpy", checkBytes("readNpy", bytes), limit);
}

/** readNpy under another name in the messages, for entries of an npz file. */
export function parseNpy(where: string, bytes: Uint8Array, limit: number): NumericArray {
  if (!isNpy(bytes)) fail("E_FORMAT", where, 'not an npy file: it does not start with "\\x93NUMPY"');
  const view = viewOf(bytes);
  const version = bytes[6] ?? 0;
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) fail("E_FORMAT", where, `the file ends after ${bytes.length} bytes, inside its preamble`);
  if (![1, 2, 3].includes(version) || bytes[7] !== 0) {
    fail("E_UNSUPPORTED", where, `version ${version}.${bytes[7]} of the format is not read; 1.0, 2.0 and 3.0 are`);
  }
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > headerCap) fail("E_LIMIT", where, `the header is ${length} bytes long, at most ${headerCap} are read`);
  if (length > bytes.length - start) fail("E_FORMAT", where, `the header is ${length} bytes long, only ${bytes.length - start} are there`);
  const headerBytes = bytes.subarray(start, start + length);
  if (version < 3 && headerBytes.some((byte) => byte > 126)) fail("E_FORMAT", where, "the header is not ASCII");
  const header = parseNpyHeader(where, decodeUtf8(where, "the header", headerBytes));

  const { dtype, shape } = header;
  const count = countEntries(where, shape);
  const body = bytes.subarray(start + length);
  if (body.length !== count * bytesInFile(dtype)) {
    const needed = count * bytesInFile(dtype);
    fail(
      "E_FORMAT",
      where,
      `shape [${shape.join(", ")}] of ${dtype} needs ${needed} bytes, ${body.length} are there (from byte ${start + length})`,
    );
  }
  claim(where, `the array [${shape.join(", ")}]`, count * bytesInMemory(dtype), limit);
  const data = decodeElements(where, body, dtype, count, header.littleEndian);
  return { dtype, shape, data: header.fortranOrder && shape.length > 1 ? toRowMajor(data, shape, dtype) : data };
}

/** Column-major entries of `shape` in row-major order: walks the result in order and keeps the place in the source. */
function toRowMajor(source: NumericData, shape: readonly number[], dtype: Dtype): NumericData {
  const target = allocate(dtype, source.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  const index = shape.map(() => 0);
  let place = 0;
  for (let i = 0; i < target.length; i++) {
    target[i] = source[place] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      place += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      place -= (strides[axis] ?? 0) * next;
      index[axis] = 0;
    }
  }
  return target;
}

const codes: Readonly<Record<Dtype, string | null>> = {
  bool: "|b1",
  i8: "|i1",
  u8: "|u1",
  i16: "<i2",
  u16: "<u2",
  i32: "<i4",
  u32: "<u4",
  i64: "<i8",
  u64: "<u8",
  f16: "<f2",
  bf16: null,
  f32: "<f4",
  f64: "<f8",
};

/**
 * The bytes of an npy file, version 1.0, little-endian, row-major, the numbers at a multiple of 64 bytes: the bytes NumPy's own save writes.
 * @throws HopfieldError E_SHAPE (shape and data differ), E_UNSUPPORTED (bf16, which npy does not have), E_RANGE (an entry that the dtype cannot hold).
 */
export function writeNpy(array: NumericArray): Uint8Array {
  checkArray("writeNpy", array);
  const code = codes[array.dtype];
  if (code === null) return fail("E_UNSUPPORTED", "writeNpy", "npy has no bf16; write f32, or a safetensors file");
  const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': ${shape}, }`;
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + array.data.length * bytesInFile(array.dtype));
  bytes.set([...magic, 1, 0, (start - 10) & 255, (start - 10) >> 8]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10);
  encodeElements("writeNpy", array, bytes, start);
  return bytes;
}

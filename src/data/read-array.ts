/**
 * @file One array out of a file of any of the formats, chosen by the file's name and, where the name says nothing, by its first bytes.
 */
import { checkNames, nearestName } from "../core/options.ts";
import type { NumericArray } from "./array.ts";
import { checkBytes, checkLimit, fail, quote } from "./bytes.ts";
import { csvToMatrix } from "./csv.ts";
import { isIdx, readIdx } from "./idx.ts";
import { isNpy, readNpy } from "./npy.ts";
import { readNpz } from "./npz.ts";
import { readPng } from "./png.ts";
import { isPng } from "./png-chunks.ts";
import { readSafetensors } from "./safetensors.ts";

export interface ReadArrayOptions {
  /** Most bytes of the result; default 2^31 - 2^16. */
  readonly limit?: number;
  /** For csv and tsv, as in csvToMatrix. */
  readonly missing?: "refuse" | "nan";
  /** For csv and tsv, as in readCsv. */
  readonly header?: "auto" | boolean;
}

/** "weights.npz#layer/w" -> the file to open and the array in it; only npz and safetensors names have an entry. */
export function splitArrayName(name: string): { file: string; entry?: string } {
  const parts = /^(.*?\.(?:npz|safetensors))#(.*)$/is.exec(name);
  return parts ? { file: parts[1] ?? "", entry: parts[2] ?? "" } : { file: name };
}

/**
 * Reads one array. By name: .npy, .npz and .npz#entry, .safetensors and .safetensors#tensor, .csv, .tsv, .idx and *-idx1-ubyte and the like, .png; any other
 * name by content (all but csv). A file with several arrays needs an entry.
 * @param name file name or path, with the entry after "#"; the file itself is not opened.
 * @returns csv: f64 (rows, columns); png: u8 or u16 (height, width), with a third dimension if there are several channels; else what the file says.
 * @throws HopfieldError as the reader of the format; E_UNSUPPORTED (a format that is not known), E_RANGE (no entry of that name, or none named and several there).
 */
export function readArray(bytes: Uint8Array, name: string, options?: ReadArrayOptions): NumericArray {
  const where = "readArray";
  checkNames(where, options, ["limit", "missing", "header"]);
  const limit = checkLimit(where, options, ["limit", "missing", "header"]);
  const { file, entry } = splitArrayName(name);
  const format = formatOf(file) ?? sniff(checkBytes(where, bytes));
  switch (format) {
    case "npy":
      return readNpy(bytes, { limit });
    case "npz":
      return pick(file, readNpz(bytes, { limit }), entry);
    case "safetensors":
      return pick(file, readSafetensors(bytes, { limit }).tensors, entry);
    case "idx":
      return readIdx(bytes, { limit });
    case "png": {
      const { width, height, channels, depth, data } = readPng(bytes, { limit });
      return { dtype: depth === 16 ? "u16" : "u8", shape: channels === 1 ? [height, width] : [height, width, channels], data };
    }
    case "csv":
    case "tsv": {
      const { header = "auto", missing = "refuse" } = options ?? {};
      const { data, rows, columns } = csvToMatrix(bytes, { limit, header, missing, delimiter: format === "tsv" ? "\t" : "," });
      return { dtype: "f64", shape: [rows, columns], data };
    }
    default:
      return fail(
        "E_UNSUPPORTED",
        where,
        `${quote(file)} is none of npy, npz, safetensors, csv, tsv, idx and png, by its name and its first bytes`,
      );
  }
}

function formatOf(file: string): string | undefined {
  if (/[-.]idx\d-ubyte$/i.test(file)) return "idx";
  return /\.(npy|npz|safetensors|csv|tsv|idx|png)$/i.exec(file)?.[1]?.toLowerCase();
}

function sniff(bytes: Uint8Array): string | undefined {
  if (isNpy(bytes)) return "npy";
  if (isPng(bytes)) return "png";
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return "npz";
  if (isIdx(bytes)) return "idx";
  // The header's length is below 2^27, so its four upper bytes are zero and the "{" follows.
  if (bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0)) return "safetensors";
  return undefined;
}

function pick(file: string, arrays: ReadonlyMap<string, NumericArray>, entry: string | undefined): NumericArray {
  const names = [...arrays.keys()];
  const shown = `${names.slice(0, 8).map(quote).join(", ")}${names.length > 8 ? ", ..." : ""}`;
  const only = names.length === 1 ? names[0] : undefined;
  const wanted = entry ?? only;
  if (wanted === undefined) {
    return fail(
      "E_RANGE",
      "readArray",
      names.length === 0 ? `${quote(file)} holds no array` : `${quote(file)} holds ${shown}; say which with "#name"`,
    );
  }
  const found = arrays.get(wanted);
  if (found) return found;
  const near = nearestName(
    wanted.slice(0, 100),
    names.slice(0, 100).filter((each) => each.length <= 100),
  );
  return fail(
    "E_RANGE",
    "readArray",
    `${quote(file)} has no array ${quote(wanted)}; ${near ? `did you mean ${quote(near)}?` : `it holds ${shown}`}`,
  );
}

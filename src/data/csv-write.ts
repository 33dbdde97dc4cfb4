/**
 * @file Tables to text that readCsv gives back cell by cell: RFC 4180 with LF line ends, quotes only where a cell needs them.
 */
import { checkNames } from "../core/options.ts";
import { fail } from "./bytes.ts";
import { csvSettings } from "./csv-rows.ts";

/** What a cell may be; numbers are written with the shortest digits that give the same number back, NaN as "nan". */
export type CsvCell = string | number;

export interface CsvWriteOptions {
  /** Column names, written as the first line. Default none. */
  readonly names?: readonly string[];
  /** Default ",". */
  readonly delimiter?: string;
}

/**
 * @param rows equally long lists of cells (typed arrays too), or { data, rows, columns } row-major.
 * @returns text that ends with a line feed; "" for no rows.
 * @throws HopfieldError E_SHAPE (ragged rows, names of another length, rows without cells), E_NONFINITE (an infinite number), E_RANGE (NUL, options).
 */
export function writeCsv(
  rows: ReadonlyArray<ArrayLike<CsvCell>> | { readonly data: ArrayLike<number>; readonly rows: number; readonly columns: number },
  options?: CsvWriteOptions,
): string {
  const where = "writeCsv";
  checkNames(where, options, ["names", "delimiter"]);
  const { delimiter } = csvSettings(where, options?.delimiter === undefined ? {} : { delimiter: options.delimiter });
  const lines: string[] = [];
  let columns: number | undefined;
  function add(cells: ArrayLike<CsvCell>, what: string): void {
    if (cells.length === 0) fail("E_SHAPE", where, `${what} has no cells`);
    columns ??= cells.length;
    if (cells.length !== columns) fail("E_SHAPE", where, `${what} has ${cells.length} cells, expected ${columns}`);
    const texts = Array.from(cells, (cell, column) => toText(where, cell, `${what}, column ${column + 1}`, delimiter));
    // A line that is entirely empty would be read as a blank one, and a leading mark as the file's byte order mark.
    const line = texts.join(delimiter);
    lines.push(line === "" || (lines.length === 0 && line.startsWith("\ufeff")) ? `"${texts[0]}"${line.slice(texts[0]?.length)}` : line);
  }
  if (options?.names) add(options.names, "names");
  if ("data" in rows) {
    if (rows.rows * rows.columns !== rows.data.length)
      fail("E_SHAPE", where, `${rows.rows} x ${rows.columns} needs ${rows.rows * rows.columns} numbers, data has ${rows.data.length}`);
    for (let i = 0; i < rows.rows; i++)
      add(
        Array.from({ length: rows.columns }, (_, j) => rows.data[i * rows.columns + j] ?? Number.NaN),
        `row ${i}`,
      );
  } else {
    rows.forEach((cells, i) => {
      add(cells, `row ${i}`);
    });
  }
  return lines.map((line) => `${line}\n`).join("");
}

function toText(where: string, cell: unknown, here: string, delimiter: string): string {
  if (typeof cell === "number") {
    if (Number.isNaN(cell)) return "nan";
    if (!Number.isFinite(cell)) fail("E_NONFINITE", where, `${here} is ${cell}`);
    const digits = Object.is(cell, -0) ? "-0" : String(cell);
    return digits.includes(delimiter) ? `"${digits}"` : digits;
  }
  if (typeof cell !== "string") return fail("E_SHAPE", where, `${here} is ${typeof cell}, expected text or a number`);
  if (cell.includes("\0")) fail("E_RANGE", where, `${here} holds a NUL character`);
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

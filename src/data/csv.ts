/**
 * @file Tables as text: cells kept as strings, or turned into numbers with every doubtful cell refused by line and column. Numbers are decimal (`-1.5e3`);
 * hexadecimal, thousands separators, decimal commas and anything that overflows are errors, never guesses.
 */
import { checkNames } from "../core/options.ts";
import { claim, defaultLimit, fail, quote } from "./bytes.ts";
import { type CsvOptions, type CsvRow, csvRows, csvSettings, csvText } from "./csv-rows.ts";

/** `rows` holds the cells without the header; all rows are equally long, as long as `names` if there are any. */
export interface CsvTable {
  readonly names: string[] | null;
  readonly columns: number;
  readonly rows: string[][];
}

/**
 * @param input text, or bytes in UTF-8.
 * @throws HopfieldError E_FORMAT (malformed, ragged, not UTF-8, a first row that may or may not be a header, two columns of one name), E_LIMIT, E_RANGE (options).
 */
export function readCsv(input: Uint8Array | string, options?: CsvOptions): CsvTable {
  checkNames("readCsv", options, ["header", "delimiter", "limit"]);
  const { names, columns, rows, limit } = openTable("readCsv", input, options);
  const kept: string[][] = [];
  let taken = 0;
  for (const { line, cells } of rows) {
    taken += 64 + cells.reduce((sum, cell) => sum + 40 + 2 * cell.length, 0);
    claim("readCsv", `the table up to line ${line}`, taken, Math.min(limit, defaultLimit));
    kept.push(cells.slice());
  }
  return { names, columns, rows: kept };
}

/** Options of csvToMatrix. */
export interface CsvMatrixOptions extends CsvOptions {
  /** "refuse" (default): an empty cell is an error; "nan": empty cells, "NA" and "nan" in any case become NaN. */
  readonly missing?: "refuse" | "nan";
}

/** Row-major numbers in double precision; a MatrixLike of the package. */
export interface CsvMatrix {
  readonly names: string[] | null;
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Reads a table of numbers without keeping its text.
 * @param input text, or bytes in UTF-8.
 * @throws HopfieldError as readCsv; E_FORMAT for a cell that is not a decimal number or is missing, E_NONFINITE for one that is infinite or beyond the range of
 * doubles (1e999); both with line and column. E_SHAPE when there is no row of numbers.
 */
export function csvToMatrix(input: Uint8Array | string, options?: CsvMatrixOptions): CsvMatrix {
  const where = "csvToMatrix";
  const { missing = "refuse", ...rest } = options ?? {};
  checkNames(where, options, ["header", "delimiter", "limit", "missing"]);
  if (missing !== "refuse" && missing !== "nan") fail("E_RANGE", where, 'missing must be "refuse" or "nan"');
  const { names, columns, rows, limit, text } = openTable(where, input, rest);
  // Every cell takes at least one character (its own or what ends it), so this is at most 8 bytes a character whatever the first row says.
  const most = Math.min((countLines(text) - (names ? 1 : 0)) * columns, text.length + 1);
  claim(where, `a matrix of ${most} numbers`, 8 * most, limit);
  const data = new Float64Array(most);
  let filled = 0;
  for (const { line, cells } of rows) {
    cells.forEach((cell, column) => {
      data[filled++] = toNumber(where, cell, line, column, missing === "nan");
    });
  }
  if (filled === 0) fail("E_SHAPE", where, names ? "the table has a header but no rows" : "the table is empty");
  return { names, data: filled === most ? data : data.slice(0, filled), rows: filled / columns, columns };
}

/** Line ends (CRLF is one), and one more for a last line without one: at least as many as rows. */
function countLines(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) count++;
  }
  return /[\r\n]$/.test(text.slice(-1)) ? count : count + 1;
}

interface OpenTable {
  readonly names: string[] | null;
  readonly columns: number;
  readonly rows: Iterable<CsvRow>;
  readonly limit: number;
  readonly text: string;
}

/** The header taken off; rows are made one at a time as they are asked for. */
function openTable(where: string, input: Uint8Array | string, options: CsvOptions | undefined): OpenTable {
  const { header, delimiter, limit } = csvSettings(where, options);
  const text = csvText(where, input, limit);
  const rows = csvRows(where, text, delimiter);
  const first = rows.next().value;
  if (!first) return { names: null, columns: 0, rows: [], limit, text };
  const named = header === "auto" ? looksLikeHeader(where, first) : header;
  if (named) checkDistinct(where, first);
  return { names: named ? first.cells : null, columns: first.cells.length, rows: named ? rows : chain(first, rows), limit, text };
}

function* chain(first: CsvRow, rest: Iterable<CsvRow>): Generator<CsvRow, void, void> {
  yield first;
  yield* rest;
}

function looksLikeHeader(where: string, { line, cells }: CsvRow): boolean {
  const numbers = cells.filter((cell) => isNumber(cell.trim())).length;
  const texts = cells.filter((cell) => !isNumber(cell.trim()) && !isMissing(cell.trim())).length;
  if (numbers > 0 && texts > 0) {
    const example = cells.find((cell) => !isNumber(cell.trim()) && !isMissing(cell.trim())) ?? "";
    fail(
      "E_FORMAT",
      where,
      `line ${line} may be a header or not: it mixes numbers and text such as ${quote(example)}; say header: true or header: false`,
    );
  }
  return texts > 0;
}

function checkDistinct(where: string, { line, cells }: CsvRow): void {
  const seen = new Map<string, number>();
  cells.forEach((name, column) => {
    const before = seen.get(name);
    if (before !== undefined && name !== "")
      fail("E_FORMAT", where, `line ${line}: columns ${before + 1} and ${column + 1} are both named ${quote(name)}`);
    seen.set(name, column);
  });
}

/** Longer cells are not read as numbers, so that no cell costs more than a glance. */
const longestNumber = 400;

function isNumber(cell: string): boolean {
  return cell.length <= longestNumber && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(cell);
}

function isMissing(cell: string): boolean {
  return cell === "" || cell === "NA" || cell.toLowerCase() === "nan";
}

function toNumber(where: string, raw: string, line: number, column: number, nan: boolean): number {
  const cell = raw.trim();
  const here = `line ${line}, column ${column + 1}`;
  const details = { line, column: column + 1 };
  if (isNumber(cell)) {
    const value = Number(cell);
    if (!Number.isFinite(value)) fail("E_NONFINITE", where, `${here}: ${quote(cell)} is beyond the range of numbers`, details);
    return value;
  }
  if (isMissing(cell)) {
    if (nan) return Number.NaN;
    fail(
      "E_FORMAT",
      where,
      `${here}: the cell is ${cell === "" ? "empty" : quote(cell)}, expected a number (missing: "nan" reads it as NaN)`,
      details,
    );
  }
  if (/^[+-]?inf(inity)?$/i.test(cell)) fail("E_NONFINITE", where, `${here}: ${quote(cell)} is infinite`, details);
  const comma = cell.length < longestNumber && /^[+-]?\d+(,\d+)+(\.\d*)?$/.test(cell);
  const hint = comma ? " (write it without commas: thousands separators and decimal commas are not read)" : "";
  return fail("E_FORMAT", where, `${here}: ${quote(cell)} is not a decimal number${hint}`, details);
}

/**
 * @file Text to rows of cells, one row at a time: RFC 4180 with any single-character delimiter. Lines end with LF, CRLF or CR; a byte order mark is dropped;
 * blank lines at the end are ignored. Every cell is the text as it stands, without its quotes. Source: https://www.rfc-editor.org/rfc/rfc4180.
 */
import { checkNumber } from "../core/options.ts";
import { checkBytes, claim, decodeUtf8, defaultLimit, fail } from "./bytes.ts";

export interface CsvOptions {
  /** "auto" (default): the first row is a header if none of its cells is a number and one at least is text; true, false: it is, it is not. */
  readonly header?: "auto" | boolean;
  /** One character, not a quote or a line end. Default ",". */
  readonly delimiter?: string;
  /**
   * Most bytes of the result. Text: 64 for each row, 40 for each cell, 2 for each character (what an engine takes for them), and never more than the default.
   * Numbers: 8 each. Default 2^31 - 2^16.
   */
  readonly limit?: number;
}

export interface CsvRow {
  /** Line of the file on which the row starts, from 1. */
  readonly line: number;
  readonly cells: string[];
}

/** Longest text in bytes: engines have no longer strings (V8: 2^29 - 24 characters). */
const longestText = 2 ** 29 - 2 ** 16;

/** Most columns: a row is one array, and engines end the process when an array of strings passes about 2^27 entries. */
const mostColumns = 2 ** 24;

/** @throws HopfieldError E_FORMAT (not UTF-8, NUL characters), E_LIMIT (above 512 MiB or above `limit`), E_SHAPE (neither text nor bytes). */
export function csvText(where: string, input: Uint8Array | string, limit: number): string {
  const given = typeof input === "string" ? input : checkBytes(where, input);
  if (given.length > longestText) fail("E_LIMIT", where, `the text is ${given.length} bytes long, at most ${longestText} are read at once`);
  claim(where, "the text", given.length, limit);
  const text = typeof given === "string" ? given : decodeUtf8(where, "the text", given);
  const zero = text.indexOf("\0");
  if (zero >= 0) fail("E_FORMAT", where, `character ${zero} is NUL, so this is not a text file in UTF-8`);
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** @throws HopfieldError E_RANGE. */
export function csvSettings(
  where: string,
  options: CsvOptions | undefined,
): { header: "auto" | boolean; delimiter: string; limit: number } {
  const { header = "auto", delimiter = ",", limit = defaultLimit } = options ?? {};
  if (header !== "auto" && typeof header !== "boolean") fail("E_RANGE", where, 'header must be "auto", true or false');
  if (typeof delimiter !== "string" || delimiter.length !== 1 || '"\r\n\0\ufeff'.includes(delimiter)) {
    fail("E_RANGE", where, "delimiter must be one character other than a quote or a line end");
  }
  return { header, delimiter, limit: checkNumber(where, "limit", limit, { atLeast: 0, atMost: Number.MAX_SAFE_INTEGER, whole: true }) };
}

/**
 * @param text without its byte order mark.
 * @throws HopfieldError E_FORMAT naming line and column: a quote that is never closed, a quote inside a bare cell, text after a closing quote, rows of
 * different lengths; E_LIMIT for more than 2^24 columns.
 */
export function* csvRows(where: string, text: string, delimiter: string): Generator<CsvRow, void, void> {
  const delimiterCode = delimiter.charCodeAt(0);
  let at = 0;
  let line = 1;
  let columns: number | undefined;
  let blanks = 0;

  function place(column: number): string {
    return `line ${line}, column ${column + 1}`;
  }
  function isEnd(code: number): boolean {
    return code === 10 || code === 13 || code === delimiterCode;
  }
  /** The cell at `at`, inside quotes; leaves `at` behind the closing quote. */
  function quoted(column: number): string {
    const opened = place(column);
    const from = at + 1;
    let doubled = false;
    let end = text.indexOf('"', from);
    while (end >= 0 && text[end + 1] === '"') {
      doubled = true;
      end = text.indexOf('"', end + 2);
    }
    if (end < 0) fail("E_FORMAT", where, `${opened}: the quote is never closed`);
    line += countLines(text, from, end);
    at = end + 1;
    if (at < text.length && !isEnd(text.charCodeAt(at))) fail("E_FORMAT", where, `${place(column)}: text after the closing quote`);
    const cell = text.slice(from, end);
    return doubled ? cell.replaceAll('""', '"') : cell;
  }
  function bare(column: number): string {
    const from = at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isEnd(code)) break;
      if (code === 34) fail("E_FORMAT", where, `${place(column)}: a quote inside a cell that does not start with one`);
    }
    return text.slice(from, at);
  }
  function checked(row: CsvRow): CsvRow {
    columns ??= row.cells.length;
    if (row.cells.length !== columns)
      fail("E_FORMAT", where, `line ${row.line} has ${row.cells.length} cells, the first row has ${columns}`, { line: row.line });
    return row;
  }

  while (at < text.length) {
    const row: CsvRow = { line, cells: [] };
    const start = at;
    for (;;) {
      if (row.cells.length === mostColumns) fail("E_LIMIT", where, `line ${row.line} has more than ${mostColumns} cells`);
      row.cells.push(text[at] === '"' ? quoted(row.cells.length) : bare(row.cells.length));
      if (text[at] !== delimiter) break;
      at++;
    }
    const empty = at === start;
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    line++;
    if (empty) {
      blanks++;
      continue;
    }
    // Blank lines are rows with one empty cell, unless nothing but blank lines follows.
    for (; blanks > 0; blanks--) yield checked({ line: row.line - blanks, cells: [""] });
    yield checked(row);
  }
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) count++;
  }
  return count;
}

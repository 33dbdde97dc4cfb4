/** @file Cells of a table: what counts as missing, what as a number, and what is refused because it would be misread. docs/tables/csv.md states the treatment. */
import { HopfieldError } from "../core/errors.ts";

/** Ways of writing "no value", compared without case and surrounding blanks. */
export const missingMarks: readonly string[] = ["", "?", "na", "n/a", "nan", "null"];

export function isMissing(cell: string): boolean {
  return cell.length <= 4 && missingMarks.includes(cell.trim().toLowerCase());
}

/** Longer cells are text, whatever they hold. */
const longestNumber = 400;

/** A decimal number, or null. Hexadecimal, decimal commas and thousands separators are text. */
export function decimalOf(cell: string): number | null {
  const text = cell.trim();
  if (text.length > longestNumber || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return null;
  return Number(text);
}

/** A spreadsheet's formula: an equals sign and something to compute. Saved tables hold values; a formula means the export went wrong. */
export function isFormula(cell: string): boolean {
  return /^\s*=\s*[-+(A-Za-z0-9"$'@]/.test(cell);
}

/** "row 3, column "age"": rows are counted from 1 below the header. */
export function placeOf(row: number, name: string): string {
  return `row ${row + 1}, column ${JSON.stringify(name)}`;
}

export const shown = (cell: string): string => JSON.stringify(cell.length > 30 ? `${cell.slice(0, 30)}…` : cell);

/** @throws HopfieldError E_FORMAT (text, a formula), E_NONFINITE (beyond the range of doubles). @returns NaN for a missing cell. */
export function numberOf(where: string, cell: string, row: number, name: string): number {
  if (isMissing(cell)) return Number.NaN;
  const value = decimalOf(cell);
  if (value === null) {
    const comma = /^[+-]?\d+(,\d+)+(\.\d*)?$/.test(cell.trim());
    const hint = isFormula(cell)
      ? " (a formula: save the table with its values)"
      : comma
        ? " (write a decimal point; commas are not read)"
        : "; leave a missing cell empty, or write NA or ?";
    throw new HopfieldError("E_FORMAT", `${where}: ${placeOf(row, name)} is ${shown(cell)}, expected a number${hint}`, {
      row,
      column: name,
    });
  }
  if (!Number.isFinite(value))
    throw new HopfieldError("E_NONFINITE", `${where}: ${placeOf(row, name)}: ${shown(cell)} is beyond the range of numbers`, {
      row,
      column: name,
    });
  return value;
}

/** @throws HopfieldError E_FORMAT for a formula. @returns null for a missing cell. */
export function categoryOf(where: string, cell: string, row: number, name: string): string | null {
  if (isFormula(cell))
    throw new HopfieldError(
      "E_FORMAT",
      `${where}: ${placeOf(row, name)} holds the formula ${shown(cell)}; save the table with its values`,
      {
        row,
        column: name,
      },
    );
  return isMissing(cell) ? null : cell.trim();
}

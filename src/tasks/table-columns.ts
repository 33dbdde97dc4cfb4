/**
 * @file What each column of a table is: numbers, categories, or nothing to learn from. Types are inferred from all cells, told with their reason, and overridden by name.
 * docs/tables/csv.md has the rules.
 */
import { HopfieldError } from "../core/errors.ts";
import { nearestName } from "../core/options.ts";
import { decimalOf, isFormula, isMissing, placeOf, shown } from "./table-cells.ts";

/** A table as text: readCsv makes one. */
export interface TableText {
  readonly names: readonly string[] | null;
  readonly rows: readonly (readonly string[])[];
}

export type ColumnType = "numeric" | "categorical" | "ignored";
export const columnTypes: readonly ColumnType[] = ["numeric", "categorical", "ignored"];

export interface ColumnReport {
  readonly name: string;
  readonly type: ColumnType;
  /** Why it is that: "numbers", "text", "as told", "constant", "empty", ... */
  readonly why: string;
  readonly missing: number;
  /** Different values, missing cells not counted; at most 1 000 are counted. */
  readonly distinct: number;
}

/** Most feature columns of a table. */
export const mostColumns = 10_000;
/** Of a column of text the most frequent values are categories; the others together are one that was never seen. */
export const mostCategories = 64;
const counted = 1000;

/** Names under which exporters write row numbers. */
const rowNumberNames = /^(|id|index|idx|row|rowid|row_?id|row_?number|no|nr|unnamed: ?\d+|.*[_ ]id)$/i;

/**
 * @param types overrides by column name. @param skip columns that are no features (the target, the bag, fold marks).
 * @throws HopfieldError E_FORMAT (no header, a name that is not there, a column that mixes numbers and text, a formula), E_SHAPE (no rows, no feature left), E_LIMIT (too many columns).
 */
export function inspectColumns(
  where: string,
  { names, rows }: TableText,
  types: Readonly<Record<string, ColumnType>> = {},
  skip: readonly string[] = [],
): ColumnReport[] {
  if (!names) throw new HopfieldError("E_FORMAT", `${where}: the table needs a header line with the names of its columns`);
  if (rows.length === 0) throw new HopfieldError("E_SHAPE", `${where}: the table has a header but no rows`);
  if (names.length - skip.length > mostColumns)
    throw new HopfieldError(
      "E_LIMIT",
      `${where}: the table has ${names.length} columns, at most ${mostColumns} are learned from; leave out those that do not matter`,
    );
  for (const name of [...Object.keys(types), ...skip]) columnAt(where, names, name);
  const reports = names.flatMap((name, c) => (skip.includes(name) ? [] : [inspect(where, name, c, rows, types[name])]));
  if (reports.every(({ type }) => type === "ignored"))
    throw new HopfieldError(
      "E_SHAPE",
      `${where}: no column is left to learn from: ${
        reports
          .map(({ name, why }) => `${name} (${why})`)
          .slice(0, 8)
          .join(", ") || "the target is the only one"
      }`,
    );
  return reports;
}

/** @throws HopfieldError E_FORMAT naming the nearest column. */
export function columnAt(where: string, names: readonly string[], name: string): number {
  const found = names.indexOf(name);
  if (found >= 0) return found;
  const near = nearestName(name, names);
  throw new HopfieldError(
    "E_FORMAT",
    `${where}: no column ${JSON.stringify(name)}${near ? `; did you mean ${JSON.stringify(near)}?` : `; there are ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}`}`,
  );
}

interface Facts {
  missing: number;
  numbers: number;
  whole: boolean;
  firstText: number;
  /** Whether every cell is one more than the one above. */
  counting: boolean;
  readonly values: Set<string>;
}

function factsOf(c: number, rows: TableText["rows"]): Facts {
  const facts: Facts = { missing: 0, numbers: 0, whole: true, firstText: -1, counting: true, values: new Set() };
  let before: number | null = null;
  rows.forEach((row, i) => {
    const cell = row[c] as string;
    if (isMissing(cell)) {
      facts.counting = false;
      facts.missing++;
      return;
    }
    const value = decimalOf(cell);
    facts.counting &&= value !== null && (before === null || value === before + 1);
    before = value;
    if (value === null) {
      if (facts.firstText < 0) facts.firstText = i;
    } else {
      facts.numbers++;
      facts.whole &&= Number.isInteger(value);
    }
    // 1 and 1.0 are the same number.
    if (facts.values.size < counted) facts.values.add(value === null ? cell.trim() : String(value));
  });
  return facts;
}

function inspect(where: string, name: string, c: number, rows: TableText["rows"], told: ColumnType | undefined): ColumnReport {
  const facts = factsOf(c, rows);
  const { missing, values } = facts;
  const report = (type: ColumnType, why: string): ColumnReport => ({ name, type, why, missing, distinct: values.size });
  if (told === "ignored") return report("ignored", "as told");
  if (values.size === 0) return report("ignored", "empty");
  const present = rows.length - missing;
  if (values.size === 1) return report("ignored", "constant");
  if (told) return report(told, "as told");
  if (facts.firstText < 0) {
    const named = facts.whole && values.size >= Math.min(present, counted) && rowNumberNames.test(name.trim());
    if (present >= 10 && (named || facts.counting)) return report("ignored", "numbers its rows");
    return report("numeric", "numbers");
  }
  const example = (rows[facts.firstText] as readonly string[])[c] as string;
  if (isFormula(example))
    throw new HopfieldError(
      "E_FORMAT",
      `${where}: ${placeOf(facts.firstText, name)} holds the formula ${shown(example)}; save the table with its values`,
    );
  if (/^\s*[+-]?\d+(,\d+)+(\.\d*)?\s*$/.test(example))
    throw new HopfieldError(
      "E_FORMAT",
      `${where}: ${placeOf(facts.firstText, name)} is ${shown(example)}: write a decimal point and no thousands separators, or give its type: ${name}=categorical`,
    );
  // A few words among many numbers are more likely a slip or a mark for missing than categories.
  if (facts.numbers > present / 2 && values.size > 20)
    throw new HopfieldError(
      "E_FORMAT",
      `${where}: column ${JSON.stringify(name)} holds numbers, but row ${facts.firstText + 1} is ${shown(example)}; leave missing cells empty (or NA, ?), or give its type: ${name}=categorical`,
    );
  if (present >= 20 && values.size >= Math.min(counted, 0.9 * present)) return report("ignored", "nearly every cell is different");
  return report("categorical", facts.numbers > 0 ? "text and numbers" : "text");
}

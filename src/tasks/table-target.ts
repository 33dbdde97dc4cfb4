/** @file The column that is to be predicted: class names or numbers. Whole numbers of few values are classes unless told otherwise. */
import { HopfieldError } from "../core/errors.ts";
import { categoryOf, decimalOf, isMissing, numberOf, placeOf, shown } from "./table-cells.ts";
import { type ColumnType, columnAt, type TableText } from "./table-columns.ts";

export type TargetPlan =
  | { readonly name: string; readonly kind: "classes"; readonly classes: readonly string[] }
  | { readonly name: string; readonly kind: "number" };

/** Numbers with at most so many different values, all whole, are classes. */
const mostWholeClasses = 20;
/** Most classes there may be. */
const mostClasses = 1000;

/**
 * @param kind of the column when the caller knows: "categorical" or "numeric".
 * @throws HopfieldError E_FORMAT (no such column, a cell that is no number), E_SHAPE (no row has a target, one class, a constant number), E_LIMIT (too many classes).
 */
export function inspectTarget(where: string, { names, rows }: TableText, name: string, kind?: ColumnType): TargetPlan {
  const c = columnAt(where, names ?? [], name);
  const cells = rows.map((row) => row[c] as string).filter((cell) => !isMissing(cell));
  if (cells.length === 0) throw new HopfieldError("E_SHAPE", `${where}: no row has a value in the target ${JSON.stringify(name)}`);
  const values = new Set(cells.map((cell) => cell.trim()));
  if (values.size === 1)
    throw new HopfieldError("E_SHAPE", `${where}: every target is ${shown([...values][0] as string)}; there is nothing to tell apart`);
  const numbers = cells.every((cell) => decimalOf(cell) !== null);
  if (kind === "numeric" || (kind === undefined && numbers && !areClasses(values, cells.length))) {
    for (const [i, row] of rows.entries()) numberOf(where, row[c] as string, i, name);
    return { name, kind: "number" };
  }
  if (values.size > mostClasses || (!numbers && values.size > 20 && values.size > 0.5 * cells.length))
    throw new HopfieldError(
      "E_LIMIT",
      `${where}: the target ${JSON.stringify(name)} has ${values.size} different values in ${cells.length} rows: it does not name classes`,
    );
  for (const [i, row] of rows.entries()) categoryOf(where, row[c] as string, i, name);
  const sorted = [...values].sort((a, b) => (numbers ? Number(a) - Number(b) : a < b ? -1 : 1));
  return { name, kind: "classes", classes: sorted };
}

function areClasses(values: ReadonlySet<string>, count: number): boolean {
  return [...values].every((value) => Number.isInteger(Number(value))) && values.size <= Math.min(mostWholeClasses, Math.max(2, count / 3));
}

/**
 * Class numbers, or the numbers themselves; NaN where the cell is missing.
 * @throws HopfieldError E_RANGE for a class that is not in the plan, E_FORMAT for text among numbers.
 */
export function readTargets(where: string, { names, rows }: TableText, plan: TargetPlan): Float64Array {
  const c = columnAt(where, names ?? [], plan.name);
  return Float64Array.from(rows, (row, i) => {
    const cell = row[c] as string;
    if (isMissing(cell)) return Number.NaN;
    if (plan.kind === "number") return numberOf(where, cell, i, plan.name);
    const found = plan.classes.indexOf(cell.trim());
    if (found < 0)
      throw new HopfieldError(
        "E_RANGE",
        `${where}: ${placeOf(i, plan.name)} is ${shown(cell)}, none of the classes ${plan.classes.slice(0, 8).join(", ")}`,
      );
    return found;
  });
}

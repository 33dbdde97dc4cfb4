/** @file A table read for learning: what its columns are, what is to be predicted, and which rows say so. docs/tables/csv.md */
import { HopfieldError } from "../core/errors.ts";
import { type ColumnReport, type ColumnType, inspectColumns, type TableText } from "./table-columns.ts";
import { inspectTarget, readTargets, type TargetPlan } from "./table-target.ts";

export interface TableOptions {
  readonly target: string;
  /** Types by column name, where the inferred ones are wrong; the target's "categorical" asks for classes, "numeric" for a number. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** Columns that are neither features nor target. */
  readonly skip?: readonly string[];
}

export interface LearningTable {
  readonly text: TableText;
  readonly columns: readonly ColumnReport[];
  readonly target: TargetPlan;
  /** Class numbers or numbers, one a row of the table; NaN where the cell is missing. */
  readonly targets: Float64Array;
  /** Rows with a target. */
  readonly rows: readonly number[];
}

/** @throws HopfieldError as inspectColumns, inspectTarget, readTargets; E_SHAPE for fewer than four rows with a target. */
export function openTable(text: TableText, { target, types = {}, skip = [] }: TableOptions, where = "table"): LearningTable {
  const { [target]: kind, ...others } = types;
  if (!text.names) throw new HopfieldError("E_FORMAT", `${where}: the table needs a header line with the names of its columns`);
  if (kind === "ignored") throw new HopfieldError("E_RANGE", `${where}: the target ${JSON.stringify(target)} cannot be ignored`);
  if (text.rows.length === 0) throw new HopfieldError("E_SHAPE", `${where}: the table has a header but no rows`);
  const plan = inspectTarget(where, text, target, kind);
  const columns = inspectColumns(where, text, others, [...new Set([target, ...skip])]);
  const targets = readTargets(where, text, plan);
  const rows = Array.from(targets.keys()).filter((i) => !Number.isNaN(targets[i]));
  if (rows.length < 4) throw new HopfieldError("E_SHAPE", `${where}: ${rows.length} rows have a target, at least 4 are needed`);
  return { text, columns, target: plan, targets, rows };
}

/** How many classes there are; null for a number. */
export const classCount = (target: TargetPlan): number | null => (target.kind === "classes" ? target.classes.length : null);

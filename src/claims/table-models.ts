/** @file A table model on given rows, scored on others: what the claims about tables share. */
import {
  type ClassScore,
  fitTable,
  type LearningTable,
  predictTable,
  scoreClasses,
  someText,
  type TableFit,
  type TableModelName,
} from "../tasks/index.ts";

/** A trainer; tests hand in ones that do not learn. */
export type FitTable = typeof fitTable;

export function learn(
  table: LearningTable,
  rows: readonly number[],
  model: TableModelName,
  seed: number,
  watched: readonly number[] | null,
  trainer: FitTable = fitTable,
): TableFit {
  const run = trainer(table, { model, rows, seed, ...(watched ? { watched } : {}) });
  let next = run.next();
  while (!next.done) next = run.next();
  return next.value;
}

export function scoreRows(table: LearningTable, { model }: TableFit, test: readonly number[]): ClassScore {
  const { values, columns } = predictTable(model, someText(table.text, test), 0);
  return scoreRowsOf(table, values, columns, test);
}

export function scoreRowsOf(table: LearningTable, values: ArrayLike<number>, columns: number, test: readonly number[]): ClassScore {
  return scoreClasses(
    { data: values, rows: test.length, columns },
    test.map((i) => table.targets[i] as number),
  );
}

/** @file A table model on given rows, scored on others: what the claims about tables share. */
import {
  type ClassScore,
  fitTable,
  type LearningTable,
  predictTable,
  scoreClasses,
  someText,
  type TableFit,
  type TableFitOptions,
  type TableModel,
} from "../tasks/index.ts";

/** A trainer; tests hand in ones that do not learn. */
export type FitTable = typeof fitTable;

export function learn(table: LearningTable, options: TableFitOptions, trainer: FitTable = fitTable): TableFit {
  const run = trainer(table, options);
  let next = run.next();
  while (!next.done) next = run.next();
  return next.value;
}

export function scoreRows(table: LearningTable, model: TableModel, test: readonly number[]): ClassScore {
  const { values, columns } = predictTable(model, someText(table.text, test), 0);
  return scoreRowsOf(table, values, columns, test);
}

export function scoreRowsOf(table: LearningTable, values: ArrayLike<number>, columns: number, test: readonly number[]): ClassScore {
  return scoreClasses(
    { data: values, rows: test.length, columns },
    test.map((i) => table.targets[i] as number),
  );
}

/** @file One completed row: what was shown, what came back, and the stored row it resembles most. Up to 60 columns as a table, pictures as pictures. */
import { percent, short } from "../charts/format.ts";
import { RowChart } from "../charts/row-chart.tsx";
import { RowPictures } from "../charts/row-pictures.tsx";
import type { Apply } from "../state/types.ts";
import { columnName, hiddenColumns, type Table, type TableAnswer, type TableState, toggleColumn, typeValue } from "../table/state.ts";
import { Scroll } from "./elements.tsx";

interface Props {
  readonly state: TableState;
  readonly table: Table;
  readonly answer: TableAnswer;
  readonly dark: boolean;
  readonly apply: Apply;
}

const mostColumns = 60;

export function TableAnswerView({ state, table, answer, dark, apply }: Props) {
  const { result } = answer;
  const columns = Math.min(table.columns, mostColumns);
  // What is hidden now, not when the answer was asked for: a tick must stand as soon as it is made.
  const hides = hiddenColumns(table, state.cue);
  const right = answer.topRow === state.cue.row;
  return (
    <div class="row-answer">
      <p class="headline" aria-live="polite">
        {result.label === "none" ? "Completed." : `Closest: row ${answer.topRow + 1}${right ? ", the one the cue came from" : ""}.`}
      </p>
      <p>
        Label {result.label}, weight {percent(result.weight)}, margin {short(result.margin)}, bound{" "}
        {result.bound === null ? "none" : short(result.bound)}.{" "}
        {answer.alternatives.length > 1
          ? `Next: ${answer.alternatives
              .slice(1, 4)
              .map(({ row, weight }) => `row ${row + 1} (${percent(weight)})`)
              .join(", ")}.`
          : ""}
      </p>
      {table.width ? <RowPictures answer={answer} width={table.width} dark={dark} /> : <RowChart table={table} answer={answer} />}
      {table.width ? null : (
        <Scroll label="The completed row">
          <table>
            <thead>
              <tr>
                <th scope="col">column</th>
                <th scope="col">shown</th>
                <th scope="col">value</th>
                <th scope="col">completed</th>
                <th scope="col">closest stored</th>
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: columns }, (_, k) => {
                const hidden = hides[k] === 1;
                const name = columnName(table, k);
                return (
                  <tr key={name} class={hidden ? "hidden" : ""}>
                    <th scope="row">{name}</th>
                    <td>
                      <input type="checkbox" checked={!hidden} aria-label={`Show ${name}`} onChange={() => apply(toggleColumn(k))} />
                    </td>
                    <td>
                      <input
                        type="text"
                        inputMode="decimal"
                        size={8}
                        value={hidden ? "" : short(answer.cue[k] ?? null, 5).replace("−", "-")}
                        placeholder="missing"
                        aria-label={`Value of ${name}`}
                        onChange={(event) => apply(typeValue(k, event.currentTarget.value))}
                      />
                    </td>
                    <td>{cell(table, answer.values, k)}</td>
                    <td>{answer.top ? cell(table, answer.top, k) : "–"}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {table.columns > columns ? (
            <p class="quiet">
              The first {columns} of {table.columns} columns; the exported file has all.
            </p>
          ) : null}
        </Scroll>
      )}
    </div>
  );
}

/** Four digits; what is nothing beside the spread of its column is 0. */
function cell(table: Table, values: Float32Array, column: number): string {
  const value = values[column] ?? 0;
  return short(Math.abs(value) < 1e-5 * (table.deviation[column] ?? 1) ? 0 : value, 4);
}

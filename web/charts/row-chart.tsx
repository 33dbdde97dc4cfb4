/** @file A completed row as a chart: per column the value shown, the completed one and that of the closest stored row, in standard deviations from the column's mean. Also the figure that is exported. */

import { columnName, type Table, type TableAnswer } from "../table/state.ts";
import { Scroll } from "../views/elements.tsx";

interface Props {
  readonly table: Table;
  readonly answer: TableAnswer;
}

const mostColumns = 40;
const [step, height, top, bottom, left] = [26, 236, 16, 80, 40];

/** Three shapes, three colours: never colour alone. */
export function RowChart({ table, answer }: Props) {
  const columns = Math.min(table.columns, mostColumns);
  const z = (values: Float32Array, k: number): number => ((values[k] ?? 0) - (table.mean[k] ?? 0)) / (table.deviation[k] ?? 1);
  const reach = Math.max(
    2,
    ...Array.from({ length: columns }, (_, k) => Math.abs(z(answer.values, k))),
    ...Array.from({ length: columns }, (_, k) => (answer.missing[k] ? 0 : Math.abs(z(answer.cue, k)))),
  );
  const width = left + columns * step + 150;
  const y = (value: number): number => top + ((reach - Math.max(-reach, Math.min(reach, value))) / (2 * reach)) * (height - top - bottom);
  const x = (k: number): number => left + (k + 0.5) * step;
  const legend = [
    ["shown", "shown"],
    ["completed", "done"],
    ["closest stored", "stored"],
  ] as const;
  return (
    <Scroll label="Chart of the completed row">
      <svg
        id="row-chart"
        class="chart row"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`Row ${answer.topRow + 1} is closest. Values of ${columns} columns in standard deviations.`}
      >
        {[-reach, 0, reach].map((value) => (
          <g key={value}>
            <line class="axis" x1={left} x2={left + columns * step} y1={y(value)} y2={y(value)} />
            <text class="tick" x={left - 6} y={y(value) + 4} text-anchor="end">
              {Number(value.toFixed(1))}
            </text>
          </g>
        ))}
        {Array.from({ length: columns }, (_, k) => (
          <g key={columnName(table, k)}>
            {answer.top ? <rect class="stored" x={x(k) - 7} y={y(z(answer.top, k)) - 1.5} width="14" height="3" /> : null}
            {answer.missing[k] ? null : <circle class="shown" cx={x(k)} cy={y(z(answer.cue, k))} r="5" />}
            <path class="done" d={`M${x(k)} ${y(z(answer.values, k)) - 5}l5 5l-5 5l-5 -5z`} />
            <text class="tick" transform={`translate(${x(k) + 3} ${height - bottom + 10}) rotate(60)`}>
              {columnName(table, k).slice(0, 9)}
            </text>
          </g>
        ))}
        {legend.map(([name, kind], i) => (
          <g key={name} transform={`translate(${left + columns * step + 20} ${top + 14 + 22 * i})`}>
            {kind === "shown" ? (
              <circle class="shown" r="5" />
            ) : kind === "done" ? (
              <path class="done" d="M0 -5l5 5l-5 5l-5 -5z" />
            ) : (
              <rect class="stored" x="-7" y="-1.5" width="14" height="3" />
            )}
            <text class="tick" x="14" y="4">
              {name}
            </text>
          </g>
        ))}
      </svg>
    </Scroll>
  );
}

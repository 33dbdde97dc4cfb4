/** @file The weights on all stored patterns as one strip of lines, in the order they are stored; heights are square roots, so that small weights show. */
import { percent } from "./format.ts";

interface Props {
  readonly weights: ArrayLike<number>;
  readonly names: (index: number) => string;
}

const [width, height] = [640, 64];

export function WeightStrip({ weights, names }: Props) {
  const M = weights.length;
  let top = 0;
  let visible = 0;
  // One line a pixel at most: the largest weight that falls on it.
  const columns = new Float64Array(Math.min(M, width));
  for (let i = 0; i < M; i++) {
    const w = weights[i] ?? 0;
    if (w > (weights[top] ?? 0)) top = i;
    if (w >= 0.001) visible++;
    const at = Math.floor((i * columns.length) / M);
    columns[at] = Math.max(columns[at] ?? 0, w);
  }
  const step = width / columns.length;
  const path = Array.from(columns, (w, i) => {
    const tall = Math.sqrt(Math.min(1, Math.max(0, w))) * (height - 4);
    return tall < 0.5 ? "" : `M${((i + 0.5) * step).toFixed(1)} ${height}v-${tall.toFixed(1)}`;
  }).join("");
  return (
    <svg
      class="chart strip"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Weights on ${M} stored patterns: the largest is ${percent(weights[top] ?? 0)} on ${names(top)}; ${visible} are at least 0.1 %`}
    >
      <path class="bars" d={path} stroke-width={Math.max(1.5, Math.min(10, step * 0.6)).toFixed(1)} />
    </svg>
  );
}

/** @file A completed row of pictures: what was shown, what came back, the closest stored one; as one figure, so that it can be exported. */
import type { TableAnswer } from "../table/state.ts";
import { pictureAddress } from "./picture.ts";

interface Props {
  readonly answer: TableAnswer;
  /** Pixels in a row. */
  readonly width: number;
  readonly dark: boolean;
}

const [size, gap] = [160, 20];

/** Any range of numbers to 0 ... 1, the same for all three. */
function toUnit(values: Float32Array, low: number, high: number): Float32Array {
  return values.map((x) => (x - low) / (high - low || 1));
}

export function RowPictures({ answer, width, dark }: Props) {
  const { cue, values, top, missing } = answer;
  let [low, high] = [0, 1];
  for (const x of values) [low, high] = [Math.min(low, x), Math.max(high, x)];
  const tall = Math.round((size * Math.ceil(values.length / width)) / width);
  const pictures = [
    { name: "shown", numbers: cue, gone: missing },
    { name: "completed", numbers: values, gone: undefined },
    ...(top ? [{ name: "closest stored", numbers: top, gone: undefined }] : []),
  ];
  const whole = pictures.length * (size + gap) - gap;
  return (
    <svg
      id="row-chart"
      class="chart row-pictures"
      viewBox={`0 0 ${whole} ${tall + 28}`}
      role="img"
      aria-label={`The row as it was shown, completed, and the closest stored row, number ${answer.topRow + 1}`}
    >
      {pictures.map(({ name, numbers, gone }, i) => (
        <g key={name} transform={`translate(${i * (size + gap)} 0)`}>
          <image
            href={pictureAddress(toUnit(numbers, low, high), width, { dark, missing: gone })}
            width={size}
            height={tall}
            style="image-rendering:pixelated"
          />
          <rect class="frame" x="0.5" y="0.5" width={size - 1} height={tall - 1} />
          <text class="tick" x="0" y={tall + 20}>
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}

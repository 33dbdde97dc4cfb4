/** @file The strip of `hopfield diffusion --strip`: a row for each chain, from noise at the left to a stored picture at the right, with the collapse and the speciation marked. */
import { writePng } from "../data/index.ts";
import { drawText, glyphHeight, glyphWidth } from "./bitmap-font.ts";
import { short } from "./io.ts";

/** States of one time: chains x pixels. */
export interface StripColumn {
  readonly time: number;
  readonly states: Float64Array;
}

export interface Strip {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  /** In the order of the run: times fall. */
  readonly columns: readonly StripColumn[];
  /** Vertical lines between the columns before and after a time. */
  readonly marks: readonly { readonly time: number; readonly name: string }[];
  /** What the stored patterns' entries lie between, and their variance: noise is shrunk to this range. */
  readonly low: number;
  readonly high: number;
  readonly variance: number;
}

type Colour = readonly [number, number, number];
const background: Colour = [38, 38, 38];
const ink: Colour = [235, 235, 235];
/** Of the palette of Okabe and Ito. */
const markColours: readonly Colour[] = [
  [230, 159, 0],
  [86, 180, 233],
];
const margin = 14;
const gap = 4;
const markWidth = 4;

/** @returns the bytes of a png file. */
export function drawStrip({ title, width, height, rows, columns, marks, low, high, variance }: Strip): Uint8Array {
  const scale = Math.max(1, Math.round(56 / Math.max(width, height)));
  const [cellWidth, cellHeight] = [width * scale, height * scale];
  const step = Math.max(cellWidth, 6 * (glyphWidth + 1)) + 2 * gap + markWidth;
  const line = glyphHeight * 2 + 10;
  const imageWidth = Math.max(2 * margin + columns.length * step, 2 * margin + title.length * 2 * (glyphWidth + 1));
  const top = margin + line + glyphHeight + 8;
  const imageHeight = top + rows * (cellHeight + gap) + margin + marks.length * (glyphHeight + 6);
  const data = new Uint8Array(imageWidth * imageHeight * 3);
  for (let i = 0; i < data.length; i++) data[i] = background[i % 3] ?? 0;
  const dot = (x: number, y: number, colour: Colour): void => {
    if (x >= 0 && x < imageWidth && y >= 0 && y < imageHeight) data.set(colour, (y * imageWidth + x) * 3);
  };
  const block = (x: number, y: number, w: number, h: number, colour: Colour): void => {
    for (let j = 0; j < h; j++) for (let i = 0; i < w; i++) dot(x + i, y + j, colour);
  };
  const write = (text: string, x: number, y: number, size: number, colour: Colour = ink): void =>
    drawText(text, (i, j) => block(x + i * size, y + j * size, size, size, colour));

  write(title, margin, margin, 2);
  columns.forEach(({ time, states }, c) => {
    const x = margin + c * step;
    write(short(time, 2), x, margin + line, 1);
    // The variance of a state is that of the patterns plus t: shrunk by their ratio, noise fills the range that the patterns do.
    const shrink = Math.sqrt(variance / (variance + time));
    const middle = (low + high) / 2;
    for (let b = 0; b < rows; b++) {
      for (let j = 0; j < cellHeight; j++) {
        for (let i = 0; i < cellWidth; i++) {
          const at = b * width * height + Math.floor(j / scale) * width + Math.floor(i / scale);
          const value = middle + ((states[at] ?? 0) - middle) * shrink;
          const grey = Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))));
          dot(x + i, top + b * (cellHeight + gap) + j, [grey, grey, grey]);
        }
      }
    }
  });
  marks.forEach(({ time, name }, m) => {
    const colour = markColours[m % markColours.length] ?? ink;
    const after = columns.findIndex((column) => column.time < time);
    const y = top + rows * (cellHeight + gap) + m * (glyphHeight + 6);
    if (after > 0) block(margin + after * step - gap - markWidth + m, top - 4, markWidth - 1, rows * (cellHeight + gap) + 4, colour);
    write(`${name} T = ${short(time, 4)}`, margin, y + 6, 1, colour);
  });
  return writePng({ width: imageWidth, height: imageHeight, channels: 3, data });
}

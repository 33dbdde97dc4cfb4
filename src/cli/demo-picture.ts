/** @file The demo's picture: one row for each kind of cue, one column for each digit, each cell the digit as it was, the cue, and the answer. */
import { writePng } from "../data/index.ts";
import { drawText, glyphHeight } from "./bitmap-font.ts";
import type { Shown } from "./demo-conditions.ts";

export interface PictureRow {
  readonly caption: string;
  readonly cells: readonly Shown[];
}

type Colour = readonly [number, number, number];

/** Of the palette of Okabe and Ito, which colour-blind people can tell apart; missing pixels are also hatched, so that they differ without colour. */
const missing: Colour = [0, 114, 178];
const missingStripe: Colour = [86, 180, 233];
const wrong: Colour = [230, 159, 0];
const background: Colour = [38, 38, 38];
const ink: Colour = [235, 235, 235];

const scale = 2;
const gap = 4;
const cellGap = 18;
const margin = 14;
const textScale = 2;

/** @param side pixels of a digit's side. @returns the bytes of a png file. */
export function drawPicture(title: string, rows: readonly PictureRow[], side: number): Uint8Array {
  const digit = side * scale;
  const cell = 3 * digit + 2 * gap;
  const columns = Math.max(...rows.map((row) => row.cells.length));
  const textLine = glyphHeight * textScale + 10;
  const width = 2 * margin + columns * cell + (columns - 1) * cellGap;
  const height = 2 * margin + textLine + rows.length * (textLine + digit + 12);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = background[i % 3] ?? 0;

  const dot = (x: number, y: number, colour: Colour): void => {
    if (x >= 0 && x < width && y >= 0 && y < height) data.set(colour, (y * width + x) * 3);
  };
  const block = (x: number, y: number, w: number, h: number, colour: Colour): void => {
    for (let j = 0; j < h; j++) for (let i = 0; i < w; i++) dot(x + i, y + j, colour);
  };
  const write = (text: string, x: number, y: number): void =>
    drawText(text, (i, j) => block(x + i * textScale, y + j * textScale, textScale, textScale, ink));
  const draw = (pixels: Float32Array, x: number, y: number): void => {
    for (let j = 0; j < digit; j++) {
      for (let i = 0; i < digit; i++) {
        const value = pixels[Math.floor(j / scale) * side + Math.floor(i / scale)] ?? 0;
        const grey = Math.round(255 * Math.min(1, Math.max(0, value)));
        dot(x + i, y + j, Number.isNaN(value) ? ((i + j) % 8 < 2 ? missingStripe : missing) : [grey, grey, grey]);
      }
    }
  };

  write(title, margin, margin);
  rows.forEach(({ caption, cells }, r) => {
    const top = margin + textLine + r * (textLine + digit + 12);
    write(caption, margin, top);
    cells.forEach(({ original, cue, answer, right }, c) => {
      const x = margin + c * (cell + cellGap);
      const y = top + textLine;
      const places = [x, x + digit + gap, x + 2 * (digit + gap)] as const;
      if (!right) block(places[2] - 3, y - 3, digit + 6, digit + 6, wrong);
      draw(original, places[0], y);
      draw(cue, places[1], y);
      draw(answer, places[2], y);
    });
  });
  return writePng({ width, height, channels: 3, data });
}

/** @file The letters A to Z as pictures, drawn here by a pen from lists of strokes: the same pixels on every machine, which no installed font would give. */
import { pixelCount, side, visitStroke } from "./pen.ts";
import type { Patterns } from "./types.ts";

/** Strokes are separated by "|", points by blanks; a point is x and y on a grid 0 ... 8 wide and 0 ... 8 high, y downwards, as two digits. */
const strokes: Readonly<Record<string, string>> = {
  A: "08 40 88|15 75",
  B: "00 08 58 77 76 54 04|54 73 71 50 00",
  C: "82 71 50 30 11 03 05 17 38 58 77 86",
  D: "00 08 48 77 85 83 71 40 00",
  E: "80 00 08 88|04 64",
  F: "80 00 08|04 64",
  G: "82 71 50 30 11 03 05 17 38 58 77 85 55",
  H: "00 08|80 88|04 84",
  I: "20 60|40 48|28 68",
  J: "30 80|60 66 48 28 06",
  K: "00 08|80 04 88",
  L: "00 08 88",
  M: "08 00 45 80 88",
  N: "08 00 88 80",
  O: "30 11 03 05 17 38 58 77 85 83 71 50 30",
  P: "08 00 50 71 73 54 04",
  Q: "30 11 03 05 17 38 58 77 85 83 71 50 30|55 88",
  R: "08 00 50 71 73 54 04|44 88",
  S: "81 60 20 01 03 24 64 85 87 68 28 07",
  T: "00 80|40 48",
  U: "00 05 17 38 58 77 85 80",
  V: "00 48 80",
  W: "00 28 43 68 80",
  X: "00 88|80 08",
  Y: "00 44 80|44 48",
  Z: "00 80 08 88",
};

function place(point: string): [number, number] {
  const [x = "0", y = "0"] = point;
  return [6 + 2 * Number(x), 5 + (9 / 4) * Number(y)];
}

/** 26 x 784, ink 1. */
export function drawLetters(): Patterns {
  const labels = Object.keys(strokes);
  const data = new Float32Array(labels.length * pixelCount);
  labels.forEach((label, i) => {
    for (const stroke of (strokes[label] ?? "").split("|")) {
      const points = stroke.split(" ").map(place);
      points.slice(1).forEach((point, k) => {
        visitStroke(points[k] ?? point, point, 1.1, (index, cover) => {
          const at = i * pixelCount + index;
          data[at] = Math.max(data[at] ?? 0, cover);
        });
      });
    }
  });
  return { key: "letters", rows: labels.length, data, labels, width: side };
}

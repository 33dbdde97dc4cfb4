/**
 * @file Bags of handwritten digits: a bag is positive when the target digit is among its images (Ilse, Tomczak, Welling, arXiv 1802.04712, section 4.2). The length of a bag is a rounded
 * normal number, at least 1.
 */
import { checkNames, checkNumber } from "../core/options.ts";
import { normal, randomStream, uniform, uniformInteger } from "../core/random.ts";
import type { LabelledBags } from "../layers/index.ts";

export interface DigitBagOptions {
  /** Default 9. */
  readonly target?: number;
  /** Mean and standard deviation of the length, default 10 and 2. */
  readonly length?: number;
  readonly deviation?: number;
}

export interface Digits {
  /** images x pixels. */
  readonly images: { readonly data: Float32Array; readonly rows: number; readonly columns: number };
  readonly labels: ArrayLike<number>;
}

/**
 * Half of the bags (by a fair coin each) are positive: in these one image is of the target digit and the others are any; in negative ones no image is.
 * @param stream tells draws of one seed apart. @throws HopfieldError E_RANGE.
 */
export function digitBags(
  { images, labels }: Digits,
  seed: number,
  count: number,
  stream: number,
  options: DigitBagOptions = {},
): LabelledBags {
  const where = "digitBags";
  checkNames(where, options, ["target", "length", "deviation"]);
  const target = checkNumber(where, "target", options.target ?? 9, { atLeast: 0, whole: true });
  const mean = checkNumber(where, "length", options.length ?? 10, { atLeast: 1 });
  const deviation = checkNumber(where, "deviation", options.deviation ?? 2, { atLeast: 0 });
  const random = randomStream(seed, 0xd1900000 + stream);
  const all = Array.from({ length: images.rows }, (_, i) => i);
  const ofTarget = all.filter((i) => labels[i] === target);
  const others = all.filter((i) => labels[i] !== target);
  const from = (list: readonly number[]): number => list[uniformInteger(random, list.length)] as number;
  const chosen: number[] = [];
  const targets = new Float32Array(count);
  const offsets = new Int32Array(count + 1);
  for (let b = 0; b < count; b++) {
    const length = Math.max(1, Math.round(mean + deviation * normal(random)));
    const positive = uniform(random) < 0.5;
    targets[b] = positive ? 1 : 0;
    const place = uniformInteger(random, length);
    for (let i = 0; i < length; i++) chosen.push(positive ? from(i === place ? ofTarget : all) : from(others));
    offsets[b + 1] = chosen.length;
  }
  const data = new Float32Array(chosen.length * images.columns);
  chosen.forEach((image, i) => {
    data.set(images.data.subarray(image * images.columns, (image + 1) * images.columns), i * images.columns);
  });
  return { bags: { data, rows: chosen.length, columns: images.columns, offsets }, targets };
}

/** @file The symmetric group on five points, S5: its 120 elements as numbers, their product, and words over it. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { type RandomStream, uniformInteger } from "../core/random.ts";

/** Images of the points 0 ... 4. */
export type Permutation = readonly number[];

/** Number of elements of S5. */
export const groupOrder = 120;

const elements: readonly Permutation[] = enumerate([]);
const numbers = new Map(elements.map((images, i) => [images.join(), i]));
const table = Uint8Array.from({ length: groupOrder * groupOrder }, (_, at) => {
  const [first, second] = [elements[Math.floor(at / groupOrder)] as Permutation, elements[at % groupOrder] as Permutation];
  return numberOf(first.map((x) => second[x] as number));
});

function enumerate(start: number[]): Permutation[] {
  if (start.length === 5) return [start];
  return [0, 1, 2, 3, 4].filter((x) => !start.includes(x)).flatMap((x) => enumerate([...start, x]));
}

/** Element 0 ... 119 in lexicographic order of the images; 0 is the identity. @throws HopfieldError E_RANGE. */
export function permutation(element: number): Permutation {
  return elements[checkElement("permutation", element)] as Permutation;
}

/** Number of a permutation given by its five images. @throws HopfieldError E_RANGE unless they are 0 ... 4 in some order. */
export function numberOf(images: Permutation): number {
  const found = numbers.get(images.join());
  if (found === undefined)
    throw new HopfieldError("E_RANGE", `numberOf: expected the images of five points, 0 to 4 in some order, got [${images.join()}]`);
  return found;
}

/** Apply `first`, then `second`. Both are elements 0 ... 119; not checked, this is the inner loop. */
export function product(first: number, second: number): number {
  return table[first * groupOrder + second] as number;
}

/** @throws HopfieldError E_RANGE. */
export function inverse(element: number): number {
  const images = permutation(element);
  const back = [0, 0, 0, 0, 0];
  images.forEach((image, x) => {
    back[image] = x;
  });
  return numberOf(back);
}

/** Product of a word, first letter applied first; the empty word is the identity. The exact solver. @throws HopfieldError E_RANGE for a letter that is no element. */
export function wordProduct(word: readonly number[]): number {
  return word.reduce((state, letter) => product(state, checkElement("wordProduct", letter)), 0);
}

/** Uniform word. @param length whole, at least 1. @throws HopfieldError E_RANGE. */
export function randomWord(random: RandomStream, length: number): number[] {
  checkNumber("randomWord", "length", length, { whole: true, atLeast: 1, atMost: 10_000_000 });
  return Array.from({ length }, () => uniformInteger(random, groupOrder));
}

function checkElement(where: string, element: number): number {
  return checkNumber(where, "element of S5", element, { whole: true, atLeast: 0, atMost: groupOrder - 1 });
}

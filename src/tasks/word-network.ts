/**
 * @file The word problem of S5 by networks whose layer is the product memory. tree: neighbours are multiplied in pairs, layer after layer, and after L layers the first block is the
 * answer; right for words of up to 2^L letters. chain: one letter a step, the state written out and read again (chain of thought), as many steps as letters.
 */
import { product } from "./permutations.ts";
import { lost, type ProductMemory } from "./product-memory.ts";

/** Answers to the words after L layers of pairwise products; a word that is one block already stays as it is. */
export function treeProducts(memory: ProductMemory, words: readonly ArrayLike<number>[], layers: number): number[] {
  let blocks: Uint8Array[] = words.map((word) => Uint8Array.from(word));
  for (let layer = 0; layer < layers && blocks.some((list) => list.length > 1); layer++) {
    const pairs = blocks.map((list) => list.length >> 1);
    const left = blocks.flatMap((list, w) => Array.from({ length: pairs[w] as number }, (_, i) => list[2 * i] as number));
    const right = blocks.flatMap((list, w) => Array.from({ length: pairs[w] as number }, (_, i) => list[2 * i + 1] as number));
    const products = memory.multiply(left, right);
    let at = 0;
    blocks = blocks.map((list, w) => {
      const made = products.subarray(at, at + (pairs[w] as number));
      at += made.length;
      return list.length % 2 === 0 ? made : Uint8Array.from([...made, list.at(-1) as number]);
    });
  }
  return blocks.map((list) => list[0] as number);
}

/** States of one word after 1, 2, ... letters, from the identity. Queries of a right network are asked ahead in batches; that changes when they are asked, not what. */
export function chainStates(memory: ProductMemory, word: ArrayLike<number>): Uint8Array {
  const states = new Uint8Array(word.length);
  let state = 0;
  const ahead = 256;
  for (let t = 0; t < word.length; t++) {
    if (t % ahead === 0 && state !== lost) {
      const left: number[] = [];
      const letters = Array.from({ length: Math.min(ahead, word.length - t) }, (_, i) => word[t + i] as number);
      letters.reduce((from, letter) => {
        left.push(from);
        return product(from, letter);
      }, state);
      memory.multiply(left, letters);
    }
    state = memory.multiply([state], [word[t] as number])[0] as number;
    states[t] = state;
  }
  return states;
}

/** Last states of equally long words. Many words go a letter at a time, all together; a few go one after the other, with their queries asked ahead. */
export function chainProducts(memory: ProductMemory, words: readonly ArrayLike<number>[]): number[] {
  if (words.length < 32) return words.map((word) => chainStates(memory, word).at(-1) ?? 0);
  let states: Uint8Array = new Uint8Array(words.length);
  const length = words[0]?.length ?? 0;
  for (let t = 0; t < length; t++) {
    states = memory.multiply(
      states,
      words.map((word) => word[t] as number),
    );
  }
  return Array.from(states);
}

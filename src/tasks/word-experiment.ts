/** @file How often a network multiplies a random word of S5 rightly: at fixed depth, looped as often as the word needs, and by chain of thought. */
import { checkChoice, checkNumber } from "../core/options.ts";
import { randomStream } from "../core/random.ts";
import type { LayerScore, Score } from "./graph-experiment.ts";
import { groupOrder, randomWord, wordProduct } from "./permutations.ts";
import { openProductMemory, productMasses, type WordReadOut } from "./product-memory.ts";
import { chainProducts, treeProducts } from "./word-network.ts";

/** fixed: L layers whatever the length; looped: the same layer ceil(log2 T) times; cot: one layer, T steps with the state written out. */
export type WordMode = "fixed" | "looped" | "cot";
export const wordModes: readonly WordMode[] = ["fixed", "looped", "cot"];

export interface WordExperimentOptions {
  readonly mode: WordMode;
  /** Letters of a word, at least 1. */
  readonly length: number;
  /** fixed: the depths to report; the other modes have their own. */
  readonly layers: readonly (number | "converge")[];
  readonly beta: number;
  readonly readOut: WordReadOut;
  readonly samples: number;
  readonly seed: number;
}

export interface WordExperiment {
  readonly rows: readonly LayerScore[];
  readonly minLayers: number;
  readonly groupProduct: Score;
}

/** A longer batch of words is refused: letters are kept in memory. */
const largestBatch = 20_000_000;

/** @param memories kept from call to call, so that a sweep over lengths asks each query once. @throws HopfieldError E_RANGE. */
export function wordExperiment(
  options: WordExperimentOptions,
  memories: Map<string, ReturnType<typeof openProductMemory>>,
): WordExperiment {
  const { mode, length, beta, readOut, samples, seed } = options;
  checkChoice("wordExperiment", "mode", mode, wordModes);
  checkNumber("wordExperiment", "length", length, { whole: true, atLeast: 1, atMost: 1_000_000 });
  checkNumber("wordExperiment", "samples", samples, { whole: true, atLeast: 1 });
  checkNumber("wordExperiment", "samples times length", samples * length, { atMost: largestBatch });
  const key = `${beta} ${readOut}`;
  const memory = memories.get(key) ?? openProductMemory(beta, readOut);
  memories.set(key, memory);
  const random = randomStream(seed, 0x55);
  const words = Array.from({ length: samples }, () => Uint8Array.from(randomWord(random, length)));
  const truths = words.map((word) => wordProduct(Array.from(word)));
  const needed = Math.ceil(Math.log2(length));
  const score = (answers: readonly number[]): Score => {
    const right = answers.filter((answer, i) => answer === truths[i]).length;
    return { accuracy: right / samples, right, questions: samples };
  };
  const depths =
    mode === "fixed" ? options.layers.map((layers) => (layers === "converge" ? needed : layers)) : [mode === "cot" ? 1 : needed];
  const rows = depths.map((layers) => ({
    layers,
    predicted: predictedWord(options, layers, needed),
    ...score(mode === "cot" ? chainProducts(memory, words) : treeProducts(memory, words, layers)),
  }));
  return { rows, minLayers: mode === "cot" ? 1 : needed, groupProduct: score(words.map((word) => wordProduct(Array.from(word)))) };
}

/** A wrong product loses the state for good, so right means: every product right, and enough of them. Beyond its reach a network says the product of the first 2^L letters. */
function predictedWord({ mode, beta, readOut, length }: WordExperimentOptions, layers: number, needed: number): number {
  const exact = readOut === "argmax" || productMasses(beta).product > 0.5;
  const retrievals = mode === "cot" ? length : Math.min(layers, needed);
  if (retrievals > 0 && !exact) return 0;
  return mode === "cot" || layers >= needed ? 1 : 1 / groupOrder;
}

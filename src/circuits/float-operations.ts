/**
 * @file Each operation on F_p (float-arithmetic.ts, float-functions.ts) as a threshold circuit from bits to bits, p = 2 to 5 (sums and comparisons to 4). An operand is the p + 1 bits of its significand and the p + 1 bits of its
 * exponent, both two's complement, least bit first. Sums are of whole multiples of 2^(-2^p), so their weights have 2^(p+1) bits: polynomially many where p = O(log n). From p = 4 on products and quotients are compared
 * by logarithms (float-product.ts), whose weights have O(p) bits.
 */
import { checkNumber } from "../core/options.ts";
import { addForm, addGate, type Builder, createBuilder, finish } from "./builder.ts";
import type { Circuit } from "./circuit.ts";
import { floorFloat } from "./float-arithmetic.ts";
import { type Float, zeroFloat } from "./float-format.ts";
import { expFloat, sqrtFloat } from "./float-functions.ts";
import { bitOfFloat, gridOf, middles } from "./float-grid.ts";
import { productOfFloats, quotientOfFloats } from "./float-product.ts";
import { bitWeights, buffer, conjunction, numberOfBits, stepGates, type Thermometer, unary } from "./primitives.ts";
import { prune } from "./prune.ts";

export type FloatOperation = "sum" | "product" | "iterated product" | "quotient" | "at most" | "floor" | "exp" | "sqrt";

/**
 * @param operands of "sum" and "iterated product", at least 2. A quotient by 0, the root of a negative number and pairs that are no numbers have no meaning: there the circuit gives anything.
 * @throws HopfieldError E_RANGE (p above 5, of sums and comparisons above 4: weights have to stay exact in doubles).
 */
export function floatCircuit(operation: FloatOperation, p: number, operands = 2): Circuit {
  checkNumber("floatCircuit", `p of ${operation}`, p, {
    whole: true,
    atLeast: 2,
    atMost: operation === "sum" || operation === "at most" ? 4 : 5,
  });
  const single = operation === "floor" || operation === "exp" || operation === "sqrt";
  const width = 2 * (p + 1);
  const count = single ? 1 : operation === "sum" || operation === "iterated product" ? operands : 2;
  const b = createBuilder(count * width);
  const words = Array.from({ length: count }, (_, i) => Array.from({ length: width }, (_bit, k) => i * width + k));
  return prune(finish(b, single ? table(b, operation, p, words[0] ?? []) : outputsOf(b, operation, p, words)));
}

/** A function of one number: the bits as one whole number, its thermometer, the bits of the result. Depth 2. */
function table(b: Builder, operation: FloatOperation, p: number, word: readonly number[]): number[] {
  const size = 2 ** word.length;
  const index = addForm(
    b,
    word,
    word.map((_, k) => 2 ** k),
  );
  const line = stepGates(
    b,
    index,
    Array.from({ length: size - 1 }, (_, i) => i + 1),
  );
  const functions = { floor: (x: Float) => floorFloat(p, x), exp: (x: Float) => expFloat(p, x), sqrt: (x: Float) => sqrtFloat(p, x) };
  const f = operation === "floor" ? functions.floor : operation === "exp" ? functions.exp : functions.sqrt;
  const half = 2 ** (p + 1);
  const signed = (x: number): number => (x >= half / 2 ? x - half : x);
  const results = Array.from({ length: size }, (_, code) => {
    const x = { m: BigInt(signed(code % half)), e: signed(Math.floor(code / half)) };
    return operation === "sqrt" && x.m < 0n ? zeroFloat(p) : f(x);
  });
  return Array.from({ length: word.length }, (_, k) =>
    buffer(
      b,
      unary(b, line, (code) => bitOfFloat(results[code], p, k)),
    ),
  );
}

/** Products and quotients of values, 2^(p + 2) bits long, are exact in doubles up to here. */
const mostByValue = 3;

function outputsOf(b: Builder, operation: FloatOperation, p: number, words: readonly number[][]): number[] {
  if (operation === "product" && p > mostByValue) return productOfFloats(b, p, words);
  if (operation === "quotient" && p > mostByValue) return quotientOfFloats(b, p, words);
  if (operation === "product") return rounded(b, p, productForm(b, p, words), 2 ** (p + 1));
  if (operation === "iterated product") return productOfFloats(b, p, words);
  const values = words.map((word) => valueForm(b, p, word));
  const [x = 0, y = 0] = values;
  if (operation === "sum") return rounded(b, p, addForm(b, values, new Array(values.length).fill(1)), 2 ** p);
  if (operation === "at most") return [addGate(b, [y, x], [1, -1], 0)];
  return quotient(b, p, x, y, (words[1] ?? [])[p] ?? 0);
}

/** [e = k] for every exponent, as forms of one layer of gates. */
function exponentForms(b: Builder, p: number, word: readonly number[]): number[] {
  const e = numberOfBits(b, word.slice(p + 1));
  const thresholds = Array.from({ length: 2 ** (p + 1) - 1 }, (_, i) => i - 2 ** p + 1);
  const line = stepGates(b, e, thresholds, -(2 ** p) + 1);
  return Array.from({ length: 2 ** (p + 1) }, (_, i) => unary(b, line, (value) => (value === i - 2 ** p ? 1 : 0)));
}

/** m 2^e in units of 2^(-2^p): significand bits times exponents, depth 2. */
function valueForm(b: Builder, p: number, word: readonly number[]): number {
  const exponents = exponentForms(b, p, word);
  const terms = exponents.flatMap((here) => word.slice(0, p + 1).map((bit) => conjunction(b, [bit, here])));
  return addForm(
    b,
    terms,
    exponents.flatMap((_, i) => bitWeights(p + 1).map((weight) => weight * 2 ** i)),
  );
}

/** The product in units of 2^(-2^(p+1)): conjunctions of two bits and two exponents, depth 2. */
function productForm(b: Builder, p: number, words: readonly number[][]): number {
  const [left = [], right = []] = words;
  const exponents = [exponentForms(b, p, left), exponentForms(b, p, right)] as const;
  const weights = bitWeights(p + 1);
  const terms: number[] = [];
  const factors: number[] = [];
  exponents[0].forEach((hereLeft, i) => {
    exponents[1].forEach((hereRight, j) => {
      for (let k = 0; k <= p; k++) {
        for (let l = 0; l <= p; l++) {
          terms.push(conjunction(b, [left[k] as number, right[l] as number, hereLeft, hereRight]));
          factors.push((weights[k] as number) * (weights[l] as number) * 2 ** (i + j));
        }
      }
    });
  });
  return addForm(b, terms, factors);
}

/** The grid level of a form in units of 2^-scale, then its bits: two layers. */
function rounded(b: Builder, p: number, form: number, scale: number): number[] {
  const grid = gridOf(p);
  const up = 2 ** (scale - 2 ** p);
  const gates = middles(p, grid).map(({ twice, inclusive }) => addGate(b, [form], [2], twice * up + (inclusive ? 0 : 1)));
  return gridBits(b, p, grid, { first: 1, gates });
}

function gridBits(b: Builder, p: number, grid: readonly Float[], line: Thermometer): number[] {
  return Array.from({ length: 2 * (p + 1) }, (_, k) =>
    buffer(
      b,
      unary(b, line, (level) => bitOfFloat(grid[level], p, k)),
    ),
  );
}

/** x / y >= middle iff x - middle y >= 0 for y > 0, and turned for y < 0; each side is forced to 0 where y has the other sign. */
function quotient(b: Builder, p: number, x: number, y: number, negative: number): number[] {
  const grid = gridOf(p);
  // 2^(2^p + 1) x against the doubled middle in units of 2^(-2^p) times y; both stay below 2^(4 2^p + 2 p).
  const up = 2 ** (2 ** p + 1);
  const force = 2 ** (4 * 2 ** p + 2 * p + 1);
  const gates = middles(p, grid).map(({ twice, inclusive }) => {
    const threshold = inclusive ? 0 : 1;
    const positiveSide = addGate(b, [x, y, negative], [up, -twice, -force], threshold);
    const negativeSide = addGate(b, [x, y, negative], [-up, twice, force], threshold + force);
    return addForm(b, [positiveSide, negativeSide], [1, 1]);
  });
  return gridBits(b, p, grid, { first: 1, gates });
}

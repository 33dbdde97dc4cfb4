/**
 * @file Each operation on fixed-point numbers (fixed-arithmetic.ts) as a threshold circuit from bits to bits: what an application of the operation costs when it stands alone. Operand i has the
 * inputs i p ... i p + p - 1, least bit first; the outputs are the bits of the result.
 */
import { addForm, addGate, type Builder, createBuilder, finish } from "./builder.ts";
import type { Circuit } from "./circuit.ts";
import { expFixed, type FixedFormat, sqrtFixed } from "./fixed-arithmetic.ts";
import { logScale, logThreshold, logWeight } from "./log-product.ts";
import {
  bitForm,
  bitOf,
  bitWeights,
  buffer,
  conjunction,
  negation,
  numberOfBits,
  stepGates,
  type Thermometer,
  unary,
} from "./primitives.ts";
import { prune } from "./prune.ts";

export type FixedOperation = "sum" | "product" | "quotient" | "at most" | "exp" | "sqrt";

/**
 * @param operands of "sum" and "product", at least 2; the others take 2 (quotient, at most) or 1.
 * A quotient by 0 and the root of a negative number have no meaning: there the circuit gives anything.
 * @throws HopfieldError E_LIMIT (a product whose logarithms need more than 38 bits).
 */
export function fixedCircuit(operation: FixedOperation, format: FixedFormat, operands = 2): Circuit {
  const { p } = format;
  const count = operation === "exp" || operation === "sqrt" ? 1 : operation === "sum" || operation === "product" ? operands : 2;
  const b = createBuilder(count * p);
  const words = Array.from({ length: count }, (_, i) => Array.from({ length: p }, (_bit, k) => i * p + k));
  return prune(finish(b, outputsOf(b, operation, format, words)));
}

function outputsOf(b: Builder, operation: FixedOperation, format: FixedFormat, words: readonly number[][]): number[] {
  const { p } = format;
  const numbers = words.map((word) => numberOfBits(b, word));
  const [x = 0, y = 0] = numbers;
  switch (operation) {
    case "sum":
      return bitsOf(b, p, numberLine(b, addForm(b, numbers, new Array(numbers.length).fill(1)), p));
    case "at most":
      return [addGate(b, [y, x], [1, -1], 0)];
    case "exp":
    case "sqrt": {
      const line = numberLine(b, x, p);
      const f = (value: number): number => (operation === "exp" ? expFixed(format, value) : sqrtFixed(format, Math.max(0, value)));
      return Array.from({ length: p }, (_, k) =>
        buffer(
          b,
          unary(b, line, (value) => bitOf(f(value), k)),
        ),
      );
    }
    case "quotient":
      return quotientBits(b, format, x, y, (words[1] as number[])[p - 1] as number);
    case "product":
      return words.length === 2 ? productOfTwo(b, format, words) : productOfAll(b, format, numbers, words);
  }
}

/** The number, cut to p bits, as a thermometer. */
function numberLine(b: Builder, number: number, p: number): Thermometer {
  const qm = 2 ** (p - 1);
  const thresholds = Array.from({ length: 2 * qm - 1 }, (_, i) => i - qm + 1);
  return stepGates(b, number, thresholds, -qm + 1);
}

function bitsOf(b: Builder, p: number, number: Thermometer): number[] {
  return Array.from({ length: p }, (_, k) => buffer(b, bitForm(b, number, k)));
}

/** Least whole t with round(t / 2^s) >= v, half to even. */
function roundingBound(v: number, s: number): number {
  if (s === 0) return v;
  return (2 * v - 1) * 2 ** (s - 1) + (v % 2 === 0 ? 0 : 1);
}

/** ANDs of bits, the exact product as a form, one rounding, bits: depth 3. */
function productOfTwo(b: Builder, { p, f }: FixedFormat, words: readonly number[][]): number[] {
  const weights = bitWeights(p);
  const [left = [], right = []] = words;
  const ands = left.flatMap((x) => right.map((y) => conjunction(b, [x, y])));
  const product = addForm(
    b,
    ands,
    weights.flatMap((x) => weights.map((y) => x * y)),
  );
  const qm = 2 ** (p - 1);
  const thresholds = Array.from({ length: 2 * qm - 1 }, (_, i) => roundingBound(i - qm + 1, f));
  return bitsOf(b, p, stepGates(b, product, thresholds, -qm + 1));
}

/**
 * Quotient >= v, for y > 0: 2^(f+1) x - (2 v - 1) y >= (v odd); for y < 0 with both signs turned. Each is forced to 0 where y has the other sign, so that their sum is the gate of the level: depth 2.
 */
function quotientBits(b: Builder, { p, f }: FixedFormat, x: number, y: number, negative: number): number[] {
  const qm = 2 ** (p - 1);
  const force = 2 ** (2 * p + f + 2);
  const gates = Array.from({ length: 2 * qm - 1 }, (_, i) => {
    const v = i - qm + 1;
    const threshold = v % 2 === 0 ? 0 : 1;
    const positiveSide = addGate(b, [x, y, negative], [2 ** (f + 1), -(2 * v - 1), -force], threshold);
    const negativeSide = addGate(b, [x, y, negative], [-(2 ** (f + 1)), 2 * v - 1, force], threshold + force);
    return addForm(b, [positiveSide, negativeSide], [1, 1]);
  });
  return bitsOf(b, p, { first: -qm + 1, gates });
}

/**
 * n factors: magnitudes by logarithms, the sign by the parity of the negative factors. Layers: thermometers of the factors and of the number of negative ones; magnitude levels; their ANDs with
 * the sign; bits. Depth 4 for every n, where multiplying two at a time takes a number of layers that grows with n.
 */
function productOfAll(b: Builder, { p, f }: FixedFormat, numbers: readonly number[], words: readonly number[][]): number[] {
  const n = numbers.length;
  const qm = 2 ** (p - 1);
  const s = f * (n - 1);
  // |product| in units of 2^-s: bounds are doubled, so that a half is whole.
  const bounds = Array.from({ length: qm }, (_, i) => ({
    value: (2 * (i + 1) - 1) * 2 ** Math.max(0, s - 1),
    strict: s > 0 && i % 2 === 0,
  }));
  const whole = s > 0 ? bounds : bounds.map((_, i) => ({ value: i + 1, strict: false }));
  const scale = logScale(n, whole.at(-1)?.value ?? 1);
  // A factor 0 takes more away than all others can bring.
  const none = -n * (logWeight(scale, qm) + 1) - 1;
  const logs = numbers.map((x) => unary(b, numberLine(b, x, p), (value) => (value === 0 ? none : logWeight(scale, Math.abs(value)))));
  const sum = addForm(b, logs, new Array(n).fill(1));
  const magnitude = whole.map(({ value, strict }) => addGate(b, [sum], [1], logThreshold(scale, value, strict)));
  const signs = words.map((word) => word[p - 1] as number);
  const count = addForm(b, signs, new Array(n).fill(1));
  const counts = stepGates(
    b,
    count,
    Array.from({ length: n }, (_, i) => i + 1),
  );
  const negative = unary(b, counts, (c) => c % 2);
  const below = magnitude.map((gate) => conjunction(b, [gate, negative]));
  const above = magnitude.map((gate) => conjunction(b, [gate, negation(b, negative)]));
  // Level by level away from 0; the top level exists only below it.
  return Array.from({ length: p }, (_, k) => {
    const steps = above.map((_gate, i) => bitOf(Math.min(qm - 1, i + 1), k) - bitOf(Math.min(qm - 1, i), k));
    const stepsBelow = below.map((_gate, i) => bitOf(-i - 1, k) - bitOf(-i, k));
    return buffer(b, addForm(b, [...above, ...below], [...steps, ...stepsBelow]));
  });
}

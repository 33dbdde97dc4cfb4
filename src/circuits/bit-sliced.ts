/**
 * @file Gate by gate for 32 input vectors at once: a word holds one bit of 32 vectors. Weighted sums are counted in bit planes with carry-save adders: every word added costs at most
 * one full adder, because a full adder turns three words of a plane into one word there and one in the next.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, gate } from "./circuit.ts";

export const lanes = 32;

/** Bit planes of 32 sums; up to two words wait in each plane. */
interface Planes {
  readonly waiting: Uint8Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Planes in use. */
  used: number;
}

const planeCount = 64;

/**
 * @param circuit flat (expand.ts `flatten`): gates read inputs and gates only; weights below 2^31.
 * @param words one word per input, bit v of it the input of vector v.
 * @returns one word per node that is a gate (0 for the others), by node.
 * @throws HopfieldError E_SHAPE, E_RANGE (a gate reads a form), E_LIMIT (a weight of 2^31 or more).
 */
export function evaluateWords(circuit: Circuit, words: Int32Array): Int32Array {
  const { inputs, kind, bound, start, source, weight } = circuit;
  if (words.length !== inputs)
    throw new HopfieldError("E_SHAPE", `evaluateWords: the circuit has ${inputs} inputs, got ${words.length} words`);
  const value = new Int32Array(inputs + kind.length);
  value.set(words);
  const planes: Planes = {
    waiting: new Uint8Array(planeCount),
    first: new Int32Array(planeCount),
    second: new Int32Array(planeCount),
    used: 0,
  };
  for (let k = 0; k < kind.length; k++) {
    if (kind[k] !== gate) continue;
    let threshold = bound[k] as number;
    const to = start[k + 1] as number;
    for (let w = start[k] as number; w < to; w++) {
      const factor = weight[w] as number;
      const s = source[w] as number;
      if (s >= inputs && kind[s - inputs] !== gate)
        throw new HopfieldError("E_RANGE", `evaluateWords: gate ${k} reads a form; flatten the circuit`);
      // -w x = w (1 - x) - w: a negative weight counts the complement and moves the threshold.
      if (factor < 0) threshold -= factor;
      const size = Math.abs(factor);
      if (size >= 2 ** 31) throw new HopfieldError("E_LIMIT", `evaluateWords: gate ${k} has the weight ${factor}, at most 2^31 - 1`);
      addWeighted(planes, factor < 0 ? ~(value[s] as number) : (value[s] as number), size);
    }
    value[inputs + k] = reaches(planes, threshold);
  }
  return value.subarray(inputs);
}

function addWeighted(planes: Planes, word: number, size: number): void {
  const { waiting, first, second } = planes;
  for (let bits = size | 0; bits !== 0; bits &= bits - 1) {
    let plane = 31 - Math.clz32(bits & -bits);
    let x = word;
    while (waiting[plane] === 2) {
      const a = first[plane] as number;
      const b = second[plane] as number;
      const sum = a ^ b;
      first[plane] = sum ^ x;
      waiting[plane] = 1;
      x = (a & b) | (sum & x);
      plane++;
    }
    if (waiting[plane] === 0) {
      first[plane] = x;
      waiting[plane] = 1;
      if (plane >= planes.used) planes.used = plane + 1;
    } else {
      second[plane] = x;
      waiting[plane] = 2;
    }
  }
}

/** Per lane [sum >= threshold]; empties the planes. */
function reaches(planes: Planes, threshold: number): number {
  const { waiting, first, second, used } = planes;
  if (threshold <= 0) {
    waiting.fill(0, 0, used);
    planes.used = 0;
    return -1;
  }
  let carry = 0;
  // From the lowest bit on: at least so far, overruled by every higher bit that differs.
  let atLeast = -1;
  let rest = threshold;
  for (let plane = 0; plane < used || rest > 0 || carry !== 0; plane++) {
    const count = plane < used ? (waiting[plane] as number) : 0;
    const a = count > 0 ? (first[plane] as number) : 0;
    const b = count > 1 ? (second[plane] as number) : 0;
    const half = a ^ b;
    const sum = half ^ carry;
    carry = (a & b) | (half & carry);
    const half2 = Math.floor(rest / 2);
    atLeast = rest - 2 * half2 === 1 ? sum & atLeast : sum | atLeast;
    rest = half2;
    if (count > 0) waiting[plane] = 0;
  }
  planes.used = 0;
  return atLeast;
}

/**
 * Up to 32 vectors of bits through a flat circuit.
 * @param vectors each one 0 or 1 per input.
 * @returns the outputs of each vector, whole numbers.
 */
export function evaluateMany(circuit: Circuit, vectors: readonly ArrayLike<number>[]): Float64Array[] {
  if (vectors.length > lanes) throw new HopfieldError("E_RANGE", `evaluateMany: at most ${lanes} vectors at once, got ${vectors.length}`);
  const { inputs, kind, bound, start, source, weight, outputs } = circuit;
  const words = new Int32Array(inputs);
  vectors.forEach((bits, lane) => {
    for (let i = 0; i < inputs; i++) words[i] = (words[i] as number) | ((bits[i] as number) << lane);
  });
  const value = evaluateWords(circuit, words);
  const wordOf = (s: number): number => (s < inputs ? (words[s] as number) : (value[s - inputs] as number));
  return vectors.map((_, lane) =>
    Float64Array.from(outputs, (s) => {
      const k = s - inputs;
      if (k < 0 || kind[k] === gate) return (wordOf(s) >>> lane) & 1;
      let sum = bound[k] as number;
      for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
        sum += (weight[w] as number) * ((wordOf(source[w] as number) >>> lane) & 1);
      }
      return sum;
    }),
  );
}

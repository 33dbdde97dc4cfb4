/**
 * @file Pass: threshold gates as AND gates and complements. A form becomes a binary number by carry-save adders, a gate its comparison with a constant. The depth is no longer constant:
 * it grows with the logarithm of the fan-in (and, with ripple carries, with the width of the sums); the function is the same.
 */
import { HopfieldError } from "../core/errors.ts";
import {
  type AndBuilder,
  type AndGraph,
  and,
  createAndBuilder,
  falseLiteral,
  finishAnds,
  fullAdder,
  inputLiteral,
  not,
  or,
  trueLiteral,
} from "./and-graph.ts";
import { type Circuit, gate } from "./circuit.ts";

/** low + the unsigned number of these literals, least bit first. */
interface Word {
  readonly low: number;
  readonly bits: readonly number[];
}

/**
 * @param circuit outputs must be gates or inputs, or forms that are 0 or 1 by their wires (compile with `outputs: "bits"`).
 * @throws HopfieldError E_RANGE (an output that is a number), E_LIMIT (more than 2^23 ANDs).
 */
export function lower(circuit: Circuit): AndGraph {
  const { inputs, kind, bound, start, source, weight, outputs } = circuit;
  const g = createAndBuilder(inputs);
  const words: Word[] = Array.from({ length: inputs }, (_, i) => ({ low: 0, bits: [inputLiteral(i)] }));
  for (let k = 0; k < kind.length; k++) {
    const columns: number[][] = [];
    let low = 0;
    for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
      const word = words[source[w] as number] as Word;
      low += addWord(columns, word, weight[w] as number);
    }
    if (kind[k] === gate) {
      words.push({ low: 0, bits: [atLeast(g, sumColumns(g, columns), (bound[k] as number) - low)] });
    } else words.push({ low: low + (bound[k] as number), bits: sumColumns(g, columns) });
  }
  return finishAnds(
    g,
    Array.from(outputs, (s) => bitOfWord(words[s] as Word)),
  );
}

function bitOfWord({ low, bits }: Word): number {
  const [bit = falseLiteral, ...rest] = bits;
  if (low === 0 && rest.every((literal) => literal === falseLiteral)) return bit;
  if (low === 1 && bits.every((literal) => literal === falseLiteral)) return trueLiteral;
  throw new HopfieldError("E_RANGE", 'lower: an output is a number, not a bit; compile with outputs: "bits"');
}

/** Puts factor * word into the columns, complemented where the factor is negative; returns the constant that belongs to it. */
function addWord(columns: number[][], { low, bits }: Word, factor: number): number {
  const size = Math.abs(factor);
  for (let shift = 0, rest = size; rest > 0; shift++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 0) continue;
    bits.forEach((literal, place) => {
      while (columns.length <= place + shift) columns.push([]);
      columns[place + shift]?.push(factor < 0 ? not(literal) : literal);
    });
  }
  // factor * u = size * (2^K - 1 - u) - size * (2^K - 1) for factor < 0.
  return factor * low - (factor < 0 ? size * (2 ** bits.length - 1) : 0);
}

/** Binary digits of the sum of columns of literals. */
function sumColumns(g: AndBuilder, columns: number[][]): number[] {
  const digits: number[] = [];
  for (let place = 0; place < columns.length; place++) {
    // A queue: early bits are combined first, so carries stay shallow.
    const column = (columns[place] ?? []).filter((literal) => literal !== falseLiteral);
    const next = columns[place + 1] ?? [];
    let at = 0;
    while (column.length - at >= 2) {
      const a = column[at] as number;
      const b = column[at + 1] as number;
      const c = column.length - at >= 3 ? (column[at + 2] as number) : falseLiteral;
      at += column.length - at >= 3 ? 3 : 2;
      const [sum, carry] = fullAdder(g, a, b, c);
      if (sum !== falseLiteral) column.push(sum);
      if (carry !== falseLiteral) next.push(carry);
    }
    if (next.length > 0 && columns.length === place + 1) columns.push(next);
    digits.push(column[at] ?? falseLiteral);
  }
  return digits;
}

/** [u >= t] for an unsigned number and a constant. */
function atLeast(g: AndBuilder, digits: readonly number[], t: number): number {
  if (t <= 0) return trueLiteral;
  if (t > 2 ** digits.length - 1) return falseLiteral;
  let result = trueLiteral;
  let rest = t;
  for (const digit of digits) {
    result = rest % 2 === 1 ? and(g, digit, result) : or(g, digit, result);
    rest = Math.floor(rest / 2);
  }
  return result;
}

/** Gates on the longest chain of ANDs. */
export function andDepth({ inputs, left, right, outputs }: AndGraph): number {
  const depth = new Uint32Array(inputs + 1 + left.length);
  for (let i = 0; i < left.length; i++) {
    depth[inputs + 1 + i] = 1 + Math.max(depth[(left[i] as number) >>> 1] as number, depth[(right[i] as number) >>> 1] as number);
  }
  return outputs.reduce((deepest, literal) => Math.max(deepest, depth[literal >>> 1] as number), 0);
}

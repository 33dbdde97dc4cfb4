/**
 * @file A network in p-bit integers: the frozen semantics as data (docs/circuits/semantics.md). Everything that the retrieval needs and that a circuit may know beforehand is here:
 * the quantised patterns, what the scores read, the unit of a score and the table of the exponential.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";

/** Whole numbers row by row: entry (i, k) is data[i * columns + k]. */
export interface IntegerMatrix {
  readonly data: Int32Array;
  readonly rows: number;
  readonly columns: number;
}

export interface NetworkOptions {
  /** Bits of a number, 2 ... 10. */
  readonly bits: number;
  /** Inverse temperature, at least 0; default 8 / sqrt(d). */
  readonly beta?: number;
  /** Updates, at least 1; default 1. */
  readonly layers?: number;
  /** Whether the patterns are constants of the circuit or a part of its input; default "fixed". */
  readonly memory?: "fixed" | "input";
  /** W, r x d whole numbers: scores compare W x with W q. */
  readonly kernel?: IntegerMatrix;
}

export interface Network {
  readonly n: number;
  readonly d: number;
  readonly p: number;
  readonly beta: number;
  readonly layers: number;
  readonly memory: "fixed" | "input";
  /** 2^(p-1): numbers are -qm ... qm - 1. */
  readonly qm: number;
  /** 2^p: scores are 0 ... levels - 1. */
  readonly levels: number;
  /** n x d. */
  readonly patterns: Int32Array;
  /** n x d, what the scores multiply with the query: the patterns, or patterns W^T W. */
  readonly keys: Int32Array;
  /** d x d, W^T W; null without a kernel. */
  readonly gram: Int32Array | null;
  /** Bound on the absolute value of a product of key and query. */
  readonly S: number;
  /** Width of one score level. */
  readonly unit: number;
  /** Per difference to the largest score: the weight, 0 ... 2^p - 1. */
  readonly table: Int32Array;
  /** The last difference with a weight other than 0. */
  readonly tableSupport: number;
}

/** Products and sums of a circuit stay exact in doubles well below this; larger kernels are refused. */
const largestSum = 2 ** 36;

/**
 * @param patterns n x d whole numbers of -2^(p-1) ... 2^(p-1) - 1, n at least 2.
 * @throws HopfieldError E_RANGE (options, an entry outside the range, n = 1), E_SHAPE, E_LIMIT (a kernel whose sums leave the exact range).
 */
export function createNetwork(patterns: IntegerMatrix, options: NetworkOptions): Network {
  const where = "createNetwork";
  checkNames(where, options, ["bits", "beta", "layers", "memory", "kernel"]);
  const p = checkNumber(where, "bits", options.bits, { whole: true, atLeast: 2, atMost: 10 });
  const { rows: n, columns: d, data } = patterns;
  checkNumber(where, "number of patterns", n, { whole: true, atLeast: 2 });
  checkNumber(where, "dimension", d, { whole: true, atLeast: 1 });
  const beta = checkNumber(where, "beta", options.beta ?? 8 / Math.sqrt(d), { atLeast: 0 });
  const layers = checkNumber(where, "layers", options.layers ?? 1, { whole: true, atLeast: 1, atMost: 1e6 });
  const memory = options.memory ?? "fixed";
  if (data.length !== n * d) throw new HopfieldError("E_SHAPE", `${where}: ${n} x ${d} patterns need ${n * d} numbers, got ${data.length}`);
  const qm = 2 ** (p - 1);
  const levels = 2 ** p;
  data.forEach((x, at) => {
    if (x < -qm || x >= qm) {
      const [row, column] = [Math.floor(at / d), at % d];
      throw new HopfieldError("E_RANGE", `${where}: pattern ${row}, entry ${column} is ${x}; ${p} bits hold ${-qm} ... ${qm - 1}`, {
        row,
        column,
      });
    }
  });
  const gram = options.kernel ? gramOf(options.kernel, d) : null;
  const keys = gram ? timesGram(data, n, d, gram) : data;
  const S = memory === "input" ? (gram ? largestRowSum(gram, d, d) : 1) * d * qm * qm : largestRowSum(keys, n, d) * qm;
  if (S > largestSum) throw new HopfieldError("E_LIMIT", `${where}: scores reach ${S}, at most ${largestSum} is exact everywhere`);
  const unit = Math.max(1, Math.ceil((2 * S) / levels));
  const table = exponentialTable(levels, beta, unit, qm);
  return {
    n,
    d,
    p,
    beta,
    layers,
    memory,
    qm,
    levels,
    patterns: data,
    keys,
    gram,
    S,
    unit,
    table,
    tableSupport: table.findLastIndex((e) => e !== 0),
  };
}

/** table[D] = floor((2^p - 1) exp(-beta D unit / qm^2) + 1/2). Math.exp, as the frozen semantics says: a last-place difference between engines moves an entry only at an exact half. */
function exponentialTable(levels: number, beta: number, unit: number, qm: number): Int32Array {
  return Int32Array.from({ length: levels }, (_, D) => Math.floor((levels - 1) * Math.exp((-beta * D * unit) / (qm * qm)) + 0.5));
}

/** W^T W. @throws HopfieldError E_SHAPE, E_LIMIT. */
function gramOf({ data, rows, columns }: IntegerMatrix, d: number): Int32Array {
  if (columns !== d) throw new HopfieldError("E_SHAPE", `createNetwork: kernel has ${columns} columns, the patterns have ${d}`);
  const gram = new Int32Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += (data[r * d + a] as number) * (data[r * d + b] as number);
      if (Math.abs(sum) >= 2 ** 31)
        throw new HopfieldError("E_LIMIT", `createNetwork: an entry of W^T W is ${sum}, at most 2^31 - 1 is held`);
      gram[a * d + b] = sum;
    }
  }
  return gram;
}

function timesGram(patterns: Int32Array, n: number, d: number, gram: Int32Array): Int32Array {
  const keys = new Int32Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      let sum = 0;
      for (let a = 0; a < d; a++) sum += (patterns[i * d + a] as number) * (gram[a * d + k] as number);
      if (Math.abs(sum) >= 2 ** 31)
        throw new HopfieldError("E_LIMIT", `createNetwork: an entry of X W^T W is ${sum}, at most 2^31 - 1 is held`);
      keys[i * d + k] = sum;
    }
  }
  return keys;
}

function largestRowSum(matrix: Int32Array, rows: number, columns: number): number {
  let largest = 0;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += Math.abs(matrix[i * columns + k] as number);
    largest = Math.max(largest, sum);
  }
  return largest;
}

/**
 * @file Learns the kernel W of similarity "kernel" from the patterns alone (U-Hop, stage I: Wu, Hu, Hsiao, Liu, arXiv 2404.03827, Algorithm 1): gradient steps on the separation loss, which pushes the
 * features W xi apart. Steps are those of Adam (Kingma, Ba, arXiv 1412.6980, Algorithm 1). f64 throughout; the same seed gives the same bytes on every engine. docs/models/kernel-similarity.md says when
 * it helps and when it harms: the loss knows nothing of the cues to come.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { square } from "../core/numerics.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { normal, randomStream, sampleWithoutReplacement } from "../core/random.ts";
import { separationLoss } from "./separation-loss.ts";

/** Options of fitKernel; every field has a default. */
export interface FitKernelOptions {
  /** Rows r of W, at least 1; default d. */
  readonly rows?: number;
  /** Where W starts, r x d; default: entries N(0, 1 / d) from `seed`. */
  readonly start?: MatrixLike;
  /** Steps at most, whole, at least 0; default 300. */
  readonly steps?: number;
  /** Step length of Adam, above 0; default 0.01. */
  readonly learningRate?: number;
  /** Sharpness of the loss, above 0; default 2. */
  readonly t?: number;
  /** Push directions apart (default) rather than raw features. */
  readonly normalised?: boolean;
  /** Patterns that are looked at, a seeded choice, at least 2; default 256. A step costs sample^2 x r + sample x r x d. */
  readonly sample?: number;
  /** Stop when this many steps lowered the loss by less than `tolerance`; whole, at least 1; default 20. */
  readonly patience?: number;
  /** At least 0; default 1e-4. */
  readonly tolerance?: number;
  /** Scale every row of W to norm 1 at the end, as the paper does; default false. */
  readonly unitRows?: boolean;
  /** Whole, at least 0; default 1. */
  readonly seed?: number;
}

/** A learned kernel. */
export interface FittedKernel {
  /** W, r x d: createMemory(patterns, { similarity: "kernel", kernel }). */
  readonly kernel: Matrix;
  /** Loss before every step and, last, of the kernel returned. */
  readonly losses: readonly number[];
  /** Steps done. */
  readonly steps: number;
  /** Whether it stopped because the loss no longer fell. */
  readonly converged: boolean;
}

const names: readonly (keyof FitKernelOptions)[] = [
  "rows",
  "start",
  "steps",
  "learningRate",
  "t",
  "normalised",
  "sample",
  "patience",
  "tolerance",
  "unitRows",
  "seed",
];

/** Decay of the two averages of Adam, and what keeps its division finite. */
const [decay, squareDecay, floor] = [0.9, 0.999, 1e-8];

interface Kernel {
  data: Float64Array;
  rows: number;
  columns: number;
}

/**
 * @param patterns M x d, M >= 2.
 * @returns the kernel with the lowest loss met (before `unitRows`).
 * @throws HopfieldError E_SHAPE, E_NONFINITE, E_RANGE (an option out of range; a pattern of zeros, when `normalised`).
 */
export function fitKernel(patterns: MatrixLike, options: FitKernelOptions = {}): FittedKernel {
  const where = "fitKernel";
  checkNames(where, options, names);
  const number = (name: keyof FitKernelOptions, fallback: number, bounds: Parameters<typeof checkNumber>[3]): number =>
    checkNumber(where, name, options[name] ?? fallback, bounds);
  const all = toMatrix(patterns, `${where}: patterns`);
  if (all.rows < 2) throw new HopfieldError("E_SHAPE", `${where}: needs at least 2 patterns, got ${all.rows}`);
  const seed = number("seed", 1, { whole: true, atLeast: 0, atMost: Number.MAX_SAFE_INTEGER });
  const rows = number("rows", all.columns, { whole: true, atLeast: 1, atMost: 65536 });
  const steps = number("steps", 300, { whole: true, atLeast: 0 });
  const patience = number("patience", 20, { whole: true, atLeast: 1 });
  const tolerance = number("tolerance", 1e-4, { atLeast: 0 });
  const learningRate = number("learningRate", 0.01, { above: 0 });
  const loss = { t: number("t", 2, { above: 0 }), normalised: options.normalised ?? true };
  const seen = choose(all, number("sample", 256, { whole: true, atLeast: 2 }), seed);
  const kernel = startOf(options, rows, all.columns, seed);
  const adam = openAdam(kernel.data.length, learningRate);
  const losses: number[] = [];
  let best = { loss: Number.POSITIVE_INFINITY, data: kernel.data.slice() };
  let converged = false;
  for (let step = 0; step <= steps; step++) {
    const now = separationLoss(seen, kernel, loss);
    losses.push(now.loss);
    if (now.loss < best.loss) best = { loss: now.loss, data: kernel.data.slice() };
    const before = losses[step - patience];
    converged = before !== undefined && before - best.loss < tolerance;
    if (converged || step === steps) break;
    adam(kernel.data, now.gradient.data);
  }
  const done = losses.length - 1;
  kernel.data = best.data;
  if (options.unitRows) scaleRows(kernel);
  const rounded = { data: Float32Array.from(kernel.data), rows, columns: all.columns };
  losses.push(separationLoss(seen, rounded, loss).loss);
  return { kernel: rounded, losses, steps: done, converged };
}

/** The patterns themselves, or a seeded choice of `count`. */
function choose(all: Matrix, count: number, seed: number): Matrix {
  if (all.rows <= count) return all;
  const d = all.columns;
  const data = new Float32Array(count * d);
  sampleWithoutReplacement(randomStream(seed, 0xf1), all.rows, count).forEach((row, i) => {
    data.set(all.data.subarray(row * d, (row + 1) * d), i * d);
  });
  return { data, rows: count, columns: d };
}

function startOf(options: FitKernelOptions, rows: number, columns: number, seed: number): Kernel {
  if (options.start === undefined) {
    const random = randomStream(seed, 0xf2);
    const scale = 1 / Math.sqrt(columns);
    return { data: Float64Array.from({ length: rows * columns }, () => scale * normal(random)), rows, columns };
  }
  const start = toMatrix(options.start, "fitKernel: start");
  if (start.columns !== columns || start.rows !== rows) {
    throw new HopfieldError("E_SHAPE", `fitKernel: start is ${start.rows} x ${start.columns}, expected ${rows} x ${columns} (rows x d)`);
  }
  return { data: Float64Array.from(start.data), rows, columns };
}

/** One step of Adam at a time, in place. The powers of the decays are kept as running products: a power function would not be the same to the bit everywhere. */
function openAdam(length: number, learningRate: number): (w: Float64Array, gradient: Float64Array) => void {
  const mean = new Float64Array(length);
  const squares = new Float64Array(length);
  let [decayed, squareDecayed] = [1, 1];
  return (w, gradient) => {
    decayed *= decay;
    squareDecayed *= squareDecay;
    for (let i = 0; i < length; i++) {
      const g = gradient[i] as number;
      const m = decay * (mean[i] as number) + (1 - decay) * g;
      const v = squareDecay * (squares[i] as number) + (1 - squareDecay) * square(g);
      mean[i] = m;
      squares[i] = v;
      w[i] = (w[i] as number) - (learningRate * (m / (1 - decayed))) / (Math.sqrt(v / (1 - squareDecayed)) + floor);
    }
  };
}

function scaleRows({ data, rows, columns }: Kernel): void {
  for (let a = 0; a < rows; a++) {
    let squared = 0;
    for (let k = 0; k < columns; k++) squared += square(data[a * columns + k] as number);
    if (squared === 0) continue;
    for (let k = 0; k < columns; k++) data[a * columns + k] = (data[a * columns + k] as number) / Math.sqrt(squared);
  }
}

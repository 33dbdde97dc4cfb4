// How the cost of one update grows: with the number of patterns M, their dimension d and the number of queries B for the dense member; and with the length L of a sequence that retrieves from itself
// (B = M = L) for the members that arXiv 2404.03900 compares. linear and random-features begin with a new memory each time, so that the sums they derive from the patterns are paid for. Slopes are of
// log time over log size.
import { problemOf } from "./shapes.mjs";
import { minimum, timed } from "./timing.mjs";

const dimension = 64;
const beta = 1 / 8;
const doublings = (first, count) => Array.from({ length: count }, (_, i) => first * 2 ** i);
export const lengths = doublings(720, 6);

const dense = () => ({ model: "dense" });
/** Series of points: `size` -> [B, M, d], options of the memory and of the recall. `expected` is the range the slope should lie in. */
const series = [
  { axis: "M", name: "dense, M (B 64, d 64)", sizes: doublings(2048, 6), shape: (m) => [64, m, dimension], options: dense },
  { axis: "d", name: "dense, d (B 64, M 8192)", sizes: doublings(32, 6), shape: (d) => [64, 8192, d], options: dense },
  { axis: "B", name: "dense, B (M 8192, d 64)", sizes: doublings(16, 6), shape: (b) => [b, 8192, dimension], options: dense },
  { axis: "L", name: "dense", options: dense, expected: [1.9, 2.1] },
  { axis: "L", name: "top-k (k 32)", options: () => ({ model: "top-k", k: 32 }) },
  { axis: "L", name: "random-masked (keep .5)", options: () => ({ model: "random-masked", keep: 0.5 }) },
  { axis: "L", name: "window (w = sqrt L)", options: (l) => ({ model: "window", window: Math.round(Math.sqrt(l)) }), expected: [0, 1.65] },
  { axis: "L", name: "window (w 16)", options: () => ({ model: "window", window: 16 }), expected: [0, 1.15] },
  { axis: "L", name: "linear", options: () => ({ model: "linear" }), recall: { summary: false }, anew: true, expected: [0, 1.15] },
  {
    axis: "L",
    name: "random features (256)",
    options: () => ({ model: "random-features" }),
    recall: { summary: false },
    expected: [0, 1.15],
  },
];

/** A point that takes long is not repeated as often: until so many milliseconds are spent, but at least twice. */
const enough = 1000;

/** @returns [{ axis, name, expected, slope, points: [{ size, milliseconds }] }], milliseconds of CPU time on one thread. */
export async function costReport(createMemory, { build, repeats, seed, say }) {
  const found = [];
  for (const {
    axis,
    name,
    sizes = lengths,
    shape = (l) => [l, l, dimension],
    options,
    recall = {},
    anew = false,
    expected = null,
  } of series) {
    const points = [];
    for (const size of sizes) {
      const { Q, X } = problemOf(shape(size), seed);
      let memory = createMemory(X, { beta, build, ...options(size) });
      const measure = async () => {
        if (anew) {
          memory.free();
          memory = createMemory(X, { beta, build, ...options(size) });
        }
        return (await timed(() => memory.recall(Q, recall))).cpu;
      };
      const times = [];
      let spent = await measure();
      while (times.length < 2 || (times.length < repeats && spent < enough)) {
        const cpu = await measure();
        times.push(cpu);
        spent += cpu;
      }
      memory.free();
      points.push({ size, milliseconds: minimum(times) });
      say(`${name}: ${size}: ${minimum(times).toFixed(2)} ms`);
    }
    found.push({ axis, name, expected, slope: slopeOf(points), points });
  }
  return found;
}

/** Least squares of log milliseconds over log size. */
export function slopeOf(points) {
  const x = points.map(({ size }) => Math.log(size));
  const y = points.map(({ milliseconds }) => Math.log(milliseconds));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - mx) * (y[i] - my)));
  return covariance / mean(x.map((value) => (value - mx) ** 2));
}

/**
 * @file What retrieval costs over a sequence of length L that retrieves from itself: the members that leave pairs out, or never look at pairs, grow slower than the dense one. Times are CPU times of
 * this process; only their order decides, slopes are told.
 */
import { randomStream } from "../core/random.ts";
import type { MemoryOptions, RecallOptions } from "../index.ts";
import { unitRows } from "./draws.ts";
import { skipped } from "./experiment-digits.ts";
import { type Claim, type ClaimOutcome, packageItself } from "./types.ts";

/** Lengths and the windows that go with them in the paper's experiment: about .9 sqrt L.. */
const windows: Readonly<Record<number, number>> = {
  24: 4,
  48: 6,
  96: 8,
  192: 12,
  336: 14,
  720: 18,
  1440: 30,
  2880: 48,
  5760: 68,
  11520: 96,
  23040: 136,
};
const lengths = Object.keys(windows).map(Number);
const [d, beta] = [64, 1 / 8];

const contestants: readonly { readonly name: string; options(L: number): MemoryOptions; readonly recall?: RecallOptions }[] = [
  { name: "dense", options: () => ({ model: "dense", beta }) },
  { name: "window", options: (L) => ({ model: "window", window: windows[L] ?? 1, beta }) },
  { name: "linear", options: () => ({ model: "linear", beta }), recall: { summary: false } },
  { name: "random-features", options: () => ({ model: "random-features", beta }), recall: { summary: false } },
  { name: "top-k 20 %", options: (L) => ({ model: "top-k", k: Math.ceil(L / 5), beta }) },
  { name: "random-masked .5", options: () => ({ model: "random-masked", keep: 0.5, beta }) },
];
/** Those that the verdict compares; the others are only told, up to 2880. */
const judged = ["dense", "window", "linear"];

const settings = {
  small: { longest: 2880, repeats: 3, told: 0 },
  default: { longest: 2880, repeats: 5, told: 2880 },
  full: { longest: 23040, repeats: 3, told: 23040 },
} as const;

export const efficiency: Claim = {
  id: "efficiency",
  title: "over long sequences window and linear retrieval cost less than dense retrieval, and grow slower",
  source:
    "Hu, Chen, Wu, Ruan, Liu, arXiv 2404.03900, computational efficiency over lengths 24 to 2880 (windows 4 to 48) and the complexities of their Table 1; docs/experiments/efficiency.md",
  expected:
    "at L = 2880, CPU time of one update of all positions with the memory made anew: window at most .8 and linear at most .5 of dense; from L = 720 on dense grows faster than both. The paper: top-k is no faster than dense; random masks gain nothing",
  tolerance:
    "ratios of minima over repeats, bounds 1.5 times what an idle machine gives; slopes are told and differ by at least .2 in the verdict",
  seconds: 8,
  run({ cpuTime, seed, size, progress, library = packageItself }): ClaimOutcome {
    if (!cpuTime) return skipped("there is no clock here");
    const { longest, repeats, told } = settings[size ?? "default"];
    const sizes = lengths.filter((L) => L <= longest && (size !== "small" || L >= 720));
    const X = unitRows(randomStream(seed, 0xc206), longest, d);
    const table = contestants.map(() => new Map<number, number>());
    sizes.forEach((L, i) => {
      progress(i, sizes.length);
      const rows = { data: Float32Array.from(X.slice(0, L).flat()), rows: L, columns: d };
      for (let repeat = 0; repeat <= repeats; repeat++) {
        contestants.forEach(({ name, options, recall = {} }, row) => {
          if (L > told && !judged.includes(name)) return;
          const start = cpuTime();
          const memory = library.createMemory(rows, options(L));
          memory.recall(rows, recall);
          memory.free();
          const time = cpuTime() - start;
          const line = table[row] as Map<number, number>;
          // The first round compiles and is not counted.
          if (repeat > 0) line.set(L, Math.min(time, line.get(L) ?? Number.POSITIVE_INFINITY));
        });
      }
    });
    const at = (name: string, L: number): number => table[contestants.findIndex((one) => one.name === name)]?.get(L) ?? Number.NaN;
    const slopes = contestants.map((_, row) => slopeOf([...(table[row] as Map<number, number>)].filter(([L]) => L >= 720)));
    const slope = (name: string): number => slopes[contestants.findIndex((one) => one.name === name)] ?? Number.NaN;
    const cheaper = at("window", 2880) <= 0.8 * at("dense", 2880) && at("linear", 2880) <= 0.5 * at("dense", 2880);
    const slower = ["window", "linear"].every((name) => slope(name) <= slope("dense") - 0.2);
    const shown = contestants
      .map(({ name }, row) => ({ name, line: table[row] as Map<number, number>, slope: slopes[row] as number }))
      .filter(({ line }) => line.size > 0);
    return {
      measured: shown
        .map(
          ({ name, line, slope: s }) =>
            `${name}: ${[...line].map(([L, time]) => `${L}: ${time.toFixed(time < 10 ? 2 : 0)}`).join(", ")} ms, slope from 720 ${s.toFixed(2)}`,
        )
        .join("; "),
      passed: cheaper && slower,
      figures: Object.fromEntries(
        shown.flatMap(({ name, line, slope: s }) => [
          [`${name} slope`, s],
          ...[...line].map(([L, time]): [string, number] => [`${name} ${L}`, time]),
        ]),
      ),
    };
  },
};

/** Least squares of log time over log length. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  if (points.length < 2) return Number.NaN;
  const x = points.map(([L]) => Math.log(L));
  const y = points.map(([, time]) => Math.log(time));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((value, i) => (value - mx) * ((y[i] as number) - my))) / mean(x.map((value) => (value - mx) * (value - mx)));
}

/**
 * @file Noisy digits: in the papers' set-up, where the noise is folded to positive values and clamped, and with plain Gaussian noise on pixels in [0, 1]. The dot product finds the stored digit in neither; the
 * distance does as far as the nearest neighbour does.
 */
import { randomStream } from "../core/random.ts";
import {
  type Criterion,
  drawDigits,
  firstRows,
  noisy,
  type Pixels,
  share,
  skipped,
  successes,
  withoutDigits,
} from "./experiment-digits.ts";
import { advisedMembers, papersMembers } from "./experiment-members.ts";
import { type Claim, type ClaimOutcome, packageItself } from "./types.ts";

const contestants = [
  ...papersMembers.filter(({ name }) => ["dense", "sparsemax", "top-k 20 %", "random-masked .5", "window 5", "linear"].includes(name)),
  ...advisedMembers,
];

interface Condition {
  readonly name: "papers" | "plain";
  readonly pixels: Pixels;
  readonly noise: "papers" | "plain";
  readonly sigmas: readonly number[];
}
const conditions: readonly Condition[] = [
  { name: "papers", pixels: "normalised", noise: "papers", sigmas: [0.1, 0.5, 1, 2] },
  { name: "plain", pixels: "unit", noise: "plain", sigmas: [0.1, 0.3, 0.6, 1] },
];

/** The level that decides in each. */
const judged = { papers: 0.5, plain: 0.3 };

const settings = {
  small: { sizes: [100], trials: 1, large: [1000], cues: 100 },
  default: { sizes: [10, 100], trials: 3, large: [10000], cues: 200 },
  full: { sizes: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100], trials: 20, large: [1000, 10000, 60000], cues: 1000 },
} as const;

export const noisyDigits: Claim = {
  id: "noisy-digits",
  title:
    "noisy digits: the dot product loses them, in the papers' set-up at once and with plain noise as the memory grows; the distance keeps them",
  source:
    "Hu, Chen, Wu, Ruan, Liu, arXiv 2404.03900, memory retrieval experiment (published code: normalised pixels, |x + N(0, sigma^2)| clamped to [0, 1], beta .01); docs/experiments/retrieval.md",
  expected:
    "the paper: dense, sparse and top-k keep an accuracy of about 1 up to M = 100. Here, right digit first: papers' noise .5, M = 100: dense at most .35, gaussian at least .2 above it; plain noise .3 on pixels in [0, 1]: gaussian (beta from the patterns) at least .99 at M = 100 and at the largest M, dense at most .6 at the largest and at least .1 below its share at M = 100",
  tolerance: "shares of 100 to 300 cues, standard error at most .05; bounds at least two of them from what eight seeds gave",
  seconds: 10,
  run({ digits: open, seed, size, progress, library = packageItself }): ClaimOutcome {
    const digits = open?.();
    if (!digits) return skipped(withoutDigits);
    const { sizes, trials, large, cues } = settings[size ?? "default"];
    const figures: Record<string, number> = {};
    const random = randomStream(seed, 0xc203);
    const put = (place: string, value: number): void => {
      figures[place] = (figures[place] ?? 0) + value;
    };
    const all = [...sizes.map((M) => ({ M, rounds: trials, asked: M })), ...large.map((M) => ({ M, rounds: 1, asked: cues }))];
    all.forEach(({ M, rounds, asked }, done) => {
      for (let trial = 0; trial < rounds; trial++) {
        progress(done, all.length);
        for (const { name: condition, pixels, noise, sigmas } of conditions) {
          const X = drawDigits(digits, M, pixels, random);
          const targets = firstRows(X, asked);
          const levels = size === "small" ? sigmas.filter((sigma) => sigma === judged[condition]) : sigmas;
          const damaged = levels.map((sigma) => ({ sigma, Q: noisy(targets, sigma, noise, random) }));
          for (const { name, options } of contestants) {
            // Beyond 100 patterns only the members that search all of them by themselves; a window is told where to look.
            if (M > 100 && !["dense", "gaussian, advised", "cosine, advised"].includes(name)) continue;
            const memory = library.createMemory(X, options(M));
            for (const { sigma, Q } of damaged) {
              const { states, results } = memory.recall(Q);
              const place = `${condition} ${sigma}: ${name} ${M}`;
              put(`${place} first`, results.filter(({ top }, i) => top === i).length / asked / rounds);
              for (const [criterion, value] of Object.entries(successes(states, targets))) put(`${place} ${criterion}`, value / rounds);
            }
            memory.free();
          }
        }
      }
    });
    const of = (condition: string, sigma: number, name: string, M: number, key: Criterion | "first" = "first"): number =>
      figures[`${condition} ${sigma}: ${name} ${M} ${key}`] ?? Number.NaN;
    const last = Math.max(...large);
    const passed =
      of("papers", 0.5, "dense", 100) <= 0.35 &&
      of("papers", 0.5, "gaussian, advised", 100) >= of("papers", 0.5, "dense", 100) + 0.2 &&
      of("plain", 0.3, "gaussian, advised", 100) >= 0.99 &&
      of("plain", 0.3, "gaussian, advised", last) >= 0.99 &&
      of("plain", 0.3, "dense", last) <= Math.min(0.6, of("plain", 0.3, "dense", 100) - 0.1);
    const line = (condition: Condition, M: number, names: readonly string[]): string =>
      `${condition.name} noise ${condition.sigmas.join(" ")}, M = ${M}: ${names
        .map(
          (name) =>
            `${name} ${condition.sigmas
              .map((sigma) => of(condition.name, sigma, name, M))
              .map((x) => (Number.isNaN(x) ? "-" : share(x)))
              .join(" ")}`,
        )
        .join(", ")}`;
    const names = contestants.map(({ name }) => name);
    const lasting = ["dense", "gaussian, advised", "cosine, advised"];
    return {
      measured: `right digit first: ${conditions.flatMap((condition) => [line(condition, 100, names), line(condition, last, lasting)]).join("; ")}`,
      passed,
      figures,
    };
  },
};

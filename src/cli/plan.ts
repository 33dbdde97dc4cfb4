/** @file `hopfield plan`: what a memory of the user's own patterns can do, in sentences; what to do next. */
import { checkNumber } from "../core/options.ts";
import { type CapacityBound, createMemory, type Memory } from "../index.ts";
import { blame } from "./failure.ts";
import { readRows } from "./input.ts";
import { type Io, short } from "./io.ts";
import { firstCopies, normsOf, promised, type Quantiles, quantiles, separationOf, theoremOf } from "./plan-facts.ts";
import { type HeldOut, heldOutTrial } from "./plan-held-out.ts";
import { type Theory, theoryOf } from "./plan-theory.ts";
import { type Trial, trialOf } from "./plan-trial.ts";
import { memoryOptionsOf, modelOptions } from "./recall-options.ts";
import { type CommandSpec, type Input, numberOf, textOf } from "./spec.ts";

/** A promised pattern fails for at most one cue in so many. */
const failure = 0.001;

export const plan: CommandSpec = {
  name: "plan",
  summary: "what a memory of your patterns can do: separation, beta, trials",
  about:
    "Looks at your patterns: how far apart they are, which beta they ask for, how many of them theory promises back from noise, and how many come back in a trial.",
  options: [
    { flags: "--patterns <file>", text: "stored patterns, one a row", required: true },
    {
      flags: "--noise <number>",
      text: "standard deviation of the noise on every entry of a cue; binary models: share of flipped bits (default 0.3)",
      kind: "number",
    },
    ...modelOptions,
  ],
  examples: ["hopfield plan --patterns patterns.npy", "hopfield plan --patterns patterns.npy --noise 0.1 --model dense --json"],
  run,
};

interface Report {
  readonly file: string;
  readonly memory: Memory;
  readonly noise: number;
  readonly norms: Quantiles;
  readonly zeros: number;
  readonly copies: number;
  readonly separation: Quantiles;
  readonly separationSimilarity: string;
  readonly sampled: number;
  readonly negative: number;
  readonly theorem: CapacityBound | null;
  readonly promised: number | null;
  readonly noisy: Trial | null;
  readonly halfMissing: Trial | null;
  readonly theory: Theory | null;
  readonly heldOut: HeldOut | null;
}

async function run(input: Input, io: Io): Promise<number> {
  const noise = blame(2, "", () => {
    const { beta } = createMemory([[1]], memoryOptionsOf(input));
    return checkNumber("plan", "noise", numberOf(input, "noise") ?? 0.3, { atLeast: 0, ...(beta === null ? { atMost: 1 } : {}) });
  });
  const seed = numberOf(input, "seed") ?? 1;
  const file = textOf(input, "patterns") ?? "";
  const patterns = await readRows(file, "--patterns");
  const report = blame(3, "", (): Report => {
    const memory = createMemory(patterns, memoryOptionsOf(input));
    io.progress("beta", 0, 6);
    const beta = memory.beta;
    io.progress("separations", 1, 6);
    const norms = normsOf(patterns);
    const copies = firstCopies(patterns);
    const similarity = memory.similarity ?? "dot";
    const separation = separationOf(patterns, similarity, undefined, seed);
    io.progress("trial with noise", 2, 6);
    const noisy = trialOf(memory, patterns, copies, noise, false, seed);
    io.progress("trial with half of the entries missing", 3, 6);
    const halfMissing = trialOf(memory, patterns, copies, noise, true, seed);
    io.progress("theory", 4, 6);
    const theory = theoryOf(memory, patterns, noise, seed);
    io.progress("held-out trial", 5, 6);
    const heldOut = heldOutTrial(patterns, memoryOptionsOf(input), noise, seed);
    io.endProgress();
    const softmax = memory.separation === "softmax" && memory.support === "all";
    return {
      file,
      memory,
      noise,
      norms: quantiles(norms),
      zeros: norms.filter((norm) => norm === 0).length,
      copies: copies.filter((first, i) => first !== i).length,
      separation: quantiles(separation.values),
      separationSimilarity: similarity,
      sampled: separation.values.length,
      negative: separation.values.filter((value) => value < 0).length,
      theorem: beta === null ? null : theoremOf(patterns.columns, norms.reduce((sum, norm) => sum + norm, 0) / norms.length, beta),
      promised: softmax && beta !== null ? promised(separation, norms, beta, noise, failure) : null,
      noisy,
      halfMissing,
      theory,
      heldOut,
    };
  });
  if (io.json) io.printJson(documentOf(report, seed));
  else for (const line of sentences(report)) io.print(line);
  return 0;
}

function documentOf(r: Report, seed: number): Record<string, unknown> {
  const finite = (q: Quantiles): Record<string, number | null> =>
    Object.fromEntries(Object.entries(q).map(([key, x]) => [key, Number.isFinite(x) ? x : null]));
  return {
    command: "plan",
    model: r.memory.model,
    patterns: r.memory.patterns,
    dimension: r.memory.dimension,
    noise: r.noise,
    seed,
    norms: r.norms,
    zeroPatterns: r.zeros,
    copies: r.copies,
    separation: { similarity: r.separationSimilarity, sampled: r.sampled, negative: r.negative, ...finite(r.separation) },
    beta: r.memory.beta,
    betaSource: r.memory.betaSource,
    theorem: r.theorem && { holds: r.theorem.holds, patterns: r.theorem.patterns, failure },
    promised: r.promised === null ? null : { patterns: r.promised, of: r.sampled, failure },
    trial: r.noisy,
    trialHalfMissing: r.halfMissing,
    theory: r.theory,
    heldOut: r.heldOut,
    next: nextCommand(r),
  };
}

function nextCommand({ file, memory }: Report): string {
  const quoted = /^[\w./#-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
  const model = memory.model === "gaussian" ? "" : ` --model ${memory.model}`;
  const beta = memory.beta === null ? "" : ` --beta ${short(memory.beta)}`;
  return `hopfield recall --patterns ${quoted} --queries queries.npy --missing nan${model}${beta} --out answers.npy`;
}

function trialLine(name: string, t: Trial | null, model: string): string {
  if (t === null) return `${name}: the model ${model} cannot leave entries out.`;
  const range = `95 % interval ${(100 * t.low).toFixed(1)} to ${(100 * t.high).toFixed(1)} %`;
  return `${name}: ${t.right} of ${t.trials} came back (${(100 * t.share).toFixed(1)} %, ${range}), root mean square error ${short(t.rms, 3)}.`;
}

/** 10^x as people write it. */
const countOf = (log10: number): string => (log10 < 6 ? String(Math.floor(10 ** log10)) : `10^${short(log10, 3)}`);

function theorySentences({ theory, memory }: Report): string[] {
  if (theory === null || memory.beta === null) return [];
  const { sampled, betaLimit, alpha1, log10Patterns, lowerBound, effectiveDimension, latentRatio, log10PatternsManifold } = theory;
  const about = lowerBound
    ? `at least ${countOf(log10Patterns)} (alpha_1 >= ${short(alpha1)}: ${sampled} patterns tell no more than that, and only up to beta ${short(betaLimit)})`
    : `about ${countOf(log10Patterns)} (alpha_1 = ${short(alpha1)})`;
  return [
    `  At this beta and noise, a memory of patterns like yours holds ${about}.`,
    `  Your patterns use about ${short(effectiveDimension, 3)} of ${memory.dimension} directions (a linear manifold of D / N = ${latentRatio === null ? "inf" : short(latentRatio, 3)}, compared by dot products, holds up to ${countOf(log10PatternsManifold)} whatever beta is).`,
  ];
}

function heldOutSentences({ heldOut }: Report): string[] {
  if (heldOut === null) return [];
  const { advisers, patterns, trials, verdict } = heldOut;
  const shares = trials.map(({ beta, share }) => `${(100 * share).toFixed(1)} % at beta ${short(beta)}`).join(", ");
  return [
    `  Held out: ${advisers} patterns advised the beta in the middle, the other ${patterns} were stored: ${shares}.`,
    verdict === "confirmed"
      ? "  The advice is confirmed: neither a quarter of that beta nor four times it recalls more."
      : "  The advice is refuted for this noise: another of these betas recalls more; give it with --beta.",
  ];
}

/** The report for people. */
function sentences(r: Report): string[] {
  const { memory, norms, separation } = r;
  const lines = [
    `${memory.patterns} patterns of ${memory.dimension} entries; norms ${short(norms.min)} to ${short(norms.max)}, median ${short(norms.median)}.`,
    r.copies === 0
      ? "No pattern is an exact copy of another."
      : `${r.copies} patterns are exact copies of earlier ones: no cue can tell copies apart, and their separation is 0.`,
  ];
  if (r.zeros > 0) lines.push(`${r.zeros} patterns are all zeros; cosine similarities cannot see them.`);
  lines.push(
    "",
    `Separation (how much louder a pattern answers to itself than the next one; ${r.separationSimilarity}, ${r.sampled === memory.patterns ? "all patterns" : `a sample of ${r.sampled}`}):`,
    `  smallest ${short(separation.min)}, a quarter below ${short(separation.q25)}, half below ${short(separation.median)}, largest ${short(separation.max)}.`,
  );
  if (r.negative > 0) {
    lines.push(
      `  ${r.negative} of ${r.sampled} are negative: another pattern answers louder than the pattern itself, so these cannot be recalled by ${r.separationSimilarity}; try the model gaussian.`,
    );
  }
  if (memory.beta !== null) {
    const source = memory.betaSource === "given" ? "as given" : "from the patterns: the smallest gap decides, and copies are left out";
    lines.push("", `Beta ${short(memory.beta)} (${source}). Higher is sharper; lower lets similar patterns mix.`);
  }
  lines.push("", `What theory says, for noise of ${r.noise}:`);
  if (r.promised !== null) {
    const all = r.sampled === memory.patterns ? "" : " looked at";
    lines.push(
      `  ${r.promised} of the ${r.sampled} patterns${all} are separated by more than the noise eats: each gets 90 % of the weight or more for at least ${100 - 100 * failure} % of cues.`,
    );
    lines.push("  This holds whatever the other patterns are; patterns beyond it often come back all the same.");
  } else lines.push(`  no simple promise for this model (${memory.model}); the trial below is what there is.`);
  if (r.theorem?.holds && r.theorem.patterns !== null) {
    lines.push(
      `  Random patterns of this dimension and size could be stored at least up to ${short(r.theorem.patterns, 3)} (guarantee of Ramsauer et al., Theorem 3, dot product, without noise; yours are not random).`,
    );
  } else if (memory.beta !== null)
    lines.push(
      "  The capacity theorem for random patterns (Ramsauer et al., Theorem 3) makes no promise at this dimension, size and beta.",
    );
  lines.push(...theorySentences(r));
  const cue = memory.beta === null ? `${100 * r.noise} % of the bits flipped` : `noise of ${r.noise} on every entry`;
  lines.push("", "What a trial says (stored patterns, damaged afresh):");
  lines.push(
    `  ${trialLine(cue, r.noisy, memory.model)}`,
    `  ${trialLine("the same, and the second half of the entries missing", r.halfMissing, memory.model)}`,
  );
  lines.push(...heldOutSentences(r));
  const beta = memory.beta === null ? "" : `, beta: ${short(memory.beta)}`;
  lines.push(
    "",
    "Next:",
    `  ${nextCommand(r)}`,
    "or in TypeScript:",
    '  import { createMemory } from "modern-hopfield";',
    `  const memory = createMemory(patterns, { model: "${memory.model}"${beta} });`,
    '  const { states, results } = memory.recall(queries, { missing: "nan" });',
  );
  return lines;
}

/** @file What the demo tries: kinds of damage to a cue and models, as data. A job is one model on one kind of cue over one number of stored patterns. */
import type { MemoryOptions } from "../index.ts";

export interface Cue {
  readonly id: string;
  readonly title: string;
  /** Digits that are stored, or digits the memory has never seen (then an answer is right when the first pattern has the cue's class). */
  readonly of: "stored" | "unseen";
  /** Standard deviation of the noise on the entries that are there. */
  readonly sigma: number;
  /** Lower half: there; missing and said to be (`known`); or missing and passed off as black. */
  readonly half: "there" | "declared" | "zeroed";
}

export const cues = {
  half: { id: "half", title: "lower half missing", of: "stored", sigma: 0, half: "declared" },
  noise3: { id: "noise3", title: "noise 0.3 on all pixels", of: "stored", sigma: 0.3, half: "there" },
  noise6: { id: "noise6", title: "noise 0.6 on all pixels", of: "stored", sigma: 0.6, half: "there" },
  both: { id: "both", title: "half missing, noise 0.3 on the rest", of: "stored", sigma: 0.3, half: "declared" },
  zeroed: { id: "zeroed", title: "lower half set to 0", of: "stored", sigma: 0, half: "zeroed" },
  unseen: { id: "unseen", title: "unseen digits", of: "unseen", sigma: 0, half: "there" },
  unseenHalf: { id: "unseenHalf", title: "unseen, lower half missing", of: "unseen", sigma: 0, half: "declared" },
  unseenZeroed: { id: "unseenZeroed", title: "unseen, lower half set to 0", of: "unseen", sigma: 0, half: "zeroed" },
} as const satisfies Record<string, Cue>;

export interface DemoModel {
  readonly name: string;
  readonly options: MemoryOptions;
}

/** Noise of variance 1 / beta is what a Gaussian memory expects: beta = 200 stands for a standard deviation of 0.07 a pixel. Digits have squared norms of about 100, so 200 * 100 is the cosine's. */
export const demoModels = {
  gaussian: { name: "gaussian", options: { model: "gaussian", beta: 200 } },
  nearest: { name: "nearest", options: { similarity: "l2", support: "top-k", k: 1, beta: 200 } },
  dense: { name: "dense (dot)", options: { model: "dense", beta: 200 } },
  cosine: { name: "cosine", options: { similarity: "cosine", beta: 20000 } },
} as const satisfies Record<string, DemoModel>;

export interface Job {
  readonly patterns: number;
  readonly model: keyof typeof demoModels;
  readonly cue: keyof typeof cues;
}

/** Rows of the table, in order; a row with `ceiling` also asks which stored digit is nearest, by a memory of its own that keeps the nearest pattern only. */
const rows: readonly { readonly model: Job["model"]; readonly cue: Job["cue"]; readonly ceiling?: boolean }[] = [
  { model: "gaussian", cue: "half" },
  { model: "gaussian", cue: "noise3", ceiling: true },
  { model: "gaussian", cue: "noise6", ceiling: true },
  { model: "gaussian", cue: "both", ceiling: true },
  { model: "dense", cue: "zeroed" },
  { model: "cosine", cue: "zeroed" },
  { model: "cosine", cue: "half" },
  { model: "gaussian", cue: "unseen" },
  { model: "gaussian", cue: "unseenHalf" },
  { model: "dense", cue: "unseenZeroed" },
];

export interface PlannedRow {
  readonly job: Job;
  readonly ceiling: Job | null;
}

export function planRows(sizes: readonly number[]): PlannedRow[] {
  return sizes.flatMap((patterns) =>
    rows.map(({ model, cue, ceiling }) => ({
      job: { patterns, model, cue },
      ceiling: ceiling ? { patterns, model: "nearest" as const, cue } : null,
    })),
  );
}

export interface Outcome {
  /** Share of queries whose stored digit comes first (unseen digits: whose class is that of the first). */
  readonly correct: number;
  /** Share of queries whose stored digit is given back with every pixel within 1e-3; null for unseen digits. */
  readonly exact: number | null;
  /** Mean |answer - undamaged digit| over pixels and queries. */
  readonly pixelError: number;
  readonly milliseconds: number;
  readonly labels: { readonly single: number; readonly metastable: number; readonly global: number };
  /** Certificates: how many were given, how many are not true of the numbers returned (0), and their median. */
  readonly bounds: { readonly given: number; readonly violated: number; readonly median: number | null };
  /** Complete cues of models with an energy: mean energy before and after, and in how many queries it rose. */
  readonly energy: { readonly before: number; readonly after: number; readonly rose: number } | null;
  readonly shown: readonly Shown[];
}

/** One query that is drawn: pixels in [0, 1] and somewhat beyond (noise), NaN where missing. */
export interface Shown {
  readonly original: Float32Array;
  readonly cue: Float32Array;
  readonly answer: Float32Array;
  readonly right: boolean;
}

/** Everything a worker needs, in shared memory. Pixels are bytes; `noise` holds one standard normal number for each pixel of each query. */
export interface DemoData {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly dimension: number;
  /** Indices of the stored digits that are cued. */
  readonly queries: Int32Array;
  readonly unseen: Uint8Array;
  readonly unseenLabels: Uint8Array;
  readonly noise: Float32Array;
  /** Queries that are drawn, among the stored digits and among the unseen ones. */
  readonly shown: readonly number[];
  readonly shownUnseen: readonly number[];
}

/**
 * @file What stands beside a model on a table: k nearest neighbours, logistic regression (numbers: ridge regression), by kept libraries that are loaded when they are asked for, and a random
 * forest of our own (forest.ts: the library's thresholds and class counts cost the square of the rows in every node, which never ended for a thousand rows of ten classes). Their settings are chosen on the same watched rows as those of our models; then they train on all rows they were given.
 */
import type { Encoded } from "../tasks/index.ts";
import { askForest, growForest } from "./forest.ts";

export interface PeerProblem {
  /** Rows to train on and rows to predict, encoded alike. */
  readonly train: Encoded;
  /** Class numbers, or standardised numbers. */
  readonly targets: ArrayLike<number>;
  /** How many classes there are; null for numbers. */
  readonly classes: number | null;
  readonly query: Encoded;
  readonly seed: number;
}

/** Rows x classes probabilities, or one number a row. */
export type PeerAnswer = Float64Array;
/** @param settle which rows of `train` are watched while settings are chosen. */
export type Peer = (
  problem: PeerProblem,
  watched: readonly number[],
  loss: (answer: PeerAnswer, rows: readonly number[]) => number,
) => Promise<PeerAnswer>;

export type PeerName = "k-nearest" | "logistic" | "ridge" | "forest";

export const peersFor = (classes: number | null): Readonly<Partial<Record<PeerName, Peer>>> =>
  classes === null ? { "k-nearest": nearest, ridge, forest } : { "k-nearest": nearest, logistic, forest };

const rowsOf = ({ data, rows, columns }: Encoded): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));

/** Trains a peer with each setting on the rows that are not watched, keeps the setting with the smallest loss on those that are, and trains it on all. */
async function settled<S>(
  problem: PeerProblem,
  watched: readonly number[],
  loss: (answer: PeerAnswer, rows: readonly number[]) => number,
  settings: readonly S[],
  answer: (problem: PeerProblem, setting: S) => Promise<PeerAnswer> | PeerAnswer,
): Promise<PeerAnswer> {
  let best = { setting: settings[0] as S, loss: Number.POSITIVE_INFINITY };
  if (watched.length > 0 && settings.length > 1) {
    const hidden = new Set(watched);
    const kept = Array.from({ length: problem.train.rows }, (_, i) => i).filter((i) => !hidden.has(i));
    const inner: PeerProblem = {
      ...problem,
      train: pick(problem.train, kept),
      targets: kept.map((i) => problem.targets[i] as number),
      query: pick(problem.train, watched),
    };
    for (const setting of settings) {
      const found = loss(await answer(inner, setting), watched);
      if (found < best.loss) best = { setting, loss: found };
    }
  }
  return answer(problem, best.setting);
}

function pick(x: Encoded, rows: readonly number[]): Encoded {
  const data = new Float32Array(rows.length * x.columns);
  rows.forEach((i, r) => {
    data.set(x.data.subarray(i * x.columns, (i + 1) * x.columns), r * x.columns);
  });
  return { ...x, data, rows: rows.length };
}

const counts = [1, 3, 5, 7, 11, 15, 21, 31, 51];

/** k nearest neighbours by Euclidean distance (ml-knn): the share of each class among them, or their mean. */
const nearest: Peer = async (problem, watched, loss) => {
  const { default: KNN } = await import("ml-knn");
  return settled(problem, watched, loss, counts, ({ train, targets, classes, query }, k) => {
    const width = classes ?? 1;
    const answer = new Float64Array(query.rows * width);
    const tree = new KNN(rowsOf(train), Array.from(targets), { k }).kdTree;
    rowsOf(query).forEach((row, i) => {
      const found = tree.nearest(row, Math.min(k, train.rows));
      for (const [stored] of found) {
        const target = stored[stored.length - 1] as number;
        const at = i * width + (classes === null ? 0 : target);
        answer[at] = (answer[at] as number) + (classes === null ? target : 1) / found.length;
      }
    });
    return answer;
  });
};

/** One against the rest by gradient descent (ml-logistic-regression) with an intercept; how many steps it goes is its regularisation. */
const logistic: Peer = async (problem, watched, loss) => {
  const [{ default: LogisticRegression }, { Matrix }] = await Promise.all([import("ml-logistic-regression"), import("ml-matrix")]);
  return settled(problem, watched, loss, [30, 100, 300, 1000], ({ train, targets, classes, query }, numSteps) => {
    const count = classes ?? 2;
    const x = new Matrix(withOne(train));
    // The largest step that cannot overshoot: 4 / (largest eigenvalue of X^T X), which the trace bounds from above; power iteration comes close.
    const learningRate = 4 / largestEigenvalue(train);
    const q = new Matrix(withOne(query));
    const answer = new Float64Array(query.rows * count);
    // A class without a row in training keeps the probability 0: the library numbers only the classes it meets.
    const present = [...new Set(Array.from(targets))].sort((a, b) => a - b);
    const model = new LogisticRegression({ numSteps, learningRate });
    model.train(x, Matrix.columnVector(Array.from(targets, (t) => present.indexOf(t))));
    model.classifiers.forEach((classifier, n) => {
      classifier.testScores(q).forEach((score, i) => {
        answer[i * count + (present[n] as number)] = 1 - score;
      });
    });
    return shares(answer, count);
  });
};

const withOne = (x: Encoded): number[][] => rowsOf(x).map((row) => [1, ...row]);

function largestEigenvalue(x: Encoded): number {
  const rows = withOne(x);
  let v = rows[0]?.map(() => 1) ?? [];
  let value = 1;
  for (let round = 0; round < 20; round++) {
    const next = new Float64Array(v.length);
    for (const row of rows) {
      const along = row.reduce((sum, each, c) => sum + each * (v[c] as number), 0);
      row.forEach((each, c) => {
        next[c] = (next[c] as number) + along * each;
      });
    }
    value = Math.hypot(...next) || 1;
    v = Array.from(next, (each) => each / value);
  }
  return 1.05 * value;
}

/** Rows sum to 1. */
function shares(answer: PeerAnswer, count: number): PeerAnswer {
  for (let i = 0; i < answer.length; i += count) {
    const row = answer.subarray(i, i + count);
    const sum = row.reduce((a, b) => a + b, 0);
    for (let c = 0; c < count; c++) row[c] = sum > 0 ? (row[c] as number) / sum : 1 / count;
  }
  return answer;
}

/** Least squares with a penalty on all but the intercept (ml-matrix solves the normal equations). */
const ridge: Peer = async (problem, watched, loss) => {
  const { Matrix, solve } = await import("ml-matrix");
  return settled(problem, watched, loss, [0.01, 0.1, 1, 10, 100, 1000], ({ train, targets, query }, penalty) => {
    const x = new Matrix(withOne(train));
    const gram = x.transpose().mmul(x);
    for (let c = 1; c < gram.rows; c++) gram.set(c, c, gram.get(c, c) + penalty);
    const weights = solve(gram, x.transpose().mmul(Matrix.columnVector(Array.from(targets))));
    return Float64Array.from(new Matrix(withOne(query)).mmul(weights).to1DArray());
  });
};

const trees = 100;
/** Rows of a tree's sample at most. */
const mostRows = 5000;

/** Trees on bootstrap samples (forest.ts); the watched rows say how many columns are looked at in every split, and from how many rows on a node is split. */
const forest: Peer = async (problem, watched, loss) => {
  const { columns } = problem.train;
  const [root, half] = [Math.max(1, Math.round(Math.sqrt(columns))), Math.ceil(columns / 2)];
  const settings = [
    { columns: root, smallest: 2 },
    { columns: root, smallest: 10 },
    { columns: root, smallest: 40 },
    { columns: half, smallest: 2 },
    { columns: half, smallest: 10 },
  ];
  return settled(problem, watched, loss, settings, ({ train, targets, classes, query, seed }, setting) =>
    askForest(growForest(train, targets, classes, { trees, rows: mostRows, seed, ...setting }), query, classes),
  );
};

/** @file Members that must coincide: each line is two ways to write the same map, compared on random problems as the library computes them. */
import { type RandomStream, randomStream } from "../core/random.ts";
import type { MemoryOptions } from "../index.ts";
import { between, gaussianRows, logUniform, rounded, rowOf, unitRows } from "./draws.ts";
import { distance, dot, largestNorm, norm, type Rows } from "./reference.ts";
import { type Claim, type Library, packageItself } from "./types.ts";

interface Problem {
  readonly X: Rows;
  readonly Q: Rows;
  readonly beta: number;
  readonly random: RandomStream;
}

type Answers = Rows;

function answers(library: Library, X: Rows, Q: Rows, options: MemoryOptions): Answers {
  const { states } = library.createMemory(X, options).recall(Q);
  return Q.map((_, b) => rowOf(states, b));
}

/** An orthogonal d x d matrix: Gram-Schmidt on Gaussian rows. */
function rotation(random: RandomStream, d: number): Rows {
  const rows: number[][] = [];
  for (const raw of gaussianRows(random, d, d)) {
    let row = raw;
    for (const other of [...rows, ...rows]) {
      const along = dot(row, other);
      row = row.map((value, k) => value - along * (other[k] as number));
    }
    const length = norm(row);
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

const turned = (R: Rows, rows: Rows): number[][] => rows.map((x) => rounded(R.map((r) => dot(r, x))));

/** Name, and both sides. `input`: the two sides see inputs that differ by rounding, so beta amplifies it. */
const identities: readonly { name: string; input?: true; sides: (library: Library, problem: Problem) => readonly [Answers, Answers] }[] = [
  {
    name: "top-k (k = M) = dense",
    sides: (l, { X, Q, beta }) => both(l, X, Q, { model: "top-k", k: X.length, beta }, { model: "dense", beta }),
  },
  {
    name: "mask (all) = dense",
    sides: (l, { X, Q, beta }) => both(l, X, Q, { model: "masked", supportMask: X.map(() => 1), beta }, { model: "dense", beta }),
  },
  {
    name: "window (>= M - 1) = dense",
    sides: (l, { X, Q, beta }) =>
      both(l, X, Q.slice(0, X.length), { model: "window", window: X.length - 1, beta }, { model: "dense", beta }),
  },
  {
    name: "random (keep 1) = dense",
    sides: (l, { X, Q, beta }) => both(l, X, Q, { model: "random-masked", keep: 1, beta }, { model: "dense", beta }),
  },
  {
    name: "entmax (1) = softmax",
    sides: (l, { X, Q, beta }) => both(l, X, Q, { model: "entmax", alpha: 1, beta }, { model: "dense", beta }),
  },
  {
    name: "entmax (2) = sparsemax",
    sides: (l, { X, Q, beta }) => both(l, X, Q, { model: "entmax", alpha: 2, beta }, { model: "sparsemax", beta }),
  },
  {
    name: "k-subset (1) = sparsemax",
    sides: (l, { X, Q, beta }) => both(l, X, Q, { model: "k-subset", k: 1, beta }, { model: "sparsemax", beta }),
  },
  {
    name: "kernel (I) = dense",
    sides: (l, { X, Q, beta }) =>
      both(l, X, Q, { model: "dense", similarity: "kernel", kernel: identity(dimension(X)), beta }, { model: "dense", beta }),
  },
  {
    name: "softmax1 = dense with a zero pattern",
    sides: (l, { X, Q, beta }) => [
      answers(l, X, Q, { model: "softmax1", beta }),
      answers(l, [...X, new Array<number>(dimension(X)).fill(0)], Q, { model: "dense", beta }),
    ],
  },
  {
    name: "l2 = dot on equal norms",
    input: true,
    sides: (l, { random, Q, beta, X }) => {
      const unit = unitRows(random, X.length, dimension(X));
      return both(l, unit, Q, { model: "gaussian", beta }, { model: "dense", beta });
    },
  },
  {
    name: "rotation: f(Rq; XR') = R f(q; X)",
    input: true,
    sides: (l, { X, Q, beta, random }) => {
      const R = rotation(random, dimension(X));
      return [answers(l, turned(R, X), turned(R, Q), { model: "dense", beta }), turned(R, answers(l, X, Q, { model: "dense", beta }))];
    },
  },
  {
    name: "(1, sqrt(beta) X, sqrt(beta) q) gives sqrt(beta) y",
    input: true,
    sides: (l, { X, Q, beta }) => {
      const root = Math.sqrt(beta);
      const scaled = (rows: Rows): number[][] => rows.map((x) => rounded(x.map((value) => root * value)));
      return [
        answers(l, scaled(X), scaled(Q), { model: "dense", beta: 1 }).map((y) => y.map((value) => value / root)),
        answers(l, X, Q, { model: "dense", beta }),
      ];
    },
  },
];

const dimension = (X: Rows): number => (X[0] as number[]).length;
const identity = (d: number): number[][] => Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));
const both = (library: Library, X: Rows, Q: Rows, a: MemoryOptions, b: MemoryOptions): readonly [Answers, Answers] => [
  answers(library, X, Q, a),
  answers(library, X, Q, b),
];

const problems = 60;

export const familyIdentities: Claim = {
  id: "family-identities",
  title: "twelve identities between members of the family",
  source:
    "docs/models (each page); Martins and Astudillo, arXiv 1602.02068 (sparsemax as 2-entmax), Hu et al., arXiv 2404.03828 (softmax1 as a zero pattern), arXiv 2404.03900 (supports)",
  expected: "equal answers on both sides",
  tolerance:
    "2^-22 m for the f32 answers; where both sides get inputs that differ by rounding, 2^-22 m (1 + beta m^2): an input error of u in each factor moves the logits by about beta m |q| u, m = largest norm of patterns and queries",
  seconds: 1,
  run({ seed, progress, library = packageItself }) {
    const random = randomStream(seed, 0xc106);
    const worst = new Map<string, number>(identities.map(({ name }) => [name, 0]));
    for (let n = 0; n < problems; n++) {
      progress(n, problems);
      const [M, d] = [between(random, 4, 24), between(random, 2, 12)];
      const X = gaussianRows(random, M, d);
      const Q = gaussianRows(random, 4, d);
      const beta = logUniform(random, 0.05, 20);
      const m = Math.max(largestNorm(X), largestNorm(Q));
      for (const { name, input, sides } of identities) {
        const [left, right] = sides(library, { X, Q, beta, random });
        const scale = 2 ** -22 * m * (input ? 1 + beta * m ** 2 : 1);
        left.forEach((y, b) => {
          const error = distance(y, right[b] as number[]) / scale;
          worst.set(name, Math.max(worst.get(name) as number, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error));
        });
      }
    }
    const failing = [...worst].filter(([, error]) => !(error <= 1)).map(([name]) => name);
    const largest = Math.max(...worst.values());
    return {
      measured:
        failing.length === 0
          ? `${worst.size} identities hold; largest difference ${largest.toPrecision(2)} of the tolerance`
          : `failed: ${failing.join("; ")}`,
      passed: failing.length === 0,
      figures: { identities: worst.size, failing: failing.length, largest },
    };
  },
};

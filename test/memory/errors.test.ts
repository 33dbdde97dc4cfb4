/** Bad inputs: each is refused with its code and a message that names the function, what was expected and what came. */
import { describe, expect, it } from "vitest";
import {
  adviseBeta,
  allocate,
  capacityBound,
  createMemory,
  HopfieldError,
  type MemoryOptions,
  separate,
  separations,
} from "../../src/index.ts";

const X = [
  [1, 2, 3],
  [4, 5, 6],
];

function refused(code: string, message: RegExp, work: () => unknown): void {
  let error: unknown;
  try {
    work();
  } catch (caught) {
    error = caught;
  }
  expect(error, `expected ${code}`).toBeInstanceOf(HopfieldError);
  const { code: got, message: words } = error as HopfieldError;
  expect({ code: got, fits: message.test(words) ? true : words }).toEqual({ code, fits: true });
}

describe("shapes", () => {
  const memory = createMemory(X);
  const cases: [RegExp, () => unknown][] = [
    [/recall: query has 2 columns, the memory has 3/, () => memory.recall([1, 2])],
    [
      /row 1 has 2 entries, row 0 has 3/,
      () =>
        createMemory([
          [1, 2, 3],
          [4, 5],
        ]),
    ],
    [/row 1 has number entries, row 0 has 3/, () => createMemory([[1, 2, 3], 4] as unknown as number[][])],
    [/empty list/, () => createMemory([])],
    [/row 0 is empty/, () => createMemory([[]])],
    [/entry 1 is missing/, () => createMemory([1, undefined as unknown as number, 3])],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    [/entry 1 is missing/, () => createMemory([[1, , 3] as number[]])],
    [/entry 0 is string/, () => createMemory([["1", "2"] as unknown as number[]])],
    [/entry 0 is string/, () => createMemory(["1", "2"] as unknown as number[])],
    [/entry 0 is bigint/, () => createMemory([[1n, 2n] as unknown as number[]])],
    [/expected rows of numbers, got string/, () => createMemory("abc" as unknown as number[])],
    [/got null/, () => createMemory(null as unknown as number[])],
    [/expected an array/, () => createMemory({} as unknown as number[])],
    [/whole numbers of at least 1, got 0 x 3/, () => createMemory({ data: new Float32Array(0), rows: 0, columns: 3 })],
    [/whole numbers of at least 1, got 1.5 x 2/, () => createMemory({ data: new Float32Array(3), rows: 1.5, columns: 2 })],
    [/whole numbers of at least 1, got -1 x 3/, () => createMemory({ data: new Float32Array(3), rows: -1, columns: 3 })],
    [/2 x 3 needs 6 numbers, data has 5/, () => createMemory({ data: new Float32Array(5), rows: 2, columns: 3 })],
    [/values has 1 rows, there are 2 patterns/, () => createMemory(X, { values: [[1]] })],
    [/expected 2 labels, got 1/, () => createMemory(X, { labels: ["a"] })],
    [/kernel has 2 columns, the patterns have 3/, () => createMemory(X, { similarity: "kernel", kernel: [[1, 2]] })],
    [/featureMatrix has 2 columns/, () => createMemory(X, { model: "random-features", featureMatrix: [[1, 2]] })],
    [/3 entries are no whole number of rows of 2/, () => createMemory(X, { model: "masked", supportMask: [1, 0, 1] })],
    [
      /supportMask has 2 rows, query 2 has none/,
      () => createMemory(X, { model: "masked", supportMask: [1, 0, 0, 1] }).recall([...X, [0, 0, 0]]),
    ],
    [/known has 2 entries, expected 3/, () => memory.recall(X, { known: [1, 0] })],
    [/positions must have one entry for each of 2 queries/, () => createMemory(X, { model: "window" }).recall(X, { positions: [0] })],
    [/energy: state has 1 columns, the memory has 3/, () => memory.energy([1])],
    [/add: rows have 2 columns, the memory has 3/, () => memory.add([[1, 2]])],
    [/allocate: rows and columns must be whole numbers/, () => allocate(0, 3)],
    [/separate: expected at least one logit/, () => separate([])],
  ];
  it.each(cases.map(([pattern, work]) => ({ pattern, work })))("$pattern", ({ pattern, work }) => refused("E_SHAPE", pattern, work));

  it("a detached buffer is an empty one", () => {
    const data = new Float32Array(6);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    refused("E_SHAPE", /2 x 3 needs 6 numbers, data has 0/, () => createMemory({ data, rows: 2, columns: 3 }));
  });

  it("more numbers than a list may hold", () => {
    const data = { length: 2 ** 32 } as unknown as ArrayLike<number>;
    refused("E_LIMIT", /65536 x 65536 is more than/, () => createMemory({ data, rows: 65536, columns: 65536 }));
    refused("E_LIMIT", /at most 4096 MiB/, () => allocate(2 ** 15, 2 ** 15 + 1));
  });
});

describe("numbers that are not finite", () => {
  const memory = createMemory(X);
  it.each([
    { value: Number.NaN, where: /queries: row 1, column 2 is NaN \(if it marks a missing entry, say so with missing: "nan"\)/ },
    { value: Number.POSITIVE_INFINITY, where: /row 1, column 2 is infinite/ },
    { value: 1e300, where: /row 1, column 2 is infinite \(beyond the f32 range\)/ },
  ])("$value in a query", ({ value, where }) =>
    refused("E_NONFINITE", where, () =>
      memory.recall([
        [1, 2, 3],
        [1, 2, value],
      ]),
    ),
  );
  it("in patterns, values, kernels and masks", () => {
    refused("E_NONFINITE", /createMemory: patterns: row 0, column 1 is NaN/, () => createMemory([[1, Number.NaN]]));
    refused("E_NONFINITE", /createMemory: patterns: row 1, column 0/, () =>
      createMemory({ data: Float32Array.of(1, 2, Number.NEGATIVE_INFINITY, 3), rows: 2, columns: 2 }),
    );
    refused("E_NONFINITE", /createMemory: values: row 1, column 0/, () => createMemory(X, { values: [[1], [Number.NaN]] }));
    refused("E_NONFINITE", /createMemory: kernel: row 0/, () => createMemory(X, { similarity: "kernel", kernel: [[1, Number.NaN, 2]] }));
    refused("E_NONFINITE", /supportMask: row 0, entry 1/, () => createMemory(X, { model: "masked", supportMask: [1, Number.NaN] }));
    refused("E_NONFINITE", /is infinite/, () => memory.recall([1, 2, Number.POSITIVE_INFINITY], { missing: "nan" }));
    refused("E_NONFINITE", /logit 1 is NaN/, () => separate([0, Number.NaN]));
    refused("E_NONFINITE", /logit 0 is Infinity/, () => separate([Number.POSITIVE_INFINITY, 0]));
  });
  it("-0 and subnormals are numbers like any other", () => {
    const { states } = createMemory(
      [
        [-0, 1e-42],
        [1, 1],
      ],
      { beta: 1000 },
    ).recall([0, 0]);
    expect(Array.from(states.data)).toEqual([0, Math.fround(1e-42)]);
  });
});

describe("ranges", () => {
  const bad: [MemoryOptions | Record<string, unknown>, RegExp][] = [
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, "8"].map((beta): [Record<string, unknown>, RegExp] => [
      { beta },
      /beta must be a finite number above 0, got/,
    ]),
    [{ model: "entmax", alpha: 0.5 }, /alpha must be a finite number of at least 1, got 0.5/],
    [{ model: "normmax", alpha: 1 }, /alpha \(normmax\) must be a finite number above 1, got 1/],
    [{ model: "top-k", k: 0 }, /k must be a whole number of at least 1, got 0/],
    [{ model: "k-subset", k: 1.5 }, /k must be a whole number/],
    [{ model: "window", window: -1 }, /window must be a whole number of at least 0, got -1/],
    [{ model: "random-masked", keep: 0 }, /keep must be a finite number above 0, at most 1, got 0/],
    [{ model: "random-masked", keep: 1.1 }, /keep must be/],
    [{ seed: -1 }, /seed must be a whole number of at least 0/],
    [{ model: "random-features", features: 0 }, /features must be a whole number of at least 1/],
    [{ model: "polynomial", degree: 0 }, /degree must be/],
    [{ model: "kernel-regression", lambda: -1 }, /lambda must be a finite number of at least 0/],
    [{ steps: 0 }, /steps \(or "converge"\) must be a whole number of at least 1, got 0/],
    [{ steps: "until" }, /steps \(or "converge"\) must be a whole number of at least 1, got "until"/],
    [{ tolerance: -1 }, /tolerance must be/],
    [{ maxSteps: 0 }, /maxSteps must be/],
    [{ threads: 0 }, /threads must be/],
    [{ betta: 2 }, /createMemory: unknown option "betta"; did you mean "beta"\?/],
    [{ model: "gausian" }, /model must be one of .*, got "gausian"; did you mean "gaussian"\?/],
    [{ storage: "f8" }, /storage must be one of f32, f16, int8, got "f8"/],
    [{ similarity: "euclid" }, /similarity must be one of dot, l2/],
    [{ model: "masked", supportMask: [0, 0] }, /supportMask: row 0 hides every pattern/],
    [{ model: "masked" }, /support "mask" needs the option supportMask/],
    [{ similarity: "kernel" }, /needs the option kernel/],
    [{ model: "hebbian" }, /patterns: row 0, column 1 is 2; binary memories take 1 and -1/],
  ];
  it.each(bad.map(([options, pattern]) => ({ options, pattern })))("$options", ({ options, pattern }) =>
    refused("E_RANGE", pattern, () => createMemory(X, options as MemoryOptions)),
  );

  it("of a recall", () => {
    const memory = createMemory(X);
    refused("E_RANGE", /recall: unknown option "missin"; did you mean "missing"\?/, () => memory.recall(X, { missin: "nan" } as object));
    refused("E_RANGE", /missing must be one of nan/, () => memory.recall(X, { missing: "null" } as object));
    refused("E_RANGE", /known entry 0, 1 is 2, expected a weight in \[0, 1\]/, () => memory.recall([1, 2, 3], { known: [1, 2, 0] }));
    refused("E_RANGE", /alternatives must be a whole number of at least 0/, () => memory.recall(X, { alternatives: -1 }));
    refused("E_RANGE", /window of query 1 \(position 9, width 1\) holds no pattern; there are 2/, () =>
      createMemory(X, { model: "window", window: 1 }).recall(X, { positions: [0, 9] }),
    );
    refused("E_RANGE", /binary memories take 1 and -1/, () => createMemory([[1, -1]], { model: "hebbian" }).recall([1, 0]));
    refused("E_RANGE", /lies outside every ball/, () => createMemory(X, { model: "epanechnikov", beta: 100, values: X }).recall([9, 9, 9]));
    refused("E_RANGE", /minimumWeight must be/, () => createMemory(X, { labels: ["a", "b"] }).recall(X, { minimumWeight: 2 }));
    refused("E_RANGE", /every logit is -Infinity/, () => separate([Number.NEGATIVE_INFINITY]));
    refused("E_RANGE", /failure must be below 1/, () => capacityBound({ beta: 1, radiusFactor: 1, dimension: 20, failure: 1 }));
    refused("E_RANGE", /unknown option "sampl"; did you mean "sample"/, () => separations(X, { sampl: 3 } as object));
    refused("E_RANGE", /"kernel" and the option kernel go together/, () => adviseBeta(X, { similarity: "kernel" }));
  });
});

describe("what makes no sense or is not there yet", () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ model: "linear", similarity: "l2" }, /model "linear" has no similarity to choose/],
    [{ model: "hebbian", separation: "softmax" }, /model "hebbian" has no separation to choose/],
    [{ model: "kernel-regression", similarity: "cosine" }, /has no similarity to choose/],
    [{ separation: "epanechnikov", similarity: "dot" }, /needs similarity "l2"/],
    [{ kernel: [[1, 0, 0]] }, /kernel needs similarity "kernel"/],
    [{ supportMask: [1, 1] }, /supportMask needs support "mask"/],
    [{ featureMatrix: [[1, 0, 0]] }, /featureMatrix needs model "random-features"/],
  ];
  it.each(cases.map(([options, pattern]) => ({ options, pattern })))("$options", ({ options, pattern }) =>
    refused("E_UNSUPPORTED", pattern, () => createMemory(X, options as MemoryOptions)),
  );
  it("binary memories take neither beta, post nor values; minimumWeight needs labels", () => {
    const signs = [[1, -1]];
    refused("E_UNSUPPORTED", /has no beta/, () => createMemory(signs, { model: "hebbian", beta: 1 }));
    refused("E_UNSUPPORTED", /takes no post/, () => createMemory(signs, { model: "polynomial", post: "sign" }));
    refused("E_UNSUPPORTED", /reads no values/, () => createMemory(signs, { model: "exponential", values: [[1]] }));
    refused("E_UNSUPPORTED", /needs a memory with labels/, () => createMemory(X).recall(X, { minimumWeight: 0.5 }));
  });
  it("kernel regression: too many patterns, copies without a ridge, overflow", () => {
    refused("E_LIMIT", /at most 4096 patterns, got 5000/, () =>
      createMemory({ data: new Float32Array(5000), rows: 5000, columns: 1 }, { model: "kernel-regression", beta: 1 }).recall([1]),
    );
    refused("E_RANGE", /not positive definite at pattern 1/, () =>
      createMemory([[1], [1]], { model: "kernel-regression", beta: 1, lambda: 0 }).recall([1]),
    );
    refused("E_RANGE", /exp\(beta x \. q\) of query 0 overflows/, () =>
      createMemory([[10]], { model: "kernel-regression", beta: 1 }).recall([1000]),
    );
  });
});

it("a bad call changes nothing", () => {
  const memory = createMemory(X, { labels: ["a", "b"], values: [[1], [2]] });
  const before = memory.recall(X);
  for (const work of [
    () => memory.add([[1, 2, Number.NaN]], { values: [[1]], labels: ["c"] }),
    () => memory.add([[1, 2, 3]], { values: [[1]] }),
    () => memory.add([[1, 2, 3]], { labels: ["c"] }),
    () => memory.add([[1, 2, 3]], { values: [[1, 2]], labels: ["c"] }),
    () => memory.remove([0, 5]),
    () => memory.remove([0, 1]),
    () => memory.recall([[1, 2, Number.NaN]]),
  ]) {
    expect(work).toThrow(HopfieldError);
  }
  expect(memory.patterns).toBe(2);
  expect(memory.recall(X)).toEqual(before);
});

it("a freed memory says so", () => {
  const memory = createMemory(X);
  memory.free();
  refused("E_CONFLICT", /it was freed/, () => memory.recall(X));
});

/** The memory behind a worker, on the built package: same answers, progress, abort, errors with codes, and a script that ends when it is idle. */
import { execFileSync } from "node:child_process";
import { createMemory, HopfieldError, openWorker } from "modern-hopfield";
import { afterAll, expect, it } from "vitest";
import { gaussianRows, noisyQueries, stream } from "../memory/problems.ts";

const random = stream(91);
const X = gaussianRows(random, 1200, 40, 0.4);
const Q = noisyQueries(random, X, 205, 0.3);
const worker = openWorker();
afterAll(() => worker.close());

async function rejection(work: Promise<unknown>): Promise<HopfieldError> {
  return work.then(
    () => {
      throw new Error("expected a rejection");
    },
    (error) => error as HopfieldError,
  );
}

it.each([
  { name: "gaussian", options: { beta: 3 }, recall: { energy: true } },
  { name: "window by row", options: { model: "window", beta: 1 }, recall: {} },
  { name: "random masks by row", options: { model: "random-masked", beta: 1, keep: 0.2 }, recall: { alternatives: 2 } },
  {
    name: "missing entries",
    options: { beta: 3 },
    recall: { known: Q.flatMap((_, b) => Array.from({ length: 40 }, (_, k) => Number((b + k) % 4 > 0))) },
  },
  { name: "converge with a trace", options: { beta: 2, steps: "converge", maxSteps: 6 }, recall: { trace: true } },
] as const)("$name: as without a worker", async ({ options, recall }) => {
  const here = createMemory(X, options).recall(Q, recall);
  const there = await (await worker.createMemory(X, options)).recall(Q, recall);
  expect(there.states.rows).toBe(205);
  here.states.data.forEach((x, i) => {
    expect(Math.abs((there.states.data[i] as number) - x)).toBeLessThanOrEqual(2e-6);
  });
  expect(there.results.map(({ top, steps, label, support }) => ({ top, steps, label, support }))).toEqual(
    here.results.map(({ top, steps, label, support }) => ({ top, steps, label, support })),
  );
  expect(there.trace?.states.length).toBe(here.trace?.states.length);
});

it("all the other calls", async () => {
  const memory = await worker.createMemory(X.slice(0, 20), { beta: 2, labels: X.slice(0, 20).map((_, i) => i % 2) });
  expect(await memory.beta()).toBe(2);
  expect([memory.model, memory.dimension, memory.kernel, memory.betaSource]).toEqual(["gaussian", 40, "plain", "given"]);
  expect((await memory.pattern(3)).length).toBe(40);
  expect(await memory.add(X.slice(20, 22), { labels: [0, 1] })).toBe(20);
  expect(await memory.patterns()).toBe(22);
  expect(await memory.remove([0])).toBe(1);
  expect(await memory.patterns()).toBe(21);
  const local = createMemory(X.slice(1, 22), { beta: 2 });
  expect(await memory.energy(Q.slice(0, 3))).toEqual(local.energy(Q.slice(0, 3)));
  expect(await memory.weights(Q.slice(0, 3))).toEqual(local.weights(Q.slice(0, 3)));
  await memory.free();
  expect(await rejection(memory.recall(Q))).toMatchObject({ code: "E_CONFLICT" });
});

it("progress rises to the number of queries", async () => {
  const memory = await worker.createMemory(X, { beta: 3 });
  const seen: [number, number][] = [];
  await memory.recall(Q, {}, { onProgress: (done, total) => seen.push([done, total]) });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.every(([done, total], i) => total === 205 && (i === 0 || done > (seen[i - 1]?.[0] as number)))).toBe(true);
  expect(seen.at(-1)).toEqual([205, 205]);
});

it("abort: the call rejects soon, the memory goes on", async () => {
  const memory = await worker.createMemory(X, { beta: 3 });
  const controller = new AbortController();
  const many = Array.from({ length: 60 }, () => Q).flat();
  let last = 0;
  const call = memory.recall(
    many,
    {},
    {
      signal: controller.signal,
      onProgress: (done) => {
        last = done;
        if (done > 100) controller.abort();
      },
    },
  );
  expect(await rejection(call)).toMatchObject({ code: "E_CONFLICT", message: expect.stringMatching(/aborted after \d+ of 12300/) });
  expect(last).toBeLessThan(12_300);
  expect((await memory.recall(Q.slice(0, 2))).results.length).toBe(2);
  expect(await rejection(memory.recall(Q, {}, { signal: AbortSignal.abort() }))).toMatchObject({
    message: "recall: aborted before it began",
  });
});

it("errors come back with their code, message and details", async () => {
  const memory = await worker.createMemory(X, { beta: 3 });
  const error = await rejection(memory.recall([[1, 2]]));
  expect(error).toBeInstanceOf(HopfieldError);
  expect(error).toMatchObject({
    code: "E_SHAPE",
    message: "recall: query has 2 columns, the memory has 40",
    details: { expected: 40, got: 2 },
  });
  expect(await rejection(worker.createMemory([[1, Number.NaN]]))).toMatchObject({ code: "E_NONFINITE" });
  expect(await rejection(worker.createMemory(X, { betta: 1 } as object))).toMatchObject({ code: "E_RANGE" });
});

it("what was sent is still the caller's", async () => {
  const data = Float32Array.from(X.slice(0, 4).flat());
  const memory = await worker.createMemory({ data, rows: 4, columns: 40 }, { beta: 1 });
  await memory.recall({ data, rows: 4, columns: 40 }, { known: data.map(() => 1) });
  expect(data.length).toBe(160);
});

it("an idle worker does not keep a script alive, a busy one does, and a closed one says so", async () => {
  const script = `
    import { openWorker } from "modern-hopfield";
    const memory = await openWorker().createMemory([[1, 2], [3, 4]], { beta: 5 });
    const { states } = await memory.recall([[1, 2]]);
    console.log(states.data.join(","));`;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 20_000 }).trim()).toBe("1,2");
  const other = openWorker();
  const call = rejection(other.createMemory(X, { beta: 1 }));
  await other.close();
  expect(await call).toMatchObject({ code: "E_CONFLICT", message: "worker: it was closed" });
  expect(await rejection(other.createMemory(X))).toMatchObject({ code: "E_CONFLICT" });
});

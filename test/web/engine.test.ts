/** The page's engines in Node, with the same worker the page has: answers are those of a memory asked directly, quick ones end where full ones do, a worker that dies is replaced once. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { adviseBeta, createMemory, HopfieldError, type HopfieldWorker, openWorker } from "modern-hopfield";
import { afterAll, describe, expect, it } from "vitest";
import { askMemory, askQuickly, askWeights, createFor, type Question } from "../../web/engine/answer.ts";
import { comparisons } from "../../web/engine/compare.ts";
import { openLatest } from "../../web/engine/latest.ts";
import { openMemoryEngine } from "../../web/engine/memory-engine.ts";
import { computeLandscape } from "../../web/landscape/compute.ts";
import { initialLandscape } from "../../web/landscape/state.ts";
import { drawLetters } from "../../web/patterns/letters.ts";
import { pixelCount } from "../../web/patterns/pen.ts";
import { pictureOf } from "../../web/patterns/types.ts";
import { defaultSettings, isBinary, modelAxes, modelNames, optionsOf, takesMissing } from "../../web/state/settings.ts";
import { command } from "../cli/helpers.ts";

const letters = drawLetters();
const worker = openWorker();
afterAll(() => worker.close());

const missing = Uint8Array.from({ length: pixelCount }, (_, i) => (i % 3 === 0 ? 1 : 0));
const question = (patch: Partial<Question["settings"]> = {}): Question => ({
  patterns: letters,
  settings: { ...defaultSettings, ...patch },
  values: pictureOf(letters, 10).slice(),
  missing,
  position: 10,
});

/** kernel regression with its own ridge refuses letters this alike; a larger one is what its message asks for. */
const own = (model: (typeof modelNames)[number]) => ({
  model,
  ...(model === "kernel-regression" ? { lambda: 1 } : {}),
  ...(isBinary(model) ? {} : { beta: 0.5 }),
});

describe("answers", () => {
  it.each(modelNames)("%s: as a memory asked directly; quick and full end alike", async (model) => {
    const asked = question(own(model));
    const memory = await createFor(worker, asked, asked.settings.beta);
    const answer = await askMemory(memory, asked);
    const quick = await askQuickly(memory, asked, []);
    const binary = isBinary(model);
    const data = binary ? letters.data.map((x) => (x > 0.5 ? 1 : -1)) : letters.data;
    const blank = asked.values.map((x, i) => (missing[i] ? 0 : x));
    const cue = binary ? blank.map((x) => (x > 0.5 ? 1 : -1)) : blank;
    const declared = takesMissing(asked.settings) && !binary;
    const direct = createMemory({ data, rows: 26, columns: pixelCount }, optionsOf(asked.settings, letters.labels, pixelCount)).recall(
      cue,
      {
        ...(declared ? { known: missing.map((gone) => 1 - gone) } : {}),
        ...(model === "window" ? { positions: [10] } : {}),
        steps: "converge",
        maxSteps: 20,
      },
    );
    const end = binary ? direct.states.data.map((x) => (x + 1) / 2) : direct.states.data;
    // The same kernels on the same numbers.
    expect(answer.states.at(-1)).toEqual(end);
    expect(quick.states.at(-1)).toEqual(end);
    expect(quick.states).toHaveLength(answer.states.length);
    const { energy: _, alternatives: __, ...figures } = answer.result;
    const { energy: ___, ...plain } = direct.results[0] ?? { energy: null };
    expect(figures).toEqual(plain);
    expect(answer.filled).toBe(!declared);
    await memory.free();
  });

  it("weights of a step are those of a memory asked directly, and sum to one", async () => {
    const asked = question({ beta: 0.05 });
    const memory = await createFor(worker, asked, 0.05);
    const answer = await askMemory(memory, asked);
    const direct = createMemory({ data: letters.data, rows: 26, columns: pixelCount }, { beta: 0.05 });
    const known = missing.map((gone) => 1 - gone);
    const blank = asked.values.map((x, i) => (missing[i] ? 0 : x));
    expect(await askWeights(memory, asked, answer, 1)).toEqual(direct.weights(blank, { known }).data);
    const second = await askWeights(memory, asked, answer, 2);
    expect(second).toEqual(direct.weights(answer.states[1] ?? []).data);
    // 26 weights rounded to f32 each: 26 half units in the last place.
    expect(Math.abs(second.reduce((sum, w) => sum + w, 0) - 1)).toBeLessThan(26 * 2 ** -24);
  });

  it("the axes of this page are those of the package", async () => {
    for (const model of modelNames) {
      const memory = createMemory(
        [
          [1, -1],
          [-1, 1],
        ],
        { model, ...(model === "masked" ? { supportMask: [1, 1] } : {}) },
      );
      expect([model, modelAxes[model]]).toEqual([model, [memory.similarity, memory.separation, memory.support]]);
    }
  });

  it("a mask lets only the allowed labels answer", async () => {
    const asked = question({ model: "masked", similarity: "l2", beta: 1, allowed: ["A", "Q"] });
    const memory = await createFor(worker, asked, 1);
    const { result } = await askMemory(memory, asked);
    expect(["A", "Q"]).toContain(letters.labels[result.top]);
    await memory.free();
  });
});

describe("the memory engine", () => {
  it("takes β from the pictures once, and keeps it", async () => {
    const engine = openMemoryEngine(() => {});
    const answer = await engine.answer(question());
    const { beta } = adviseBeta({ data: letters.data, rows: 26, columns: pixelCount });
    expect([answer.beta, answer.betaSource]).toEqual([beta, "advised"]);
    const clamped = await engine.answer(question({ clamp: true }));
    expect([clamped.beta, clamped.betaSource]).toEqual([beta, "advised"]);
    expect((await engine.answer(question({ beta: 2 }))).betaSource).toBe("given");
    await engine.close();
  });

  it("replaces a worker that died, once, and tells", async () => {
    let opened = 0;
    let told = 0;
    const dead = (): HopfieldWorker => ({
      createMemory: () => Promise.reject(new HopfieldError("E_IO", "worker: it stopped")),
      close: async () => {},
    });
    const engine = openMemoryEngine(
      () => {
        told++;
      },
      () => (opened++ === 0 ? dead() : openWorker()),
    );
    expect((await engine.answer(question({ beta: 1 }))).result.top).toBe(10);
    expect([opened, told]).toEqual([2, 1]);
    await engine.close();
    const hopeless = openMemoryEngine(() => {}, dead);
    await expect(hopeless.answer(question())).rejects.toThrow("it stopped");
  });

  it("other errors are passed on, and the worker goes on", async () => {
    const engine = openMemoryEngine(() => expect.unreachable());
    await expect(engine.answer(question({ separation: "epanechnikov", similarity: "dot" }))).rejects.toThrow(/epanechnikov/);
    expect((await engine.answer(question({ beta: 1 }))).result.top).toBe(10);
    await engine.close();
  });
});

it("the advice that comes with the digits is what the digits say", () => {
  const site = join(dirname(command), "../web");
  const { beta } = JSON.parse(readFileSync(join(site, "digits.json"), "utf8"));
  const pixels = gunzipSync(readFileSync(join(site, "images.idx.gz"))).subarray(16);
  const digits = { data: Float32Array.from(pixels, (x) => x / 255), rows: 1000, columns: pixelCount };
  for (const similarity of ["l2", "dot", "cosine"] as const)
    expect([similarity, beta[similarity]]).toEqual([similarity, adviseBeta(digits, { similarity }).beta]);
});

it("the comparison has every model, the papers' set-up first and the declared gaps second", () => {
  const rows = comparisons(defaultSettings);
  expect(rows.slice(0, 2).map(({ id, blank }) => [id, blank ?? false])).toEqual([
    ["papers", true],
    ["gaussian", false],
  ]);
  expect(new Set(rows.map(({ settings }) => settings.model))).toEqual(new Set(modelNames));
});

it("the landscape's energies and path are those of the definition", async () => {
  const state = { ...initialLandscape, beta: 20 };
  const field = await computeLandscape(worker, state);
  if (!field) throw new Error("no field");
  const energy = (x: number, y: number): number =>
    -Math.log(state.points.reduce((sum, [px, py]) => sum + Math.exp(-10 * ((x - px) ** 2 + (y - py) ** 2)), 0)) / 20;
  for (const cell of [0, 71, 2000, 5183]) {
    const [x, y] = [((cell % 72) + 0.5) / 72, (Math.floor(cell / 72) + 0.5) / 72];
    // f64 energies of coordinates rounded to f32: slopes are below 1.5, so a rounding of 2^-24 each is at most 2^-23 here.
    expect(Math.abs((field.energies[cell] ?? 0) - energy(x, y))).toBeLessThan(2 ** -20);
  }
  const along = field.path.map(([x, y]) => energy(x, y));
  for (let i = 1; i < along.length; i++) expect(along[i]).toBeLessThanOrEqual((along[i - 1] ?? 0) + 2 ** -22);
  expect(field.converged).toBe(true);
  expect(field.path[0]).toEqual(state.start.map((x) => Math.fround(x - 0.5) + 0.5));
});

it("latest: while one question is answered only the newest of the others waits; errors do not jam it", async () => {
  const seen: number[] = [];
  let open: () => void = () => {};
  const latest = openLatest<number>(async (n) => {
    seen.push(n);
    await new Promise<void>((resolve) => {
      open = resolve;
    });
  });
  for (const n of [1, 2, 3, 4]) latest.ask(n);
  open();
  await new Promise((resolve) => setTimeout(resolve, 5));
  open();
  await latest.idle();
  expect(seen).toEqual([1, 4]);
  const failing = openLatest<number>(async (n) => {
    seen.push(n);
    if (n === 7) throw new Error("seven");
  });
  failing.ask(7);
  await expect(failing.idle()).rejects.toThrow("seven");
  failing.ask(8);
  await failing.idle();
  expect(seen.at(-1)).toBe(8);
});

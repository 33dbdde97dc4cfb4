/** Each experiment refuses a library that is wrong where the experiment looks, and skips, never passes, without what it needs. That each holds is tested with all other claims. */
import { describe, expect, it } from "vitest";
import { claims, type Library, packageItself } from "../../src/claims/index.ts";
import type { Memory, MemoryOptions } from "../../src/index.ts";
import { experimentContext } from "./digits.ts";

const claimOf = (id: string) => {
  const found = claims.find((claim) => claim.id === id);
  if (!found) throw new Error(`no claim ${id}`);
  return found;
};

/** A library whose memories have other options than were asked for. */
const altered = (change: (options: MemoryOptions) => MemoryOptions): Library => ({
  ...packageItself,
  createMemory: (patterns, options = {}) => packageItself.createMemory(patterns, change(options)),
});

/** What the name says is not what is computed. */
const standing = (names: readonly string[]): Library =>
  altered((options) => (names.includes(options.model ?? "gaussian") ? { model: "dense", beta: options.beta ?? 1 } : options));

/** Which entries are known is not looked at. */
const deaf: Library = {
  ...packageItself,
  createMemory: (...input) => {
    const memory = packageItself.createMemory(...input);
    return Object.assign(Object.create(memory), {
      recall: (cues: Parameters<Memory["recall"]>[0], { known, ...rest }: NonNullable<Parameters<Memory["recall"]>[1]> = {}) =>
        memory.recall(cues, rest),
    }) as Memory;
  },
};

const allDot = altered(({ similarity, kernel, ...options }) => ({ ...options, model: "dense", similarity: "dot" }));
const unfitted: Library = {
  ...packageItself,
  fitKernel: (patterns, options) => packageItself.fitKernel(patterns, { ...options, steps: 0 }),
};

describe.each<[id: string, name: string, library: Library]>([
  ["half-masked-digits", "sparse members that are dense", standing(["sparsemax", "top-k"])],
  ["half-masked-digits", "recalls that do not look at what is known", deaf],
  ["noisy-digits", "distances that are dot products", standing(["gaussian"])],
  ["digits-memory-size", "similarities that are all dot products", allDot],
  ["digits-memory-size", "recalls that do not look at what is known", deaf],
  ["top-k-ablation", "top-k that is dense", standing(["top-k"])],
  ["top-k-ablation", "dense that is sharper", altered((options) => (options.model === "dense" ? { ...options, beta: 0.02 } : options))],
  ["learned-kernel", "kernels that learn nothing", unfitted],
  ["efficiency", "windows and linear sums that look at all pairs", standing(["window", "linear"])],
])("%s", (id, name, library) => {
  it(`refuses ${name}`, async () => {
    const outcome = await claimOf(id).run(experimentContext(1, library));
    expect(outcome.passed, outcome.measured).toBe(false);
    expect(outcome.skipped).toBeUndefined();
  });
});

it.each(["half-masked-digits", "noisy-digits", "digits-memory-size", "top-k-ablation", "efficiency"])(
  "%s is skipped without digits or a clock",
  async (id) => {
    const bare = { seed: 1, progress: () => {} };
    expect(await claimOf(id).run(bare)).toMatchObject({ passed: false, skipped: true, measured: expect.stringContaining("skipped") });
    if (id !== "efficiency") expect(await claimOf(id).run({ ...bare, digits: () => null })).toMatchObject({ passed: false, skipped: true });
  },
);

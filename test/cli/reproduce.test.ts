import { expect, test, vi } from "vitest";
import type { Claim } from "../../src/claims/index.ts";
import type { Io } from "../../src/cli/io.ts";
import { reproduce } from "../../src/cli/reproduce.ts";
import { HopfieldError } from "../../src/core/errors.ts";
import { run } from "./helpers.ts";

const base = { title: "a title", source: "a source", expected: "1", tolerance: "none", seconds: 1 };
const made: Claim[] = [
  { ...base, id: "holds", run: ({ seed }) => ({ measured: `seed ${seed}`, passed: true, figures: { seed } }) },
  {
    ...base,
    id: "fails",
    run: async ({ progress }) => {
      progress(1, 2);
      return { measured: "2", passed: false };
    },
  },
  {
    ...base,
    id: "lacks",
    run: ({ data }) => {
      throw new HopfieldError("E_IO", `no data in ${data}`);
    },
  },
  {
    ...base,
    id: "skips",
    run: ({ size, cpuTime }) => ({ measured: `skipped: ${size ?? "default"}, ${typeof cpuTime?.()}`, passed: false, skipped: true }),
  },
];
vi.mock("../../src/claims/index.ts", () => ({
  get claims() {
    return made;
  },
}));

async function inProcess(ids: string[], options: Record<string, unknown>): Promise<{ status: number; printed: string[]; json: unknown }> {
  const printed: string[] = [];
  const seen: { json: unknown } = { json: null };
  const io: Io = {
    json: options.json === true,
    colour: false,
    width: 80,
    print: (line = "") => void printed.push(line),
    printJson: (value) => {
      seen.json = value;
    },
    note: () => {},
    progress: () => {},
    endProgress: () => {},
  };
  const status = await reproduce.run({ options, arguments: ids }, io);
  return { status, printed, json: seen.json };
}

test("exit 1 when a claim fails, with the rest still run", async () => {
  const { status, json } = await inProcess([], { json: true, seed: 4 });
  expect(status).toBe(1);
  expect(json).toMatchObject({ command: "reproduce", seed: 4, passed: 1, failed: 2, skipped: 1 });
  expect(json).toMatchObject({
    claims: [
      { id: "holds", ...base, seconds: expect.any(Number), measured: "seed 4", passed: true, figures: { seed: 4 } },
      { id: "fails", measured: "2", passed: false },
      { id: "lacks", measured: "E_IO: no data in undefined", passed: false, verdict: "fail" },
      { id: "skips", passed: false, verdict: "skipped" },
    ],
  });
  const people = await inProcess(["holds", "fails"], {});
  expect(people.status).toBe(1);
  expect(people.printed).toContain("1 of 2 claims hold");
});

test("what cannot be examined is skipped: neither passed nor failed", async () => {
  expect(await inProcess(["skips"], { json: true })).toMatchObject({
    status: 0,
    json: { passed: 0, failed: 0, skipped: 1, claims: [{ measured: "skipped: default, number", verdict: "skipped" }] },
  });
  const { printed } = await inProcess(["holds", "skips"], { full: true });
  expect(printed.join("\n")).toContain("skipped: full, number");
  expect(printed).toContain("1 of 2 claims hold, 1 skipped");
});

test("exit 0 when the named ones hold", async () => {
  expect(await inProcess(["holds"], { json: true })).toMatchObject({ status: 0, json: { passed: 1, failed: 0 } });
});

test("the built command lists and runs the project's own claims", async () => {
  const listed = await run(["reproduce", "--list", "--json"]);
  expect(listed.status).toBe(0);
  const { claims } = JSON.parse(listed.stdout);
  expect(claims.length).toBeGreaterThan(5);
  for (const claim of claims) expect(Object.keys(claim)).toEqual(["id", "title", "source", "expected", "tolerance", "seconds"]);
  const { status, stdout } = await run(["reproduce", "capacity-constants"]);
  expect(status).toBe(0);
  for (const word of ["pass", "source", "expected", "measured", "tolerance", "1 of 1 claims hold"]) expect(stdout).toContain(word);
});

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jobsOf, wordsOf } from "../../src/cli/sweep-grid.ts";
import { type Folder, openFolder, run } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
});
afterAll(() => folder.remove());
const sweep = (...words: string[]) => run(["sweep", ...words], { cwd: folder.path });

describe("the grid", () => {
  test("every combination once, axes, ranges, whole values and switches", () => {
    const jobs = jobsOf(["simulate", "n=20,40,20", "lambda=0.5:1:0.25", "alpha:=0.1,0.2", "fit"]);
    expect(jobs).toHaveLength(6);
    expect(jobs[1]).toEqual({ command: "simulate", options: { n: "20", lambda: "0.75", alpha: "0.1,0.2", fit: true } });
    expect(new Set(jobs.map((job) => wordsOf(job).join(" "))).size).toBe(6);
    // The key does not depend on the order in which options were typed.
    expect(wordsOf(jobsOf(["depth", "n=8", "task=cycles"])[0] as never)).toEqual(
      wordsOf(jobsOf(["depth", "task=cycles", "n=8"])[0] as never),
    );
  });
  test.each([
    [["recall"], "E_RANGE", "command first"],
    [["simulate", "n=20", "n=40"], "E_RANGE", "twice"],
    [["simulate", "n=20,,40"], "E_RANGE", "empty"],
    [["simulate", "=3"], "E_RANGE", "name=a,b,c"],
    [["train", "save=m.safetensors"], "E_UNSUPPORTED", "--out of the sweep"],
    [["simulate", "seed=1:200:1", "n=1:200:1"], "E_LIMIT", "40000"],
  ] as const)("%s is refused", (words, code, message) => {
    expect(() => jobsOf(words)).toThrow(expect.objectContaining({ code, exit: 2, message: expect.stringContaining(message) }));
  });
});

test("one file with the document of every job; again: only what is missing, and the same bytes", async () => {
  const words = ["simulate", "ensemble=binary", "n=12,14", "lambda=1", "instances=20", "--out", "sweep.json", "--workers", "2"];
  const first = await sweep(...words, "--json");
  expect(first.status, first.stderr).toBe(0);
  expect(JSON.parse(first.stdout)).toEqual({
    command: "sweep",
    target: "simulate",
    jobs: 2,
    kept: 0,
    ran: 2,
    failed: 0,
    file: "sweep.json",
  });
  const whole = folder.bytes("sweep.json").toString();
  const state = JSON.parse(whole);
  const alone = await run(["simulate", "--ensemble", "binary", "--n", "14", "--lambda", "1", "--instances", "20", "--json"]);
  expect(state.jobs[1].result).toEqual(JSON.parse(alone.stdout));
  // As if it had been stopped after the first job.
  folder.text("sweep.json", JSON.stringify({ ...state, jobs: state.jobs.slice(0, 1) }));
  const second = await sweep(...words, "--json");
  expect(JSON.parse(second.stdout)).toMatchObject({ kept: 1, ran: 1, failed: 0 });
  expect(folder.bytes("sweep.json").toString()).toBe(whole);
});

test("a job that fails is told and tried again; a file that is something else is left alone", async () => {
  const failed = await sweep("simulate", "ensemble=gausian", "n=12", "lambda=1", "--out", "failed.json");
  expect(failed.status).toBe(1);
  expect(failed.stdout).toContain('did you mean "gaussian"?');
  expect(
    JSON.parse((await sweep("simulate", "ensemble=gausian", "n=12", "lambda=1", "--out", "failed.json", "--json")).stdout),
  ).toMatchObject({
    kept: 0,
    ran: 1,
    failed: 1,
  });
  folder.text("other.json", '{"mine":1}');
  const other = await sweep("simulate", "ensemble=binary", "n=12", "lambda=1", "--out", "other.json");
  expect([other.status, other.stderr.slice(0, 9)]).toEqual([3, "E_FORMAT:"]);
  expect(folder.bytes("other.json").toString()).toBe('{"mine":1}');
  const nowhere = await sweep("simulate", "n=12", "--out", "no/where.json");
  expect([nowhere.status, nowhere.stderr.slice(0, 5)]).toEqual([3, "E_IO:"]);
  expect(existsSync(folder.file("no"))).toBe(false);
});

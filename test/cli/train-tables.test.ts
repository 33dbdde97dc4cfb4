/** hopfield train --task tabular and series, and predict on new rows, as a newcomer with a CSV runs them. */
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { ended, openFolder, run, start } from "./helpers.ts";

const folder = openFolder();
afterAll(() => folder.remove());

const orchard = new URL("../data/orchard.csv", import.meta.url).pathname;
const tabular = ["train", "--task", "tabular", "--data", orchard, "--target", "quality"];
const fields = [
  "command",
  "task",
  "model",
  "variant",
  "seed",
  "parameters",
  "epochs",
  "seconds",
  "stepsPerSecond",
  "train",
  "test",
  "baseline",
];

describe("hopfield train --task tabular", () => {
  const saved = folder.file("orchard.safetensors");

  it("tells what became of the columns, and scores in a document with exactly the promised fields, baselines beside it", async () => {
    const { status, stdout, stderr } = await run([
      ...tabular,
      "--model",
      "lookup",
      "--folds",
      "2",
      "--baselines",
      "--save",
      saved,
      "--json",
    ]);
    expect(status).toBe(0);
    expect(stderr).toContain("target: quality, 3 classes: first, juice, second");
    expect(stderr).toContain("numeric, standardised: altitude [7 missing], age [7 missing]");
    expect(stderr).toContain("categorical (values): soil (4) [4 missing], irrigated (2), planted by (3)");
    expect(stderr).toContain("left out: tree (numbers its rows), sprayed (constant)");
    const found = JSON.parse(stdout);
    expect(Object.keys(found)).toEqual(fields);
    expect(found).toMatchObject({ task: "tabular", model: "lookup", train: { count: 160 }, test: { count: 160 } });
    expect(Object.keys(found.train)).toEqual(["count", "accuracy", "loss"]);
    expect(Object.keys(found.test)).toEqual(["count", "accuracy", "auc", "loss"]);
    // The most frequent class has 64 of 160 rows.
    expect(found.test.accuracy).toBeGreaterThan(0.6);
    expect(Object.keys(found.baseline)).toEqual(["k-nearest", "logistic", "forest"]);
    for (const each of Object.values(found.baseline) as { accuracy: number }[]) {
      expect(Object.keys(each)).toEqual(["accuracy", "auc", "epochs"]);
      expect(each.accuracy).toBeGreaterThan(0.4);
    }
  });

  it("predicts new rows with unseen categories and missing cells, with probabilities and what they were recalled from", async () => {
    const fresh = folder.text(
      "fresh.csv",
      "planted by,soil,altitude,irrigated,age,remark\nAda,loam,250,yes,12,x\nZoe,moon dust,,no,NA,y\n",
    );
    const out = folder.file("out.csv");
    const { status, stdout, stderr } = await run(["predict", "--load", saved, "--data", fresh, "--out", out, "--nearest", "2", "--json"]);
    expect(status).toBe(0);
    expect(stderr).toContain("never seen in training, treated as unknown: soil (1), planted by (1)");
    expect(stderr).toContain("missing cells: altitude (1), age (1)");
    const { results, classes } = JSON.parse(stdout);
    expect(classes).toEqual(["first", "juice", "second"]);
    expect(results[0].class).toBe("first");
    for (const row of results) {
      expect(row.probabilities.reduce((a: number, b: number) => a + b, 0)).toBeCloseTo(1, 5);
      expect(row.recalled).toHaveLength(2);
      expect(row.recalled[0].row).toBeGreaterThanOrEqual(1);
    }
    expect(readFileSync(out, "utf8").split("\n")[0]).toBe("row,quality,p(first),p(juice),p(second),recalled1,weight1,recalled2,weight2");
    const lacking = folder.text("lacking.csv", "soil,altitude\nloam,250\n");
    const refused = await run(["predict", "--load", saved, "--data", lacking]);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(/^E_FORMAT: .*no column "irrigated"/);
  });

  it("Hopular: the same seed gives the same file; sizes by option; a number to predict", async () => {
    const words = [...tabular, "--model", "hopular", "--epochs", "2", "--folds", "2", "--blocks", "1", "--heads", "2"];
    const [a, b] = [folder.file("a.safetensors"), folder.file("b.safetensors")];
    expect((await run([...words, "--save", a])).status).toBe(0);
    expect((await run([...words, "--save", b])).status).toBe(0);
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
    const number = await run([
      "train",
      "--task",
      "tabular",
      "--data",
      orchard,
      "--target",
      "age",
      "--folds",
      "2",
      "--model",
      "hopular",
      "--epochs",
      "2",
      "--json",
    ]);
    expect(Object.keys(JSON.parse(number.stdout).test)).toEqual(["count", "mse", "mae", "auc", "loss"]);
  });

  it("the program of docs/tables/README.md runs as it stands", async () => {
    const page = readFileSync(new URL("../../docs/tables/README.md", import.meta.url), "utf8");
    const block = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    expect(block).toContain("predictTable");
    const here = block.replaceAll(/"modern-hopfield\/(\w+)"/g, (_, name) =>
      JSON.stringify(new URL(`../../dist/${name}.js`, import.meta.url).href),
    );
    const { code } = await transform(here, { loader: "ts" });
    // It throws when the prediction is wrong.
    await import(pathToFileURL(folder.text("program.mjs", code)).href);
  });

  it("a cell that does not fit is told with the name of the file, before anything is trained", async () => {
    const data = folder.text(
      "bad.csv",
      `a,c,y\n${Array.from({ length: 30 }, (_, i) => `${i * 0.7},${i === 20 ? "=A1+B1" : "u"}${i === 20 ? "" : i % 3},${i % 2}`).join("\n")}\n`,
    );
    const { status, stderr } = await run(["train", "--task", "tabular", "--data", data, "--target", "y"]);
    expect(stderr).toMatch(/^E_FORMAT: --data ".*bad\.csv": train: row 21, column "c" holds the formula "=A1\+B1"/);
    expect(status).toBe(3);
  });

  it("auto, the default: one answer, what was chosen, and the lookup and Hopular beside it; two threads say the same", async () => {
    const words = [...tabular, "--epochs", "4", "--folds", "2", "--json"];
    const [one, two] = await Promise.all([run(words), run([...words, "--threads", "2"])]);
    expect([one?.status, two?.status]).toEqual([0, 0]);
    const [found, same] = [JSON.parse(one?.stdout ?? ""), JSON.parse(two?.stdout ?? "")];
    expect(Object.keys(found)).toEqual([...fields, "chosen", "members"]);
    expect(found.chosen).toHaveLength(2);
    for (const each of found.chosen) expect(Object.keys(each)).toEqual(["model", "hopular", "rule"]);
    expect(Object.keys(found.members)).toEqual(["lookup", "hopular"]);
    const timeless = (document: object): object => ({ ...document, seconds: 0, stepsPerSecond: 0 });
    expect(timeless(same)).toEqual(timeless(found));
  });

  it("a run that was stopped goes on from its checkpoint and saves the same bytes; another table is refused", async () => {
    const words = [...tabular, "--model", "hopular", "--epochs", "8", "--folds", "2"];
    const [whole, rest, state] = [folder.file("whole.safetensors"), folder.file("rest.safetensors"), folder.file("state.safetensors")];
    const child = start([...words, "--checkpoint", state, "--save", rest]);
    const stopped = ended(child);
    const watch = setInterval(() => existsSync(state) && child.kill("SIGTERM"), 5);
    await stopped;
    clearInterval(watch);
    expect(existsSync(rest)).toBe(false);
    const [plain, resumed] = await Promise.all([
      run([...words, "--save", whole, "--json"]),
      run([...words, "--resume", state, "--save", rest, "--json"]),
    ]);
    expect(resumed.stderr).toMatch(/resumed: \d folds are done/);
    expect(readFileSync(rest).equals(readFileSync(whole))).toBe(true);
    expect(JSON.parse(resumed.stdout).test).toEqual(JSON.parse(plain.stdout).test);
    const other = await run([...words, "--seed", "2", "--resume", state]);
    expect(other.stderr).toMatch(/E_CONFLICT: .*another table, or with another model, seed/);
    expect(other.status).toBe(3);
  });

  it.each([
    [["--types", "age=colour"], 2, /age must be one of numeric, categorical, ignored/],
    [["--types", "age"], 2, /column=type/],
    [["--ignore", "agee"], 3, /no column "agee"; did you mean "age"/],
    [["--model", "lookup", "--epochs", "3"], 2, /--epochs belongs to --model hopular/],
    [["--preset", "published"], 2, /takes hours a table; it belongs to --model hopular/],
    [["--threads", "0"], 2, /threads must be/],
    [["--resume", orchard], 3, /^E_LIMIT: --resume .*no safetensors file/],
    [["--test-folds", "age", "--folds", "3"], 2, /give one of them/],
    [["--test-folds", "sprayed"], 3, /marks 0 of 160 rows/],
    [["--variant", "sparsemax"], 2, /looked up by softmax/],
    [["--horizon", "3"], 2, /--horizon means nothing to the task tabular/],
    [["--model", "pooling"], 2, /model must be one of auto, lookup, hopular/],
  ] as const)("refuses %j", async (words, status, message) => {
    const found = await run([...tabular, ...words]);
    expect(found.stderr.trim().split("\n").at(-1)).toMatch(message);
    expect(found.status).toBe(status);
    expect(found.stdout).toBe("");
  });
});

describe("hopfield train --task series", () => {
  it("forecasts a table of numbers beside linear and seasonal-naive", async () => {
    const rows = Array.from({ length: 400 }, (_, t) => `${t % 12 < 6 ? 1 : -1},${((t * 7) % 10) / 10}`);
    const data = folder.text("series.csv", `wave,saw\n${rows.join("\n")}\n`);
    const { status, stdout, stderr } = await run([
      "train",
      "--task",
      "series",
      "--data",
      data,
      "--horizon",
      "6",
      "--input",
      "24",
      "--epochs",
      "1",
      "--baselines",
      "--json",
    ]);
    expect(stderr).toContain("variables, standardised: wave, saw; 240 times to train, 80 to choose, 80 to test");
    expect(status).toBe(0);
    const found = JSON.parse(stdout);
    expect(Object.keys(found)).toEqual(fields);
    expect(Object.keys(found.test)).toEqual(["count", "mse", "mae", "auc", "loss"]);
    expect(found.test.count).toBe(150);
    // A periodic series leaves nothing to guess.
    expect(found.test.mse).toBeLessThan(0.01);
    expect(Object.keys(found.baseline)).toEqual(["linear", "seasonal-naive"]);
  });

  it("refuses what does not fit by place", async () => {
    const data = folder.text("short.csv", `x\n${Array.from({ length: 40 }, (_, t) => t).join("\n")}\n`);
    expect((await run(["train", "--task", "series", "--data", data, "--horizon", "20"])).stderr).toMatch(/E_SHAPE: .*part is too short/);
    expect((await run(["train", "--task", "series", "--data", data, "--split", "1,2"])).stderr).toMatch(/--split takes three numbers/);
    const holes = folder.text("flat.csv", "x\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n2\n");
    expect((await run(["train", "--task", "series", "--data", holes])).stderr).toMatch(/nothing to forecast: "x": it never changes/);
    const resumed = await run(["train", "--task", "series", "--resume", "x.safetensors"]);
    expect(resumed.stderr).toMatch(/E_UNSUPPORTED: .*--resume means nothing to the task series/);
    expect(resumed.status).toBe(2);
  });

  it("a saved forecast says what comes after the end of another table", async () => {
    const wave = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => `${from + i},${(from + i) % 12 < 6 ? 11 : 9},${i === 30 ? "" : (from + i) % 5}`).join(
        "\n",
      );
    const data = folder.text("whole.csv", `t,wave,saw\n${wave(0, 300)}\n`);
    const saved = folder.file("forecast.safetensors");
    const words = ["train", "--task", "series", "--data", data, "--horizon", "6", "--input", "24", "--epochs", "1", "--save", saved];
    const plot = folder.file("forecast.svg");
    const trained = await run([...words, "--plot", plot]);
    expect(readFileSync(plot, "utf8")).toContain("watched, seed 1");
    expect(trained.stderr).toContain("left out: t (the time)");
    expect(trained.stderr).toContain("missing cells, filled with the value before: saw (1)");
    expect(trained.status).toBe(0);
    const fresh = folder.text("fresh-series.csv", `saw,wave\n${wave(300, 340).replaceAll(/^\d+,(\d+),(\d*)$/gm, "$2,$1")}\n`);
    const out = folder.file("next.csv");
    const { status, stdout } = await run(["predict", "--load", saved, "--data", fresh, "--out", out, "--json"]);
    expect(status).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ command: "predict", task: "series", model: "association", variables: ["wave", "saw"], horizon: 6 });
    found.results.forEach(({ step, values }: { step: number; values: number[] }) => {
      // A square wave of period 12 leaves nothing to guess: 11 for 6 times, then 9.
      expect(Math.abs((values[0] as number) - ((339 + step) % 12 < 6 ? 11 : 9))).toBeLessThan(0.1);
    });
    expect(readFileSync(out, "utf8").split("\n")[0]).toBe("step,wave,saw");
    const few = folder.text("few.csv", "wave,saw\n1,2\n");
    const refused = await run(["predict", "--load", saved, "--data", few]);
    expect(refused.stderr).toMatch(/E_SHAPE: .*has 1 rows, a forecast needs the last 24/);
    expect(refused.status).toBe(3);
  });
});

/** hopfield train, as a user runs it: the contract's document, determinism, saved networks, interruption, bad input. */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { ended, openFolder, run, start } from "./helpers.ts";

const folder = openFolder();
afterAll(() => folder.remove());

const quick = ["train", "--task", "latch", "--length", "6", "--heads", "2", "--hidden", "4", "--epochs", "1"];

describe("hopfield train", () => {
  it("latch: at least 99.9 % on fresh sequences, in a document with exactly the promised fields", async () => {
    const { status, stdout, stderr } = await run(["train", "--task", "latch", "--json"]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const found = JSON.parse(stdout);
    expect(Object.keys(found)).toEqual([
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
    ]);
    expect(found).toMatchObject({
      command: "train",
      task: "latch",
      model: "pooling",
      variant: "softmax",
      seed: 1,
      train: { count: 3072 },
      test: { count: 10000 },
      baseline: null,
    });
    expect(Object.keys(found.train)).toEqual(["count", "accuracy", "loss"]);
    expect(Object.keys(found.test)).toEqual(["count", "accuracy", "auc", "loss"]);
    expect(found.test.accuracy).toBeGreaterThanOrEqual(0.999);
    expect(found.epochs).toBeLessThanOrEqual(5);
  });

  it("bit-pattern: at least 99 % on fresh bags", async () => {
    const { status, stdout } = await run(["train", "--task", "bit-pattern", "--seed", "7", "--json"]);
    expect(status).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ train: { count: 1536 }, test: { count: 10000 } });
    expect(found.test.accuracy).toBeGreaterThanOrEqual(0.99);
    expect(found.epochs).toBeLessThanOrEqual(60);
  });

  it("the same seed gives the same file, interrupted or not, on one thread or two", async () => {
    const words = [...quick, "--learning-rate", "0.0003"];
    const several = words.map((word, i) => (words[i - 1] === "--epochs" ? "3" : word));
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => folder.file(`${name}.safetensors`)) as [string, string, string, string];
    await run([...several, "--save", a]);
    const first = await run([...words, "--checkpoint", c, "--save", d]);
    expect(first.status).toBe(0);
    const second = await run([...several, "--resume", c, "--save", b, "--threads", "2"]);
    expect(second.stderr).toContain("wrote");
    expect(second.status).toBe(0);
    expect(readFileSync(b).equals(readFileSync(a))).toBe(true);
    const other = await run([...several, "--seed", "2", "--resume", c]);
    expect(other.status).toBe(3);
    expect(other.stderr).toMatch(/^E_CONFLICT: .*another/);
  });

  it("a killed run leaves a whole checkpoint", async () => {
    const path = folder.file("killed.safetensors");
    const child = start(["train", "--task", "bit-pattern", "--epochs", "50", "--checkpoint", path, "--learning-rate", "0.00001"]);
    const done = ended(child);
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        try {
          readFileSync(path);
          clearInterval(look);
          resolve();
        } catch {
          // Not there yet.
        }
      }, 20);
    });
    child.kill("SIGKILL");
    await done;
    const resumed = await run([
      "train",
      "--task",
      "bit-pattern",
      "--epochs",
      "2",
      "--learning-rate",
      "0.00001",
      "--resume",
      path,
      "--json",
    ]);
    expect(resumed.stderr).toBe("");
    expect(resumed.status).toBe(0);
  });

  it("baselines stand beside it, curves are drawn", async () => {
    const { status, stdout } = await run([...quick, "--baselines", "--seeds", "1", "--plot", folder.file("curves.svg"), "--json"]);
    expect(status).toBe(0);
    const { baseline } = JSON.parse(stdout);
    expect(Object.keys(baseline).sort()).toEqual(["flatten-linear", "lstm", "max", "mean"]);
    for (const each of Object.values(baseline)) expect(Object.keys(each as object)).toEqual(["accuracy", "auc", "epochs"]);
    // The first symbol tells the class, so one linear layer on the flattened sequence sees it too: the control that keeps the claim honest.
    // After one epoch it is on its way (chance is .5).
    expect(baseline["flatten-linear"].accuracy).toBeGreaterThan(0.75);
    expect(readFileSync(folder.file("curves.svg"), "utf8")).toContain("<svg");
  });

  it("variants and models all run", async () => {
    for (const words of [
      ["--variant", "entmax-learned"],
      ["--variant", "linear", "--model", "association"],
      ["--variant", "top-k", "--k", "2", "--steps", "1"],
      ["--model", "lookup", "--queries", "4"],
      ["--preset", "upstream"],
    ]) {
      const { status, stderr } = await run([...quick, ...words]);
      expect(stderr).toBe("");
      expect(status).toBe(0);
    }
  });

  it("own bags: a table in, a network out, the same names and scaling in predict", async () => {
    const rows = ["bag,label,f1,f2"];
    for (let b = 0; b < 40; b++)
      for (let i = 0; i < 3; i++)
        rows.push(`b${b},${b % 2 ? "yes" : "no"},${100 + ((b * 7 + i * 3) % 11)},${i === b % 3 && b % 2 ? 5 : 0}`);
    const table = folder.text("bags.csv", rows.join("\n"));
    const model = folder.file("mil.safetensors");
    const trained = await run([
      "train",
      "--task",
      "mil",
      "--data",
      table,
      "--target",
      "label",
      "--bag",
      "bag",
      "--folds",
      "2",
      "--ensemble",
      "2",
      "--learning-rate",
      "0.003",
      "--baselines",
      "--save",
      model,
      "--json",
    ]);
    expect(trained.status).toBe(0);
    expect(JSON.parse(trained.stdout).test).toMatchObject({ count: 40 });
    expect(JSON.parse(trained.stdout).test.auc).toBeGreaterThan(0.9);
    expect(Object.keys(JSON.parse(trained.stdout).baseline)).toEqual(["mean", "max", "pooled-ridge"]);
    // Columns in another order, one more, no labels.
    const fresh = folder.text("fresh.csv", "f2,extra,bag,f1\n5,x,p,104\n0,x,p,101\n0,x,q,103\n0,x,q,107\n");
    const predicted = await run(["predict", "--load", model, "--data", fresh, "--out", folder.file("p.csv"), "--json"]);
    expect(predicted.status).toBe(0);
    const { results, classes } = JSON.parse(predicted.stdout);
    expect(classes).toEqual(["no", "yes"]);
    expect(results.map((r: { bag: string; class: string }) => [r.bag, r.class])).toEqual([
      ["p", "yes"],
      ["q", "no"],
    ]);
    expect(readFileSync(folder.file("p.csv"), "utf8").split("\n")[0]).toBe("bag,class,p(no),p(yes)");
  });

  it.each([
    [["--task", "latchh"], 2, /E_RANGE: .*did you mean "latch"/],
    [["--task", "series", "--folds", "3"], 2, /E_UNSUPPORTED: .*--folds means nothing to the task series/],
    [["--task", "latch", "--horizon", "3"], 2, /E_UNSUPPORTED: .*--horizon belongs to --task series/],
    [["--task", "latch", "--model", "hopular"], 2, /E_UNSUPPORTED: .*use --task tabular/],
    [["--task", "latch", "--variant", "sparsmax"], 2, /did you mean "sparsemax"/],
    [["--task", "latch", "--epochs", "0"], 2, /epochs must be a whole number of at least 1/],
    [["--task", "latch", "--data", "x.csv"], 2, /belongs to --task mil/],
    [["--task", "mil", "--data", "x.csv"], 2, /needs --target/],
    [["--task", "mil", "--data", "/no/such.csv", "--target", "t"], 3, /E_IO: .*no such file/],
    [["--task", "mil", "--data", "x.csv", "--target", "t", "--variant", "window"], 2, /E_UNSUPPORTED: .*their rows have no order/],
    [["--task", "mil", "--data", "x.csv", "--target", "t", "--ensemble", "0"], 2, /ensemble must be a whole number of at least 1/],
    [["--task", "latch", "--ensemble", "3"], 2, /--ensemble belongs to --task mil/],
    [["--task", "latch", "--variant", "linear", "--steps", "2"], 2, /E_UNSUPPORTED: .*no update/],
    [["--task", "latch", "--save", "x.npy"], 2, /E_UNSUPPORTED: --save writes .safetensors/],
    [["--task", "latch", "--resume", "/no/such"], 3, /E_IO/],
    [["--task", "latch", "--learning-rate", "1e30", "--epochs", "2"], 3, /E_NONFINITE: train: the loss of batch \d+ in epoch 1/],
  ] as const)("refuses %j", async (words, status, message) => {
    const found = await run(["train", ...words]);
    expect(found.stderr).toMatch(message);
    expect(found.stderr.trim().split("\n")).toHaveLength(1);
    expect(found.status).toBe(status);
    expect(found.stdout).toBe("");
  });

  it("tables with holes are refused by place", async () => {
    const bad = async (text: string): Promise<string> =>
      (await run(["train", "--task", "mil", "--data", folder.text("bad.csv", text), "--target", "label"])).stderr;
    expect(await bad("bag,label,f1\na,0,1\nb,1,x\n")).toMatch(/row 2, column "f1" is "x"/);
    expect(await bad("bag,label,f1\na,0,1\na,1,2\n")).toMatch(/bag "a" has the labels "0" and "1"/);
    expect(await bad("bag,lable,f1\na,0,1\n")).toMatch(/no column "label"; did you mean "lable"/);
    expect(await bad("bag,label,f1\na,0,1\nb,0,2\n")).toMatch(/two classes are needed/);
  });
});

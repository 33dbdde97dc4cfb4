import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { run } from "./helpers.ts";

const oneLine = /^E_[A-Z]+: [^\n]+\n$/;

describe("help and version", () => {
  test("--version is that of the package", async () => {
    const { status, stdout } = await run(["--version"]);
    expect(status).toBe(0);
    expect(stdout.trim()).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
  });

  test("--help lists the commands of this version, and no others", async () => {
    const { status, stdout, stderr } = await run(["--help"]);
    expect(status).toBe(0);
    expect(stderr).toBe("");
    const listed = [...(stdout.split("Commands:")[1]?.split("Example:")[0] ?? "").matchAll(/^ {2}(\S+)/gm)].map((m) => m[1]);
    expect(listed.sort()).toEqual(
      ["demo", "recall", "memory", "plan", "circuit", "capacity", "simulate", "diffusion", "depth", "manifold", "train", "predict", "layer"]
        .concat(["sweep", "serve", "doctor", "reproduce", "bench"])
        .sort(),
    );
  });

  test.each(["demo", "recall", "plan", "doctor", "reproduce"])("%s --help has an example of itself", async (name) => {
    const { status, stdout, stderr } = await run([name, "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("Examples:");
    expect(stdout).toMatch(new RegExp(`^ {2}hopfield ${name}`, "m"));
    expect(stdout).toContain("--json");
  });

  test("nothing at all: the help, as wrong usage", async () => {
    const { status, stdout, stderr } = await run([]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: hopfield");
  });
});

const files = ["--patterns", "no-such.npy", "--queries", "no-such.npy"];

describe("wrong usage ends with 2 and one line, before any file is opened", () => {
  test.each<[string, string[], string]>([
    ["unknown command", ["recal"], '"recall"'],
    ["unknown command far from all", ["xyzzyxyzzy"], "known are demo"],
    ["unknown option", ["recall", ...files, "--bta", "3"], "--beta"],
    ["unknown option of the program", ["--verson"], "--version"],
    ["missing value", ["recall", "--patterns"], "argument missing"],
    ["missing option", ["recall", "--patterns", "p.npy"], "--queries"],
    ["misspelt needed option", ["recall", "--pattern", "p.npy"], "--patterns"],
    ["repeated option", ["recall", ...files, "--beta", "1", "--beta", "2"], "twice"],
    ["too many arguments", ["recall", ...files, "more"], "too many"],
    ["no number", ["recall", ...files, "--beta", "big"], "--beta takes a number"],
    ["empty number", ["recall", ...files, "--beta="], "--beta takes a number"],
    ["hexadecimal", ["recall", ...files, "--k", "0x10"], "--k takes a number"],
    ["decimal comma", ["recall", ...files, "--beta", "0,5"], "decimal point"],
    ["beta 0", ["recall", ...files, "--beta", "0"], "beta"],
    ["beta below 0", ["recall", ...files, "--beta", "-1"], "beta"],
    ["beta beyond doubles", ["recall", ...files, "--beta", "1e400"], "beta"],
    ["alpha below 1", ["recall", ...files, "--model", "entmax", "--alpha", "0.5"], "alpha"],
    ["normmax alpha 1", ["recall", ...files, "--model", "normmax", "--alpha", "1"], "alpha"],
    ["k 0", ["recall", ...files, "--model", "top-k", "--k", "0"], "k must"],
    ["k not whole", ["recall", ...files, "--model", "top-k", "--k", "1.5"], "k must"],
    ["window below 0", ["recall", ...files, "--model", "window", "--window", "-1"], "window"],
    ["keep 0", ["recall", ...files, "--model", "random-masked", "--keep", "0"], "keep"],
    ["keep above 1", ["recall", ...files, "--model", "random-masked", "--keep", "1.1"], "keep"],
    ["lambda below 0", ["recall", ...files, "--model", "kernel-regression", "--lambda", "-1"], "lambda"],
    ["features 0", ["recall", ...files, "--model", "random-features", "--features", "0"], "features"],
    ["degree 0", ["recall", ...files, "--model", "polynomial", "--degree", "0"], "degree"],
    ["seed below 0", ["recall", ...files, "--seed", "-1"], "seed"],
    ["steps 0", ["recall", ...files, "--steps", "0"], "steps"],
    ["steps a word", ["recall", ...files, "--steps", "many"], "converge"],
    ["tolerance below 0", ["recall", ...files, "--tolerance", "-1"], "tolerance"],
    ["max-steps 0", ["recall", ...files, "--max-steps", "0"], "maxSteps"],
    ["threads 0", ["recall", ...files, "--threads", "0"], "threads"],
    ["alternatives below 0", ["recall", ...files, "--alternatives", "-1"], "alternatives"],
    ["minimum weight above 1", ["recall", ...files, "--labels", "l.txt", "--minimum-weight", "2"], "minimumWeight"],
    ["unknown model", ["recall", ...files, "--model", "gausian"], '"gaussian"'],
    ["unknown similarity", ["recall", ...files, "--similarity", "l3"], "similarity"],
    ["unknown missing", ["recall", ...files, "--missing", "zero"], "missing"],
    ["unknown dtype", ["recall", ...files, "--dtype", "f16"], "dtype"],
    ["a name without a format", ["recall", ...files, "--out", "answers"], ".npy"],
    ["a trace that is no npz", ["recall", ...files, "--trace", "t.npy"], ".npz"],
    ["the same output twice", ["recall", ...files, "--out", "y.npy", "--weights", "y.npy"], "same file"],
    ["output to a stream", ["recall", ...files, "--out", "-"], "--out"],
    ["two inputs from the stream", ["recall", "--patterns", "-", "--queries", "-"], "standard input"],
    ["demo: no queries", ["demo", "--queries", "0"], "queries"],
    ["plan: noise below 0", ["plan", "--patterns", "p.npy", "--noise", "-1"], "noise"],
    ["plan: more flips than bits", ["plan", "--patterns", "p.npy", "--noise", "2", "--model", "hebbian"], "noise"],
    ["reproduce: no such claim", ["reproduce", "energy-decent"], '"energy-descent"'],
  ])("%s", async (_, words, expected) => {
    const { status, stdout, stderr } = await run(words);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain(expected);
    expect([status, stdout]).toEqual([2, ""]);
  });

  test.each<[string, string[]]>([
    ...(Number.parseInt(process.versions.node, 10) < 22
      ? [["build that this engine lacks", ["--build", "relaxed"]] as [string, string[]]]
      : []),
    ["axis of a model of its own", ["--model", "linear", "--separation", "sparsemax"]],
    ["beta of a binary model", ["--model", "hebbian", "--beta", "2"]],
    ["epanechnikov without l2", ["--separation", "epanechnikov", "--similarity", "dot"]],
    ["known entries and no way to leave some out", ["--model", "linear", "--known", "k.npy"]],
    ["kernel without its similarity", ["--kernel", "w.npy"]],
    ["mask without its support", ["--support-mask", "s.npy"]],
    ["positions without a window", ["--positions", "i.npy"]],
    ["values of a binary model", ["--model", "hebbian", "--values", "v.npy"]],
    ["minimum weight without labels", ["--minimum-weight", "0.5"]],
  ])("unsupported: %s", async (_, words) => {
    const { status, stderr } = await run(["recall", ...files, ...words]);
    expect(stderr).toMatch(/^E_UNSUPPORTED: [^\n]+\n$/);
    expect(status).toBe(2);
  });

  test.each<[string, string[]]>([
    ["similarity kernel", ["--similarity", "kernel"]],
    ["support mask", ["--model", "masked"]],
  ])("%s needs its file", async (_, words) => {
    const { status, stderr } = await run(["recall", ...files, ...words]);
    expect(stderr).toMatch(/^E_RANGE: [^\n]+\n$/);
    expect(status).toBe(2);
  });

  test("--debug adds the stack, nothing else does", async () => {
    const plain = await run(["recall", ...files]);
    const debug = await run(["recall", ...files, "--debug"]);
    expect(plain.stderr).toMatch(oneLine);
    expect(debug.stderr).toMatch(/\n\s+at /);
    expect([plain.status, debug.status]).toEqual([3, 3]);
  });
});

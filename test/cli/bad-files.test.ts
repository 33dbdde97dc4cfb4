import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Folder, normals, openFolder, run } from "./helpers.ts";

let folder: Folder;
const [M, d, B] = [6, 4, 3];

beforeAll(() => {
  folder = openFolder();
  folder.npy("p.npy", normals(M * d, 1), [M, d]);
  folder.npy("q.npy", normals(B * d, 2), [B, d]);
  folder.npy("narrow.npy", normals(B * 3, 3), [B, 3]);
  folder.npy("short.npy", normals(4 * d, 3), [4, d]);
  const nan = normals(B * d, 2);
  nan[5] = Number.NaN;
  folder.npy("nan.npy", nan, [B, d]);
  const infinite = normals(M * d, 2);
  infinite[7] = Number.POSITIVE_INFINITY;
  folder.npy("infinite.npy", infinite, [M, d]);
  folder.npy(
    "huge.npy",
    Float64Array.from({ length: M * d }, (_, i) => (i === 3 ? 1e300 : i)),
    [M, d],
    "f64",
  );
  folder.npy(
    "known2.npy",
    Float32Array.from({ length: d }, () => 2),
    [d],
  );
  folder.npy("hidden.npy", new Uint8Array(M), [M], "u8");
  folder.npy("empty.npy", new Float32Array(0), [0, d]);
  folder.npy("number.npy", Float32Array.of(1), []);
  folder.npy("positions.npy", Float32Array.of(1, 2), [2]);
  folder.npy("far.npy", Float32Array.of(1, 2, 99), [3]);
  folder.text("garbage.npy", "this is not an npy file");
  folder.text("unknown.bin", "this is not an array");
  folder.text("ragged.csv", "1,2,3,4\n1,2,3\n");
  folder.text("hex.csv", "1,2,0x3,4\n");
  folder.text("overflow.csv", "1,2,1e999,4\n");
  folder.text("gap.csv", "1,2,,4\n");
  folder.text("nothing.npy", "");
  folder.text("few.txt", "a\nb\n");
  writeFileSync(folder.file("bad.txt"), Uint8Array.of(0xff, 0xfe, 0x41));
  writeFileSync(folder.file("cut.npy"), folder.bytes("p.npy").subarray(0, -5));
  writeFileSync(folder.file("big.npy"), "");
  truncateSync(folder.file("big.npy"), 2 ** 31);
  mkdirSync(folder.file("folder.npy"));
});
afterAll(() => folder.remove());

const outputs = ["--out", "y.npy", "--weights", "w.npy", "--trace", "t.npz"];
const base = ["--patterns", "p.npy", "--queries", "q.npy"];
const with_ = (name: string, file: string): string[] => base.map((word, i) => (base[i - 1] === `--${name}` ? file : word));

async function fails(words: string[], code: string, expected: string): Promise<void> {
  const before = readdirSync(folder.path);
  const { status, stdout, stderr } = await run(["recall", ...words, ...outputs], { cwd: folder.path });
  const lines = stderr.split("\n").filter((line) => !line.startsWith("recall: beta"));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(new RegExp(`^${code}: `));
  expect(lines[0]).toContain(expected);
  expect([status, stdout]).toEqual([3, ""]);
  expect(readdirSync(folder.path)).toEqual(before);
}

describe("bad files end with 3, one line, and no output", () => {
  test.each<[string, () => string[], string, string]>([
    ["missing file", () => with_("patterns", "no.npy"), "E_IO", "no such file"],
    ["directory", () => with_("patterns", "folder.npy"), "E_IO", "directory"],
    ["device", () => with_("patterns", "/dev/zero"), "E_IO", "size is not known"],
    ["a file as a folder", () => with_("patterns", "p.npy/x.npy"), "E_IO", "not a directory"],
    ["larger than any array", () => with_("patterns", "big.npy"), "E_LIMIT", "2147483648"],
    ["no npy", () => with_("patterns", "garbage.npy"), "E_FORMAT", '"garbage.npy"'],
    ["empty file", () => with_("patterns", "nothing.npy"), "E_FORMAT", '"nothing.npy"'],
    ["cut off", () => with_("patterns", "cut.npy"), "E_FORMAT", '"cut.npy"'],
    ["unknown format", () => with_("patterns", "unknown.bin"), "E_UNSUPPORTED", "npy"],
    ["no such array in the file", () => with_("patterns", "p.npy#x"), "E_IO", "no such file"],
    ["ragged", () => with_("queries", "ragged.csv"), "E_FORMAT", "line 2"],
    ["hexadecimal", () => with_("queries", "hex.csv"), "E_FORMAT", "0x3"],
    ["1e999", () => with_("queries", "overflow.csv"), "E_NONFINITE", "1e999"],
    ["an empty cell", () => with_("queries", "gap.csv"), "E_FORMAT", "empty"],
    ["no rows", () => with_("patterns", "empty.npy"), "E_SHAPE", "no entries"],
    ["a single number", () => with_("patterns", "number.npy"), "E_SHAPE", "single number"],
    ["NaN that was not announced", () => with_("queries", "nan.npy"), "E_NONFINITE", "row 1, column 1"],
    ["infinite", () => with_("patterns", "infinite.npy"), "E_NONFINITE", "row 1, column 3"],
    ["beyond f32", () => with_("patterns", "huge.npy"), "E_NONFINITE", "row 0, column 3"],
    ["other width", () => with_("queries", "narrow.npy"), "E_SHAPE", "query has 3 columns, the memory has 4"],
    ["other count of values", () => [...base, "--values", "short.npy"], "E_SHAPE", "values has 4 rows"],
    ["other count of labels", () => [...base, "--labels", "few.txt"], "E_SHAPE", "labels"],
    ["labels that are no text", () => [...base, "--labels", "bad.txt"], "E_FORMAT", "UTF-8"],
    ["known weights beyond 1", () => [...base, "--known", "known2.npy"], "E_RANGE", "[0, 1]"],
    ["known of another width", () => [...base, "--known", "narrow.npy"], "E_SHAPE", "known"],
    ["a mask that hides all", () => [...base, "--model", "masked", "--support-mask", "hidden.npy"], "E_RANGE", "row 0"],
    ["a mask of another width", () => [...base, "--model", "masked", "--support-mask", "narrow.npy"], "E_SHAPE", "supportMask"],
    ["too few positions", () => [...base, "--model", "window", "--positions", "positions.npy"], "E_SHAPE", "positions"],
    ["a window beyond the patterns", () => [...base, "--model", "window", "--positions", "far.npy"], "E_RANGE", "query 2"],
    ["patterns that are not +-1", () => [...base, "--model", "hebbian"], "E_RANGE", "row 0"],
    ["kernel of another width", () => [...base, "--similarity", "kernel", "--kernel", "narrow.npy"], "E_SHAPE", "kernel has 3 columns"],
    [
      "frequencies of another width",
      () => [...base, "--model", "random-features", "--features-file", "narrow.npy"],
      "E_SHAPE",
      "featureMatrix has 3 columns",
    ],
  ])("%s", async (_, words, code, expected) => {
    await fails(words(), code, expected);
  });

  test.skipIf(process.platform === "win32")("a pipe is not waited for", async () => {
    execFileSync("mkfifo", [folder.file("pipe.npy")]);
    await fails(with_("patterns", "pipe.npy"), "E_IO", "size is not known");
  });

  test("a name with control characters is printed harmlessly", async () => {
    const { stderr } = await run(["recall", "--patterns", "a\u001b[31m\nb.npy", "--queries", "q.npy"], { cwd: folder.path });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toContain("\u001b");
  });

  test.each<[string, string[]]>([
    ["plan", ["--patterns", "infinite.npy"]],
    ["plan", ["--patterns", "folder.npy"]],
    ["reproduce", ["--data", "no-such-folder"]],
  ])("%s too (%j)", async (name, words) => {
    const { status, stdout, stderr } = await run([name, ...words], { cwd: folder.path });
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/^E_[A-Z]+: [^\n]+\n$/);
  });
});

import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkOutputs, writeOutputs } from "../../src/cli/output.ts";
import { ended, type Folder, normals, openFolder, run, start } from "./helpers.ts";

let folder: Folder;
beforeAll(() => {
  folder = openFolder();
  folder.npy("p.npy", normals(8 * 4, 1), [8, 4]);
  folder.npy("q.npy", normals(3 * 4, 2), [3, 4]);
  folder.npy("many.npy", normals(4000 * 4, 2), [4000, 4]);
  folder.npy("wide.npy", normals(20000 * 64, 3), [20000, 64]);
});
afterAll(() => folder.remove());

const recall = ["recall", "--patterns", "p.npy", "--beta", "1"];

describe("standard input", () => {
  test("one file may be -, in any format that says what it is, and csv", async () => {
    const expected = JSON.parse((await run([...recall, "--queries", "q.npy", "--json"], { cwd: folder.path })).stdout).results;
    const text = Array.from({ length: 3 }, (_, b) => Array.from(folder.read("q.npy").data.slice(4 * b, 4 * b + 4)).join()).join("\n");
    for (const input of [folder.bytes("q.npy"), text]) {
      const { status, stdout } = await run([...recall, "--queries", "-", "--json"], { cwd: folder.path, input });
      expect(status).toBe(0);
      expect(JSON.parse(stdout).results).toEqual(expected);
    }
  });

  test.each<[string, string | Uint8Array, string]>([
    ["empty", "", "E_IO"],
    ["binary", Uint8Array.of(1, 2, 3, 0, 255, 7), "E_UNSUPPORTED"],
    ["text without numbers", "hello, world\n", "E_SHAPE"],
  ])("%s: exit 3", async (_, input, code) => {
    const { status, stderr } = await run([...recall, "--queries", "-"], { cwd: folder.path, input });
    expect(stderr).toMatch(new RegExp(`^${code}: [^\\n]+\\n$`));
    expect(status).toBe(3);
  });
});

describe("standard output", () => {
  test("a reader that goes away is no error", async () => {
    const child = start([...recall, "--queries", "many.npy", "--json"], { cwd: folder.path });
    child.stdout?.destroy();
    const { status, stderr } = await ended(child);
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("no colours and no progress where there is no terminal", async () => {
    const { stdout, stderr } = await run(["plan", "--patterns", "p.npy"], { cwd: folder.path, env: { FORCE_COLOR: "1" } });
    for (const character of ["\u001b", "\r"]) expect(stdout + stderr).not.toContain(character);
  });
});

describe("output files are whole or not there", () => {
  test("a signal during a long recall leaves nothing", async () => {
    const before = readdirSync(folder.path);
    const words = [
      "recall",
      "--patterns",
      "wide.npy",
      "--queries",
      "wide.npy",
      "--beta",
      "0.01",
      "--steps",
      "1000",
      "--out",
      "y.npy",
      "--weights",
      "w.npy",
    ];
    const child = start(words, { cwd: folder.path });
    const result = ended(child);
    setTimeout(() => child.kill("SIGINT"), 700);
    const { status, signal } = await result;
    expect([status, signal]).toEqual([null, "SIGINT"]);
    expect(readdirSync(folder.path)).toEqual(before);
  });

  test.each<[string, string, string]>([
    ["a folder that is not there", "no/such/y.npy", "E_IO"],
    ["a directory in its place", "taken.npy", "E_IO"],
    ["a device", "/dev/null", "E_UNSUPPORTED"], // its name says no format
  ])("%s is refused before any work", async (_, path, code) => {
    mkdirSync(folder.file("taken.npy"), { recursive: true });
    const { status, stdout, stderr } = await run([...recall, "--queries", "no-such.npy", "--weights", "w.npy", "--out", path], {
      cwd: folder.path,
    });
    expect(stderr).toMatch(new RegExp(`^${code}: --out [^\\n]+\\n$`));
    expect([status, stdout]).toEqual([code === "E_IO" ? 3 : 2, ""]);
    expect(readdirSync(folder.path)).not.toContain("w.npy");
  });

  test.skipIf(process.getuid?.() === 0)("a folder that may not be written: all or none", async () => {
    mkdirSync(folder.file("locked"));
    chmodSync(folder.file("locked"), 0o500);
    const words = [...recall, "--queries", "q.npy", "--out", "a.npy", "--weights", "locked/w.npy"];
    const { status, stderr } = await run(words, { cwd: folder.path });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^E_IO: /);
    expect(readdirSync(folder.path)).not.toContain("a.npy");
  });

  test("a link stays a link, an old file is replaced, nothing else is left", async () => {
    folder.npy("real.npy", normals(1, 1), [1]);
    symlinkSync("real.npy", folder.file("link.npy"));
    const before = readdirSync(folder.path);
    expect((await run([...recall, "--queries", "q.npy", "--out", "link.npy"], { cwd: folder.path })).status).toBe(0);
    expect(lstatSync(folder.file("link.npy")).isSymbolicLink()).toBe(true);
    expect(folder.read("real.npy").shape).toEqual([3, 4]);
    expect(readdirSync(folder.path)).toEqual(before);
  });

  test("an error at the second file takes the first away", async () => {
    const before = readdirSync(folder.path);
    const bytes = Uint8Array.of(1, 2, 3);
    const files = [folder.file("one.npy"), folder.file("no/such/two.npy")].map((path) => ({ path, bytes }));
    await expect(writeOutputs(files)).rejects.toMatchObject({ code: "E_IO", exit: 3 });
    expect(readdirSync(folder.path)).toEqual(before);
  });

  test("a signal between two files takes the first away, then does what it does", async () => {
    const before = readdirSync(folder.path);
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const bytes = Uint8Array.of(1, 2, 3);
    const second = {
      path: folder.file("two.npy"),
      get bytes() {
        process.emit("SIGINT", "SIGINT");
        return bytes;
      },
    };
    await writeOutputs([{ path: folder.file("one.npy"), bytes }, second]);
    expect(kill).toHaveBeenCalledWith(process.pid, "SIGINT");
    kill.mockRestore();
    expect(readdirSync(folder.path)).toEqual(before);
  });

  test("devices and directories are no places for files", () => {
    expect(() => checkOutputs([["--out", "/dev/null"]])).toThrow("device");
    expect(() => checkOutputs([["--out", folder.path]])).toThrow("directory");
  });
});

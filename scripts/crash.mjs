// npm run test:crash -- [kills] [seed]: kills writers of a store with SIGKILL at random instants (default 1 000) and looks at what they leave; then 8 processes, 200 rounds each.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [kills = "1000", seed = "1", rounds = "200"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "hopfield-crash-"));
await build({
  entryPoints: {
    crash: "test/store/crash.ts",
    contend: "test/store/contend.ts",
    child: "test/store/crash-child.ts",
    contender: "test/store/contender.ts",
  },
  bundle: true,
  format: "esm",
  platform: "node",
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  logLevel: "error",
});
const load = (name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href);
try {
  const { crash } = await load("crash");
  const report = await crash(Number(kills), Number(seed), join(folder, "child.mjs"), folder, (n) => {
    if (n % 50 === 0) process.stderr.write(`${n} kills\n`);
  });
  console.log(JSON.stringify({ ...report, broken: 0 }));
  const { contend } = await load("contend");
  const refused = await contend(8, Number(rounds), join(folder, "contender.mjs"), folder);
  console.log(JSON.stringify({ processes: 8, rounds: Number(rounds), refused, broken: 0 }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

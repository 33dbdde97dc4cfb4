/** Several processes over one store. Run by crash.test.ts and, longer, by `npm run test:crash`. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createStore, openStore, verifyStore } from "../../src/store/index.ts";

/** @returns how often a writer was refused. @throws Error when two writers were inside at once, or a row is missing or twice. */
export async function contend(processes: number, rounds: number, child: string, folder: string): Promise<number> {
  const path = join(folder, "shared");
  const marker = join(folder, "marker");
  mkdirSync(marker);
  createStore(path, { dimension: 2 }).close();
  let refused = 0;
  await Promise.all(
    Array.from({ length: processes }, async (_, name) => {
      // Every third process ends in the middle with the lock in its hands, twice, and starts again where it was.
      const dies = name % 3 === 1 ? Math.floor(rounds / 2) : 0;
      const { code, signal, out, complaint } = await run(child, [path, marker, String(name), String(rounds), String(dies)]);
      if (dies > 0) {
        if (signal !== "SIGKILL") throw new Error(`contender ${name} should have been killed: ${complaint}`);
        return;
      }
      if (code !== 0) throw new Error(`contender ${name}: ${complaint}`);
      const report = JSON.parse(out) as { own: number; refused: number };
      if (report.own !== rounds) throw new Error(`contender ${name} finds ${report.own} of its ${rounds} rows`);
      refused += report.refused;
    }),
  );
  const { ok, damaged } = verifyStore(path);
  if (!ok) throw new Error(damaged.join("; "));
  const store = openStore(path);
  const ids = [...store.batches()].flatMap((batch) => batch.ids.map(String)).sort();
  store.close();
  const expected = Array.from({ length: processes }, (_, name) =>
    Array.from({ length: name % 3 === 1 ? Math.floor(rounds / 2) : rounds }, (__, round) => `${name}.${round}`),
  ).flat();
  if (ids.join() !== expected.sort().join()) throw new Error(`the store holds ${ids.length} rows, expected ${expected.length}`);
  return refused;
}

function run(
  child: string,
  words: readonly string[],
): Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; complaint: string }> {
  return new Promise((done) => {
    const started = spawn(process.execPath, [child, ...words]);
    let out = "";
    let complaint = "";
    started.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    started.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    started.on("close", (code, signal) => done({ code, signal, out, complaint }));
  });
}

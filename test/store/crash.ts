/** Kills writers with SIGKILL at random instants and looks at what they leave. Run by crash.test.ts (50 times) and by `npm run test:crash` (1 000 times). */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { randomStream, uniform } from "../../src/core/random.ts";
import { createStore, openStore, verifyStore } from "../../src/store/index.ts";
import { applyWork, digest, digestOf, dimension, isLarge, type Model, newModel, nextWork } from "./crash-model.ts";

export interface CrashReport {
  kills: number;
  /** Steps that were acknowledged, and steps that were in flight and turned out done. */
  acknowledged: number;
  inFlightDone: number;
  /** Kills that left a torn tail, and kills while a batch of 200 000 rows was being added. */
  torn: number;
  large: number;
}

/**
 * @param child path of the bundled crash-child. @param folder for the stores.
 * @throws Error at the first broken promise.
 */
export async function crash(
  kills: number,
  seed: number,
  child: string,
  folder: string,
  onKill: (n: number) => void = () => {},
): Promise<CrashReport> {
  const report: CrashReport = { kills: 0, acknowledged: 0, inFlightDone: 0, torn: 0, large: 0 };
  const random = randomStream(seed, 0xc4a5);
  for (let life = 0; report.kills < kills; life++) {
    const path = join(folder, `life${life}`);
    createStore(path, { dimension }).close();
    const model = newModel(seed * 1000 + life);
    for (let kill = 0; kill < 25 && report.kills < kills; kill++) {
      // Mostly early. A large batch is killed in its middle once, then let through, and so is its removal.
      const large = (isLarge(model.seed, model.step) && kill > 0) || model.held.size > 1000;
      const acknowledged = await runAndKill(
        child,
        path,
        model,
        large ? 20_000 : (isLarge(model.seed, 2) && model.step < 2 ? 600 : 80) * uniform(random) ** 2,
        large,
      );
      for (; model.step < acknowledged; report.acknowledged++) applyWork(model, nextWork(model));
      if (isLarge(model.seed, model.step)) report.large++;
      check(path, model, report);
      report.kills++;
      onKill(report.kills);
    }
    rmSync(path, { recursive: true });
  }
  return report;
}

/** Lets a writer work for `milliseconds` after it is ready (or until it acknowledges a step); the last step it acknowledged. */
function runAndKill(child: string, path: string, model: Model, milliseconds: number, untilStep: boolean): Promise<number> {
  return new Promise((done, failed) => {
    const writer = spawn(process.execPath, [child, path, String(model.seed), String(model.step)], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let complaint = "";
    writer.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    writer.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (out === "") setTimeout(() => writer.kill("SIGKILL"), milliseconds);
      out += text;
      if (untilStep && out.split("\n").length > 2) writer.kill("SIGKILL");
    });
    writer.on("close", (_, signal) => {
      if (signal !== "SIGKILL") failed(new Error(`the writer ended by itself: ${complaint}`));
      else done(Number(out.split("\n").slice(1, -1).at(-1) ?? model.step));
    });
  });
}

/** The store holds what was acknowledged, or one step more; a next writer finds its lock free. */
function check(path: string, model: Model, report: CrashReport): void {
  const { ok, tornBytes, damaged } = verifyStore(path);
  if (!ok) throw new Error(`seed ${model.seed}, step ${model.step}: ${damaged.join("; ")}`);
  if (tornBytes > 0) report.torn++;
  const store = openStore(path);
  const there = digest(entries(store));
  store.close();
  const before = digestOf(model);
  if (there !== before) {
    applyWork(model, nextWork(model));
    if (there !== digestOf(model))
      throw new Error(
        `seed ${model.seed}: after step ${model.step - 1} was acknowledged the store holds ${there}, expected ${before} or ${digestOf(model)}`,
      );
    report.inFlightDone++;
  }
}

function* entries(store: ReturnType<typeof openStore>): Generator<readonly [number | string, Float32Array, unknown]> {
  for (const { rows, ids, metadata } of store.batches(4096)) {
    for (let i = 0; i < ids.length; i++)
      yield [ids[i] as number | string, rows.data.subarray(i * dimension, (i + 1) * dimension), metadata[i] ?? null];
  }
}

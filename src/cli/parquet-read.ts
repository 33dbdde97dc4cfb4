/**
 * @file Parquet files in. The decoder believes what a file says of its run lengths, so it works in a thread of its own whose heap and time have limits: a hostile file ends that thread,
 * with an error in one line, and not the command. The thread runs this file again.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { ErrorCode } from "../core/errors.ts";
import { CommandError } from "./failure.ts";
import { type ParquetAnswer, type ParquetRequest, parquetValues } from "./parquet-values.ts";

export { isParquet } from "./parquet-columns.ts";

type Outcome = ParquetAnswer | { readonly refused: { readonly code: ErrorCode; readonly message: string } };

const heapMegabytes = 2048;

/** @param request its bytes are gone afterwards. @param seconds what decoding may take. @throws CommandError exit 3. @param here "--patterns "f.parquet": " in front of every complaint. */
export async function readParquet(
  request: ParquetRequest,
  here: string,
  seconds = 10 + request.bytes.length / 2 ** 20,
): Promise<ParquetAnswer> {
  // From the sources, in tests, there is nothing a thread could run.
  const outcome = import.meta.url.endsWith(".ts") ? await attempt(request) : await inThread(request, seconds);
  if ("refused" in outcome) throw new CommandError(outcome.refused.code, `${here}${outcome.refused.message}`, 3);
  return outcome;
}

function inThread(request: ParquetRequest, seconds: number): Promise<Outcome> {
  const refused = (code: ErrorCode, message: string): Outcome => ({ refused: { code, message } });
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { parquet: request },
      // Handed over, not copied.
      transferList: [request.bytes.buffer as ArrayBuffer],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    const done = (outcome: Outcome): void => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => done(refused("E_LIMIT", `decoding it takes longer than ${Math.round(seconds)} s, more than any file of its size should`)),
      seconds * 1000,
    );
    worker.on("message", done);
    worker.on("error", (error: Error & { code?: string }) => {
      const full = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      done(
        full
          ? refused("E_LIMIT", `decoding it takes more than ${heapMegabytes} MiB`)
          : refused("E_FORMAT", `it is damaged (${error.message})`),
      );
    });
    worker.on("exit", () => done(refused("E_FORMAT", "decoding it ended without an answer")));
  });
}

/** What came of it; whatever the decoder throws is a damaged file. */
async function attempt(request: ParquetRequest): Promise<Outcome> {
  try {
    return await parquetValues(request);
  } catch (error) {
    if (error instanceof CommandError) return { refused: { code: error.code, message: error.message } };
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { refused: { code: "E_FORMAT", message: `it is damaged (${reason})` } };
  }
}

if (!isMainThread && (workerData as { parquet?: ParquetRequest } | null)?.parquet) {
  const outcome = await attempt((workerData as { parquet: ParquetRequest }).parquet);
  parentPort?.postMessage(outcome, "array" in outcome ? [outcome.array.data.buffer as ArrayBuffer] : []);
}

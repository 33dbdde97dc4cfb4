/** @file `hopfield memory export`: the live patterns as one file, written beside its place and renamed; works while a writer is busy. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type ExportFormat, exportPieces, openStore } from "../store/index.ts";
import { CommandError, systemReason } from "./failure.ts";
import type { Io } from "./io.ts";
import { checkOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";

export async function exportStore(directory: string, file: string, io: Io): Promise<number> {
  checkFormat("export", file, ["safetensors", "npy", "csv", "parquet"]);
  checkOutputs([["export", file]]);
  const format = file.slice(file.lastIndexOf(".") + 1).toLowerCase() as ExportFormat | "parquet";
  const store = openStore(directory);
  const { patterns } = store;
  const unfinished = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomUUID()}`);
  const stopped: { by: NodeJS.Signals | null } = { by: null };
  const stop = (signal: NodeJS.Signals): void => {
    stopped.by = signal;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    const target = await open(unfinished, "wx");
    try {
      const pieces = format === "parquet" ? (await import("./parquet-write.ts")).parquetPieces(store) : exportPieces(store, format);
      for (const piece of pieces) {
        if (stopped.by) break;
        await target.writeFile(piece);
      }
      await target.sync();
    } finally {
      await target.close();
    }
    if (!stopped.by) {
      await rename(unfinished, file);
      await flushName(dirname(file));
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error)
      throw new CommandError("E_IO", `export ${JSON.stringify(file)} cannot be written: ${systemReason(error)}`, 3);
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
    for (const signal of signals) process.off(signal, stop);
    store.close();
  }
  if (stopped.by) process.kill(process.pid, stopped.by);
  if (io.json) io.printJson({ patterns });
  else io.print(`wrote ${patterns} patterns to ${file}`);
  return 0;
}

/** The name lasts, too; where directories cannot be flushed (Windows, some network file systems) it lasts when the system says so. */
async function flushName(directory: string): Promise<void> {
  try {
    const handle = await open(directory, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/**
 * @file Result files, all or none: every one is first written whole beside its place, then all are renamed into place. An error or a signal on the way takes the unfinished
 * ones away.
 */
import { mkdtempSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CommandError, systemReason } from "./failure.ts";

export interface OutputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const pieceBytes = 2 ** 24;

/**
 * Finds out before any work whether the files can be written.
 * @param named option and path pairs. @throws CommandError exit 2 (the same path twice, "-"), exit 3 E_IO (no such directory, a directory or device in its place).
 */
export function checkOutputs(named: readonly (readonly [string, string])[]): void {
  const seen = new Map<string, string>();
  for (const [flag, path] of named) {
    if (path === "-" || path === "") throw new CommandError("E_RANGE", `${flag} takes the name of a file, got ${JSON.stringify(path)}`, 2);
    const target = targetOf(flag, path);
    const other = seen.get(target);
    if (other) throw new CommandError("E_RANGE", `${other} and ${flag} name the same file ${JSON.stringify(path)}`, 2);
    seen.set(target, flag);
  }
}

/** The file a path stands for: symbolic links are followed, so that a link stays a link. */
function targetOf(flag: string, path: string): string {
  const here = `${flag} ${JSON.stringify(path)}`;
  try {
    if (statSync(path, { throwIfNoEntry: false })) {
      const stat = statSync(path);
      if (stat.isDirectory()) throw new CommandError("E_IO", `${here} is a directory, expected a file name`, 3);
      if (!stat.isFile()) throw new CommandError("E_IO", `${here} is a device or a pipe, expected a file name`, 3);
      return realpathSync(path);
    }
    const folder = realpathSync(dirname(resolve(path)));
    if (!statSync(folder).isDirectory())
      throw new CommandError("E_IO", `${here} cannot be written: ${JSON.stringify(folder)} is not a directory`, 3);
    return join(folder, basename(path));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError("E_IO", `${here} cannot be written: ${systemReason(error)}`, 3);
  }
}

/** @throws CommandError E_IO; then none of the files is there. A signal during the writing ends the process as it would have, with nothing left behind. */
export async function writeOutputs(files: readonly OutputFile[]): Promise<void> {
  let stopped: NodeJS.Signals | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    stopped = signal;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  const folders: string[] = [];
  const moved: string[] = [];
  try {
    const ready: { from: string; to: string }[] = [];
    for (const { path, bytes } of files) {
      const to = targetOf("output", path);
      // A folder of its own beside the target: the same file system, and a name nobody else has.
      const folder = mkdtempSync(join(dirname(to), `.${basename(to).slice(0, 100)}.`));
      folders.push(folder);
      const from = join(folder, "unfinished");
      await writeWhole(from, bytes, () => stopped !== null);
      ready.push({ from, to });
    }
    if (!stopped) {
      for (const { from, to } of ready) {
        renameSync(from, to);
        moved.push(to);
      }
    }
  } catch (error) {
    for (const path of moved) rmSync(path, { force: true });
    if (error instanceof CommandError) throw error;
    throw new CommandError("E_IO", `results cannot be written: ${systemReason(error)}`, 3);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    for (const signal of signals) process.off(signal, stop);
  }
  if (stopped) process.kill(process.pid, stopped);
}

async function writeWhole(path: string, bytes: Uint8Array, stopped: () => boolean): Promise<void> {
  const file = await open(path, "wx");
  try {
    for (let at = 0; at < bytes.length && !stopped(); ) {
      const { bytesWritten } = await file.write(bytes, at, Math.min(pieceBytes, bytes.length - at));
      at += bytesWritten;
    }
  } finally {
    await file.close();
  }
}

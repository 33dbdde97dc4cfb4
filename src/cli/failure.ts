/** @file Errors on their way out: which exit status they mean, and the one line that is printed. */
import { type ErrorCode, HopfieldError } from "../core/errors.ts";

/** Exit status 2: the command line is wrong; 3: something in a file, or between files, is. */
export type Exit = 2 | 3;

/** A HopfieldError that knows its exit status. Others end a command with 3. */
export class CommandError extends HopfieldError {
  readonly exit: Exit;

  constructor(code: ErrorCode, message: string, exit: Exit, details: Record<string, unknown> = {}) {
    super(code, message, details);
    this.name = "CommandError";
    this.exit = exit;
  }
}

/** Runs `work`; a HopfieldError in it is put down to the command line (exit 2) or to a file (exit 3), with `before` in front of its message. */
export function blame<T>(exit: Exit, before: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof HopfieldError)) throw outOfMemory(error, before);
    throw new CommandError(error.code, `${before}${error.message}`, exit, { ...error.details });
  }
}

/** The engine's own words for "too large" become E_LIMIT; anything else is given back as it is. */
function outOfMemory(error: unknown, before: string): unknown {
  const refused =
    error instanceof RangeError && /invalid (typed )?array( buffer)? length|allocation failed|array buffer/i.test(error.message);
  return refused ? new CommandError("E_LIMIT", `${before}the engine refused the memory for it (${(error as Error).message})`, 3) : error;
}

export function exitOf(error: unknown): number {
  if (error instanceof CommandError) return error.exit;
  return error instanceof HopfieldError ? 3 : 1;
}

/** One printable line: control characters, which file names may hold, are shown as \xNN. */
export function lineOf(error: unknown): string {
  const code = error instanceof HopfieldError ? error.code : "BUG";
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof HopfieldError ? "" : " (a defect of hopfield itself; --debug shows where)";
  return `${code}: ${message}${hint}`.replace(/[\p{Cc}\u2028\u2029]/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** The system's words for a failed file operation, short. */
export function systemReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const known: Record<string, string> = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    EPERM: "not permitted",
    EISDIR: "it is a directory",
    ENOTDIR: "a part of its path is not a directory",
    EROFS: "the file system is read-only",
    ENOSPC: "no space left on the device",
    EMFILE: "too many open files",
    ELOOP: "too many symbolic links",
    ENAMETOOLONG: "the name is too long",
    EIO: "the device failed",
  };
  return (code && known[code]) ?? (error instanceof Error ? error.message : String(error));
}

/** @file Where a command prints: results to stdout, everything else to stderr; a progress line only on a terminal. */

export interface Io {
  /** Whether `--json` was given. */
  readonly json: boolean;
  /** Whether stdout is a terminal that may be sent colours (NO_COLOR is unset or empty). */
  readonly colour: boolean;
  /** Columns of the terminal, 80 where there is none. */
  readonly width: number;
  /** One line of results. */
  print(line?: string): void;
  /** The one document of `--json`. */
  printJson(value: unknown): void;
  /** One line of diagnostics. */
  note(line: string): void;
  /** Redraws the progress line; silent where stderr is no terminal. */
  progress(label: string, done: number, total: number): void;
  /** Wipes the progress line. */
  endProgress(): void;
}

export function openIo(json: boolean): Io {
  const { stdout, stderr } = process;
  const drawn = { length: 0 };
  const endProgress = (): void => {
    if (drawn.length > 0) stderr.write(`\r${" ".repeat(drawn.length)}\r`);
    drawn.length = 0;
  };
  return {
    json,
    colour: stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb",
    width: stdout.columns ?? 80,
    print: (line = "") => void stdout.write(`${line}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    note: (line) => {
      endProgress();
      stderr.write(`${line}\n`);
    },
    progress: (label, done, total) => {
      if (!stderr.isTTY || total <= 0) return;
      const filled = Math.max(0, Math.min(24, Math.round((24 * done) / total)));
      const line = `[${"#".repeat(filled)}${".".repeat(24 - filled)}] ${label}`.slice(0, (stderr.columns ?? 80) - 1);
      stderr.write(`\r${line.padEnd(drawn.length)}`);
      drawn.length = Math.max(drawn.length, line.length);
    },
    endProgress,
  };
}

/** Lines of a table with a head; columns of numbers are flush right. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const right = head.map((_, i) => rows.every((row) => /^[-+]?[\d.,]|^(null|-)?$/.test(row[i] ?? "")));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)];
}

/** At most `digits` significant digits, no trailing zeros; null is "-". */
export function short(value: number | null, digits = 4): string {
  if (value === null || Number.isNaN(value)) return "-";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  return String(Number(value.toPrecision(digits)));
}

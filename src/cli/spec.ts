/** @file A command as data: its options, examples and the function that runs it. Parsing, help and error messages are all made from this. */
import { CommandError } from "./failure.ts";
import type { Io } from "./io.ts";

export interface OptionSpec {
  /** As in help: "--beta <number>"; without a value it is a switch. */
  readonly flags: string;
  readonly text: string;
  /** "number": the value is read as one; default "text". */
  readonly kind?: "text" | "number";
  readonly required?: boolean;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** Sentences above the options in `--help`. */
  readonly about: string;
  /** Positional arguments as commander writes them, for example "[claim...]". */
  readonly arguments?: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Lines below the examples. */
  readonly notes?: readonly string[];
  /** @returns the exit status: 0, or 1 when a check failed. */
  run(input: Input, io: Io): Promise<number>;
}

/** What was typed: option values by their camel-case name, and the positional arguments. */
export interface Input {
  readonly options: Readonly<Record<string, unknown>>;
  readonly arguments: readonly string[];
}

export function textOf(input: Input, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === "string" ? value : undefined;
}

export function numberOf(input: Input, name: string): number | undefined {
  const value = input.options[name];
  return typeof value === "number" ? value : undefined;
}

export function flagOf(input: Input, name: string): boolean {
  return input.options[name] === true;
}

/** Options that every command has. */
export const commonOptions: readonly OptionSpec[] = [
  { flags: "--json", text: "print one JSON document on stdout and nothing else" },
  { flags: "--debug", text: "show the stack trace of an error" },
];

/** Decimal numbers only: no hexadecimal, no decimal commas, nothing empty. Overflow gives Infinity, which range checks refuse. */
export function parseNumber(flag: string, text: string): number {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text.trim())) {
    const hint = /^[+-]?\d+,\d+$/.test(text) ? " (write a decimal point, not a comma)" : "";
    throw new CommandError("E_RANGE", `${flag} takes a number, got ${JSON.stringify(text.slice(0, 40))}${hint}`, 2);
  }
  return Number(text);
}

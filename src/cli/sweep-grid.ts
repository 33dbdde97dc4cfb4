/** @file The grid of `hopfield sweep`: words like n=20,40 become jobs, one for every combination. */

import { parseList } from "./capacity-lists.ts";
import { CommandError } from "./failure.ts";

/** Commands whose runs can be jobs. */
export const targets = ["simulate", "train", "depth"] as const;
export type Target = (typeof targets)[number];

/** More jobs than anybody waits for. */
const mostJobs = 10_000;

/** One run: option names without dashes; a switch has the value true. */
export interface Job {
  readonly command: Target;
  readonly options: Readonly<Record<string, string | true>>;
}

/** Options that belong to the sweep, or that would make jobs write the same file. */
const refused = ["json", "plot", "out", "save", "checkpoint", "resume"];

/**
 * "name=a,b,c" or "name=from:to:step" is an axis, "name:=value" one value as it is (a list for the job itself), "name" a switch.
 * @returns jobs in the order of the axes, the last one fastest. @throws CommandError exit 2.
 */
export function jobsOf(words: readonly string[]): Job[] {
  const [first, ...rest] = words;
  const command = targets.find((name) => name === first);
  if (command === undefined)
    throw new CommandError("E_RANGE", `sweep needs a command first: ${targets.join(", ")}, got ${JSON.stringify(first ?? "nothing")}`, 2);
  const axes = rest.map(axisOf);
  const names = axes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandError("E_RANGE", `sweep: ${twice} is given twice`, 2);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostJobs) throw new CommandError("E_LIMIT", `sweep: ${count} jobs are more than ${mostJobs}`, 2);
  return Array.from({ length: count }, (_, index) => {
    let left = index;
    const picked = [...axes].reverse().map(({ name, values }): [string, string | true] => {
      const value = values[left % values.length] as string | true;
      left = Math.floor(left / values.length);
      return [name, value];
    });
    return { command, options: Object.fromEntries(picked.reverse()) };
  });
}

function axisOf(word: string): { name: string; values: readonly (string | true)[] } {
  const found = /^(?:--)?([a-z][a-z0-9-]*)(?:(:?=)(.+))?$/s.exec(word);
  if (!found) throw new CommandError("E_RANGE", `sweep takes name=a,b,c, name:=value or name, got ${JSON.stringify(word.slice(0, 40))}`, 2);
  const [, name = "", sign, value = ""] = found;
  if (refused.includes(name))
    throw new CommandError("E_UNSUPPORTED", `sweep: --${name} cannot be an option of a job; results go to --out of the sweep`, 2);
  if (sign === undefined) return { name, values: [true] };
  if (sign === ":=") return { name, values: [value] };
  const values = /^[^,:]+:[^,:]+:[^,:]+$/.test(value) ? parseList(name, value).map(String) : value.split(",");
  if (values.some((each) => each === ""))
    throw new CommandError("E_RANGE", `sweep: ${JSON.stringify(word.slice(0, 40))} has an empty value`, 2);
  return { name, values: [...new Set(values)] };
}

/** What was typed for a job, and its key in the result file: the same for the same options in any order. */
export function wordsOf({ command, options }: Job): string[] {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return [command, ...sorted.flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, value]))];
}

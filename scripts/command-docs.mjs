// node scripts/command-docs.mjs [--check]: docs/commands.md, the help of every command as the built command prints it. With --check nothing is written: exit status 1 when the page is out of date.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const page = "docs/commands.md";
const help = (...names) =>
  execFileSync(process.execPath, ["dist/cli/main.js", ...names, "--help"], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", COLUMNS: "120" },
  }).trimEnd();

const list = help()
  .split("Commands:")[1]
  .split(/\n\s*\n/)[0];
const names = [...list.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name).filter((name) => name !== "help");
const text = [
  "# Every command and its options",
  "",
  "The help of each command, as `hopfield <command> --help` prints it. What they mean and what the results hold: [cli.md](cli.md). This page is written by `node scripts/command-docs.mjs`; `npm run docs:check` finds out when it is old.",
  ...names.flatMap((name) => [
    "",
    `## ${name}`,
    "",
    "```text",
    ...help(name)
      .split("\n")
      .map((line) => line.trimEnd()),
    "```",
  ]),
  "",
].join("\n");

if (process.argv.includes("--check")) {
  let old = "";
  try {
    old = readFileSync(page, "utf8");
  } catch {}
  if (old !== text) {
    process.stderr.write(`${page} is out of date: node scripts/command-docs.mjs\n`);
    process.exitCode = 1;
  }
} else writeFileSync(page, text);

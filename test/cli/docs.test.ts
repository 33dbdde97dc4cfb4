import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { command, openFolder } from "./helpers.ts";

test.skipIf(process.platform === "win32")(
  "every example of docs/cli.md runs, in order, in an empty folder",
  async () => {
    const blocks = [...readFileSync("docs/cli.md", "utf8").matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1] ?? "");
    expect(blocks.length).toBeGreaterThan(5);
    const folder = openFolder();
    const script = `set -euo pipefail\nhopfield() { '${process.execPath}' '${command}' "$@"; }\n${blocks.join("\n")}`;
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: folder.path });
    // The first cue of the page: its known entries 1 and 0 are those of the first pattern and nobody else's.
    expect(folder.bytes("answers.csv").toString()).toMatch(/^(1|0\.99)/);
    expect(stdout).toContain("claims hold");
    folder.remove();
  },
  60_000,
);

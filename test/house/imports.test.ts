/** The house: a room imports only from rooms above it in this list (ARCHITECTURE.md), and files stay small. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const source = new URL("../../src/", import.meta.url).pathname;

/** Room -> rooms it may import from. core imports nothing; nothing imports cli. */
const allowed: Record<string, string[]> = {
  core: [],
  data: ["core"],
  kernels: ["core"],
  memory: ["core", "kernels"],
  capacity: ["core", "kernels"],
  circuits: ["core"],
  layers: ["core", "data", "kernels", "memory"],
  tasks: ["core", "data", "memory", "layers"],
  store: ["core", "data", "kernels", "memory"],
  worker: ["core", "memory"],
  index: ["core", "memory", "worker", "kernels"],
  claims: ["core", "index", "capacity", "circuits", "tasks", "layers"],
  cli: ["core", "data", "index", "claims", "kernels", "capacity", "circuits", "tasks", "layers", "store"],
};

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "generated" ? [] : filesIn(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

const files = filesIn(source).filter((path) => !path.includes(`${sep}asm${sep}`));
const roomOf = (path: string): string => {
  const [first = "", second] = relative(source, path).split(sep);
  return second === undefined ? first.replace(/\.ts$/, "") : first;
};

/** Module specifiers of a file: import and export ... from, import "x", import("x"); types named by `typeof import("x")` cost nothing and do not count. */
function importsOf(path: string): string[] {
  const code = readFileSync(path, "utf8").replaceAll(/typeof import\("[^"]+"\)/g, "");
  const patterns = [/^(?:import|export)\b[^;"]*?\bfrom "([^"]+)"/gm, /^import "([^"]+)"/gm, /\bimport\("([^"]+)"\)/g];
  return patterns.flatMap((pattern) => Array.from(code.matchAll(pattern), (match) => match[1] as string));
}

describe("imports point one way", () => {
  it.each(files.map((path) => ({ file: relative(source, path), path })))("$file", ({ path }) => {
    const room = roomOf(path);
    expect(Object.keys(allowed)).toContain(room);
    for (const target of importsOf(path)) {
      if (!target.startsWith(".")) {
        // Only the command and the store may use node: modules (the pool's threads too), and packages; data uses fflate.
        if (room === "cli" || (room === "store" && target.startsWith("node:")) || path.endsWith("pool-thread.ts")) continue;
        expect(room === "data" ? ["fflate", "fflate/browser"] : [], `${room} imports ${target}`).toContain(target);
        continue;
      }
      if (room === "cli" && target === "../../package.json") continue;
      const other = roomOf(join(dirname(path), target));
      if (other !== room) expect(allowed[room], `${relative(source, path)} imports ${target}`).toContain(other);
    }
  });
  it("this list knows every room", () => {
    for (const room of files.map(roomOf)) expect(Object.keys(allowed)).toContain(room);
  });
});

it("one idea a file: none over 300 lines, the median below 130", () => {
  const lengths = files.map((path) => ({ path: relative(source, path), lines: readFileSync(path, "utf8").split("\n").length }));
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(130);
});

it("every file says what it is", () => {
  const silent = files.filter((path) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(path, "utf8"))).map((path) => relative(source, path));
  expect(silent).toEqual([]);
});

it("no result depends on the clock, on chance or on the environment below cli", () => {
  for (const path of files.filter((file) => roomOf(file) !== "cli")) {
    const code = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(code, relative(source, path)).not.toMatch(/Math\.random|Date\.now|performance\.now|process\.env|console\.|new Date/);
  }
});

describe("web/ is a user of the package", () => {
  const web = new URL("../../web/", import.meta.url).pathname;
  const pages = readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const packages = [
    "modern-hopfield",
    "modern-hopfield/capacity",
    "modern-hopfield/data",
    "preact",
    "preact/hooks",
    "@observablehq/plot",
    "vite",
  ];
  it.each(pages.map((path) => ({ file: relative(web, path), path })))("$file", ({ file, path }) => {
    const code = readFileSync(path, "utf8");
    for (const target of importsOf(path)) {
      if (target.startsWith(".")) expect(join(dirname(path), target).startsWith(web), `${file} imports ${target}`).toBe(true);
      else expect(packages, `${file} imports ${target}`).toContain(target);
    }
    expect(code, `${file} says what it is`).toMatch(/^\/\*\*/);
    expect(code.split("\n").length, `${file}: lines`).toBeLessThanOrEqual(300);
    expect(code.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""), file).not.toMatch(
      /Math\.random|Date\.now|performance\.now|new Date|console\.|innerHTML|\beval\(/,
    );
  });
});

// Checks that the documents tell the truth about the package in dist: every relative link leads somewhere (files and #headings), every ts and js block of README.md and
// docs/ compiles and runs (```ts no-run: only compiles), every example compiles and runs, every model has its page. Prints what is wrong, then one line of counts.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
// Inside the package, so that its own name and its development packages resolve as they do for a reader of the repository.
const work = join(root, ".cache", "check-docs");
const skipped = new Set(["node_modules", "dist", ".git", ".cache", "coverage"]);
const problems = [];

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** Fenced blocks and the text around them; line numbers start at 1. */
function splitMarkdown(text) {
  const prose = [];
  const blocks = [];
  let open = null;
  text.split("\n").forEach((line, i) => {
    const fence = /^\s*(```+|~~~+)\s*(.*)$/.exec(line);
    if (open && fence && fence[2] === "" && fence[1].startsWith(open.fence)) {
      blocks.push(open);
      open = null;
    } else if (open) open.lines.push(line);
    else if (fence) open = { fence: fence[1], info: fence[2].trim().split(/\s+/), line: i + 1, lines: [] };
    else prose.push({ line: i + 1, text: line });
  });
  return { prose, blocks, unclosed: open };
}

/** Heading to anchor, as GitHub does: lower case, no punctuation, spaces to dashes, -1 -2 ... for repeats. */
function anchorsOf(prose) {
  const seen = new Map();
  const anchors = new Set();
  for (const { text } of prose) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text);
    for (const named of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(named[1]);
    if (!heading) continue;
    const plain = heading[1].replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\-_ ]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

const markdown = new Map(
  walk(root)
    .filter((path) => path.endsWith(".md"))
    .map((path) => [path, splitMarkdown(readFileSync(path, "utf8"))]),
);

function checkLinks() {
  let links = 0;
  for (const [path, { prose, unclosed }] of markdown) {
    if (unclosed) problems.push(`${relative(root, path)}:${unclosed.line}: a code block is never closed`);
    for (const { line, text } of prose) {
      const bare = text.replace(/(`+)(?!`).*?\1/g, "");
      const targets = [
        ...bare.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
        ...bare.matchAll(/^\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)/g),
      ];
      for (const [, target] of targets) {
        if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
        links++;
        const [file, anchor] = target.split("#");
        const to = file === "" ? path : resolve(dirname(path), decodeURIComponent(file));
        const where = `${relative(root, path)}:${line}`;
        if (!to.startsWith(root) || !existsSync(to)) problems.push(`${where}: ${target} leads nowhere`);
        else if (anchor && !to.endsWith(".md") && !statSync(to).isFile()) problems.push(`${where}: ${target}: a folder has no headings`);
        else if (anchor && to.endsWith(".md") && !anchorsOf(markdown.get(to)?.prose ?? []).has(anchor))
          problems.push(`${where}: ${file} has no heading #${anchor}`);
      }
    }
  }
  return links;
}

/** The programs to try: { name, source, language, runs, block }. TypeScript is also checked for types. */
function programs() {
  const found = [];
  for (const [path, { blocks }] of markdown) {
    const name = relative(root, path);
    if (name !== "README.md" && !name.startsWith(`docs${name.includes("\\") ? "\\" : "/"}`)) continue;
    for (const block of blocks) {
      const language = block.info[0];
      if (language !== "ts" && language !== "js") continue;
      found.push({
        name: `${name}:${block.line}`,
        source: block.lines.join("\n"),
        language,
        runs: !block.info.includes("no-run"),
        block: true,
      });
    }
  }
  const folder = join(root, "examples");
  const files = existsSync(folder) ? walk(folder).filter((path) => path.endsWith(".ts")) : [];
  for (const path of files)
    found.push({ name: relative(root, path), source: readFileSync(path, "utf8"), language: "ts", runs: true, block: false });
  return found;
}

async function checkPrograms(list) {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  list.forEach((program, i) => {
    program.file = join(work, `p${i}-${basename(program.name).replace(/\W+/g, "-")}.${program.language}`);
    // export {} makes a block without imports a module of its own.
    writeFileSync(program.file, `${program.source}\nexport {};\n`);
  });
  const options = {
    extends: "../../tsconfig.json",
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify(options));
  if (list.length > 0) {
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    const failed = await run(process.execPath, [compiler, "-p", work, "--pretty", "false"], { cwd: work }).then(
      () => null,
      (error) => error,
    );
    for (const line of failed ? `${failed.stdout}${failed.stderr}`.split("\n").filter((text) => text.trim() !== "") : []) {
      const place = /^(p(\d+)-[^(]*)\((\d+),\d+\): (.*)$/.exec(line);
      problems.push(place ? `${list[Number(place[2])].name}, line ${place[3]} of it: ${place[4]}` : line);
    }
  }
  for (const program of list) {
    const outfile = program.file.replace(/\.[jt]s$/, ".mjs");
    try {
      // Packages stay outside the bundle: "modern-hopfield" is then resolved by Node, through the exports of package.json, to dist.
      await build({
        entryPoints: [program.file],
        outfile,
        bundle: true,
        packages: "external",
        platform: "node",
        format: "esm",
        target: "node20",
        logLevel: "silent",
      });
      if (program.runs) await run(process.execPath, [outfile], { cwd: root, timeout: 120_000 });
    } catch (error) {
      const text = String(error.stderr || error.message)
        .trim()
        .split("\n")
        .filter((line) => !/^\s+at |^Node\.js v|^\s*$/.test(line));
      problems.push(`${program.name}: ${error.killed ? "ran for more than 120 s" : text.slice(-4).join(" | ")}`);
    }
  }
  rmSync(work, { recursive: true, force: true });
}

async function checkModelPages() {
  const { models } = await import("modern-hopfield");
  const page = (name) => join(root, "docs", "models", `${name}.md`);
  for (const name of models) if (!existsSync(page(name))) problems.push(`docs/models/${name}.md is missing: every model has its page`);
  return models.length;
}

if (!existsSync(join(root, "dist", "index.js"))) {
  console.error("check-docs: dist is missing; run npm run build first");
  process.exit(1);
}
const links = checkLinks();
const models = await checkModelPages();
const list = programs();
await checkPrograms(list);
for (const problem of problems) console.error(problem);
const blocks = list.filter(({ block }) => block);
console.log(
  `docs: ${markdown.size} pages, ${links} links, ${blocks.length} code blocks (${blocks.filter(({ runs }) => runs).length} run), ${list.length - blocks.length} examples, ${models} models: ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

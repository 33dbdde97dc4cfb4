// Results as lines for the terminal and as sections of RESULTS.md: one section a kind of run, build, engine and number of threads, replaced when that run is made again.
import { readFileSync, writeFileSync } from "node:fs";
import { costPicture } from "./picture.mjs";
import { scalingTable } from "./scaling.mjs";
import { fixed } from "./timing.mjs";

const percent = (share) => `${(100 * share).toFixed(0)} %`;
const sizeOf = ({ shape, size }) => `${shape} (${size.join(", ")})`;

/** One line an engine. */
export function updateLines(rows) {
  return rows.flatMap((row) => {
    const head = `${sizeOf(row)}: ${row.rate.toFixed(1)} GFLOP/s${row.shareOfPeak ? `, ${percent(row.shareOfPeak)} of the peak` : ""}${row.shareOfStream ? `, memory read at ${percent(row.shareOfStream)} of the stream` : ""}`;
    const engines = row.engines.map(
      (engine) =>
        `  ${engine.name.padEnd(18)} ${fixed(engine.minimum).padStart(8)} ms (median ${fixed(engine.median)})  ${engine.ratio.toFixed(2).padStart(6)} x  largest difference ${engine.difference.toExponential(0)}`,
    );
    return [head, ...engines, ...row.missing.map((text) => `  left out: ${text}`)];
  });
}

export function costLines(cost) {
  return cost.map(
    ({ name, slope, expected }) => `${name.padEnd(28)} slope ${slope.toFixed(2)}${expected ? `  (${rangeOf(expected)})` : ""}`,
  );
}

const rangeOf = ([low, high]) => (low > 0 ? `expected ${low} to ${high}` : `expected at most ${high}`);

export function startLines({ recall, command, node }) {
  return [
    `import to first recall ${recall.toFixed(1)} ms (median of 9 fresh processes); hopfield --version ${command.toFixed(0)} ms as a process, node alone ${node.toFixed(0)} ms`,
  ];
}

function updateTable({ machine, date, shapes, roofline, threads, clock, repeats, beta }) {
  const names = [...new Set(shapes.flatMap(({ engines }) => engines.map(({ name }) => name)))];
  const others = names.slice(1);
  const cell = (row, name) => {
    const engine = row.engines.find((one) => one.name === name);
    return engine ? `${fixed(engine.minimum)} (${fixed(engine.median)})` : "–";
  };
  const ratio = (row, name) => {
    const engine = row.engines.find((one) => one.name === name);
    return engine ? ` = **${engine.ratio.toFixed(2)}**` : "";
  };
  const versions = [
    ...new Map(shapes.flatMap(({ engines }) => engines.filter(({ version }) => version).map(({ name, version }) => [name, version]))),
  ];
  const missing = [...new Set(shapes.flatMap(({ shape, missing }) => missing.map((text) => `${shape}: ${text}`)))];
  const single = others.filter((name) => shapes.every(({ engines }) => (engines.find((one) => one.name === name)?.threads ?? 1) === 1));
  return [
    `${machine}, ${date}. Minimum (median) of ${repeats} interleaved runs (A and D: seven times as many), milliseconds of ${clock === "cpu" ? "CPU time on one thread" : `wall time on ${threads} threads`}, beta ${beta}; in bold the other's minimum over ours.`,
    ...(roofline
      ? [
          "",
          `One thread here: ${roofline.peak.toFixed(1)} GFLOP/s of multiply-add in WebAssembly (measured in the same run), reading memory ${roofline.stream.toFixed(1)} GB/s.`,
        ]
      : []),
    "",
    `| shape (B, M, d) | ours | GFLOP/s | share of peak | ${threads > 1 ? "" : "share of stream | "}${others.join(" | ")} |`,
    `|${" --- |".repeat(4 + (threads > 1 ? 0 : 1) + others.length)}`,
    ...shapes.map(
      (row) =>
        `| ${sizeOf(row)} | ${cell(row, names[0])} | ${row.rate.toFixed(1)} | ${row.shareOfPeak ? percent(row.shareOfPeak) : "–"} | ${threads > 1 ? "" : `${row.shareOfStream ? percent(row.shareOfStream) : "–"} | `}${others.map((name) => `${cell(row, name)}${ratio(row, name)}`).join(" | ")} |`,
    ),
    "",
    `Versions: ${versions.map(([name, version]) => `${name} ${version}`).join(", ")}.${threads > 1 && single.length > 0 ? ` On one thread whatever is asked: ${single.join(", ")}.` : ""}${missing.length > 0 ? ` Left out: ${missing.join("; ")}.` : ""}`,
  ];
}

function costTable({ machine, date, cost }) {
  const table = (axis) => {
    const chosen = cost.filter((one) => one.axis === axis);
    const sizes = chosen[0].points.map(({ size }) => size);
    return [
      `| ${axis} | ${sizes.join(" | ")} | slope | expected |`,
      `|${" --- |".repeat(sizes.length + 3)}`,
      ...chosen.map(
        ({ name, points, slope, expected }) =>
          `| ${name} | ${points.map(({ milliseconds }) => fixed(milliseconds)).join(" | ")} | ${slope.toFixed(2)} | ${expected ? rangeOf(expected).replace("expected ", "") : "–"} |`,
      ),
      "",
    ];
  };
  return [
    `${machine}, ${date}. Milliseconds of CPU time on one thread of one update of all queries (linear and random-features with the sums they derive from the patterns), d 64 unless said; slopes of log time over log size, least squares.`,
    "",
    ...["L", "M", "d", "B"].flatMap(table),
    "![cost against length](cost.svg)",
  ];
}

/** Puts what was measured into RESULTS.md (and cost.svg). @returns the names of the sections written. */
export function writeSection(report) {
  const engine = `node${process.versions.node.split(".")[0]}`;
  const sections = [];
  if (report.shapes) {
    const kind = report.shapes.some(({ engines }) => engines.some(({ name }) => name === "plain loops")) ? "loops" : "peers";
    const title = `${kind === "loops" ? "Beside plain loops" : "Beside other programs"}: ${report.build} build, ${report.threads} thread${report.threads > 1 ? "s" : ""}, ${engine.replace("node", "Node ")}`;
    sections.push([`${kind} ${report.build} ${report.threads} ${engine}`, title, updateTable(report)]);
  }
  if (report.cost) {
    sections.push([
      `cost ${report.build} ${engine}`,
      `Cost against size: ${report.build} build, ${engine.replace("node", "Node ")}`,
      costTable(report),
    ]);
    writeFileSync(new URL("cost.svg", import.meta.url), costPicture(report.cost, report.machine));
  }
  if (report.scaling)
    sections.push([
      `scaling ${report.build} ${engine}`,
      `Threads: ${report.build} build, ${engine.replace("node", "Node ")}`,
      scalingTable(report),
    ]);
  if (report.start)
    sections.push([
      `start ${engine}`,
      `Start, ${engine.replace("node", "Node ")}`,
      [`${report.machine}, ${report.date}.`, "", ...startLines(report.start)],
    ]);
  const path = new URL("RESULTS.md", import.meta.url);
  let text = readFileSync(path, "utf8");
  for (const [key, title, lines] of sections) {
    const block = [`<!-- begin ${key} -->`, `## ${title}`, "", ...lines, `<!-- end ${key} -->`].join("\n");
    const start = text.indexOf(`<!-- begin ${key} -->`);
    const last = `<!-- end ${key} -->`;
    text = start >= 0 ? text.slice(0, start) + block + text.slice(text.indexOf(last) + last.length) : `${text.trimEnd()}\n\n${block}\n`;
  }
  writeFileSync(path, text);
  return sections.map(([key]) => key);
}

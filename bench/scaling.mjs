// Several threads against one, by the clock: two memories over the same patterns in turns, for every shape. The answers are compared: they must be the same bytes.
import { problemOf, shapes } from "./shapes.mjs";
import { fixed, interleaved, median, minimum, timed } from "./timing.mjs";

/** Rounds for a shape: about three seconds of work on two threads. */
const rounds = { A: 400, B: 60, C: 15, D: 200, E: 60 };

/** @returns rows { shape, size, threads, one, several: { minimum, median }, ratio, medianRatio }. */
export async function scalingReport(createMemory, { build, beta, seed, threads, names, say }) {
  const rows = [];
  for (const name of names) {
    const { Q, X } = problemOf(shapes[name], seed);
    const memories = [1, threads].map((count) => createMemory(X, { model: "dense", beta, build, threads: count }));
    const [first, second] = memories.map((memory) => memory.recall(Q).states.data);
    if (!first.every((x, i) => Object.is(x, second[i]))) throw new Error(`shape ${name}: ${threads} threads give other bytes than one`);
    const engines = memories.map((memory) => ({ measure: () => timed(() => memory.recall(Q)) }));
    const [one, several] = (await interleaved(engines, rounds[name] ?? 20, "wall")).map((times) => ({
      minimum: minimum(times),
      median: median(times),
    }));
    for (const memory of memories) memory.free();
    const row = {
      shape: name,
      size: shapes[name],
      threads,
      one,
      several,
      ratio: one.minimum / several.minimum,
      medianRatio: one.median / several.median,
    };
    rows.push(row);
    say(
      `${name}: ${fixed(one.minimum)} -> ${fixed(several.minimum)} ms, ${row.ratio.toFixed(2)} times (medians ${row.medianRatio.toFixed(2)})`,
    );
  }
  return rows;
}

export function scalingTable({ machine, date, scaling }) {
  const { threads } = scaling[0];
  return [
    `${machine}, ${date}. Milliseconds by the clock, minimum (median); the answers are the same bytes.`,
    "",
    `| shape (B, M, d) | one thread | ${threads} threads | faster by minima | by medians |`,
    "| --- | --- | --- | --- | --- |",
    ...scaling.map(({ shape, size, one, several, ratio, medianRatio }) =>
      [
        `| ${shape} (${size.join(", ")})`,
        `${fixed(one.minimum)} (${fixed(one.median)})`,
        `${fixed(several.minimum)} (${fixed(several.median)})`,
        `**${ratio.toFixed(2)}**`,
        `${medianRatio.toFixed(2)} |`,
      ].join(" | "),
    ),
  ];
}

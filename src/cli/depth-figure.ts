/** @file The picture of `hopfield depth`: accuracy against size, one colour for each number of layers; the closed form as a line where there is one, what was measured as points. */
import type { DepthSettings } from "./depth-options.ts";
import type { DepthRow } from "./depth-rows.ts";
import type { Figure, Series } from "./figure.ts";

/** @param rows in the order of the sizes, for each size in the order of the layers asked for. */
export function depthFigure(settings: DepthSettings, rows: readonly DepthRow[], note: string): Figure {
  const perSize = rows.length / settings.sizes.length;
  const names = Array.from({ length: perSize }, (_, i) => nameOf(settings, rows, i, perSize));
  const series = names.flatMap((name, i): Series[] => {
    const own = rows.filter((_, at) => at % perSize === i);
    const dots: Series = { kind: "dots", name, points: own.map(({ n, accuracy, low, high }) => ({ x: n, y: accuracy, low, high })) };
    const line: Series = { kind: "line", name: `${name}, closed form`, points: own.map(({ n, predicted }) => [n, predicted]) };
    return own.some(({ predicted }) => predicted !== null) ? [line, dots] : [dots];
  });
  const { task, construction, decision, mode } = settings;
  const graphs = task === "cycles" || task === "paths" || task === "random-graph";
  return {
    title: `${task}: ${graphs ? `${construction}, ${decision}` : task === "s5" ? `${mode}, beta ${settings.beta}` : "refinement"}`,
    x: { label: task === "s5" ? "letters of the word" : "nodes", log: true },
    y: { label: "share of right answers", include: [0.5, 1] },
    series,
    notes: [settings.samples === "all" ? "every question" : `${settings.samples} random questions, 95 % intervals (Wilson)`, note],
  };
}

function nameOf(settings: DepthSettings, rows: readonly DepthRow[], i: number, perSize: number): string {
  if (settings.task === "s5" && settings.mode !== "fixed") return settings.mode;
  const asked = settings.layers[i];
  return asked === "converge" || asked === undefined ? "until it settles" : `L = ${rows[i % perSize]?.layers ?? asked}`;
}

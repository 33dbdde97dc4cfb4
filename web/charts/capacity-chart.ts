/** @file α₁ against λ with simulated points, by Observable Plot: a pure function of the state and a document. Loaded when the panel is opened. */
import * as Plot from "@observablehq/plot";
import { type CapacityState, type EnsembleId, ensembleTable } from "../capacity/state.ts";

/** Hues of Okabe and Ito's palette, safe for colour-blind eyes, darkened (on dark pages lightened) until text in them has a contrast of 4.5. */
const colours: Readonly<Record<"light" | "dark", readonly string[]>> = {
  light: ["", "#0072b2", "#b84f00", "#007a59", "#a8437d", "#8a6d00", "#3a6ea5", "#b5442e", "#555555"],
  dark: ["", "#56b4e9", "#ff9a52", "#3fd2a5", "#e7a5c9", "#e6c84a", "#9cc4f0", "#ff8f7a", "#c0c6d0"],
};

export const colourOf = (id: EnsembleId, dark: boolean): string => colours[dark ? "dark" : "light"][ensembleTable[id].colour] ?? "#888";

interface Options {
  readonly document: Document;
  readonly width: number;
  readonly dark: boolean;
}

export function capacityChart(state: CapacityState, { document, width, dark }: Options): SVGSVGElement {
  const text = dark ? "#c9d3df" : "#3b4656";
  const curves = state.shown.flatMap((id) => state.curves.filter((curve) => curve.id === id && curve.alphas.length > 0));
  const rows = (id: EnsembleId): { lambda: number; alpha: number }[] => {
    const curve = curves.find((each) => each.id === id);
    return [{ lambda: 0, alpha: 0 }, ...(curve?.alphas.map((alpha, i) => ({ lambda: curve.lambdas[i] ?? 0, alpha })) ?? [])].filter(
      ({ alpha }) => Number.isFinite(alpha),
    );
  };
  const points = state.simulation.points;
  const highest = Math.max(
    0.2,
    ...curves.flatMap(({ alphas }) => alphas.filter(Number.isFinite)),
    ...points.map(({ high }) => high).filter(Number.isFinite),
  );
  // An end for the axis: curves without a limit would press the others flat.
  const top = Math.min(highest * 1.06, 2);
  const svg = Plot.plot({
    document,
    width,
    height: Math.round(Math.min(440, Math.max(260, width * 0.56))),
    marginLeft: 48,
    marginBottom: 42,
    style: { color: text, background: "transparent", fontSize: "13px", fontFamily: "system-ui, sans-serif", overflow: "visible" },
    x: { domain: [0, state.reach], label: "λ →", grid: false },
    y: { domain: [0, top], label: "↑ α₁", grid: true },
    marks: [
      Plot.ruleY([0], { stroke: text }),
      Plot.ruleX([state.lambda], { stroke: text, strokeDasharray: "3 4", strokeOpacity: 0.7 }),
      ...curves.map(({ id }) =>
        Plot.line(rows(id), {
          x: "lambda",
          y: "alpha",
          stroke: colourOf(id, dark),
          strokeWidth: 2.4,
          strokeDasharray: ensembleTable[id].dash,
          clip: true,
        }),
      ),
      ...curves.flatMap(({ id }) => {
        const last = rows(id)
          .filter(({ alpha }) => alpha <= top)
          .at(-1);
        return last
          ? [
              Plot.text([last], {
                x: "lambda",
                y: "alpha",
                text: () => ensembleTable[id].title,
                textAnchor: "end",
                dy: -9,
                dx: -4,
                fill: colourOf(id, dark),
                stroke: dark ? "#161d28" : "#ffffff",
                strokeWidth: 4,
                fontWeight: 600,
              }),
            ]
          : [];
      }),
      Plot.ruleX(points, { x: "lambda", y1: "low", y2: "high", stroke: (point) => colourOf(point.id, dark), strokeWidth: 2, clip: true }),
      Plot.dot(points, {
        x: "lambda",
        y: "median",
        r: 4.5,
        fill: (point) => colourOf(point.id, dark),
        stroke: dark ? "#161d28" : "#ffffff",
        clip: true,
      }),
    ],
  });
  // An image has one name; what its parts are is for style sheets and tests.
  for (const part of svg.querySelectorAll("g[aria-label]")) {
    part.setAttribute("data-mark", part.getAttribute("aria-label") ?? "");
    part.removeAttribute("aria-label");
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute(
    "aria-label",
    `Thresholds against λ from 0 to ${state.reach} for ${curves.map(({ id }) => ensembleTable[id].title).join(", ") || "no ensemble"}, and ${points.length} simulated points`,
  );
  return svg as unknown as SVGSVGElement;
}

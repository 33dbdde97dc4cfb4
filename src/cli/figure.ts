/**
 * @file A figure as data, and as SVG text: axes with ticks and labels, lines, points with intervals, cells of a phase diagram, a legend. Pure: the same data give the same bytes.
 * Colours: Okabe and Ito, "Color Universal Design" (2008), told apart with every common kind of colour blindness; lines differ in their dashes too.
 */
import { tickLabel, ticksOf } from "./figure-ticks.ts";

export interface Axis {
  readonly label: string;
  /** Decades instead of equal steps; all numbers above 0. */
  readonly log?: boolean;
  /** What the axis must show besides the data. */
  readonly include?: readonly number[];
}

export interface Line {
  readonly kind: "line";
  readonly name: string;
  /** null: a gap. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

export interface Dots {
  readonly kind: "dots";
  readonly name: string;
  /** With `low` and `high` a vertical interval is drawn. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[];
}

/** Rectangles around the points of a regular grid; `category` counts into `categories`. */
export interface Cells {
  readonly kind: "cells";
  readonly categories: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Row i belongs to y[i]. */
  readonly category: readonly (readonly number[])[];
}

export type Series = Line | Dots | Cells;

export interface Figure {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Conventions, one a line: shown under the title of CSV files and as the description of the picture. */
  readonly notes: readonly string[];
}

const [width, height] = [760, 480];
const frame = { left: 74, right: 540, top: 48, bottom: 424 };
const colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
const pale = ["#CFE5F3", "#FBE3C0", "#D9D9D9", "#F3D3E3", "#CBEADF"];
const dashes = ["", "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2"];

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  at(value: number): number;
}

/** @returns a whole SVG document, a line a shape. Points that are not finite (or not above 0 on a log axis) are left out. */
export function drawFigure(figure: Figure): string {
  const margin = figure.series.some(({ kind }) => kind === "dots") ? 0.02 : 0;
  const x = scaleOf(figure.x, figure.series.flatMap(xsOf), frame.left, frame.right, margin);
  const y = scaleOf(figure.y, figure.series.flatMap(ysOf), frame.bottom, frame.top, margin);
  const shapes: string[] = [];
  const legend: string[] = [];
  let [drawn, entries] = [0, 0];
  const entry = (mark: (top: number) => string, name: string): void => {
    const top = frame.top + 10 + 20 * entries++;
    legend.push(mark(top), `<text x="${frame.right + 46}" y="${top + 4}">${xmlText(name)}</text>`);
  };
  for (const series of figure.series) {
    if (series.kind === "cells") {
      shapes.push(...drawCells(series, x, y));
      const used = new Set(series.category.flat());
      series.categories.forEach((name, i) => {
        if (used.has(i))
          entry(
            (top) => `<rect x="${frame.right + 14}" y="${top - 6}" width="24" height="12" fill="${paleOf(i)}" stroke="#767676"/>`,
            name,
          );
      });
      continue;
    }
    const colour = colours[drawn % colours.length] as string;
    const dash = dashes[Math.floor(drawn / 2) % dashes.length] as string;
    drawn++;
    if (series.kind === "line") {
      shapes.push(
        `<path d="${pathOf(series, x, y)}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash || "none"}"/>`,
      );
      entry(
        (top) => `<path d="M${frame.right + 12} ${top}h28" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash || "none"}"/>`,
        series.name,
      );
    } else {
      shapes.push(...drawDots(series, x, y, colour));
      entry((top) => `<circle cx="${frame.right + 26}" cy="${top}" r="3.5" fill="${colour}"/>`, series.name);
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="12">`,
    `<title>${xmlText(figure.title)}</title>`,
    `<desc>${xmlText(figure.notes.join("; "))}</desc>`,
    `<rect width="${width}" height="${height}" fill="#FFFFFF"/>`,
    `<text x="${frame.left}" y="28" font-size="15">${xmlText(figure.title)}</text>`,
    `<clipPath id="frame"><rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/></clipPath>`,
    ...gridOf(x, y),
    `<g clip-path="url(#frame)">`,
    ...shapes,
    "</g>",
    ...axesOf(figure, x, y),
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}

function xsOf(series: Series): readonly number[] {
  return series.kind === "line" ? series.points.map(([x]) => x) : series.kind === "dots" ? series.points.map((p) => p.x) : series.x;
}

function ysOf(series: Series): readonly number[] {
  if (series.kind === "cells") return series.y;
  if (series.kind === "line") return series.points.flatMap(([, y]) => (y === null ? [] : [y]));
  return series.points.flatMap(({ y, low = y, high = y }) => [y, low, high]);
}

/** @param margin share of the axis left free at both ends, so that dots there are whole. */
function scaleOf({ log = false, include = [] }: Axis, values: readonly number[], from: number, to: number, margin: number): Scale {
  const known = [...values, ...include].filter((value) => Number.isFinite(value) && (!log || value > 0));
  let low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  let high = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (known.length === 0) [low, high] = log ? [0.1, 10] : [0, 1];
  if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  const place = log ? Math.log10 : (value: number): number => value;
  const free = margin * (place(high) - place(low));
  const [start, span] = [place(low) - free, place(high) - place(low) + 2 * free];
  const back = log ? (value: number): number => 10 ** value : place;
  if (free > 0) [low, high] = [back(start), back(start + span)];
  return { low, high, log, at: (value) => from + ((place(value) - start) / span) * (to - from) };
}

function pathOf({ points }: Line, x: Scale, y: Scale): string {
  let pen = "M";
  const parts: string[] = [];
  for (const [at, value] of points) {
    const usable = value !== null && Number.isFinite(value) && Number.isFinite(at) && (!y.log || value > 0) && (!x.log || at > 0);
    if (usable) parts.push(`${pen}${fixed(x.at(at))} ${fixed(y.at(value))}`);
    pen = usable ? "L" : "M";
  }
  return parts.join("");
}

function drawDots({ points }: Dots, x: Scale, y: Scale, colour: string): string[] {
  return points
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y) && (!y.log || point.y > 0) && (!x.log || point.x > 0))
    .flatMap(({ x: at, y: value, low, high }) => {
      const middle = fixed(x.at(at));
      const dot = `<circle cx="${middle}" cy="${fixed(y.at(value))}" r="3.5" fill="${colour}"/>`;
      if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high)) return [dot];
      return [`<path d="M${middle} ${fixed(y.at(low))}V${fixed(y.at(high))}" stroke="${colour}" stroke-width="1.5"/>`, dot];
    });
}

function drawCells({ x: xs, y: ys, category }: Cells, x: Scale, y: Scale): string[] {
  const edges = (values: readonly number[], scale: Scale): number[] => {
    const centres = values.map((value) => scale.at(value));
    const half = centres.length > 1 ? ((centres[1] as number) - (centres[0] as number)) / 2 : 10;
    return [...centres.map((centre) => centre - half), (centres.at(-1) ?? 0) + half];
  };
  const [columns, rows] = [edges(xs, x), edges(ys, y)];
  return category.flatMap((row, i) =>
    // Neighbours of one kind make one rectangle: smaller, and without seams.
    runsOf(row).map(({ from, to, value }) => {
      const [left, right] = [columns[from] as number, columns[to] as number];
      const [bottom, top] = [rows[i] as number, rows[i + 1] as number];
      // Corners by their places: neighbours share them to the digit, where widths would leave seams.
      const d = `M${fixed(left)} ${fixed(top)}H${fixed(right)}V${fixed(bottom)}H${fixed(left)}z`;
      return `<path d="${d}" shape-rendering="crispEdges" fill="${paleOf(value)}"/>`;
    }),
  );
}

function runsOf(row: readonly number[]): { from: number; to: number; value: number }[] {
  const runs: { from: number; to: number; value: number }[] = [];
  row.forEach((value, i) => {
    const last = runs.at(-1);
    if (last && last.value === value) last.to = i + 1;
    else runs.push({ from: i, to: i + 1, value });
  });
  return runs;
}

function gridOf(x: Scale, y: Scale): string[] {
  return [
    ...ticksOf(x.low, x.high, x.log).map((t) => `<path d="M${fixed(x.at(t))} ${frame.top}V${frame.bottom}" stroke="#E3E3E3"/>`),
    ...ticksOf(y.low, y.high, y.log).map((t) => `<path d="M${frame.left} ${fixed(y.at(t))}H${frame.right}" stroke="#E3E3E3"/>`),
  ];
}

function axesOf(figure: Figure, x: Scale, y: Scale): string[] {
  const middle = { x: (frame.left + frame.right) / 2, y: (frame.top + frame.bottom) / 2 };
  return [
    `<rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}" fill="none" stroke="#000000"/>`,
    ...ticksOf(x.low, x.high, x.log).map(
      (t) => `<text x="${fixed(x.at(t))}" y="${frame.bottom + 18}" text-anchor="middle">${tickLabel(t)}</text>`,
    ),
    ...ticksOf(y.low, y.high, y.log).map(
      (t) => `<text x="${frame.left - 8}" y="${fixed(y.at(t) + 4)}" text-anchor="end">${tickLabel(t)}</text>`,
    ),
    `<text x="${middle.x}" y="${frame.bottom + 42}" text-anchor="middle" font-size="13">${xmlText(figure.x.label)}</text>`,
    `<text transform="translate(20 ${middle.y}) rotate(-90)" text-anchor="middle" font-size="13">${xmlText(figure.y.label)}</text>`,
  ];
}

const paleOf = (i: number): string => pale[i % pale.length] as string;

const fixed = (value: number): string => String(Math.round(value * 100) / 100);

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

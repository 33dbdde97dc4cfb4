/** @file A cue of the memory panel as data: which picture it started from, the noise, what was painted over, which pixels are missing. Its numbers follow from these. */
import { normalAt, uniformAt } from "../patterns/noise.ts";
import { pixelCount, side, visitStroke } from "../patterns/pen.ts";

/** normal: `level` is the standard deviation; flip: the share of pixels turned to their opposite. The result is kept within 0 ... 1. */
export interface Noise {
  readonly kind: "none" | "normal" | "flip";
  readonly level: number;
  readonly seed: number;
}

export interface Cue {
  /** Index of the stored picture it started from; null: an empty sheet. */
  readonly base: number | null;
  readonly noise: Noise;
  /** 784 numbers: -1 untouched, else the painted level 0 ... 255. */
  readonly painted: Int16Array;
  /** 784 numbers: 1 where the pixel is missing. */
  readonly missing: Uint8Array;
}

export const noNoise: Noise = { kind: "none", level: 0.3, seed: 1 };

export function freshCue(base: number | null): Cue {
  return { base, noise: noNoise, painted: new Int16Array(pixelCount).fill(-1), missing: new Uint8Array(pixelCount) };
}

/** The 784 numbers of the cue, in [0, 1]; missing ones as they would be. */
export function renderCue(cue: Cue, base: Float32Array | null): Float32Array {
  const { kind, level, seed } = cue.noise;
  return Float32Array.from({ length: pixelCount }, (_, i) => {
    const painted = cue.painted[i] ?? -1;
    if (painted >= 0) return painted / 255;
    const clean = base?.[i] ?? 0;
    if (kind === "normal") return Math.min(1, Math.max(0, clean + level * normalAt(seed, i)));
    if (kind === "flip") return uniformAt(seed, i) < level ? 1 - clean : clean;
    return clean;
  });
}

export function isDamaged(cue: Cue): boolean {
  return cue.noise.kind !== "none" || cue.painted.some((level) => level >= 0) || cue.missing.includes(1);
}

/** Marks pixels missing, or known again. */
export function hide(cue: Cue, hidden: (row: number, column: number) => boolean): Cue {
  const missing = Uint8Array.from(cue.missing, (was, i) => (was || hidden(Math.floor(i / side), i % side) ? 1 : 0));
  return { ...cue, missing };
}

export type Tool = "erase" | "ink" | "paper";

type Point = readonly [number, number];

/** One stroke of a tool from one point to another, in pixels: erase makes pixels missing, ink and paper paint (and make them known). */
export function strokeCue(cue: Cue, tool: Tool, from: Point, to: Point, radius: number, rendered: Float32Array): Cue {
  const missing = cue.missing.slice();
  const painted = cue.painted.slice();
  visitStroke(from, to, radius, (index, cover) => {
    if (tool === "erase") {
      if (cover >= 0.5) missing[index] = 1;
      return;
    }
    const level = Math.round(255 * (tool === "ink" ? Math.max(rendered[index] ?? 0, cover) : Math.min(rendered[index] ?? 0, 1 - cover)));
    painted[index] = level;
    missing[index] = 0;
  });
  return { ...cue, missing, painted };
}

/** Ink or paper on a drawing of 784 levels. */
export function strokeSheet(sheet: Float32Array, tool: Tool, from: Point, to: Point, radius: number): Float32Array {
  const next = sheet.slice();
  visitStroke(from, to, radius, (index, cover) => {
    next[index] = tool === "ink" ? Math.max(next[index] ?? 0, cover) : Math.min(next[index] ?? 0, 1 - cover);
  });
  return next;
}

/** @file Changes of the memory panel: pure functions from state to state. */
import { pixelCount } from "../patterns/pen.ts";
import { firstOf, type Patterns, pictureOf } from "../patterns/types.ts";
import { type Cue, freshCue, renderCue } from "./cue.ts";
import type { Settings } from "./settings.ts";
import type { Change, MemoryState, SetName, State } from "./types.ts";

export const changeMemory =
  (patch: (memory: MemoryState) => Partial<MemoryState>): Change =>
  (state) => ({ ...state, memory: { ...state.memory, ...patch(state.memory) } });

/** The stored pictures in force; null while they load. */
export function storedPatterns(memory: MemoryState): Patterns | null {
  if (memory.set === "digits") return memory.digits && firstOf(memory.digits, memory.stored);
  return memory.set === "letters" ? memory.letters : memory.set === "drawings" ? memory.drawings : memory.file;
}

/** The picture that the cue started from. */
export function basePicture(memory: MemoryState): Float32Array | null {
  const patterns = storedPatterns(memory);
  const { base } = memory.cue;
  return patterns && base !== null && base < patterns.rows ? pictureOf(patterns, base) : null;
}

export const cueValues = (memory: MemoryState): Float32Array => renderCue(memory.cue, basePicture(memory));

/** What an edited cue does to what was shown for the old one. */
const asked = { shown: 0, recalled: false, running: false } as const;

export const editCue = (edit: (cue: Cue, memory: MemoryState) => Cue): Change =>
  changeMemory((memory) => ({ ...asked, mode: "cue", cue: edit(memory.cue, memory) }));

export const pickPicture = (index: number): Change => changeMemory(() => ({ ...asked, mode: "cue", cue: freshCue(index) }));

export const pickSet = (set: SetName): Change =>
  changeMemory((memory) => {
    const next = { ...memory, set };
    const empty = (storedPatterns(next)?.rows ?? 1) === 0;
    return {
      ...asked,
      set,
      filter: null,
      page: 0,
      comparison: null,
      answer: null,
      weights: null,
      problem: null,
      mode: set === "drawings" && memory.drawings.rows < 3 ? "draw" : "cue",
      tool: set === "drawings" && memory.drawings.rows < 3 ? "ink" : "erase",
      cue: freshCue(empty ? null : 0),
      settings: { ...memory.settings, allowed: [] },
    };
  });

/** Fewer digits stored: a cue from one that left keeps its pixels only if it was painted, so the first digit takes its place. */
export const storeCount = (stored: number): Change =>
  changeMemory((memory) => ({
    ...(memory.cue.base !== null && memory.cue.base >= stored ? { cue: freshCue(0), ...asked } : {}),
    stored,
    page: 0,
  }));

export const setSettings = (patch: Partial<Settings>): Change =>
  changeMemory((memory) => ({
    settings: { ...memory.settings, ...patch },
    ...(memory.recalled ? { shown: Number.POSITIVE_INFINITY } : {}),
  }));

let drawingKey = 0;

export function drawingsOf(pictures: readonly Float32Array[]): Patterns {
  const data = new Float32Array(pictures.length * pixelCount);
  pictures.forEach((picture, i) => {
    data.set(picture, i * pixelCount);
  });
  drawingKey += 1;
  return { key: `drawings${drawingKey}`, rows: pictures.length, data, labels: pictures.map((_, i) => `drawing ${i + 1}`), width: 28 };
}

export const drawingList = ({ drawings }: MemoryState): Float32Array[] =>
  Array.from({ length: drawings.rows }, (_, i) => pictureOf(drawings, i));

/** Puts the sheet into the memory and takes a fresh one; after the third the newest becomes the cue to damage. */
export const storeDrawing: Change = changeMemory((memory) => {
  const drawings = drawingsOf([...drawingList(memory), memory.sheet]);
  const enough = drawings.rows >= 3;
  return {
    ...asked,
    set: "drawings",
    drawings,
    sheet: new Float32Array(pixelCount),
    mode: enough ? "cue" : "draw",
    tool: enough ? "erase" : "ink",
    cue: freshCue(drawings.rows - 1),
    page: 0,
    filter: null,
  };
});

export const removeDrawing = (index: number): Change =>
  changeMemory((memory) => {
    const drawings = drawingsOf(drawingList(memory).filter((_, i) => i !== index));
    return { ...asked, drawings, cue: freshCue(drawings.rows > 0 ? 0 : null), mode: drawings.rows > 0 ? memory.mode : "draw" };
  });

/** The steps of the guide that are done: stored three, damaged one, recalled it. */
export function guideProgress(memory: MemoryState): { stored: boolean; damaged: boolean; recalled: boolean } {
  const own = memory.set === "drawings";
  const stored = own ? memory.drawings.rows >= 3 : true;
  const damaged =
    stored &&
    memory.mode === "cue" &&
    (memory.cue.missing.includes(1) || memory.cue.noise.kind !== "none" || memory.cue.painted.some((x) => x >= 0));
  return { stored, damaged, recalled: damaged && memory.recalled && memory.answer !== null && shownStep(memory) > 0 };
}

/** The step on show, within what there is. */
export function shownStep(memory: MemoryState): number {
  return Math.min(memory.shown, Math.max(0, (memory.answer?.states.length ?? 1) - 1));
}

export const setNotice =
  (text: string | null, kind: "info" | "problem" = "info"): Change =>
  (state: State) => ({ ...state, notice: text === null ? null : { kind, text } });

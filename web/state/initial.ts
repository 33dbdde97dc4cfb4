/** @file The state a visit begins with. */
import { initialCapacity } from "../capacity/state.ts";
import { initialLandscape } from "../landscape/state.ts";
import { drawLetters } from "../patterns/letters.ts";
import { pixelCount } from "../patterns/pen.ts";
import { initialTable } from "../table/state.ts";
import { freshCue } from "./cue.ts";
import { drawingsOf } from "./memory.ts";
import { defaultSettings } from "./settings.ts";
import type { State } from "./types.ts";

/** @param dark, calm what the visitor's system prefers. */
export function initialState(dark: boolean, calm: boolean): State {
  return {
    panel: "memory",
    theme: "auto",
    dark,
    calm,
    notice: null,
    wanted: null,
    memory: {
      digits: null,
      letters: drawLetters(),
      drawings: drawingsOf([]),
      file: null,
      set: "digits",
      stored: 1000,
      filter: null,
      page: 0,
      mode: "cue",
      tool: "erase",
      brush: 2.2,
      cursor: [13, 13],
      sheet: new Float32Array(pixelCount),
      cue: freshCue(0),
      settings: defaultSettings,
      shown: 0,
      recalled: false,
      running: false,
      answer: null,
      problem: null,
      weights: null,
      comparison: null,
      examples: [],
    },
    landscape: initialLandscape,
    table: initialTable,
    capacity: initialCapacity,
  };
}

/** @file Everything the page shows follows from one State; events change it by pure functions, views draw it. */
import type { RecallResult } from "modern-hopfield";
import type { CapacityState } from "../capacity/state.ts";
import type { LandscapeState } from "../landscape/state.ts";
import type { Patterns } from "../patterns/types.ts";
import type { TableState } from "../table/state.ts";
import type { Cue, Tool } from "./cue.ts";
import type { Settings } from "./settings.ts";

export type Panel = "memory" | "data" | "capacity";
export type SetName = "digits" | "letters" | "drawings" | "file";
export type Theme = "auto" | "light" | "dark";

/** What the memory said about one cue: states of steps 0 ... n, and the figures of the last evaluation. */
export interface Answer {
  readonly states: readonly Float32Array[];
  readonly energies: readonly (number | null)[];
  readonly result: RecallResult;
  readonly beta: number | null;
  readonly betaSource: "given" | "advised" | "none";
  readonly kernel: string;
  /** Which pictures it was asked about, and their labels. */
  readonly patterns: Patterns;
  /** The model cannot leave entries out, so blank paper stood in for them. */
  readonly filled: boolean;
}

/** One row of the comparison. */
export interface Compared {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly state: Float32Array | null;
  readonly result: RecallResult | null;
  /** A sentence where the model could not answer. */
  readonly problem: string | null;
}

export interface Notice {
  readonly kind: "info" | "problem";
  readonly text: string;
}

export interface MemoryState {
  readonly digits: Patterns | null;
  readonly letters: Patterns;
  readonly drawings: Patterns;
  readonly file: (Patterns & { readonly name: string; readonly hash: string }) | null;
  readonly set: SetName;
  /** How many of the digits are stored. */
  readonly stored: number;
  /** Gallery: only pictures of this label (null: all), page from 0. */
  readonly filter: string | null;
  readonly page: number;
  readonly mode: "cue" | "draw";
  readonly tool: Tool;
  readonly brush: number;
  /** The pad's cursor for the keyboard, in pixels. */
  readonly cursor: readonly [number, number];
  readonly sheet: Float32Array;
  readonly cue: Cue;
  readonly settings: Settings;
  /** Which state is shown: 0 is the cue itself. */
  readonly shown: number;
  /** Recall was pressed for this cue. */
  readonly recalled: boolean;
  readonly running: boolean;
  readonly answer: Answer | null;
  readonly problem: string | null;
  /** Weights of evaluation number `step` (1 ...) on all stored pictures. */
  readonly weights: { readonly step: number; readonly values: Float32Array } | null;
  readonly comparison: { readonly rows: readonly Compared[]; readonly running: boolean } | null;
  /** The three examples at the top: cue, answer, index. */
  readonly examples: readonly Example[];
}

export interface Example {
  readonly title: string;
  readonly cue: Cue;
  readonly values: Float32Array;
  readonly answer: Float32Array | null;
}

export interface State {
  readonly panel: Panel;
  readonly theme: Theme;
  /** What "auto" comes to. */
  readonly dark: boolean;
  readonly calm: boolean;
  readonly notice: Notice | null;
  /** A link named data that is not here. */
  readonly wanted: { readonly name: string; readonly hash: string } | null;
  readonly memory: MemoryState;
  readonly landscape: LandscapeState;
  readonly table: TableState;
  readonly capacity: CapacityState;
}

/** A change of the state; never touches what it is given. */
export type Change = (state: State) => State;
export type Apply = (change: Change) => void;

export const isDark = (state: State): boolean => (state.theme === "auto" ? state.dark : state.theme === "dark");

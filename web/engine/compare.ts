/** @file All models on one cue, one after the other in a worker of their own, so that the panel above stays quick. Two rows are the point: the papers' dot product on blank gaps, beside gaps declared missing. */
import { HopfieldError, openWorker } from "modern-hopfield";
import { axesOf, defaultSettings, modelNames, type Settings } from "../state/settings.ts";
import type { Compared } from "../state/types.ts";
import { askMemory, createFor, type Question } from "./answer.ts";

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly settings: Settings;
  /** Missing entries are passed off as blank paper. */
  readonly blank?: true;
}

const notes: Readonly<Record<string, string>> = {
  gaussian: "gaps declared missing: compared on the known pixels only",
  dense: "dot product; a gap counts as zero whatever is declared",
  masked: "dense, only the labels you allow",
  linear: "feature map instead of the exponential",
  "random-features": "256 random features stand for the exponential",
  "kernel-regression": "ridge regression on the stored pictures",
  hebbian: "classical, ±1 pixels",
  polynomial: "Krotov and Hopfield, ±1 pixels",
  exponential: "Demircigil et al., ±1 pixels",
};

/** The rows of the comparison, in the order of the table. */
export function comparisons(settings: Settings): readonly Entry[] {
  const plain: Settings = { ...defaultSettings, allowed: settings.allowed };
  const entries = modelNames.map((model): Entry => ({ id: model, name: model, note: notes[model] ?? "", settings: { ...plain, model } }));
  const papers: Entry = {
    id: "papers",
    name: "dense, as in the papers",
    note: "dot product on the cue with blank gaps",
    settings: { ...plain, model: "dense" },
    blank: true,
  };
  const cosine: Entry = {
    id: "cosine",
    name: "dense with cosine",
    note: "the angle, on the known pixels only",
    settings: { ...plain, model: "dense", similarity: "cosine" },
  };
  return [papers, ...entries.slice(0, 1), cosine, ...entries.slice(1)];
}

/** @param report is given every row as it comes. @returns when all came, or `stopped` said so. */
export async function compareAll(question: Question, stopped: () => boolean, report: (row: Compared) => void): Promise<void> {
  const worker = openWorker();
  try {
    for (const { id, name, note, settings, blank } of comparisons(question.settings)) {
      if (stopped()) return;
      const values = blank ? question.values.map((x, i) => (question.missing[i] ? 0 : x)) : question.values;
      const own: Question = { ...question, settings, values, missing: blank ? new Uint8Array(values.length) : question.missing };
      try {
        const memory = await createFor(worker, own, question.patterns.advised?.[axesOf(settings).similarity ?? ""] ?? null);
        const answer = await askMemory(memory, own);
        await memory.free();
        const filled = answer.filled ? `${note}${note ? "; " : ""}gaps count as blank paper` : note;
        report({ id, name, note: filled, state: answer.states.at(-1) ?? null, result: answer.result, problem: null });
      } catch (error) {
        if (!(error instanceof HopfieldError)) throw error;
        report({ id, name, note, state: null, result: null, problem: error.message });
      }
    }
  } finally {
    await worker.close();
  }
}

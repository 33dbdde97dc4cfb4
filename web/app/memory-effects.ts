/** @file Keeps the memory panel's answer in step with what is asked: one loop that always works on the newest state, so that nothing queues up behind a moving slider. */
import type { Question } from "../engine/answer.ts";
import { openLatest } from "../engine/latest.ts";
import { openMemoryEngine } from "../engine/memory-engine.ts";
import { uniformAt } from "../patterns/noise.ts";
import { type Patterns, pictureOf } from "../patterns/types.ts";
import { type Cue, freshCue, hide, renderCue } from "../state/cue.ts";
import { changeMemory, cueValues, setNotice, shownStep, storedPatterns } from "../state/memory.ts";
import { defaultSettings } from "../state/settings.ts";
import type { Store } from "../state/store.ts";
import type { Answer, Example, MemoryState } from "../state/types.ts";

/** What an answer was made from; unchanged parts are the same objects. */
interface Asked {
  readonly parts: readonly unknown[];
  readonly question: Question;
  readonly answer: Answer;
  /** Every state and energy is known. */
  traced: boolean;
  /** The evaluation whose weights are on show. */
  weighed: number;
}

const partsOf = (memory: MemoryState): readonly unknown[] => [memory.cue, memory.settings, storedPatterns(memory)?.key];
const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.every((part, i) => part === b[i]);

export function questionOf(memory: MemoryState): Question | null {
  const patterns = storedPatterns(memory);
  if (!patterns || patterns.rows === 0) return null;
  return { patterns, settings: memory.settings, values: cueValues(memory), missing: memory.cue.missing, position: memory.cue.base ?? 0 };
}

export interface MemoryEffects {
  /** Resolves when the answer belongs to the newest cue and settings. */
  settled(): Promise<void>;
  makeExamples(digits: Patterns): Promise<void>;
}

export function startMemoryEffects(store: Store): MemoryEffects {
  const engine = openMemoryEngine(() =>
    store.apply(setNotice("The worker that computes had stopped. It was started again; nothing is lost.")),
  );
  let asked: Asked | null = null;
  let failed: readonly unknown[] = [];

  /** Brings answer and weights up to the newest state, however often it changes meanwhile. */
  async function settle(): Promise<void> {
    for (;;) {
      const { memory } = store.get();
      const parts = partsOf(memory);
      const step = Math.max(1, shownStep(memory));
      if (!asked || !same(asked.parts, parts)) {
        const question = questionOf(memory);
        if (!question || (failed.length > 0 && same(failed, parts))) return;
        try {
          // While something moves only the end is asked for; what lies between comes when it rests.
          const quickly = memory.recalled && memory.answer !== null;
          const answer = await (quickly ? engine.quick(question, memory.answer?.energies ?? []) : engine.answer(question));
          asked = { parts, question, answer, traced: !quickly, weighed: 0 };
          store.apply(changeMemory(() => ({ answer, problem: null })));
        } catch (error) {
          failed = parts;
          asked = null;
          store.apply(
            changeMemory(() => ({ answer: null, weights: null, problem: error instanceof Error ? error.message : String(error) })),
          );
        }
      } else if (memory.recalled && asked.weighed !== step) {
        asked.weighed = step;
        const values = await engine.weights(asked.question, asked.answer, step).catch(() => null);
        store.apply(changeMemory(() => ({ weights: values ? { step, values } : null })));
      } else if (!asked.traced) {
        const answer = await engine.answer(asked.question);
        // The weights of the last step were taken at the end, where the quick answer knows no other state.
        asked = { ...asked, answer, traced: true, weighed: 0 };
        store.apply(changeMemory(() => ({ answer })));
      } else return;
    }
  }

  const latest = openLatest<null>(settle);
  store.listen((now, before) => {
    if (now.memory !== before.memory) latest.ask(null);
  });

  return {
    async settled() {
      latest.ask(null);
      await latest.idle();
    },
    async makeExamples(digits) {
      for (const { title, cue } of exampleCues) {
        const values = renderCue(cue, cue.base === null ? null : pictureOf(digits, cue.base));
        const question: Question = { patterns: digits, settings: defaultSettings, values, missing: cue.missing, position: 0 };
        const { states } = await engine.answer(question);
        const example: Example = { title, cue, values, answer: states.at(-1) ?? null };
        store.apply(changeMemory(({ examples }) => ({ examples: [...examples, example] })));
      }
    },
  };
}

/** The three at the top: a half hidden, grain everywhere, nine tenths hidden. */
const exampleCues: readonly { readonly title: string; readonly cue: Cue }[] = [
  { title: "Lower half hidden", cue: hide(freshCue(15), (row) => row >= 14) },
  { title: "Grain on every pixel", cue: { ...freshCue(4), noise: { kind: "normal", level: 0.6, seed: 3 } } },
  { title: "Nine pixels of ten hidden", cue: hide(freshCue(61), (row, column) => uniformAt(5, row * 28 + column) < 0.9) },
];

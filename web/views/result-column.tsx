/** @file The third column: the button that recalls, the state on show, the verdict in words and figures. */
import { percent, short } from "../charts/format.ts";
import { changeMemory, cueValues, shownStep } from "../state/memory.ts";
import type { Apply, MemoryState } from "../state/types.ts";
import { explanations } from "../text/controls.ts";
import { headline } from "../text/verdict.ts";
import { Help, Picture } from "./elements.tsx";

interface Props {
  readonly memory: MemoryState;
  readonly dark: boolean;
  readonly apply: Apply;
  readonly onRecall: () => void;
}

export function ResultColumn({ memory, dark, apply, onRecall }: Props) {
  const { answer, problem } = memory;
  const step = shownStep(memory);
  const last = Math.max(0, (answer?.states.length ?? 1) - 1);
  const asked = memory.recalled && step > 0;
  const values = asked ? (answer?.states[step] ?? cueValues(memory)) : cueValues(memory);
  const go = (to: number): void => apply(changeMemory(() => ({ shown: to, recalled: true, running: false })));
  const possible = answer !== null && memory.mode === "cue";
  return (
    <section class="column" aria-label="Answer">
      <h3>
        <span class="number">3</span> Recall
        <Help about={explanations.recall} />
      </h3>
      <div class={asked ? "answer" : "answer waiting"}>
        <Picture
          values={values}
          missing={asked ? undefined : memory.cue.missing}
          dark={dark}
          alt={asked ? `The state after step ${step}: ${headline(memory)}` : "The cue, before the memory was asked"}
          kind={`picture step${Math.min(step, 1)}`}
        />
        {asked ? null : <span class="veil">not asked yet</span>}
      </div>
      <div class="actions">
        <button type="button" class="primary wide" disabled={!possible} onClick={onRecall}>
          Recall
        </button>
      </div>
      <fieldset class="actions steps">
        <legend class="unseen">Steps</legend>
        <button type="button" disabled={!possible || step === 0} aria-label="One step back" onClick={() => go(step - 1)}>
          ←
        </button>
        <span>
          {step === 0 ? "cue" : `step ${step}`} of {last}
        </span>
        <button type="button" disabled={!possible || step >= last} aria-label="One step on" onClick={() => go(step + 1)}>
          →
        </button>
      </fieldset>
      {problem ? (
        <p class="problem" role="alert">
          {problem}
        </p>
      ) : null}
      <p class="headline" aria-live="polite">
        {asked ? headline(memory) : "Press Recall to complete the cue"}
      </p>
      {asked && answer ? (
        <dl class="figures">
          <dt>label</dt>
          <dd>{answer.result.label}</dd>
          <dt>weight</dt>
          <dd>{answer.result.label === "none" ? "–" : percent(answer.result.weight)}</dd>
          <dt>margin</dt>
          <dd>{short(answer.result.margin)}</dd>
          <dt>
            bound <Help about={explanations.verdict} />
          </dt>
          <dd>{answer.result.bound === null ? "none" : short(answer.result.bound)}</dd>
        </dl>
      ) : null}
    </section>
  );
}

/** @file Four steps that light up as they are done, so that a newcomer always knows the next one. What is done follows from the state. */
import { guideProgress } from "../state/memory.ts";
import type { MemoryState } from "../state/types.ts";

function stepsOf(memory: MemoryState): { readonly text: string; readonly hint: string; readonly done: boolean }[] {
  const { stored, damaged, recalled } = guideProgress(memory);
  const own = memory.set === "drawings";
  const left = 3 - memory.drawings.rows;
  return [
    {
      text: "Store",
      hint: own
        ? stored
          ? `${memory.drawings.rows} drawings are stored.`
          : `Draw on the sheet and press “Store this drawing”: ${left} to go.`
        : "These pictures are stored. Pick one.",
      done: stored,
    },
    { text: "Damage", hint: "Paint over the picture with “Hide”, or press “Hide lower half”.", done: damaged },
    { text: "Recall", hint: "Press “Recall”.", done: recalled },
    { text: "Read why", hint: "Below: which stored picture it was, how sure, and why.", done: recalled },
  ];
}

export function Guide({ memory }: { readonly memory: MemoryState }) {
  const steps = stepsOf(memory);
  const current = steps.findIndex(({ done }) => !done);
  const at = current < 0 ? steps.length - 1 : current;
  return (
    <div class="guide">
      <ol>
        {steps.map(({ text, done }, i) => (
          <li key={text} class={i === at ? "now" : done ? "done" : ""} {...(i === at ? { "aria-current": "step" as const } : {})}>
            <span class="dot" aria-hidden="true">
              {done && i !== at ? "✓" : i + 1}
            </span>
            {text}
          </li>
        ))}
      </ol>
      <p aria-live="polite">
        <strong>Next:</strong> {steps[at]?.hint}
      </p>
    </div>
  );
}

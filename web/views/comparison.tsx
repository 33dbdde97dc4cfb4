/** @file All models side by side on one cue. */
import { percent, short } from "../charts/format.ts";
import type { Compared, MemoryState } from "../state/types.ts";
import { explanations } from "../text/controls.ts";
import { Card, Picture } from "./elements.tsx";

interface Props {
  readonly memory: MemoryState;
  readonly dark: boolean;
  readonly onCompare: () => void;
}

/** right: the picture that the cue was made from came first (to the pixel for models that do not weigh). */
function judged(row: Compared, base: number | null): "right" | "wrong" | null {
  if (base === null || !row.result || row.result.top < 0) return null;
  return row.result.top === base ? "right" : "wrong";
}

export function Comparison({ memory, dark, onCompare }: Props) {
  const { comparison, cue } = memory;
  return (
    <Card title={explanations.compare.title} about={explanations.compare}>
      <p>
        The papers hide half of a picture by painting it black and let the dot product judge. Saying what is missing changes the question:
        compare the first two answers.
      </p>
      <button type="button" onClick={onCompare} disabled={memory.answer === null || comparison?.running === true}>
        {comparison?.running ? "Asking …" : comparison ? "Ask all models again" : "Ask all models"}
      </button>
      {comparison ? (
        <ul class="comparison">
          {comparison.rows.map((row) => {
            const verdict = judged(row, cue.base);
            return (
              <li key={row.id} class={verdict ?? "open"}>
                {row.state ? (
                  <Picture values={row.state} dark={dark} alt={`Answer of ${row.name}`} />
                ) : (
                  <span class="picture none" aria-hidden="true" />
                )}
                <div>
                  <strong>{row.name}</strong>
                  {verdict ? <span class={`mark ${verdict}`}>{verdict === "right" ? "✓ right" : "✗ another"}</span> : null}
                  {row.result ? (
                    <span class="quiet small">
                      {row.result.label === "none"
                        ? `after ${row.result.steps} steps`
                        : `${row.result.label}, ${percent(row.result.weight)}, ${row.result.margin === null ? "the only one with weight" : `margin ${short(row.result.margin)}`}`}
                    </span>
                  ) : null}
                  <span class="quiet small">{row.problem ?? row.note}</span>
                </div>
              </li>
            );
          })}
        </ul>
      ) : null}
    </Card>
  );
}

/** @file The first screen: what this is in two sentences, and three damaged pictures being completed. Each is a button that takes it to the bench. */

import { changeMemory } from "../state/memory.ts";
import type { Apply, Example } from "../state/types.ts";
import { Picture } from "./elements.tsx";

interface Props {
  readonly examples: readonly Example[];
  readonly dark: boolean;
  readonly apply: Apply;
  readonly onDraw: () => void;
}

export function Hero({ examples, dark, apply, onDraw }: Props) {
  const take = ({ cue }: Example): void => {
    apply(changeMemory(() => ({ set: "digits", stored: 1000, cue, mode: "cue", shown: 0, recalled: false, running: false })));
    document.getElementById("bench")?.scrollIntoView({ block: "start" });
  };
  return (
    <div class="hero">
      <div class="pitch">
        <h1>A memory that finishes what you start</h1>
        <p>
          It stores pictures. Show it a damaged one, and it gives back the picture it was, says how sure it is, and why. A thousand digits
          are stored right here, in this page.
        </p>
        <button type="button" class="primary" onClick={onDraw}>
          Store three drawings of your own
        </button>
      </div>
      <ul class="examples" aria-label="Three damaged pictures and what the memory gives back">
        {examples.map((example, i) => (
          <li key={example.title} style={`--delay:${i * 0.5}s`}>
            <button type="button" onClick={() => take(example)} aria-label={`${example.title}. Take this one to the bench.`}>
              <span class="pair">
                <Picture values={example.values} missing={example.cue.missing} dark={dark} alt="damaged" />
                <span class="arrow" aria-hidden="true">
                  →
                </span>
                {example.answer ? (
                  <Picture values={example.answer} dark={dark} alt="given back" kind="picture reveal" />
                ) : (
                  <span class="picture none" />
                )}
              </span>
              <span class="caption">{example.title}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

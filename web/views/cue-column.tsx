/** @file The second column: the cue and what damages it, or the sheet that a new drawing is made on. */

import { uniformAt } from "../patterns/noise.ts";
import { pixelCount } from "../patterns/pen.ts";
import { freshCue, hide, isDamaged, type Noise, strokeCue, strokeSheet, type Tool } from "../state/cue.ts";
import { changeMemory, cueValues, editCue, storeDrawing, storedPatterns } from "../state/memory.ts";
import type { Apply, MemoryState } from "../state/types.ts";
import { explanations } from "../text/controls.ts";
import { Help, Pick, Slider } from "./elements.tsx";
import { Pad } from "./pad.tsx";

interface Props {
  readonly memory: MemoryState;
  readonly dark: boolean;
  readonly apply: Apply;
}

/** A pen is thinner than what hides: strokes of stored pictures are two to three pixels wide. */
const penRadius = ({ tool, mode, brush }: MemoryState): number =>
  tool === "ink" || (mode === "draw" && tool === "erase") ? Math.min(1.1, brush) : brush;

export function CueColumn(props: Props) {
  return props.memory.mode === "draw" ? <Sheet {...props} /> : <Damage {...props} />;
}

function Sheet({ memory, dark, apply }: Props) {
  const empty = !memory.sheet.some((x) => x > 0);
  const pick = (tool: Tool): void => apply(changeMemory(() => ({ tool })));
  return (
    <section class="column" aria-label="Draw a picture to store">
      <h3>
        <span class="number">1</span> Draw, then store
      </h3>
      <Pad
        values={memory.sheet}
        dark={dark}
        label="Sheet to draw on"
        hint="draw here"
        tool={memory.tool === "erase" ? "ink" : memory.tool}
        brush={penRadius(memory)}
        cursor={memory.cursor}
        onCursor={(cursor) => apply(changeMemory(() => ({ cursor })))}
        onStroke={(from, to) =>
          apply(
            changeMemory((now) => ({ sheet: strokeSheet(now.sheet, now.tool === "erase" ? "ink" : now.tool, from, to, penRadius(now)) })),
          )
        }
      />
      <Pick
        label="Tool"
        value={memory.tool === "paper" ? "paper" : "ink"}
        options={[
          ["ink", "Pen"],
          ["paper", "Rubber"],
        ]}
        about={explanations.tools}
        onPick={pick}
      />
      <div class="actions">
        <button type="button" class="primary" disabled={empty} onClick={() => apply(storeDrawing)}>
          Store this drawing
        </button>
        <button type="button" disabled={empty} onClick={() => apply(changeMemory(() => ({ sheet: new Float32Array(pixelCount) })))}>
          Clear
        </button>
      </div>
      {memory.drawings.rows > 0 ? (
        <button type="button" onClick={() => apply(changeMemory(() => ({ mode: "cue", tool: "erase", cue: freshCue(0) })))}>
          Use the stored ones
        </button>
      ) : null}
    </section>
  );
}

const noises: readonly (readonly [Noise["kind"], string])[] = [
  ["none", "No noise"],
  ["normal", "Grain"],
  ["flip", "Flips"],
];

function Damage({ memory, dark, apply }: Props) {
  const values = cueValues(memory);
  const { cue } = memory;
  const { noise } = cue;
  const ready = storedPatterns(memory) !== null;
  const setNoise = (patch: Partial<Noise>): void => apply(editCue((now) => ({ ...now, noise: { ...now.noise, ...patch } })));
  return (
    <section class="column" aria-label="Cue">
      <h3>
        <span class="number">2</span> Damage it
        <Help about={explanations.damage} />
      </h3>
      <Pad
        values={values}
        missing={cue.missing}
        dark={dark}
        label="Cue"
        tool={memory.tool}
        brush={penRadius(memory)}
        cursor={memory.cursor}
        onCursor={(cursor) => apply(changeMemory(() => ({ cursor })))}
        onStroke={(from, to) => apply(editCue((now, state) => strokeCue(now, state.tool, from, to, penRadius(state), cueValues(state))))}
      />
      <Pick
        label="Tool"
        value={memory.tool}
        options={[
          ["erase", "Hide"],
          ["ink", "Ink"],
          ["paper", "White"],
        ]}
        about={explanations.tools}
        onPick={(tool) => apply(changeMemory(() => ({ tool })))}
      />
      <div class="actions">
        <button type="button" disabled={!ready} onClick={() => apply(editCue((now) => hide(now, (row) => row >= 14)))}>
          Hide lower half
        </button>
        <button
          type="button"
          disabled={!ready}
          onClick={() => apply(editCue((now) => hide(now, (row, column) => uniformAt(noise.seed + 77, row * 28 + column) < 0.8)))}
        >
          Hide 80 %
        </button>
        <button type="button" disabled={!isDamaged(cue)} onClick={() => apply(editCue((now) => freshCue(now.base)))}>
          Undo all
        </button>
      </div>
      <Pick label="Noise" value={noise.kind} options={noises} about={explanations.noise} onPick={(kind) => setNoise({ kind })} />
      {noise.kind === "none" ? null : (
        <div class="actions">
          <Slider
            id="noise"
            label={noise.kind === "normal" ? "Grain, standard deviation" : "Share of pixels flipped"}
            value={noise.level}
            min={0}
            max={noise.kind === "normal" ? 1.5 : 0.5}
            step={0.01}
            text={noise.level.toFixed(2)}
            about={explanations.noise}
            onInput={(level) => setNoise({ level })}
          />
          <button type="button" onClick={() => setNoise({ seed: (noise.seed % 9999) + 1 })}>
            Draw it anew
          </button>
        </div>
      )}
      <Slider
        id="brush"
        label="Brush"
        value={memory.brush}
        min={0.6}
        max={5}
        step={0.2}
        text={`${(2 * memory.brush).toFixed(1)} px`}
        about={explanations.brush}
        onInput={(brush) => apply(changeMemory(() => ({ brush })))}
      />
    </section>
  );
}

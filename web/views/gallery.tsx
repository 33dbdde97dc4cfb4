/** @file What is stored: the set, how many, and a page of pictures to pick the cue from. */
import { count } from "../charts/format.ts";
import { storedAddress } from "../charts/picture.ts";
import { pictureOf } from "../patterns/types.ts";
import { changeMemory, pickPicture, pickSet, removeDrawing, storeCount, storedPatterns } from "../state/memory.ts";
import type { Apply, MemoryState, SetName } from "../state/types.ts";
import { explanations } from "../text/controls.ts";
import { Help, Pick, Slider } from "./elements.tsx";

interface Props {
  readonly memory: MemoryState;
  readonly dark: boolean;
  readonly apply: Apply;
  readonly onFiles: (files: readonly File[]) => void;
}

const pageSize = 24;
const sizes = [10, 20, 50, 100, 200, 500, 1000];

/** Places of the pictures that the filter lets through. */
export function filtered(labels: readonly string[], filter: string | null): number[] {
  return labels.flatMap((label, i) => (filter === null || label === filter ? [i] : []));
}

export function Gallery({ memory, dark, apply, onFiles }: Props) {
  const patterns = storedPatterns(memory);
  const sets: (readonly [SetName, string])[] = [
    ["digits", "Digits"],
    ["letters", "Letters"],
    ["drawings", `Drawings${memory.drawings.rows > 0 ? ` (${memory.drawings.rows})` : ""}`],
  ];
  if (memory.file) sets.push(["file", memory.file.name.length > 14 ? `${memory.file.name.slice(0, 12)}…` : memory.file.name]);
  const labels = patterns?.labels ?? [];
  const kinds = memory.set === "digits" ? [...new Set(labels)].sort() : [];
  const places = filtered(labels, memory.filter);
  const pages = Math.max(1, Math.ceil(places.length / pageSize));
  const page = Math.min(memory.page, pages - 1);
  const turn = (by: number): void => apply(changeMemory(() => ({ page: (page + by + pages) % pages })));
  return (
    <section class="column" aria-label="Stored pictures">
      <h3>
        {memory.mode === "draw" ? null : <span class="number">1</span>} Stored
        <Help about={explanations.stored} />
      </h3>
      <Pick label="Which pictures" value={memory.set} options={sets} onPick={(set) => apply(pickSet(set))} />
      <p class="quiet small">
        Or drop pictures of yours on the page: PNG, npy, idx, CSV.{" "}
        <label class="inline" for="pictures">
          Choose files
        </label>
        <input
          id="pictures"
          class="unseen"
          type="file"
          multiple
          accept=".png,.npy,.npz,.idx,.csv,.tsv"
          onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])}
        />
      </p>
      {patterns === null ? (
        <p class="quiet">
          {memory.set === "file" ? "The pictures that the link belongs to are not here." : "The digits are being loaded …"}
        </p>
      ) : null}
      {patterns !== null && patterns.rows === 0 ? (
        <p class="quiet">Nothing is stored yet. Draw something on the sheet and press “Store this drawing”.</p>
      ) : null}
      {kinds.length > 0 ? (
        <Pick
          label="Show only"
          value={memory.filter ?? "all"}
          options={[["all", "all"] as const, ...kinds.map((kind) => [kind, kind] as const)]}
          onPick={(kind) => apply(changeMemory(() => ({ filter: kind === "all" ? null : kind, page: 0 })))}
        />
      ) : null}
      <ul class="gallery">
        {places.slice(page * pageSize, (page + 1) * pageSize).map((index) => {
          const label = labels[index] ?? "";
          return (
            <li key={`${patterns?.key ?? ""} ${index}`}>
              <button
                type="button"
                aria-pressed={memory.cue.base === index && memory.mode === "cue"}
                aria-label={`${label}, number ${index + 1}: take as the cue`}
                onClick={() => apply(pickPicture(index))}
              >
                <img
                  src={
                    patterns
                      ? storedAddress(`${patterns.key.split("/")[0]} ${index}`, pictureOf(patterns, index), patterns.width, dark)
                      : ""
                  }
                  alt=""
                  width="28"
                  height="28"
                  draggable={false}
                />
              </button>
              {memory.set === "drawings" ? (
                <button
                  type="button"
                  class="remove"
                  aria-label={`Forget ${label}`}
                  title="Forget"
                  onClick={() => apply(removeDrawing(index))}
                >
                  ×
                </button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {pages > 1 ? (
        <p class="pager">
          <button type="button" aria-label="Earlier pictures" onClick={() => turn(-1)}>
            ←
          </button>
          <span>
            {page + 1} of {pages}
          </span>
          <button type="button" aria-label="Later pictures" onClick={() => turn(1)}>
            →
          </button>
        </p>
      ) : null}
      {memory.set === "digits" ? (
        <Slider
          id="stored"
          label="How many"
          value={sizes.indexOf(memory.stored)}
          min={0}
          max={sizes.length - 1}
          step={1}
          text={count(memory.stored)}
          about={explanations.count}
          onInput={(place) => apply(storeCount(sizes[place] ?? 1000))}
        />
      ) : null}
      {memory.set === "drawings" && memory.mode === "cue" ? (
        <button type="button" onClick={() => apply(changeMemory(() => ({ mode: "draw", tool: "ink" })))}>
          Draw another
        </button>
      ) : null}
    </section>
  );
}

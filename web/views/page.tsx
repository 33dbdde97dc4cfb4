/** @file The whole page as a function of the state: the bar at the top, the open panel, its text. */
import type { ComponentChildren } from "preact";
import { changeMemory, setNotice, setSettings, storedPatterns } from "../state/memory.ts";
import { type Apply, isDark, type Panel, type State, type Theme } from "../state/types.ts";
import { About as AboutView } from "./about.tsx";
import { CapacityPanel } from "./capacity-panel.tsx";
import { Comparison as ComparisonView } from "./comparison.tsx";
import { CueColumn } from "./cue-column.tsx";
import { Card } from "./elements.tsx";
import { Gallery as GalleryView } from "./gallery.tsx";
import { Guide } from "./guide.tsx";
import { Hero as HeroView } from "./hero.tsx";
import { Landscape as LandscapeView } from "./landscape.tsx";
import { ModelControls } from "./model-controls.tsx";
import { ResultColumn } from "./result-column.tsx";
import { steady } from "./steady.tsx";
import { type TableCommands, TablePanel } from "./table-panel.tsx";
import { Why } from "./why.tsx";

export interface Commands extends TableCommands {
  readonly show: (panel: Panel) => void;
  readonly recall: () => void;
  readonly compare: () => void;
  readonly drawOwn: () => void;
  readonly simulate: () => void;
  readonly stopSimulation: () => void;
  readonly exportCapacity: (kind: "csv" | "svg" | "png") => void;
  readonly share: () => void;
  readonly save: () => void;
  readonly load: (file: File) => void;
}

interface Props {
  readonly state: State;
  readonly apply: Apply;
  readonly commands: Commands;
  readonly figure: ComponentChildren;
  /** false: only what the first screen shows, for the first drawing. */
  readonly whole: boolean;
}

/** What stands still while the answer changes. */
const About = steady(AboutView, ({ panel }) => [panel]);
const Hero = steady(HeroView, ({ examples, dark }) => [examples, dark]);
const Landscape = steady(LandscapeView, ({ landscape, dark }) => [landscape, dark]);
const Comparison = steady(ComparisonView, ({ memory, dark }) => [memory.comparison, memory.cue, memory.answer === null, dark]);
const Gallery = steady(GalleryView, ({ memory: m, dark }) => [
  m.set,
  m.stored,
  m.filter,
  m.page,
  m.mode,
  m.cue.base,
  m.drawings,
  m.digits,
  m.file,
  m.letters,
  dark,
]);

const panels: readonly (readonly [Panel, string])[] = [
  ["memory", "Memory"],
  ["data", "Your data"],
  ["capacity", "Capacity"],
];
const themes: readonly Theme[] = ["auto", "light", "dark"];

export function Page({ state, apply, commands, figure, whole }: Props) {
  const dark = isDark(state);
  const { memory } = state;
  return (
    <div class="page" data-theme={dark ? "dark" : "light"}>
      <a class="skip" href="#main">
        Skip to the panel
      </a>
      <header class="bar">
        <p class="brand">
          <span aria-hidden="true" class="logo" /> Hopfield <span class="thin">playground</span>
        </p>
        <nav aria-label="Panels">
          {panels.map(([panel, name]) => (
            <button
              key={panel}
              type="button"
              aria-current={state.panel === panel ? "page" : undefined}
              onClick={() => commands.show(panel)}
            >
              {name}
            </button>
          ))}
        </nav>
        <div class="tools">
          <button type="button" onClick={commands.share} title="Copy a link to exactly this">
            Link
          </button>
          <button type="button" onClick={commands.save} title="Save everything to a file">
            Save
          </button>
          <label class="button" for="load" title="Load a saved file">
            Load
          </label>
          <input
            id="load"
            class="unseen"
            type="file"
            accept=".json,application/json"
            aria-label="Load a saved file"
            onChange={(event) => event.currentTarget.files?.[0] && commands.load(event.currentTarget.files[0])}
          />
          <button
            type="button"
            aria-label={`Colours: ${state.theme}. Change.`}
            onClick={() => apply((now) => ({ ...now, theme: themes[(themes.indexOf(now.theme) + 1) % themes.length] ?? "auto" }))}
          >
            {state.theme === "auto" ? "◐ auto" : state.theme === "light" ? "☀ light" : "☾ dark"}
          </button>
        </div>
      </header>
      {state.notice ? (
        <div class={`notice ${state.notice.kind}`} role={state.notice.kind === "problem" ? "alert" : "status"}>
          <span>{state.notice.text}</span>
          <button type="button" aria-label="Close this message" onClick={() => apply(setNotice(null))}>
            ×
          </button>
        </div>
      ) : null}
      <main id="main" tabIndex={-1}>
        {state.panel === "memory" ? <MemoryPanel state={state} apply={apply} commands={commands} figure={null} whole={whole} /> : null}
        {state.panel === "data" ? (
          <TablePanel state={state.table} dark={dark} wanted={state.wanted?.name ?? null} apply={apply} commands={commands} />
        ) : null}
        {state.panel === "capacity" ? (
          <CapacityPanel
            state={state.capacity}
            apply={apply}
            figure={figure}
            onSimulate={commands.simulate}
            onStop={commands.stopSimulation}
            onExport={commands.exportCapacity}
          />
        ) : null}
        {whole ? <About panel={state.panel} /> : null}
      </main>
      <footer>
        <p>
          Part of modern-hopfield. Everything is computed in this page, in WebAssembly, behind workers
          {memory.answer ? ` (kernels: ${memory.answer.kernel})` : ""}. Nothing is sent anywhere.
        </p>
      </footer>
    </div>
  );
}

function MemoryPanel({ state, apply, commands, whole }: Props) {
  const { memory } = state;
  const dark = isDark(state);
  const bench = { memory, dark, apply };
  return (
    <div class="panel">
      <Hero examples={memory.examples} dark={dark} apply={apply} onDraw={commands.drawOwn} />
      {state.wanted && memory.set !== "digits" && (storedPatterns(memory)?.rows ?? 0) === 0 ? (
        <p class="banner" role="status">
          This link belongs to <strong>{state.wanted.name}</strong>, which are not part of it.{" "}
          {memory.set === "drawings" ? "Load the file they were saved in." : "Drop that file on the page."}
        </p>
      ) : null}
      <section id="bench" class="bench" aria-label="The bench">
        <Guide memory={memory} />
        <div class="columns">
          {memory.mode === "draw" ? <CueColumn {...bench} /> : <Gallery {...bench} onFiles={commands.openFiles} />}
          {memory.mode === "draw" ? <Gallery {...bench} onFiles={commands.openFiles} /> : <CueColumn {...bench} />}
          <ResultColumn {...bench} onRecall={commands.recall} />
        </div>
      </section>
      {whole ? (
        <>
          <Why memory={memory} dark={dark} />
          <Card title="The model">
            <ModelControls
              prefix="memory"
              powers={[-3, 4]}
              settings={memory.settings}
              beta={memory.answer?.beta ?? null}
              labels={storedPatterns(memory)?.labels ?? []}
              onChange={(patch) => apply(setSettings(patch))}
            />
            <p class="quiet small">The answer above follows every change.</p>
          </Card>
          <Comparison memory={memory} dark={dark} onCompare={commands.compare} />
          <Landscape landscape={state.landscape} dark={dark} apply={apply} />
        </>
      ) : null}
    </div>
  );
}

/** Opens the sheet for own drawings. */
export const startDrawing = changeMemory((memory) => ({
  set: "drawings",
  mode: "draw",
  tool: "ink",
  shown: 0,
  recalled: false,
  answer: null,
  weights: null,
  filter: null,
  page: 0,
  cue: { ...memory.cue, base: null },
}));

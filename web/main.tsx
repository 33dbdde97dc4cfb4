/** @file The playground begins: one state, its effects, and a page drawn from it, at most once a frame. */
import "./style/base.css";
import "./style/controls.css";
import "./style/panels.css";
import { render } from "preact";
import { followLink } from "./app/address.ts";
import { startCapacityEffects } from "./app/capacity-effects.ts";
import { commandsOf } from "./app/commands.ts";
import { Figure } from "./app/figure.tsx";
import { startLandscapeEffects } from "./app/landscape-effects.ts";
import { startMemoryEffects } from "./app/memory-effects.ts";
import { startTableEffects } from "./app/table-effects.ts";
import { openLaboratory } from "./engine/laboratory.ts";
import { loadDigits } from "./patterns/digits.ts";
import { initialState } from "./state/initial.ts";
import { changeMemory, setNotice } from "./state/memory.ts";
import { openStore } from "./state/store.ts";
import { isDark } from "./state/types.ts";
import { Page } from "./views/page.tsx";

const darkness = matchMedia("(prefers-color-scheme: dark)");
const calmness = matchMedia("(prefers-reduced-motion: reduce)");
const place = document.getElementById("app");
if (!place) throw new Error("the page has no #app");

const store = openStore(initialState(darkness.matches, calmness.matches));
const laboratory = openLaboratory();
const memory = startMemoryEffects(store);
const capacity = startCapacityEffects(store);
const landscape = startLandscapeEffects(store);
const commands = commandsOf({ store, memory, table: startTableEffects(store, laboratory), capacity, laboratory });

function draw(target: HTMLElement, whole = true): void {
  const state = store.get();
  document.documentElement.dataset.theme = isDark(state) ? "dark" : "light";
  render(
    <Page
      state={state}
      apply={store.apply}
      commands={commands}
      whole={whole}
      figure={<Figure state={state.capacity} dark={isDark(state)} />}
    />,
    target,
  );
}

let due = false;
store.listen(() => {
  if (due) return;
  due = true;
  // A frame that never comes (a hidden tab) delays drawing, nothing else.
  requestAnimationFrame(() => {
    due = false;
    draw(place);
  });
});

darkness.addEventListener("change", () => store.apply((state) => ({ ...state, dark: darkness.matches })));
calmness.addEventListener("change", () => store.apply((state) => ({ ...state, calm: calmness.matches })));
addEventListener("hashchange", () => store.apply((state) => followLink(state, location.hash.slice(1))));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length > 0) commands.openFiles(files);
});

/** A note closes when something else is pressed, or Escape, which gives the focus back to its "?". */
function closeNotes(except: Node | null): void {
  for (const note of document.querySelectorAll<HTMLDetailsElement>("details.help[open]"))
    if (!except || !note.contains(except)) note.open = false;
}
addEventListener("pointerdown", (event) => closeNotes(event.target as Node));
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector<HTMLElement>("details.help[open] summary")?.focus();
  closeNotes(null);
});

// In a task of its own: loading the code and the first drawing together would hold the page up for longer than either.
setTimeout(() => {
  place.replaceChildren();
  store.apply((state) => followLink(state, location.hash.slice(1)));
  draw(place, false);
  // What is below the first screen comes with the first change: the digits, at the latest.
}, 0);

loadDigits().then(
  async (digits) => {
    store.apply(changeMemory(() => ({ digits })));
    await memory.makeExamples(digits);
    landscape.begin();
  },
  () => {
    store.apply(setNotice("The digits could not be loaded. Letters and drawings work all the same.", "problem"));
    landscape.begin();
  },
);

/** Views are functions of the state: drawn in Node, compared with what was looked at once (snapshots), and with what the state says. Foreign text stays text. */
import { h } from "preact";
import { describe, expect, it } from "vitest";
import { type CapacityState, ensembleIds, initialCapacity } from "../../web/capacity/state.ts";
import { capacityChart } from "../../web/charts/capacity-chart.ts";
import { EnergyChart } from "../../web/charts/energy-chart.tsx";
import { RowChart } from "../../web/charts/row-chart.tsx";
import { RowPictures } from "../../web/charts/row-pictures.tsx";
import { WeightStrip } from "../../web/charts/weight-strip.tsx";
import { drawLetters } from "../../web/patterns/letters.ts";
import { pictureOf } from "../../web/patterns/types.ts";
import { freshCue, hide } from "../../web/state/cue.ts";
import { initialState } from "../../web/state/initial.ts";
import { changeMemory, pickSet, setSettings } from "../../web/state/memory.ts";
import { defaultSettings, modelNames } from "../../web/state/settings.ts";
import type { Answer, State } from "../../web/state/types.ts";
import { finishTable } from "../../web/table/finish.ts";
import { freshTableCue, type TableAnswer } from "../../web/table/state.ts";
import { about } from "../../web/text/about.ts";
import { explanations } from "../../web/text/controls.ts";
import { headline, reasons } from "../../web/text/verdict.ts";
import { Comparison } from "../../web/views/comparison.tsx";
import { Guide } from "../../web/views/guide.tsx";
import { ModelControls } from "../../web/views/model-controls.tsx";
import { type Commands, Page } from "../../web/views/page.tsx";
import { PlanText } from "../../web/views/table-panel.tsx";
import { Why } from "../../web/views/why.tsx";
import { document, elementsOf, markup, withoutPictures } from "./render.ts";

const nothing = (): void => {};
const commands: Commands = {
  show: nothing,
  recall: nothing,
  compare: nothing,
  drawOwn: nothing,
  simulate: nothing,
  stopSimulation: nothing,
  exportCapacity: nothing,
  share: nothing,
  save: nothing,
  load: nothing,
  openFiles: nothing,
  trySample: nothing,
  toMemory: null,
  exportTable: nothing,
};
const page = (state: State): string => withoutPictures(markup(h(Page, { state, apply: nothing, commands, figure: null, whole: true })));

const letters = drawLetters();
const result = {
  steps: 2,
  converged: true,
  energy: 0.5,
  label: "single",
  top: 7,
  weight: 0.9996,
  support: 1,
  margin: 12.5,
  bound: 0.0123,
} as const;
const answer: Answer = {
  states: [pictureOf(letters, 0), pictureOf(letters, 7), pictureOf(letters, 7)],
  energies: [22, 0.5, 0.5],
  result,
  beta: 4,
  betaSource: "advised",
  kernel: "plain",
  patterns: letters,
  filled: false,
};
const weights = new Float32Array(26).fill(0.0004 / 25);
weights[7] = 0.9996;

const recalled = changeMemory(() => ({
  cue: hide(freshCue(7), (row) => row > 13),
  recalled: true,
  shown: 2,
  answer,
  weights: { step: 2, values: weights },
}))(pickSet("letters")(initialState(false, false)));

function withTable(state: State): State {
  const table = finishTable(
    { data: Float32Array.from([1, 2, 3, 4]), rows: 2, columns: 2, names: ["a", "b"], width: null },
    "t.csv",
    "00000000000000aa",
  );
  return { ...state, table: { ...state.table, table, cue: { ...freshTableCue, hiding: "random" } } };
}

describe("pages", () => {
  it("the first screen, before anything was loaded", () => {
    expect(page(initialState(false, false))).toMatchSnapshot();
  });
  it("after a recall", () => {
    const text = page(recalled);
    expect(text).toContain("Found: the letter H");
    expect(text).toContain("0.0123");
    expect(text).toMatchSnapshot();
  });
  it("own data before a file, and capacity before its curves", () => {
    expect(page({ ...initialState(true, true), panel: "data" })).toMatchSnapshot();
    expect(page({ ...initialState(true, true), panel: "capacity" })).toMatchSnapshot();
  });
  it("every control has its explanation beside it", () => {
    for (const model of modelNames) {
      const text = markup(
        h(ModelControls, {
          prefix: "m",
          powers: [-3, 4],
          settings: { ...defaultSettings, model },
          beta: 1,
          labels: ["a", "b"],
          onChange: nothing,
        }),
      );
      const controls = text.match(/<(select|input)\b/g)?.length ?? 0;
      expect(text.match(/<details/g)?.length, model).toBeGreaterThanOrEqual(controls);
    }
  });
  it("a link to pictures that are not here asks for them by name", () => {
    const { memory, ...rest } = initialState(false, false);
    const text = page({ ...rest, memory: { ...memory, set: "file" }, wanted: { name: "faces.npy", hash: "0" } });
    expect(text).toContain("faces.npy");
    expect(text).toContain("Drop that file on the page");
    expect(text).not.toContain("digits are being loaded");
  });
  it("on every panel, each slider and each choice has a note beside it", () => {
    for (const panel of ["memory", "data", "capacity"] as const) {
      const text = page({ ...withTable(recalled), panel });
      // A control is a div of class "control"; its note is a details in the same div.
      const controls = text.split('<div class="control">').slice(1);
      expect(controls.length, panel).toBeGreaterThan(panel === "data" ? 5 : 6);
      const bare = controls
        .map((part) => part.slice(0, part.search(/<select|<input/)))
        .filter((part) => part.includes("<label") && !part.includes("<details"));
      expect(bare.map((part) => /<label[^>]*>([^<]*)/.exec(part)?.[1])).toEqual([]);
    }
  });
  it("a label for every field, an id of its own for every element that has one", () => {
    for (const panel of ["memory", "data", "capacity"] as const) {
      const text = page({ ...recalled, panel });
      const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1] ?? "");
      expect(new Set(ids).size, panel).toBe(ids.length);
      for (const [tag] of text.matchAll(/<(?:select|input)\b[^>]*>/g)) {
        const id = /\sid="([^"]+)"/.exec(tag)?.[1];
        expect(/aria-label="/.test(tag) || text.includes(`for="${id}"`), tag).toBe(true);
      }
    }
  });
});

describe("foreign text stays text", () => {
  const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  it("file and column names, notices, links' names", () => {
    const table = finishTable(
      { data: Float32Array.from([1, 2, 3, 4]), rows: 2, columns: 2, names: [evil, "b"], width: null },
      evil,
      "00000000000000aa",
    );
    const row: TableAnswer = {
      values: Float32Array.from([1, 2]),
      cue: Float32Array.from([1, 2]),
      missing: Uint8Array.from([0, 1]),
      top: Float32Array.from([1, 2]),
      topRow: 0,
      result,
      alternatives: [],
      beta: 1,
    };
    const base = initialState(false, false);
    const state: State = {
      ...base,
      panel: "data",
      notice: { kind: "problem", text: evil },
      wanted: { name: evil, hash: "0" },
      table: { ...base.table, table, answer: row, problem: evil, answerProblem: evil },
    };
    const text = page(state);
    expect(text).toContain("&lt;img src=x");
    const found = elementsOf(h(Page, { state, apply: nothing, commands, figure: null, whole: true }));
    expect(found.names).not.toContain("script");
    expect(found.attributes).not.toContain("onerror");
  });
  it("labels of pictures in the memory panel", () => {
    const odd = { ...letters, labels: letters.labels.map(() => evil) };
    const state = changeMemory(() => ({ letters: odd, answer: { ...answer, patterns: odd } }))(recalled);
    const found = elementsOf(h(Page, { state, apply: nothing, commands, figure: null, whole: true }));
    expect(found.names).toContain("img");
    expect(found.names).not.toContain("script");
    expect(found.attributes).not.toContain("onerror");
  });
});

describe("words", () => {
  it("the reasons follow the numbers", () => {
    expect(headline(recalled.memory)).toBe("Found: the letter H");
    expect(reasons(recalled.memory)).toMatchInlineSnapshot(`
      [
        "The cue showed 392 of its 784 pixels. The memory compared only these with each of the 26 stored pictures.",
        "The letter H fits best, by a margin of 12.5 over the second. β = 4 turns that into 99.96 % of the weight, so the answer is that picture, with traces of others.",
        "Guaranteed: the answer is within 0.0123 of the stored picture, in the same measure in which that picture is 10.4 long.",
        "After 2 steps nothing changed any more: the bottom of a valley of the energy.",
      ]
    `);
    const blend = changeMemory(() => ({
      answer: { ...answer, result: { ...result, label: "metastable" as const, weight: 0.4, support: 3 } },
    }))(recalled);
    expect(headline(blend.memory)).toBe("A blend of a few");
    expect(reasons(blend.memory).join(" ")).toContain("about 3 share the rest");
    const blank = changeMemory(() => ({ answer: { ...answer, filled: true, result: { ...result, label: "none" as const, bound: null } } }))(
      recalled,
    );
    expect(reasons(blank.memory).join(" ")).toContain("counted as blank paper");
  });
  it("conditional statements about depth are worded as such", () => {
    const text = about.memory.passages.flatMap(({ paragraphs }) => paragraphs).join(" ");
    expect(text).toContain("conditionally");
    expect(text).toContain("unless the classes TC⁰ and NC¹ are equal");
    expect(text).not.toMatch(/Hopfield[^.]*\b(cannot|can never)\b[^.]*connectivity/);
  });
  it("every explanation says something, and names no paper without its number", () => {
    for (const { title, what, ...rest } of Object.values(explanations)) {
      expect(what.length, title).toBeGreaterThan(30);
      if ("paper" in rest && /arXiv/.test(rest.paper)) expect(rest.paper).toMatch(/arXiv \d{4}\.\d{4,5}/);
    }
  });
});

describe("parts", () => {
  it("the guide names the next step", () => {
    expect(markup(h(Guide, { memory: pickSet("drawings")(initialState(false, false)).memory }))).toContain("3 to go");
    expect(markup(h(Guide, { memory: recalled.memory }))).toContain("Read why");
  });
  it("why, without weights", () => {
    const { memory } = changeMemory(() => ({ weights: null }))(recalled);
    expect(markup(h(Why, { memory, dark: false }))).toContain("never weighs single pictures");
  });
  it("the comparison judges by the picture that the cue came from", () => {
    const row = { name: "dense", note: "", state: null, problem: null };
    const rows = [
      { ...row, id: "a", result },
      { ...row, id: "b", result: { ...result, top: 3 } },
      { ...row, id: "c", result: null, problem: "E: no <b>" },
    ];
    const { memory } = changeMemory(() => ({ comparison: { rows, running: false } }))(recalled);
    const text = markup(h(Comparison, { memory, dark: false, onCompare: nothing }));
    expect(text.match(/✓ right/g)).toHaveLength(1);
    expect(text.match(/✗ another/g)).toHaveLength(1);
    expect(text).toContain("E: no &lt;b&gt;");
  });
  it("charts", () => {
    expect(markup(h(EnergyChart, { energies: [3, 1, null, 0.5], shown: 1 }))).toMatchSnapshot();
    expect(markup(h(EnergyChart, { energies: [null], shown: 0 }))).toContain("no known energy");
    expect(markup(h(WeightStrip, { weights, names: (index) => `number ${index}` }))).toMatchSnapshot();
    const table = finishTable({ data: Float32Array.from([1, 2, 3, 5]), rows: 2, columns: 2, names: ["x", "y"], width: null }, "t", "0");
    const found: TableAnswer = {
      values: Float32Array.from([1, 2]),
      cue: Float32Array.from([1, 2]),
      missing: Uint8Array.from([0, 1]),
      top: Float32Array.from([1, 2]),
      topRow: 0,
      result,
      alternatives: [],
      beta: 1,
    };
    expect(markup(h(RowChart, { table, answer: found }))).toMatchSnapshot();
    expect(withoutPictures(markup(h(RowPictures, { answer: found, width: 2, dark: false })))).toMatchSnapshot();
  });
  it("the plan says what was counted", () => {
    const plan = {
      patterns: 8,
      dimension: 9,
      beta: 9.1,
      similarity: "l2",
      separation: { smallest: 0.9, median: 1.8, negative: 0, sampled: 8 },
      copies: 0,
      noisy: { right: 6, trials: 8 },
      half: null,
      guaranteed: null,
    };
    expect(markup(h(PlanText, { plan, noise: 0.3 }))).toMatchInlineSnapshot(`
      "<div class="plan">
      <dl class="figures">
      <dt>stored</dt>
      <dd>8</dd>
      <dt>β advised</dt>
      <dd>9.1</dd>
      <dt>closest pair</dt>
      <dd>0.9</dd>
      <dt>copies</dt>
      <dd>0</dd>
      </dl>
      <p>
      <strong>Some are lost.</strong> Of 8 stored rows with noise of 0.30 standard deviations on every entry, 6 came back first (75 %). This model cannot leave entries out.</p>
      <p class="quiet">Separation by l2 (half the squared distance to the nearest other row, for l2): smallest 0.9, median 1.8. The capacity theorem for random patterns promises nothing at this dimension, length and β.</p>
      </div>"
    `);
  });
  it("the capacity figure has a line for each shown curve and a dot for each point", () => {
    const curve = (id: (typeof ensembleIds)[number]) => ({
      id,
      lambdas: [1, 2],
      alphas: [0.3, 0.4],
      saturation: null,
      alphaMax: null,
      done: true,
      problem: null,
    });
    const state: CapacityState = {
      ...initialCapacity,
      curves: ensembleIds.map(curve),
      simulation: {
        ...initialCapacity.simulation,
        points: [1, 2, 3].map((lambda) => ({
          id: "binary" as const,
          lambda,
          n: 40,
          median: 0.3,
          low: 0.25,
          high: 0.35,
          theory: 0.3,
          theoryFinite: null,
        })),
      },
    };
    const svg = capacityChart(state, { document: document as unknown as Document, width: 600, dark: false });
    expect(svg.querySelectorAll("circle")).toHaveLength(3);
    expect(svg.querySelectorAll("[data-mark='line'] path")).toHaveLength(initialCapacity.shown.length);
    expect(svg.getAttribute("aria-label")).toContain("3 simulated points");
    expect(svg.outerHTML.replaceAll("><", ">\n<")).toMatchSnapshot();
  });
  it("axes that a model does not have are not offered", () => {
    const controls = (patch: Partial<typeof defaultSettings>): string =>
      markup(
        h(ModelControls, {
          prefix: "m",
          powers: [-3, 4],
          settings: { ...defaultSettings, ...patch },
          beta: 1,
          labels: ["a"],
          onChange: nothing,
        }),
      );
    expect(controls({ model: "hebbian" })).not.toMatch(/m-beta|m-similarity|m-post|m-clamp/);
    expect(controls({ model: "gaussian" })).not.toContain("m-alpha");
    expect(controls({ model: "gaussian", separation: "entmax" })).toContain("m-alpha");
    expect(setSettings({ beta: 3 })(recalled).memory.settings.beta).toBe(3);
  });
});

it("the untouched cue of a table hides its second half", () => {
  expect(freshTableCue.hiding).toBe("last-half");
});

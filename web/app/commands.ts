/** @file What buttons do beyond changing the state: recalling with its animation, comparing, exporting, links and files. */

import { compareAll } from "../engine/compare.ts";
import type { Laboratory } from "../engine/laboratory.ts";
import { longestLink, writeLink } from "../state/link.ts";
import { changeMemory, pickSet, setNotice } from "../state/memory.ts";
import type { Store } from "../state/store.ts";
import { changeTable } from "../table/state.ts";
import type { Commands } from "../views/page.tsx";
import { startDrawing } from "../views/page.tsx";
import type { CapacityEffects } from "./capacity-effects.ts";
import { download, exportFigure, openFiles, pictureTable, saveState } from "./files.ts";
import { type MemoryEffects, questionOf } from "./memory-effects.ts";
import { sampleTable } from "./sample-table.ts";
import type { TableEffects } from "./table-effects.ts";

/** Milliseconds between the steps of an animated recall. */
const pace = 450;

export interface Parts {
  readonly store: Store;
  readonly memory: MemoryEffects;
  readonly table: TableEffects;
  readonly capacity: CapacityEffects;
  readonly laboratory: Laboratory;
}

export function commandsOf({ store, memory, table, capacity, laboratory }: Parts): Commands {
  const say = (text: string): void => store.apply(setNotice(text));
  const trouble = (error: unknown): void => store.apply(setNotice(error instanceof Error ? error.message : String(error), "problem"));

  async function recall(): Promise<void> {
    await memory.settled();
    const { calm, memory: now } = store.get();
    if (!now.answer) return;
    const last = now.answer.states.length - 1;
    store.apply(changeMemory(() => ({ recalled: true, running: !calm && last > 1, shown: calm ? last : 1 })));
    const advance = (): void => {
      const { memory: later } = store.get();
      if (!later.running || later.cue !== now.cue) return;
      const shown = later.shown + 1;
      store.apply(changeMemory(() => ({ shown, running: shown < last })));
      if (shown < last) setTimeout(advance, pace);
    };
    if (!calm && last > 1) setTimeout(advance, pace);
  }

  async function compare(): Promise<void> {
    const question = questionOf(store.get().memory);
    if (!question) return;
    const { cue } = store.get().memory;
    store.apply(changeMemory(() => ({ comparison: { rows: [], running: true } })));
    const stopped = (): boolean => store.get().memory.cue !== cue || store.get().memory.comparison === null;
    await compareAll(question, stopped, (row) => {
      if (!stopped())
        store.apply(changeMemory(({ comparison }) => ({ comparison: { rows: [...(comparison?.rows ?? []), row], running: true } })));
    });
    store.apply(changeMemory(({ comparison }) => ({ comparison: comparison && { ...comparison, running: false } })));
  }

  async function exportTable(kind: "csv" | "npy" | "svg" | "png"): Promise<void> {
    const { table: data } = store.get().table;
    if (!data) return;
    if (kind === "svg" || kind === "png") return exportFigure(document.querySelector<SVGSVGElement>("#row-chart"), "hopfield-row", kind);
    const all = await table.completeAll();
    if (!all) return;
    const { writeCsv, writeNpy } = await import("modern-hopfield/data");
    if (kind === "csv") download("completed.csv", writeCsv(all, data.names ? { names: data.names } : {}), "text/csv");
    else
      download(
        "completed.npy",
        writeNpy({ dtype: "f32", shape: [all.rows, all.columns], data: all.data }).slice().buffer,
        "application/octet-stream",
      );
  }

  async function exportCapacity(kind: "csv" | "svg" | "png"): Promise<void> {
    if (kind !== "csv") return exportFigure(document.querySelector<SVGSVGElement>(".figure svg"), "hopfield-capacity", kind);
    const { curves, simulation, shown } = store.get().capacity;
    const { writeCsv } = await import("modern-hopfield/data");
    const rows = [
      ...curves
        .filter(({ id }) => shown.includes(id))
        .flatMap(({ id, lambdas, alphas }) => alphas.map((alpha, i) => [id, "theory", lambdas[i] ?? 0, alpha, "", ""])),
      ...simulation.points.map(({ id, lambda, median, low, high }) => [
        id,
        "simulated",
        lambda,
        median,
        Number.isFinite(low) ? low : "",
        Number.isFinite(high) ? high : "",
      ]),
    ];
    download("hopfield-capacity.csv", writeCsv(rows, { names: ["patterns", "kind", "lambda", "alpha1", "low", "high"] }), "text/csv");
  }

  async function share(): Promise<void> {
    const link = writeLink(store.get());
    if (link === null) return say(`A link to this would be longer than ${longestLink} characters. Save it to a file instead.`);
    history.replaceState(null, "", `#${link}`);
    const own = store.get().memory.set === "drawings" || store.get().memory.set === "file" || store.get().table.table !== null;
    const note = own ? " It names your data but does not hold them; save to a file to keep both." : "";
    try {
      // Pages that came over plain http from another machine have no clipboard.
      await navigator.clipboard.writeText(location.href);
      say(`The link is in the address bar and on the clipboard.${note}`);
    } catch {
      say(`The link is in the address bar.${note}`);
    }
  }

  const guard =
    (work: () => Promise<void>): (() => void) =>
    () => {
      work().catch(trouble);
    };
  return {
    show(panel) {
      store.apply((state) => ({ ...state, panel, notice: null }));
      scrollTo(0, 0);
    },
    recall: guard(recall),
    compare: guard(compare),
    share: guard(share),
    drawOwn() {
      store.apply(startDrawing);
      document.getElementById("bench")?.scrollIntoView({ block: "start" });
    },
    simulate: capacity.simulate,
    stopSimulation: capacity.stop,
    exportCapacity: (kind) => guard(() => exportCapacity(kind))(),
    exportTable: (kind) => guard(() => exportTable(kind))(),
    save: () => saveState(store.get()),
    load: (file) => guard(() => openFiles(store, laboratory, [file]))(),
    openFiles: (files) => guard(() => openFiles(store, laboratory, files))(),
    trySample: () => guard(() => openFiles(store, laboratory, [sampleTable()]))(),
    get toMemory() {
      const { table: data } = store.get().table;
      if (data?.width !== 28 || data.columns !== 784 || data.complete.length !== data.rows) return null;
      return () => {
        const [low, high] = data.data.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [0, 0] as [number, number]);
        const pictures = data.data.map((x) => (x - low) / (high - low || 1));
        store.apply((state) =>
          pickSet("file")({ ...state, panel: "memory", memory: { ...state.memory, file: pictureTable(data, pictures) } }),
        );
        store.apply(changeTable(() => ({})));
      };
    },
  };
}

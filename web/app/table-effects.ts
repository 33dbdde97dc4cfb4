/** @file The user's table behind workers: the plan in the laboratory, recalls through openWorker. Both follow the state, the newest only. */
import { HopfieldError, type HopfieldWorker, openWorker, type WorkerMemory } from "modern-hopfield";
import type { Laboratory } from "../engine/laboratory.ts";
import { openLatest } from "../engine/latest.ts";
import { axesOf, isBinary, optionsOf, type Settings, takesMissing } from "../state/settings.ts";
import type { Store } from "../state/store.ts";
import {
  changeTable,
  completeRows,
  hiddenColumns,
  scaled,
  spreadOf,
  type Table,
  type TableAnswer,
  type TableState,
  tableCueValues,
  unscaled,
} from "../table/state.ts";

const maxSteps = 20;

function settingsOptions(settings: Settings, rows: number, columns: number) {
  if (isBinary(settings.model))
    throw new HopfieldError("E_UNSUPPORTED", "The binary models need entries ±1; the Memory panel has them. Choose another model here.");
  if (axesOf(settings).similarity === "kernel")
    throw new HopfieldError(
      "E_UNSUPPORTED",
      "Similarity “kernel” is for the pictures of the Memory panel. Choose another similarity here.",
    );
  return optionsOf(settings, new Array<string>(axesOf(settings).support === "mask" ? rows : 0).fill(""), columns);
}

export interface TableEffects {
  /** Every row completed by the rule of the cue, in the table's units. */
  completeAll(): Promise<{ readonly data: Float32Array; readonly rows: number; readonly columns: number } | null>;
}

export function startTableEffects(store: Store, laboratory: Laboratory): TableEffects {
  let worker: HopfieldWorker | null = null;
  let current: { parts: readonly unknown[]; memory: WorkerMemory } | null = null;
  let beta: { parts: readonly unknown[]; value: number } | null = null;

  async function memoryFor({ table, settings, scaling }: TableState & { readonly table: Table }): Promise<WorkerMemory> {
    const parts = [table, settings, scaling];
    if (current && parts.every((part, i) => part === current?.parts[i])) return current.memory;
    worker ??= openWorker();
    await current?.memory.free();
    current = null;
    const patterns = { data: scaled(table, completeRows(table), scaling), rows: table.complete.length, columns: table.columns };
    const adviceParts = [table, scaling, axesOf(settings).similarity];
    const known = beta && adviceParts.every((part, i) => part === beta?.parts[i]) ? beta.value : null;
    const memory = await worker.createMemory(
      patterns,
      settingsOptions({ ...settings, beta: settings.beta ?? known }, patterns.rows, table.columns),
    );
    if (settings.beta === null && memory.betaSource === "advised") beta = { parts: adviceParts, value: (await memory.beta()) ?? 1 };
    current = { parts, memory };
    return memory;
  }

  /** A worker that died is replaced once. */
  async function withMemory<T>(state: TableState & { readonly table: Table }, work: (memory: WorkerMemory) => Promise<T>): Promise<T> {
    try {
      return await work(await memoryFor(state));
    } catch (error) {
      if (!(error instanceof HopfieldError) || error.code !== "E_IO") throw error;
      await worker?.close();
      worker = null;
      current = null;
      return work(await memoryFor(state));
    }
  }

  function recallRows(state: TableState & { readonly table: Table }, values: Float32Array, missing: Uint8Array, rows: number) {
    const { table, settings, scaling } = state;
    const inputs = scaled(table, values, scaling).map((x, i) => (missing[i] ? 0 : x));
    const partial = missing.includes(1);
    if (partial && !takesMissing(settings))
      throw new HopfieldError(
        "E_UNSUPPORTED",
        `The model “${settings.model}” cannot leave entries out. Choose another model, or hide nothing.`,
      );
    return withMemory(state, (memory) =>
      memory.recall(
        { data: inputs, rows, columns: table.columns },
        {
          ...(partial ? { known: { data: missing.map((gone) => 1 - gone), rows, columns: table.columns }, clamp: settings.clamp } : {}),
          ...(axesOf(settings).support === "window"
            ? { positions: Array.from({ length: rows }, (_, i) => Math.min(table.complete.length - 1, rows === 1 ? state.cue.row : i)) }
            : {}),
          alternatives: 5,
          steps: "converge",
          maxSteps,
        },
      ),
    );
  }

  async function answer(state: TableState & { readonly table: Table }): Promise<TableAnswer> {
    const { table, cue, scaling } = state;
    const [values, missing] = [tableCueValues(table, cue), hiddenColumns(table, cue)];
    const { states, results } = await recallRows(state, values, missing, 1);
    const [result] = results;
    if (!result) throw new Error("the memory gave no answer");
    const row = result.top < 0 ? -1 : (table.complete[result.top] ?? -1);
    return {
      values: unscaled(table, states.data, scaling),
      cue: values,
      missing,
      top: row < 0 ? null : table.data.slice(row * table.columns, (row + 1) * table.columns),
      topRow: row,
      result,
      alternatives: (result.alternatives ?? []).map(({ index, weight }) => ({ row: table.complete[index] ?? -1, weight })),
      beta: current ? await current.memory.beta() : null,
    };
  }

  const asking = openLatest<null>(async () => {
    const { table: state } = store.get();
    const { table } = state;
    if (!table) return;
    try {
      const found = await answer({ ...state, table });
      store.apply(changeTable((now) => (now.table === table ? { answer: found, answerProblem: null } : {})));
    } catch (error) {
      store.apply(changeTable(() => ({ answer: null, answerProblem: error instanceof Error ? error.message : String(error) })));
    }
  });

  const planning = openLatest<null>(async () => {
    const { table, scaling, settings, noise } = store.get().table;
    if (!table) return;
    store.apply(changeTable(() => ({ planning: true })));
    try {
      const { similarity, separation } = axesOf(settings);
      const plan = await laboratory.ask("plan", {
        data: scaled(table, completeRows(table), scaling),
        rows: table.complete.length,
        columns: table.columns,
        options: {
          model: similarity === null ? "gaussian" : settings.model,
          ...(similarity ? { similarity } : {}),
          ...(separation ? { separation } : {}),
          ...(settings.beta ? { beta: settings.beta } : {}),
        },
        noise: scaling === "standard" ? noise : noise * spreadOf(table),
      });
      store.apply(changeTable(() => ({ plan, planning: false })));
    } catch (error) {
      store.apply(
        changeTable(() => ({ plan: null, planning: false, answerProblem: error instanceof Error ? error.message : String(error) })),
      );
    }
  });

  store.listen(({ table: now }, { table: before }) => {
    if (!now.table) return;
    const both = now.table !== before.table || now.scaling !== before.scaling || now.settings !== before.settings;
    if (both || now.cue !== before.cue) asking.ask(null);
    if (both || now.noise !== before.noise) planning.ask(null);
  });

  return {
    async completeAll() {
      const { table: state } = store.get();
      const { table, cue } = state;
      if (!table) return null;
      const { rows, columns } = table;
      const values = new Float32Array(rows * columns);
      const missing = new Uint8Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        // What was typed belongs to the one row of the cue.
        const own = row === cue.row ? cue : { ...cue, row, typed: [] };
        values.set(tableCueValues(table, own), row * columns);
        missing.set(hiddenColumns(table, own), row * columns);
      }
      const { states } = await recallRows({ ...state, table }, values, missing, rows);
      return { data: unscaled(table, states.data, state.scaling), rows, columns };
    },
  };
}

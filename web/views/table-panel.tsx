/** @file The panel for the user's own data: drop a file, see what a memory of it can do, ask it with some entries hidden, take the results home. */
import { count, percent, short } from "../charts/format.ts";
import type { Apply } from "../state/types.ts";
import { changeTable, editTableCue, type Plan, type Table, type TableState } from "../table/state.ts";
import { tableExplanations } from "../text/table.ts";
import { Card, Choice, Help, Slider } from "./elements.tsx";
import { ModelControls } from "./model-controls.tsx";
import { TableAnswerView } from "./table-answer.tsx";

export interface TableCommands {
  readonly openFiles: (files: readonly File[]) => void;
  readonly trySample: () => void;
  readonly toMemory: (() => void) | null;
  readonly exportTable: (kind: "csv" | "npy" | "svg" | "png") => void;
}

interface Props {
  readonly state: TableState;
  readonly dark: boolean;
  readonly wanted: string | null;
  readonly apply: Apply;
  readonly commands: TableCommands;
}

export function TablePanel({ state, dark, wanted, apply, commands }: Props) {
  const { table, reading, problem } = state;
  return (
    <div class="panel">
      <div class="hero plain">
        <h1>Your data, remembered</h1>
        <p>
          Drop a table, embeddings or pictures. The page says what a memory of them can do, completes rows from a part of their entries, and
          gives you the results as files. Nothing leaves your machine.
        </p>
      </div>
      {wanted ? (
        <p class="banner" role="status">
          This link belongs to the file <strong>{wanted}</strong>, which is not part of it. Drop that file here to go on.
        </p>
      ) : null}
      <section class="drop" aria-label="Open a file">
        <label class="primary button" for="file">
          Open files …
        </label>
        <input
          id="file"
          class="unseen"
          type="file"
          multiple
          accept=".csv,.tsv,.txt,.npy,.npz,.png,.idx,.safetensors"
          onChange={(event) => commands.openFiles([...(event.currentTarget.files ?? [])])}
        />
        <button type="button" onClick={commands.trySample}>
          Try a sample table
        </button>
        <p class="quiet">or drop them anywhere on the page: CSV, npy, PNG, idx, npz, safetensors, up to 64 MB. Rows are patterns.</p>
        {reading ? <p aria-live="polite">Reading {reading} …</p> : null}
        {problem ? (
          <p class="problem" role="alert">
            {problem}
          </p>
        ) : null}
      </section>
      {table ? <Loaded state={state} table={table} dark={dark} apply={apply} commands={commands} /> : null}
    </div>
  );
}

function Loaded({ state, table, dark, apply, commands }: Omit<Props, "wanted"> & { readonly table: Table }) {
  const gaps = table.rows - table.complete.length;
  return (
    <>
      <Card title={table.name}>
        <p>
          {count(table.rows)} rows of {count(table.columns)} numbers{table.width ? ` (pictures ${table.width} pixels wide)` : ""}.{" "}
          {gaps > 0 ? `${count(gaps)} rows have gaps: they are not stored, but can be completed. ` : ""}
          {table.names ? `Columns: ${table.names.slice(0, 6).join(", ")}${table.names.length > 6 ? " and more" : ""}.` : ""}
        </p>
        <div class="grid two">
          <Choice
            id="scaling"
            label="Scaling"
            value={state.scaling}
            options={[["standard", "each column to mean 0, deviation 1"] as const, ["none", "numbers as they are"] as const]}
            about={tableExplanations.scaling}
            onChange={(scaling) => apply(changeTable(() => ({ scaling })))}
          />
          {commands.toMemory ? (
            <div class="control">
              <button type="button" onClick={commands.toMemory}>
                Use these pictures in the Memory panel
              </button>
            </div>
          ) : null}
        </div>
      </Card>
      <Card title="The plan" about={tableExplanations.plan}>
        <Slider
          id="plan-noise"
          label="Noise in the trial"
          value={state.noise}
          min={0}
          max={2}
          step={0.05}
          text={`${state.noise.toFixed(2)} standard deviations`}
          about={tableExplanations.noise}
          onInput={(noise) => apply(changeTable(() => ({ noise })))}
        />
        {state.plan ? <PlanText plan={state.plan} noise={state.noise} /> : null}
        {state.planning ? <p class="quiet">Looking at the rows …</p> : null}
      </Card>
      <Card title="Ask it" about={tableExplanations.cue}>
        <div class="grid two">
          <CueControls state={state} table={table} apply={apply} />
          <ModelControls
            prefix="table"
            powers={[-8, 6]}
            settings={state.settings}
            beta={state.answer?.beta ?? state.plan?.beta ?? null}
            labels={[]}
            onChange={(patch) => apply(changeTable(({ settings }) => ({ settings: { ...settings, ...patch } })))}
          />
        </div>
        {state.answerProblem ? (
          <p class="problem" role="alert">
            {state.answerProblem}
          </p>
        ) : null}
        {state.answer ? <TableAnswerView state={state} table={table} answer={state.answer} dark={dark} apply={apply} /> : null}
        <fieldset class="actions">
          <legend>
            Take home <Help about={tableExplanations.exports} />
          </legend>
          {(["csv", "npy", "svg", "png"] as const).map((kind) => (
            <button key={kind} type="button" disabled={state.answer === null} onClick={() => commands.exportTable(kind)}>
              {kind === "csv" ? "All rows completed, CSV" : kind === "npy" ? "npy" : kind === "svg" ? "Figure, SVG" : "Figure, PNG"}
            </button>
          ))}
        </fieldset>
      </Card>
    </>
  );
}

function CueControls({ state, table, apply }: Pick<Props, "state" | "apply"> & { readonly table: Table }) {
  const { cue } = state;
  return (
    <div class="controls">
      <Slider
        id="row"
        label="Row taken as the cue"
        value={cue.row}
        min={0}
        max={table.rows - 1}
        step={1}
        text={String(cue.row + 1)}
        about={tableExplanations.row}
        onInput={(row) => apply(editTableCue({ row, typed: [] }))}
      />
      <Choice
        id="hiding"
        label="Hidden"
        value={cue.hiding}
        options={[
          ["none", "nothing"] as const,
          ["last-half", "the second half of the columns"] as const,
          ["random", "a random share"] as const,
          ["chosen", "columns chosen below"] as const,
        ]}
        about={tableExplanations.cue}
        onChange={(hiding) => apply(editTableCue({ hiding }))}
      />
      {cue.hiding === "random" ? (
        <Slider
          id="share"
          label="Share hidden"
          value={cue.share}
          min={0}
          max={0.95}
          step={0.05}
          text={percent(cue.share)}
          about={tableExplanations.share}
          onInput={(share) => apply(editTableCue({ share }))}
        />
      ) : null}
      <Slider
        id="cue-noise"
        label="Noise on what is shown"
        value={cue.noise}
        min={0}
        max={2}
        step={0.05}
        text={`${cue.noise.toFixed(2)} deviations`}
        about={tableExplanations.noise}
        onInput={(noise) => apply(editTableCue({ noise }))}
      />
    </div>
  );
}

export function PlanText({ plan, noise }: { readonly plan: Plan; readonly noise: number }) {
  const { separation, noisy, half } = plan;
  const share = noisy.right / Math.max(1, noisy.trials);
  return (
    <div class="plan">
      <dl class="figures">
        <dt>stored</dt>
        <dd>{count(plan.patterns)}</dd>
        <dt>β advised</dt>
        <dd>{short(plan.beta)}</dd>
        <dt>closest pair</dt>
        <dd>{short(separation.smallest)}</dd>
        <dt>copies</dt>
        <dd>{count(plan.copies)}</dd>
      </dl>
      <p>
        <strong>{share >= 0.99 ? "It holds them." : share >= 0.9 ? "It holds nearly all of them." : "Some are lost."}</strong> Of{" "}
        {noisy.trials} stored rows with noise of {noise.toFixed(2)} standard deviations on every entry, {noisy.right} came back first (
        {percent(share)}).{" "}
        {half ? `With half of the entries missing as well: ${half.right} of ${half.trials}.` : "This model cannot leave entries out."}
      </p>
      <p class="quiet">
        Separation by {plan.similarity} (half the squared distance to the nearest other row, for l2): smallest {short(separation.smallest)},
        median {short(separation.median)}
        {separation.negative > 0
          ? `; ${separation.negative} of ${separation.sampled} rows are outshone by another row, so ${plan.similarity} cannot find them`
          : ""}
        .{" "}
        {plan.guaranteed !== null
          ? `For random data of this size the capacity theorem guarantees ${short(plan.guaranteed)} patterns.`
          : "The capacity theorem for random patterns promises nothing at this dimension, length and β."}
      </p>
    </div>
  );
}

/** @file The capacity panel: theory as curves that follow the sliders, simulated points beside them. The figure itself is drawn by the chart, loaded when the panel is opened. */
import type { ComponentChildren } from "preact";
import {
  type CapacityState,
  changeCapacity,
  type EnsembleId,
  ensembleIds,
  ensembleTable,
  type ParameterName,
  setParameters,
  toggleEnsemble,
} from "../capacity/state.ts";
import { short } from "../charts/format.ts";
import type { Apply } from "../state/types.ts";
import { capacityExplanations } from "../text/capacity.ts";
import { Card, Choice, Help, Scroll, Slider } from "./elements.tsx";

interface Props {
  readonly state: CapacityState;
  readonly apply: Apply;
  /** The chart, or a word while it is being loaded. */
  readonly figure: ComponentChildren;
  readonly onSimulate: () => void;
  readonly onStop: () => void;
  readonly onExport: (kind: "csv" | "svg" | "png") => void;
}

const ranges: Readonly<Record<Exclude<ParameterName, "activation">, readonly [number, number, number]>> = {
  noise: [0, 1, 0.05],
  ratio: [0.1, 3, 0.05],
  activity: [0.02, 0.5, 0.02],
  bias: [0, 0.95, 0.05],
  states: [2, 12, 1],
  centre: [0, 0.95, 0.05],
};

const activations = ["linear", "relu", "centered-relu", "tanh", "sign"] as const;

/** α₁ of a curve at λ, between its points; null where there is none. */
export function alphaAt(state: CapacityState, id: EnsembleId): number | null {
  const curve = state.curves.find((each) => each.id === id);
  if (!curve) return null;
  const { lambdas, alphas } = curve;
  const after = lambdas.findIndex((lambda) => lambda >= state.lambda - 1e-12);
  const [high, low] = [alphas[after], after > 0 ? alphas[after - 1] : 0];
  const [right, left] = [lambdas[after], after > 0 ? lambdas[after - 1] : 0];
  if (high === undefined || low === undefined || right === undefined || left === undefined || Number.isNaN(high)) return null;
  return low + ((state.lambda - left) / (right - left)) * (high - low);
}

export function CapacityPanel({ state, apply, figure, onSimulate, onStop, onExport }: Props) {
  const { simulation, parameters, shown } = state;
  const used = new Set(shown.flatMap((id) => ensembleTable[id].parameters));
  return (
    <div class="panel">
      <div class="hero plain">
        <h1>How much fits?</h1>
        <p>
          A modern memory of N numbers holds e^(αN) patterns before it fails. The curves show the threshold α₁ for different kinds of
          patterns; the sliders move them live, and a simulation puts points beside the theory.
        </p>
      </div>
      <div class="capacity">
        <Card title="Threshold α₁ against λ" about={capacityExplanations.alpha}>
          <div class="figure">{figure}</div>
          <Slider
            id="lambda"
            label="λ, sharpness"
            value={state.lambda}
            min={0.05}
            max={state.reach}
            step={0.01}
            text={state.lambda.toFixed(2)}
            about={capacityExplanations.lambda}
            onInput={(lambda) => apply(changeCapacity(() => ({ lambda })))}
          />
          <Scroll label="Thresholds at this λ">
            <table>
              <thead>
                <tr>
                  <th scope="col">patterns</th>
                  <th scope="col">α₁ at λ = {state.lambda.toFixed(2)}</th>
                  <th scope="col">100 numbers hold</th>
                  <th scope="col">λ_s</th>
                  <th scope="col">largest α₁</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((id) => {
                  const curve = state.curves.find((each) => each.id === id);
                  const alpha = alphaAt(state, id);
                  return (
                    <tr key={id}>
                      <th scope="row">
                        <span class={`key colour-${ensembleTable[id].colour}`} aria-hidden="true" /> {ensembleTable[id].title}
                      </th>
                      <td>{curve?.problem ?? (alpha === null ? "…" : alpha.toFixed(3))}</td>
                      <td>{alpha === null ? "" : short(Math.exp(100 * alpha), 2)}</td>
                      <td>{curve?.done ? short(curve.saturation) : "…"}</td>
                      <td>{curve?.done ? (curve.alphaMax === null ? "no limit" : short(curve.alphaMax)) : "…"}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Scroll>
        </Card>
        <div>
          <Card title="Patterns">
            <div class="ensembles">
              {ensembleIds.map((id) => (
                <div key={id} class="control row">
                  <input id={`show-${id}`} type="checkbox" checked={shown.includes(id)} onChange={() => apply(toggleEnsemble(id))} />
                  <label for={`show-${id}`}>
                    <span class={`key colour-${ensembleTable[id].colour}`} aria-hidden="true" /> {ensembleTable[id].title}
                  </label>
                  <Help about={{ title: ensembleTable[id].title, what: ensembleTable[id].about, paper: ensembleTable[id].paper }} />
                </div>
              ))}
            </div>
            {used.has("activation") ? (
              <Choice
                id="activation"
                label="Activation"
                value={parameters.activation}
                options={activations.map((name) => [name, name] as const)}
                about={capacityExplanations.activation}
                onChange={(activation) => apply(setParameters({ activation }))}
              />
            ) : null}
            {(Object.keys(ranges) as (keyof typeof ranges)[])
              .filter((name) => used.has(name))
              .map((name) => (
                <Slider
                  key={name}
                  id={`parameter-${name}`}
                  label={capacityExplanations[name].title}
                  value={parameters[name]}
                  min={ranges[name][0]}
                  max={ranges[name][1]}
                  step={ranges[name][2]}
                  text={String(Number(parameters[name].toFixed(2)))}
                  about={capacityExplanations[name]}
                  onInput={(value) => apply(setParameters({ [name]: value }))}
                />
              ))}
            <Slider
              id="reach"
              label="Axis up to λ"
              value={state.reach}
              min={1}
              max={10}
              step={0.5}
              text={state.reach.toFixed(1)}
              about={capacityExplanations.reach}
              onInput={(reach) => apply(changeCapacity(({ lambda }) => ({ reach, lambda: Math.min(lambda, reach) })))}
            />
          </Card>
          <Card title="Simulate" about={capacityExplanations.simulation}>
            <Choice
              id="simulated"
              label="Patterns"
              about={capacityExplanations.simulated}
              value={simulation.ensemble}
              options={ensembleIds.filter((id) => ensembleTable[id].simulated).map((id) => [id, ensembleTable[id].title] as const)}
              onChange={(ensemble) => apply(changeCapacity((now) => ({ simulation: { ...now.simulation, ensemble } })))}
            />
            <Slider
              id="size"
              label="N, numbers in a pattern"
              value={simulation.n}
              min={10}
              max={200}
              step={10}
              text={String(simulation.n)}
              about={capacityExplanations.size}
              onInput={(n) => apply(changeCapacity((now) => ({ simulation: { ...now.simulation, n } })))}
            />
            <Slider
              id="instances"
              label="Problems for each point"
              value={simulation.instances}
              min={20}
              max={400}
              step={20}
              text={String(simulation.instances)}
              about={capacityExplanations.instances}
              onInput={(instances) => apply(changeCapacity((now) => ({ simulation: { ...now.simulation, instances } })))}
            />
            <div class="actions">
              {simulation.running ? (
                <button type="button" onClick={onStop}>
                  Stop
                </button>
              ) : (
                <button type="button" class="primary" onClick={onSimulate}>
                  Simulate
                </button>
              )}
              <span class="quiet" aria-live="polite">
                {simulation.points.length > 0 ? `${simulation.points.length} points${simulation.running ? " so far" : ""}` : ""}
              </span>
            </div>
            {simulation.problem ? (
              <p class="problem" role="alert">
                {simulation.problem}
              </p>
            ) : null}
            <div class="actions">
              {(["csv", "svg", "png"] as const).map((kind) => (
                <button key={kind} type="button" onClick={() => onExport(kind)}>
                  {kind === "csv" ? "Numbers, CSV" : `Figure, ${kind.toUpperCase()}`}
                </button>
              ))}
            </div>
          </Card>
        </div>
      </div>
    </div>
  );
}

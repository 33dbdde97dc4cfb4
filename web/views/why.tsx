/** @file Why the answer is what it is: the reasons in words, the heaviest stored pictures, the weights on all, the energy per step. */
import { EnergyChart } from "../charts/energy-chart.tsx";
import { percent } from "../charts/format.ts";
import { storedAddress } from "../charts/picture.ts";
import { WeightStrip } from "../charts/weight-strip.tsx";
import { pictureOf } from "../patterns/types.ts";
import { shownStep } from "../state/memory.ts";
import type { Answer, MemoryState } from "../state/types.ts";
import { explanations } from "../text/controls.ts";
import { nameOf, reasons } from "../text/verdict.ts";
import { Help } from "./elements.tsx";

interface Props {
  readonly memory: MemoryState;
  readonly dark: boolean;
}

/** The heaviest of the shown weights. */
function heaviest(weights: Float32Array, most: number): { index: number; weight: number }[] {
  const best: { index: number; weight: number }[] = [];
  weights.forEach((weight, index) => {
    if (best.length === most && weight <= (best.at(-1)?.weight ?? 0)) return;
    const place = best.findIndex((each) => each.weight < weight);
    best.splice(place < 0 ? best.length : place, 0, { index, weight });
    if (best.length > most) best.pop();
  });
  return best.filter(({ weight }) => weight >= 1e-6);
}

export function Why({ memory, dark }: Props) {
  const { answer, weights } = memory;
  const step = shownStep(memory);
  if (!answer || !memory.recalled || step === 0) {
    return (
      <section class="card" aria-label="Why">
        <h3>Why?</h3>
        <p class="quiet">Once the memory was asked, this says which stored pictures the answer is made of and how sure it is.</p>
      </section>
    );
  }
  return (
    <section class="card why" aria-label="Why">
      <div class="reasons">
        <h3>Why this answer</h3>
        {reasons(memory).map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <div>
        <h4>
          Weights, step {step} <Help about={explanations.weights} />
        </h4>
        {weights ? (
          <Weights answer={answer} values={weights.values} dark={dark} />
        ) : (
          <p class="quiet">This model never weighs single pictures.</p>
        )}
      </div>
      <div>
        <h4>
          Energy per step <Help about={explanations.energy} />
        </h4>
        <EnergyChart energies={answer.energies} shown={step} />
      </div>
    </section>
  );
}

function Weights({ answer, values, dark }: { readonly answer: Answer; readonly values: Float32Array; readonly dark: boolean }) {
  const { patterns } = answer;
  return (
    <>
      <ol class="bars">
        {heaviest(values, 5).map(({ index, weight }) => (
          <li key={index}>
            <img
              src={storedAddress(`${patterns.key.split("/")[0]} ${index}`, pictureOf(patterns, index), patterns.width, dark)}
              alt={nameOf(answer, index)}
              width="28"
              height="28"
            />
            <span class="track" aria-hidden="true">
              <span class="bar" style={`width:${(100 * weight).toFixed(2)}%`} />
            </span>
            <span class="amount">{percent(weight)}</span>
          </li>
        ))}
      </ol>
      <WeightStrip weights={values} names={(index) => nameOf(answer, index)} />
      <p class="quiet small">All {values.length} stored pictures in order; heights are square roots of the weights.</p>
    </>
  );
}

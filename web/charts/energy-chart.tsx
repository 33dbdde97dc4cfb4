/** @file Energy per step: one dot a state, the shown one marked. A pure function of the numbers. */
import { short } from "./format.ts";

interface Props {
  readonly energies: readonly (number | null)[];
  readonly shown: number;
}

const [width, height, left, right, top, bottom] = [320, 150, 68, 12, 14, 26];

export function EnergyChart({ energies, shown }: Props) {
  const present = energies.filter((energy) => energy !== null);
  if (present.length === 0) return <p class="quiet">This model has no known energy, so none is drawn.</p>;
  const [low, high] = [Math.min(...present), Math.max(...present)];
  const span = high - low || Math.abs(high) || 1;
  const x = (step: number): number => left + (energies.length === 1 ? 0.5 : step / (energies.length - 1)) * (width - left - right);
  const y = (energy: number): number => top + (1 - (energy - low) / span) * (height - top - bottom);
  const points = energies.flatMap((energy, step) => (energy === null ? [] : [{ step, energy }]));
  const said = points.map(({ step, energy }) => `step ${step}: ${short(energy)}`).join(", ");
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Energy per step. ${said}`}>
      <line class="axis" x1={left} x2={width - right} y1={height - bottom} y2={height - bottom} />
      {[high, low].map((energy, i) => (
        <text key={String(i)} class="tick" x={left - 6} y={y(energy) + 4} text-anchor="end">
          {i === 1 && high === low ? "" : short(energy)}
        </text>
      ))}
      <polyline class="line" points={points.map(({ step, energy }) => `${x(step).toFixed(1)},${y(energy).toFixed(1)}`).join(" ")} />
      {points.map(({ step, energy }) => (
        <circle
          key={step}
          class={step === shown ? "dot now" : "dot"}
          cx={x(step).toFixed(1)}
          cy={y(energy).toFixed(1)}
          r={step === shown ? 6 : 4}
        />
      ))}
      {energies.map((_, step) =>
        energies.length > 8 && step % 5 !== 0 ? null : (
          <text key={String(step)} class="tick" x={x(step).toFixed(1)} y={height - 8} text-anchor="middle">
            {step === 0 ? "cue" : step}
          </text>
        ),
      )}
    </svg>
  );
}

/** @file The landscape of a small memory: the field as pixels, the points and the path over it. Points are dragged, or moved by arrow keys. */
import { landscapePixels } from "../charts/landscape-picture.ts";
import { addPoint, changeLandscape, dropPoint, type LandscapeState, landscapeModels, movePoint, type Point } from "../landscape/state.ts";
import type { Apply } from "../state/types.ts";
import { explanations } from "../text/controls.ts";
import { Card, Choice, Slider } from "./elements.tsx";

interface Props {
  readonly landscape: LandscapeState;
  readonly dark: boolean;
  readonly apply: Apply;
}

/** Paints the field on its canvas; in Node there is no canvas to paint on. */
function paint(canvas: HTMLCanvasElement | null, { field }: LandscapeState, dark: boolean): void {
  const context = canvas?.getContext?.("2d");
  if (!context || !field) return;
  context.putImageData(new ImageData(landscapePixels(field.energies, field.size, dark), field.size, field.size), 0, 0);
}

const arrows: Readonly<Record<string, Point>> = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, 0.02], ArrowDown: [0, -0.02] };
const dragged: { index: number | null } = { index: null };

export function Landscape({ landscape, dark, apply }: Props) {
  const { points, start, field, beta, model, problem } = landscape;
  const move = (index: number, to: Point): void => apply(movePoint(index, to));
  const place = (event: PointerEvent): Point => {
    const box = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
  };
  const nearest = ([x, y]: Point): number => {
    const distances = [start, ...points].map(([px, py]) => Math.hypot(px - x, py - y));
    return distances.indexOf(Math.min(...distances)) - 1;
  };
  const end = field?.path.at(-1);
  return (
    <Card title={explanations.landscape.title} about={explanations.landscape}>
      <div class="landscape">
        <div class="plane">
          <canvas ref={(canvas) => paint(canvas, landscape, dark)} width={field?.size ?? 1} height={field?.size ?? 1} />
          <svg
            viewBox="0 0 100 100"
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              const at = place(event);
              dragged.index = nearest(at);
              move(dragged.index, at);
            }}
            onPointerMove={(event) => {
              if (dragged.index !== null) move(dragged.index, place(event));
            }}
            onPointerUp={() => {
              dragged.index = null;
            }}
          >
            <title>The energy of every state, the stored points, and the path of the recall</title>
            {field ? (
              <polyline
                class="path"
                points={field.path.map(([x, y]) => `${(100 * x).toFixed(2)},${(100 - 100 * y).toFixed(2)}`).join(" ")}
              />
            ) : null}
            {[...points.map((point, i) => ({ point, index: i })), { point: start, index: -1 }].map(({ point: [x, y], index }) => (
              // biome-ignore lint/a11y/useSemanticElements: SVG has no button; the role, the name and the keys make it one.
              <g
                key={index}
                class={index < 0 ? "handle start" : "handle"}
                role="button"
                tabindex={0}
                aria-label={`${index < 0 ? "Start of the recall" : `Stored point ${index + 1}`} at ${x.toFixed(2)}, ${y.toFixed(2)}. Arrow keys move it.`}
                onKeyDown={(event) => {
                  const by = arrows[event.key];
                  if (!by) return;
                  event.preventDefault();
                  move(index, [x + by[0], y + by[1]]);
                }}
              >
                {index < 0 ? (
                  <rect x={100 * x - 2.4} y={97.6 - 100 * y} width="4.8" height="4.8" rx="0.8" />
                ) : (
                  <circle cx={100 * x} cy={100 - 100 * y} r="2.6" />
                )}
              </g>
            ))}
            {end ? <circle class="end" cx={100 * end[0]} cy={100 - 100 * end[1]} r="1.6" /> : null}
          </svg>
        </div>
        <div class="controls">
          <p>
            Three patterns of two numbers each: now the whole energy fits on the screen. <strong>Circles</strong> are stored, the{" "}
            <strong>square</strong> is where the recall starts, the line is where it goes.
          </p>
          <Slider
            id="landscape-beta"
            label="β, sharpness"
            value={Math.log10(beta)}
            min={0}
            max={2.7}
            step={0.02}
            text={beta.toPrecision(3)}
            about={explanations.beta}
            onInput={(power) => apply(changeLandscape(() => ({ beta: Number((10 ** power).toPrecision(4)) })))}
          />
          <Choice
            id="landscape-model"
            label="Model"
            value={model}
            options={landscapeModels.map((name) => [name, name] as const)}
            about={explanations.model}
            onChange={(value) => apply(changeLandscape(() => ({ model: value })))}
          />
          <div class="actions">
            <button type="button" disabled={points.length >= 6} onClick={() => apply(addPoint)}>
              Add a point
            </button>
            <button type="button" disabled={points.length <= 2} onClick={() => apply(dropPoint)}>
              Remove one
            </button>
          </div>
          <p class="quiet" aria-live="polite">
            {problem ??
              (field
                ? `${field.path.length - 1} steps to ${end ? `(${end[0].toFixed(2)}, ${end[1].toFixed(2)})` : "the end"}${field.converged ? ", a fixed point" : ""}.`
                : "Computing …")}
          </p>
        </div>
      </div>
    </Card>
  );
}

/** @file The pad that is painted on, by pointer or by keyboard: arrows move the cursor, space (held: while moving) uses the tool. What a stroke does is the caller's. */
import { side } from "../patterns/pen.ts";
import type { Tool } from "../state/cue.ts";
import { Picture } from "./elements.tsx";

type Point = readonly [number, number];

interface Props {
  readonly values: Float32Array;
  readonly missing?: Uint8Array;
  readonly dark: boolean;
  readonly label: string;
  readonly tool: Tool;
  readonly brush: number;
  readonly cursor: Point;
  /** Stands on the pad while there is nothing on it. */
  readonly hint?: string;
  readonly onStroke: (from: Point, to: Point) => void;
  readonly onCursor: (cursor: Point) => void;
}

/** Where the pointer was last, while a stroke is drawn: of the pointer, not of the page's state. */
const stroke: { from: Point | null } = { from: null };

function place(event: PointerEvent): Point {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const at = (offset: number, size: number): number => Math.min(side - 0.01, Math.max(0, (offset / size) * side));
  return [at(event.clientX - box.left, box.width), at(event.clientY - box.top, box.height)];
}

const arrows: Readonly<Record<string, Point>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const held = { space: false };

export function Pad({ values, missing, dark, label, tool, brush, cursor, hint, onStroke, onCursor }: Props) {
  const centre: Point = [cursor[0] + 0.5, cursor[1] + 0.5];
  const percentOf = (x: number): string => `${((100 * x) / side).toFixed(2)}%`;
  return (
    <div
      class={`pad tool-${tool}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a drawing surface has no native element; the role and the described keys make it one.
      tabIndex={0}
      role="application"
      aria-label={`${label}. Arrow keys move the cursor, space uses the tool “${tool}”. Cursor at column ${cursor[0] + 1}, row ${cursor[1] + 1}.`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = place(event);
        stroke.from = at;
        onStroke(at, at);
      }}
      onPointerMove={(event) => {
        if (!stroke.from) return;
        const at = place(event);
        onStroke(stroke.from, at);
        stroke.from = at;
      }}
      onPointerUp={() => {
        stroke.from = null;
      }}
      onPointerCancel={() => {
        stroke.from = null;
      }}
      onKeyDown={(event) => {
        const move = arrows[event.key];
        if (event.key === " ") {
          event.preventDefault();
          held.space = true;
          onStroke(centre, centre);
        } else if (move) {
          event.preventDefault();
          const inside = (x: number): number => Math.min(side - 1, Math.max(0, x));
          const to: Point = [inside(cursor[0] + move[0]), inside(cursor[1] + move[1])];
          onCursor(to);
          if (held.space || event.shiftKey) onStroke(centre, [to[0] + 0.5, to[1] + 0.5]);
        }
      }}
      onKeyUp={(event) => {
        if (event.key === " ") held.space = false;
      }}
    >
      <Picture values={values} missing={missing} dark={dark} alt="" />
      {hint && !values.some((x) => x > 0) ? (
        <span class="hint" aria-hidden="true">
          {hint}
        </span>
      ) : null}
      <span
        class="cursor"
        aria-hidden="true"
        style={`left:${percentOf(centre[0])};top:${percentOf(centre[1])};width:${percentOf(2 * brush + 1)};height:${percentOf(2 * brush + 1)}`}
      />
    </div>
  );
}

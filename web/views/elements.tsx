/** @file The small parts that every panel is made of: a help note, a slider, a choice, a switch, a picture. Pure functions of what they are given. */
import type { ComponentChildren } from "preact";
import { pictureAddress } from "../charts/picture.ts";
import type { Explanation } from "../text/controls.ts";

/** Moves an open note sideways by as much as it would leave the window. */
function keepInside(details: HTMLDetailsElement): void {
  const note = details.querySelector<HTMLElement>(".note");
  if (!note || !details.open) return;
  note.style.setProperty("--shift", "0px");
  const { left, right } = note.getBoundingClientRect();
  const edge = document.documentElement.clientWidth - 8;
  note.style.setProperty("--shift", `${Math.max(8 - left, Math.min(0, edge - right))}px`);
}

/** The "?" beside a control; what it opens is text, formula and source. One at a time is open. */
export function Help({ about }: { readonly about: Explanation }) {
  return (
    <details class="help" name="help" onToggle={(event) => keepInside(event.currentTarget)}>
      <summary aria-label={`About: ${about.title}`}>?</summary>
      <div class="note">
        <strong>{about.title}</strong>
        <p>{about.what}</p>
        {about.formula ? <p class="formula">{about.formula}</p> : null}
        {about.paper ? <p class="source">{about.paper}</p> : null}
      </div>
    </details>
  );
}

interface SliderProps {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** What is shown and read aloud. */
  readonly text: string;
  readonly about?: Explanation;
  readonly onInput: (value: number) => void;
}

export function Slider({ id, label, value, min, max, step, text, about, onInput }: SliderProps) {
  return (
    <div class="control">
      <div class="label">
        <label for={id}>{label}</label>
        <output for={id}>{text}</output>
        {about ? <Help about={about} /> : null}
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={text}
        onInput={(event) => onInput(Number(event.currentTarget.value))}
      />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly about?: Explanation;
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({ id, label, value, options, about, onChange }: ChoiceProps<T>) {
  return (
    <div class="control">
      <div class="label">
        <label for={id}>{label}</label>
        {about ? <Help about={about} /> : null}
      </div>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map(([name, text]) => (
          <option key={name} value={name} selected={name === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface SwitchProps {
  readonly id: string;
  readonly label: string;
  readonly checked: boolean;
  readonly about?: Explanation;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ id, label, checked, about, onChange }: SwitchProps) {
  return (
    <div class="control row">
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      {about ? <Help about={about} /> : null}
    </div>
  );
}

/** A set of buttons of which one is pressed. */
export function Pick<T extends string>({
  label,
  value,
  options,
  about,
  onPick,
}: {
  readonly label: string;
  readonly value: T | null;
  readonly options: readonly (readonly [T, string])[];
  readonly about?: Explanation;
  readonly onPick: (value: T) => void;
}) {
  return (
    <fieldset class="pick">
      <legend class="unseen">{label}</legend>
      {options.map(([name, text]) => (
        <button key={name} type="button" aria-pressed={name === value} onClick={() => onPick(name)}>
          {text}
        </button>
      ))}
      {about ? <Help about={about} /> : null}
    </fieldset>
  );
}

interface PictureProps {
  readonly values: ArrayLike<number>;
  readonly alt: string;
  readonly dark: boolean;
  readonly missing?: ArrayLike<number> | undefined;
  readonly width?: number;
  readonly kind?: string;
}

export function Picture({ values, alt, dark, missing, width = 28, kind = "picture" }: PictureProps) {
  return (
    <img
      class={kind}
      src={pictureAddress(values, width, { dark, missing })}
      alt={alt}
      width={width}
      height={Math.ceil(values.length / width)}
      draggable={false}
    />
  );
}

export function Card({
  title,
  about,
  children,
  id,
}: {
  readonly title: string;
  readonly about?: Explanation;
  readonly children: ComponentChildren;
  readonly id?: string;
}) {
  return (
    <section class="card" {...(id ? { id } : {})} aria-label={title}>
      <h3>
        {title}
        {about ? <Help about={about} /> : null}
      </h3>
      {children}
    </section>
  );
}

/** What may be wider than the page scrolls by itself, by keyboard too. */
export function Scroll({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to take the focus, or the keyboard cannot scroll it.
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** @file The axes of the model. Only what the chosen model depends on is shown; every control has its explanation beside it. */
import type { Model, Post, Separation, Similarity, Support } from "modern-hopfield";
import { short } from "../charts/format.ts";
import {
  axesOf,
  hasAxes,
  isBinary,
  modelAxes,
  modelNames,
  numbersOf,
  posts,
  type Settings,
  separations,
  similarities,
  supports,
} from "../state/settings.ts";
import { type ControlName, explanations } from "../text/controls.ts";
import { Choice, Help, Slider, Switch } from "./elements.tsx";

interface Props {
  readonly prefix: string;
  readonly settings: Settings;
  /** β in force, and whether it came from the data. */
  readonly beta: number | null;
  /** Labels that a mask may allow. */
  readonly labels: readonly string[];
  /** Powers of ten that the β slider spans. */
  readonly powers: readonly [number, number];
  readonly onChange: (patch: Partial<Settings>) => void;
}

const named = <T extends string>(names: readonly T[]): (readonly [T, string])[] => names.map((name) => [name, name]);
const withOwn = <T extends string>(own: T | null, names: readonly T[]): (readonly [T | "own", string])[] => [
  ["own", `as the model: ${own}`],
  ...named(names),
];

/** Ranges of the numbers: least, most, step. */
const ranges = {
  alpha: [1.05, 4, 0.05],
  k: [1, 50, 1],
  window: [0, 100, 1],
  keep: [0.05, 1, 0.05],
  seed: [1, 99, 1],
  features: [16, 1024, 16],
  degree: [1, 12, 1],
  lambda: [0, 10, 0.1],
} as const;

export function ModelControls({ prefix, settings, beta, labels, powers, onChange }: Props) {
  const { model } = settings;
  const [similarity, separation, support] = modelAxes[model];
  const pickModel = (next: Model): void => onChange({ model: next, similarity: null, separation: null, support: null, post: null });
  const id = (name: string): string => `${prefix}-${name}`;
  const kinds = [...new Set(labels)];
  return (
    <div class="controls">
      <Choice id={id("model")} label="Model" value={model} options={named(modelNames)} about={explanations.model} onChange={pickModel} />
      {isBinary(model) ? null : (
        <div>
          <Slider
            id={id("beta")}
            label="β, sharpness"
            value={Math.log10(settings.beta ?? beta ?? 1)}
            min={powers[0]}
            max={powers[1]}
            step={0.02}
            text={short(settings.beta ?? beta)}
            about={explanations.beta}
            onInput={(power) => onChange({ beta: Number((10 ** power).toPrecision(4)) })}
          />
          {settings.beta === null ? (
            <p class="quiet small">advised by the stored data</p>
          ) : (
            <button type="button" class="plain" onClick={() => onChange({ beta: null })}>
              Take β from the data
            </button>
          )}
        </div>
      )}
      {similarity ? (
        <Choice
          id={id("similarity")}
          label="Similarity"
          value={settings.similarity ?? "own"}
          options={withOwn<Similarity>(similarity, hasAxes(model) ? similarities : ["dot", "l2"])}
          about={explanations.similarity}
          onChange={(value) => onChange({ similarity: value === "own" ? null : value })}
        />
      ) : null}
      {separation ? (
        <Choice
          id={id("separation")}
          label="Separation"
          value={settings.separation ?? "own"}
          options={withOwn<Separation>(separation, separations)}
          about={explanations.separation}
          onChange={(value) => onChange({ separation: value === "own" ? null : value })}
        />
      ) : null}
      {support ? (
        <Choice
          id={id("support")}
          label="Support"
          value={settings.support ?? "own"}
          options={withOwn<Support>(support, supports)}
          about={explanations.support}
          onChange={(value) => onChange({ support: value === "own" ? null : value })}
        />
      ) : null}
      {isBinary(model) ? null : (
        <Choice
          id={id("post")}
          label="After every step"
          value={settings.post ?? "identity"}
          options={named<Post>(posts)}
          about={explanations.post}
          onChange={(value) => onChange({ post: value === "identity" ? null : value })}
        />
      )}
      {numbersOf(settings).map((name) => (
        <Slider
          key={name}
          id={id(name)}
          label={explanations[name satisfies ControlName].title}
          value={settings[name]}
          min={ranges[name][0]}
          max={ranges[name][1]}
          step={ranges[name][2]}
          text={String(settings[name])}
          about={explanations[name]}
          onInput={(value) => onChange({ [name]: value })}
        />
      ))}
      {axesOf(settings).support === "mask" && kinds.length <= 30 ? (
        <fieldset class="pick">
          <legend>
            {explanations.allowed.title} <Help about={explanations.allowed} />
          </legend>
          {kinds.map((label) => (
            <button
              key={label}
              type="button"
              aria-pressed={settings.allowed.includes(label)}
              onClick={() =>
                onChange({
                  allowed: settings.allowed.includes(label)
                    ? settings.allowed.filter((each) => each !== label)
                    : [...settings.allowed, label],
                })
              }
            >
              {label}
            </button>
          ))}
        </fieldset>
      ) : null}
      {hasAxes(model) ? (
        <Switch
          id={id("clamp")}
          label="Put known entries back"
          checked={settings.clamp}
          about={explanations.clamp}
          onChange={(clamp) => onChange({ clamp })}
        />
      ) : null}
    </div>
  );
}

/**
 * @file Bit-pattern bags, the multiple-instance problem of hopfield-layers: a bag of random codes is positive when one of a few fixed codes, the signals, is among them. No single bit and no
 * linear function of a code tells signals from the rest.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { type RandomStream, randomStream, sampleWithoutReplacement, uniformInteger } from "../core/random.ts";
import type { LabelledBags } from "../layers/index.ts";

export interface BitPatternOptions {
  /** Default 16. */
  readonly instances?: number;
  /** Bits of a code, at most 24, default 8. */
  readonly bits?: number;
  /** Distinct codes that make a bag positive, none of them zero; default 8. */
  readonly signals?: number;
  /** Signals put into a positive bag, at distinct places; default 1. */
  readonly signalsPerBag?: number;
  /** Share of positive bags, default 0.5. */
  readonly positive?: number;
}

interface Settings extends Required<BitPatternOptions> {}

/** Draws the signals of a seed and bags around them. */
export interface BitPatterns {
  /** Codes as whole numbers; bit k of a code is column k of an instance. */
  readonly signals: readonly number[];
  /** @param stream tells draws apart: training and test bags of one seed share the signals and nothing else. */
  bags(count: number, stream: number): LabelledBags;
}

/** @throws HopfieldError E_RANGE, also when there are not enough codes for signals and other instances. */
export function bitPatterns(seed: number, options: BitPatternOptions = {}): BitPatterns {
  const s = settingsOf(options);
  const signals = sampleWithoutReplacement(randomStream(seed, 0xb1700000), 2 ** s.bits - 1, s.signals).map((code) => code + 1);
  return { signals, bags: (count, stream) => draw(s, signals, randomStream(seed, 0xb1700001 + stream), count) };
}

function settingsOf(options: BitPatternOptions): Settings {
  const where = "bitPatterns";
  checkNames(where, options, ["instances", "bits", "signals", "signalsPerBag", "positive"]);
  const whole = (name: keyof BitPatternOptions, fallback: number, atMost?: number): number =>
    checkNumber(where, name, options[name] ?? fallback, { atLeast: 1, whole: true, ...(atMost === undefined ? {} : { atMost }) });
  const instances = whole("instances", 16);
  const bits = whole("bits", 8, 24);
  const signals = whole("signals", 8);
  if (signals > 2 ** bits - 2)
    throw new HopfieldError(
      "E_RANGE",
      `${where}: ${bits} bits have ${2 ** bits - 1} codes that are not zero; ${signals} signals leave no other`,
    );
  return {
    instances,
    bits,
    signals,
    signalsPerBag: whole("signalsPerBag", 1, Math.min(instances, signals)),
    positive: checkNumber(where, "positive", options.positive ?? 0.5, { atLeast: 0, atMost: 1 }),
  };
}

function draw(s: Settings, signals: readonly number[], random: RandomStream, count: number): LabelledBags {
  const checked = checkNumber("bitPatterns", "count", count, { atLeast: 1, whole: true });
  const isSignal = new Set(signals);
  const positives = Math.ceil(s.positive * checked);
  const data = new Float32Array(checked * s.instances * s.bits);
  const targets = new Float32Array(checked);
  // Positive bags stand at random places, so that any stretch of the bags is a fair sample.
  for (const b of sampleWithoutReplacement(random, checked, positives)) targets[b] = 1;
  for (let b = 0; b < checked; b++) {
    const codes = Array.from({ length: s.instances }, () => otherCode(random, s.bits, isSignal));
    if (targets[b] === 1) {
      const places = sampleWithoutReplacement(random, s.instances, s.signalsPerBag);
      const chosen = sampleWithoutReplacement(random, signals.length, s.signalsPerBag);
      places.forEach((place, i) => {
        codes[place] = signals[chosen[i] as number] as number;
      });
    }
    codes.forEach((code, i) => {
      for (let k = 0; k < s.bits; k++) data[(b * s.instances + i) * s.bits + k] = (code >> k) & 1;
    });
  }
  const offsets = Int32Array.from({ length: checked + 1 }, (_, b) => b * s.instances);
  return { bags: { data, rows: checked * s.instances, columns: s.bits, offsets }, targets };
}

/** Uniform among the codes that are neither zero nor a signal. */
function otherCode(random: RandomStream, bits: number, isSignal: ReadonlySet<number>): number {
  for (;;) {
    const code = uniformInteger(random, 2 ** bits);
    if (code !== 0 && !isSignal.has(code)) return code;
  }
}

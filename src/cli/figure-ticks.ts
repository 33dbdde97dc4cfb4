/** @file Where an axis has its ticks: at round numbers 1, 2 or 5 times a power of ten, or at decades (and 2 and 5 between them where there are few). */

/** At most about `most` round numbers within [low, high]. */
export function ticksOf(low: number, high: number, log: boolean, most = 8): number[] {
  return log ? decades(low, high) : evenly(low, high, most);
}

function evenly(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  // Whole multiples, so that no tick reads 0.30000000000000004; a hair of tolerance at both ends.
  for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function decades(low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = to - from > 4 ? [1] : [1, 2, 5];
  const every = Math.max(1, Math.ceil((to - from) / 10));
  const ticks: number[] = [];
  for (let power = from; power <= to; power += every)
    for (const factor of factors) ticks.push(Number((factor * 10 ** power).toPrecision(12)));
  return ticks.filter((t) => t >= low * (1 - 1e-9) && t <= high * (1 + 1e-9));
}

/** Short, without an exponent between 0.001 and 1e6. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(0).replace("e+", "e") : String(value);
}

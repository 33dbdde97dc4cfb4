/**
 * @file A made series whose past comes back after a lag that changes: cycles of one length, of which a few fresh ones are repeated in order for a while, then others, as many or fewer, and so on.
 * No single linear map fits: what to copy has to be looked up in the window.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNames, checkNumber } from "../core/options.ts";
import { normal, randomStream, uniformInteger } from "../core/random.ts";
import { sine } from "./series-made.ts";
import type { TableText } from "./table-columns.ts";

export interface EchoSeriesOptions {
  /** Default 20 000. */
  readonly times?: number;
  /** Values of a cycle; default 12. */
  readonly cycle?: number;
  /** A stretch repeats 2 ... `most` cycles; default 5. */
  readonly most?: number;
  /** How often it does; default 5. */
  readonly repeats?: number;
  /** Deviation of the noise, where the cycles have variance about 1; default 0.1. */
  readonly noise?: number;
  readonly seed?: number;
}

/** Waves of a cycle: so many periods to a cycle, each with a random phase and height. */
const waves = 3;

export interface EchoSeries {
  readonly text: TableText;
  /** What a forecaster who knows the rule says: the value one lag before (the time it was), or null in a stretch's first round, which nobody can foresee. */
  readonly source: readonly (number | null)[];
}

/** @throws HopfieldError E_RANGE. */
export function echoSeries(options: EchoSeriesOptions = {}): EchoSeries {
  const where = "echoSeries";
  checkNames(where, options, ["times", "cycle", "most", "repeats", "noise", "seed"]);
  const whole = (name: "times" | "cycle" | "most" | "repeats", fallback: number, atLeast: number): number =>
    checkNumber(where, name, options[name] ?? fallback, { atLeast, atMost: 1e6, whole: true });
  const [times, cycle] = [whole("times", 20_000, 100), whole("cycle", 12, 2)];
  const [most, repeats] = [whole("most", 5, 2), whole("repeats", 5, 2)];
  if (cycle * most > times) throw new HopfieldError("E_RANGE", `${where}: ${most} cycles of ${cycle} are longer than ${times} times`);
  const noise = checkNumber(where, "noise", options.noise ?? 0.1, { atLeast: 0 });
  const random = randomStream(options.seed ?? 1, 0x6563686f);
  const rows: string[][] = [];
  const source: (number | null)[] = [];
  while (rows.length < times) {
    const lag = 2 + uniformInteger(random, most - 1);
    const heights = Array.from({ length: lag }, () => Array.from({ length: 2 * waves }, () => normal(random) / Math.sqrt(waves)));
    for (let c = 0; c < lag * repeats; c++) {
      const own = heights[c % lag] as number[];
      for (let t = 0; t < cycle && rows.length < times; t++) {
        const clean = own.reduce((sum, a, n) => {
          const angle = (2 * Math.PI * ((1 + Math.floor(n / 2)) * t)) / cycle;
          return sum + a * sine(n % 2 === 0 ? angle : angle + Math.PI / 2);
        }, 0);
        source.push(c < lag ? null : rows.length - lag * cycle);
        rows.push([String(clean + noise * normal(random))]);
      }
    }
  }
  return { text: { names: ["x"], rows }, source };
}

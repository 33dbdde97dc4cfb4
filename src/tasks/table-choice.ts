/**
 * @file How much Hopular should say beside the lookup. The watched rows ended its training, so what it says of them is too good; each half of them is therefore answered by the epoch that the
 * other half would have stopped at. A share other than the usual quarter has to be better by more than two standard errors. docs/tables/README.md
 */
import { portableLog } from "../core/portable.ts";

/** Shares of Hopular that are tried; the first is taken unless another is surely better. */
const shares = [0.25, 0, 0.5, 0.75, 1] as const;
/** Fewer rows have no standard error to speak of. */
const fewest = 10;

export interface WatchedAnswers {
  /** Of each row: the probability of the true class, or the number that the lookup says. */
  readonly lookup: ArrayLike<number>;
  /** The same of Hopular after every epoch. */
  readonly hopular: readonly Float32Array[];
  /** The numbers that are true; null for classes. */
  readonly truth: ArrayLike<number> | null;
}

export interface ShareChoice {
  readonly share: number;
  /** Mean loss of the rows: -log p, or half the squared error. */
  readonly loss: number;
  readonly lookup: number;
  readonly hopular: number;
}

export function chooseShare({ lookup, hopular, truth }: WatchedAnswers): ShareChoice {
  const count = lookup.length;
  // Nothing was watched; or the very first epoch came to numbers that are none.
  if (count === 0) return { share: shares[0], loss: 0, lookup: 0, hopular: 0 };
  if (hopular.length === 0) return { share: 0, loss: 0, lookup: 0, hopular: 0 };
  const loss = (i: number, said: number): number =>
    truth ? 0.5 * (said - (truth[i] as number)) ** 2 : -portableLog(Math.max(1e-12, said));
  const half = (i: number): number => i % 2;
  const stops = [0, 1].map((own) => {
    const others = hopular.map((said) => said.reduce((sum, each, i) => sum + (half(i) === own ? 0 : loss(i, each)), 0));
    return hopular[others.indexOf(Math.min(...others))] as Float32Array;
  });
  const lossesAt = (share: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) =>
      loss(i, (1 - share) * (lookup[i] as number) + share * ((stops[half(i)] as Float32Array)[i] as number)),
    );
  const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x / count, 0);
  const usual = lossesAt(shares[0]);
  let best = { share: shares[0] as number, gain: 0, loss: mean(usual) };
  for (const share of shares.slice(1)) {
    const own = lossesAt(share);
    const gains = own.map((x, i) => (usual[i] as number) - x);
    const gain = mean(gains);
    const error = Math.sqrt(gains.reduce((sum, g) => sum + (g - gain) ** 2, 0) / Math.max(1, count - 1) / count);
    if (count >= fewest && gain > 2 * error && gain > best.gain) best = { share, gain, loss: mean(own) };
  }
  return { share: best.share, loss: best.loss, lookup: mean(lossesAt(0)), hopular: mean(lossesAt(1)) };
}

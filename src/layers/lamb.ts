/**
 * @file LAMB (You et al., arXiv 1904.00962, algorithm 2) with lookahead (Zhang et al., arXiv 1907.08610, algorithm 1): Adam's direction with weight decay, of each tensor scaled to the
 * tensor's own length; every few steps the parameters return part of the way to where they were.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Bounds, checkNames, checkNumber } from "../core/options.ts";
import { copyInto, countParameters, listed, viewsInto } from "./parameters.ts";
import type { Parameters } from "./types.ts";
import { type Workspace, zeros } from "./workspace.ts";

export interface LambOptions {
  /** Above 0, default 1e-3. */
  readonly learningRate?: number;
  /** Default 0.1. */
  readonly weightDecay?: number;
  /** Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Default 1e-6. */
  readonly eps?: number;
  /** Longest gradient over all parameters; default 1. */
  readonly clip?: number;
  /** Steps between two returns, at least 1; default 5. */
  readonly every?: number;
  /** Share of the way from the slow to the fast parameters that is kept, in (0, 1]; default 0.5. 1: no lookahead. */
  readonly share?: number;
}

export interface Lamb {
  readonly parameters: Parameters;
  readonly gradients: Parameters;
  /** One step with the gradients as they stand; `scale` multiplies the learning rate. @returns the length of the gradient before clipping. */
  step(scale?: number): number;
  /** Everything that the next step depends on, copied. */
  state(): LambState;
}

/** All lists as long as there are parameters, in the order of `listed`. */
export interface LambState {
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly slow: Float32Array;
  readonly taken: number;
  readonly fading: readonly [number, number];
}

const known = ["learningRate", "weightDecay", "betas", "eps", "clip", "every", "share"];

/**
 * Copies the parameters into the workspace, where they stay.
 * @param from goes on where `state` was taken. @throws HopfieldError E_RANGE; E_SHAPE for a state of other parameters.
 */
export function openLamb(workspace: Workspace, fresh: Parameters, options: LambOptions = {}, from?: LambState): Lamb {
  checkNames("lamb", options, known);
  const within = (name: keyof LambOptions, fallback: number, bounds: Bounds): number =>
    checkNumber("lamb", name, options[name] ?? fallback, bounds);
  const rate = within("learningRate", 1e-3, { above: 0 });
  const decay = within("weightDecay", 0.1, { atLeast: 0 });
  const eps = within("eps", 1e-6, { above: 0 });
  const clip = within("clip", 1, { above: 0 });
  const every = within("every", 5, { atLeast: 1, whole: true });
  const share = within("share", 0.5, { above: 0, atMost: 1 });
  const [b1, b2] = (options.betas ?? [0.9, 0.999]).map((b) => checkNumber("lamb", "betas", b, { atLeast: 0, atMost: 0.999999 })) as [
    number,
    number,
  ];
  const count = countParameters(fresh);
  const list = (): Float32Array => zeros(workspace, 1, Math.ceil(count / 4) * 4).data;
  const [x, g] = [list(), list()];
  const [m, v, slow] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  const parameters = viewsInto(fresh, x);
  copyInto(fresh, parameters);
  slow.set(x.subarray(0, count));
  const sizes = listed(fresh).map(({ tensor }) => tensor.data.length);
  const direction = new Float64Array(Math.max(1, ...sizes));
  let [taken, fading1, fading2] = [0, 1, 1];
  if (from) {
    for (const [list, saved] of [
      [x, from.parameters],
      [m, from.first],
      [v, from.second],
      [slow, from.slow],
    ] as const) {
      if (saved.length !== count) throw new HopfieldError("E_SHAPE", `lamb: a state of ${saved.length} numbers for ${count} parameters`);
      list.set(saved);
    }
    [taken, fading1, fading2] = [from.taken, ...from.fading];
  }
  return {
    parameters,
    gradients: viewsInto(fresh, g),
    step(scale = 1) {
      const norm = Math.sqrt(workspace.kernels.innerProduct(g.byteOffset, g.byteOffset, g.length));
      const shrink = norm > clip ? clip / norm : 1;
      taken++;
      fading1 *= b1;
      fading2 *= b2;
      let from = 0;
      for (const size of sizes) {
        let [own, moved] = [0, 0];
        for (let i = 0; i < size; i++) {
          const at = from + i;
          const slope = shrink * (g[at] as number);
          const first = b1 * (m[at] as number) + (1 - b1) * slope;
          const second = b2 * (v[at] as number) + (1 - b2) * slope * slope;
          m[at] = first;
          v[at] = second;
          const value = x[at] as number;
          const step = first / (1 - fading1) / (Math.sqrt(second / (1 - fading2)) + eps) + decay * value;
          direction[i] = step;
          own += value * value;
          moved += step * step;
        }
        // A tensor that is still 0 takes Adam's own step.
        const trust = own > 0 && moved > 0 ? Math.sqrt(own / moved) : 1;
        for (let i = 0; i < size; i++) x[from + i] = (x[from + i] as number) - rate * scale * trust * (direction[i] as number);
        from += size;
      }
      if (share < 1 && taken % every === 0) {
        for (let i = 0; i < count; i++) {
          slow[i] = (slow[i] as number) + share * ((x[i] as number) - (slow[i] as number));
          x[i] = slow[i] as number;
        }
      }
      return norm;
    },
    state: () => ({
      parameters: x.slice(0, count),
      first: m.slice(),
      second: v.slice(),
      slow: slow.slice(),
      taken,
      fading: [fading1, fading2],
    }),
  };
}

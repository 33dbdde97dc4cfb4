/** The gradient at a fixed point, derived in f64 from the definition: equal to differences of converged runs to 1e-8, and what the kernels compute to f32. */
import { describe, expect, it } from "vitest";
import { associate, associateBack } from "../../src/layers/associate.ts";
import { type LayerSeparation, settingsOf } from "../../src/layers/association-options.ts";
import { newPass, openWorkspace, scoped } from "../../src/layers/index.ts";
import type { Tensor } from "../../src/layers/types.ts";
import { layoutOf } from "../../src/layers/weigh.ts";
import { normals } from "../oracle/index.ts";
import { type Definition, weightsOf } from "./oracle.ts";

const w = openWorkspace();
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
const read = (p: readonly number[], X: readonly (readonly number[])[]): number[] =>
  (X[0] as number[]).map((_, c) => p.reduce((sum, weight, i) => sum + weight * ((X[i] as number[])[c] as number), 0));

interface Case {
  readonly name: string;
  readonly separation: LayerSeparation;
  readonly alpha: number;
  /** S'g of the separation, from its derivation. */
  slope(p: readonly number[], g: readonly number[]): number[];
}

const soft = (p: readonly number[], g: readonly number[]): number[] => p.map((x, i) => x * ((g[i] as number) - dot(p, g)));
const sparse =
  (alpha: number) =>
  (p: readonly number[], g: readonly number[]): number[] => {
    const r = p.map((x) => (x > 0 ? x ** (2 - alpha) : 0));
    const mean = dot(r, g) / r.reduce((a, b) => a + b, 0);
    return r.map((x, i) => x * ((g[i] as number) - mean));
  };
const cases: readonly Case[] = [
  { name: "softmax", separation: "softmax", alpha: 1.5, slope: soft },
  { name: "softmax1", separation: "softmax1", alpha: 1.5, slope: soft },
  { name: "entmax 1.5", separation: "entmax", alpha: 1.5, slope: sparse(1.5) },
  { name: "entmax 1.25", separation: "entmax", alpha: 1.25, slope: sparse(1.25) },
];

const draw = normals(12);
// Rounded to f32, for the kernels; close together, so that several patterns share the fixed point.
const X = Array.from({ length: 6 }, () => Array.from({ length: 4 }, () => Math.fround(0.6 * draw())));
const q0 = Array.from({ length: 4 }, () => Math.fround(0.5 * draw()));
const g = Array.from({ length: 4 }, () => Math.fround(draw()));
const beta = 1.75;

const weigh = ({ separation, alpha }: Case, q: readonly number[], patterns: readonly number[][], b: number): number[] =>
  weightsOf(
    { separation } as Definition,
    patterns.map((x) => b * dot(x, q)),
    alpha,
  );

function fixedPoint(c: Case, patterns: readonly number[][], b: number): number[] {
  let q: readonly number[] = q0;
  for (let t = 0; t < 700; t++) q = read(weigh(c, q, patterns, b), patterns);
  return q as number[];
}

/** dX and dbeta of g . q*: u = (I - J)^-1 g by iteration, then one update's backward pass with u. */
function implicit(c: Case): { dX: number[][]; dBeta: number; q: number[] } {
  const q = fixedPoint(c, X, beta);
  const p = weigh(c, q, X, beta);
  let u: number[] = g;
  for (let t = 0; t < 700; t++) {
    const back = read(
      c.slope(
        p,
        X.map((x) => dot(x, u)),
      ),
      X,
    );
    u = g.map((x, i) => x + beta * (back[i] as number));
  }
  const dz = c.slope(
    p,
    X.map((x) => dot(x, u)),
  );
  const dX = X.map((_, i) => u.map((ui, k) => (p[i] as number) * ui + beta * (dz[i] as number) * (q[k] as number)));
  return { dX, dBeta: dz.reduce((sum, s, i) => sum + s * dot(X[i] as number[], q), 0), q };
}

describe("gradient at the fixed point", () => {
  for (const c of cases) {
    it(`${c.name}: by differences of converged runs to 1e-8, by the kernels to f32`, () => {
      const { dX, dBeta, q } = implicit(c);
      const h = 1e-5;
      const value = (patterns: readonly number[][], b: number): number => dot(g, fixedPoint(c, patterns, b));
      // Central differences: h^2 = 1e-10 times a third derivative, and rounding of 1e-16 / h.
      expect(Math.abs(dBeta - (value(X, beta + h) - value(X, beta - h)) / (2 * h))).toBeLessThan(1e-8);
      X.forEach((row, i) => {
        row.forEach((_, k) => {
          const moved = (by: number): number[][] => X.map((x, a) => x.map((v, b) => (a === i && b === k ? v + by : v)));
          expect(Math.abs(((dX[i] as number[])[k] as number) - (value(moved(h), beta) - value(moved(-h), beta)) / (2 * h))).toBeLessThan(
            1e-8,
          );
        });
      });
      const still = { staticState: true, staticStored: true, staticProjection: true, normalizeState: false, normalizeStored: false };
      const s = settingsOf("test", {
        stateSize: 4,
        beta,
        learnBeta: true,
        separation: c.separation,
        alpha: c.alpha,
        steps: null,
        tolerance: 0,
        gradient: "implicit",
        normalizeProjection: false,
        outputProjection: false,
        ...still,
      });
      scoped(w, () => {
        const flat = (rows: number[][]): Tensor => ({ data: Float32Array.from(rows.flat()), rows: rows.length, columns: 4 });
        const pass = newPass({ workspace: w });
        const parameters = { beta: { data: Float32Array.of(beta), rows: 1, columns: 1 } };
        const layout = layoutOf(Int32Array.of(0, 1), Int32Array.of(0, 6));
        const { y, saved } = associate(pass, s, parameters, { state: flat([q0]), stored: flat(X), projection: flat(X), layout });
        const back = associateBack(pass, s, parameters, saved, flat([g]));
        const found = Array.from(back.dStored.data, (x, i) => x + (back.dProjection.data[i] as number));
        // f32 weights and products; u gathers them over as many rounds as J takes to vanish.
        q.forEach((x, i) => {
          expect(Math.abs(x - (y.data[i] as number))).toBeLessThan(2e-6);
        });
        const size = Math.sqrt(dot(dX.flat(), dX.flat()));
        const error = Math.sqrt(dX.flat().reduce((sum, x, i) => sum + (x - (found[i] as number)) ** 2, 0));
        expect(error / size).toBeLessThan(1e-5);
        expect(Math.abs(((back.gradients.beta as Tensor).data[0] as number) - dBeta)).toBeLessThan(1e-5 * size);
      });
    });
  }
});

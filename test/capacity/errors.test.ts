/** Bad input to the capacity room: a HopfieldError that names function, expectation and what came; never NaN. */
import { describe, expect, test } from "vitest";
import { gaussianAllPatterns } from "../../src/capacity/all-patterns.ts";
import { annealedManifold } from "../../src/capacity/annealed.ts";
import { binaryEnsemble, gaussianOverlap, sphericalEnsemble } from "../../src/capacity/closed-forms.ts";
import { convertLambda } from "../../src/capacity/conventions.ts";
import { empiricalEnsemble } from "../../src/capacity/empirical.ts";
import { hiddenManifold } from "../../src/capacity/hidden-manifold.ts";
import { hysteresis } from "../../src/capacity/hysteresis.ts";
import { biasedBinary, mixtureEnsemble, pottsEnsemble, siteSums, sparseBinary } from "../../src/capacity/site-sums.ts";
import { alpha1, lambdaStar, phi, sigma } from "../../src/capacity/thresholds.ts";
import { HopfieldError } from "../../src/core/errors.ts";

const manifold = (activation: Parameters<typeof hiddenManifold>[0]["activation"], ratio = 0.5) => hiddenManifold({ activation, ratio });

describe("refused", () => {
  test.each<[string, () => unknown, string, string]>([
    ["lambda 0", () => alpha1(binaryEnsemble(), 0), "E_RANGE", "alpha1: lambda must be a finite number above 0, got 0"],
    ["lambda below 0", () => sigma(binaryEnsemble(), -1), "E_RANGE", "sigma"],
    ["lambda not a number", () => phi(binaryEnsemble(), 0.1, Number.NaN), "E_RANGE", "phi"],
    ["infinite lambda", () => gaussianAllPatterns(Number.POSITIVE_INFINITY), "E_RANGE", "gaussianAllPatterns"],
    ["alpha below 0", () => lambdaStar(binaryEnsemble(), -0.1), "E_RANGE", "alpha"],
    ["ratio 0", () => manifold("relu", 0), "E_RANGE", "ratio must be above 0"],
    ["ratio not a number", () => manifold("relu", Number.NaN), "E_RANGE", "ratio"],
    ["an unknown activation", () => manifold("rellu" as "relu"), "E_RANGE", 'did you mean "relu"?'],
    ["an unknown option", () => hiddenManifold({ activation: "relu", ratio: 1, piror: "gaussian" } as never), "E_RANGE", "prior"],
    ["a sigma that is NaN", () => manifold({ value: (u) => Math.sqrt(u) }), "E_NONFINITE", "sigma(-64) is NaN"],
    ["a sigma that is infinite", () => manifold({ value: (u) => 1 / u }), "E_NONFINITE", "Infinity"],
    ["a sigma that grows quadratically", () => manifold({ value: (u) => u * u }), "E_RANGE", "faster than linearly"],
    ["a sigma that grows exponentially", () => manifold({ value: (u) => Math.exp(u) }), "E_RANGE", "faster than linearly"],
    ["a constant sigma", () => manifold({ value: () => 2 }), "E_RANGE", "constant"],
    ["a table of one row", () => manifold({ table: [[0, 1]] }), "E_SHAPE", "at least 2 rows"],
    [
      "a table that goes back",
      () =>
        manifold({
          table: [
            [0, 1],
            [0, 2],
          ],
        }),
      "E_RANGE",
      "must increase",
    ],
    [
      "a table with NaN",
      () =>
        manifold({
          table: [
            [0, 1],
            [1, Number.NaN],
          ],
        }),
      "E_NONFINITE",
      "row 1",
    ],
    ["noise below 0", () => sphericalEnsemble({ noise: -1 }), "E_RANGE", "noise"],
    ["a cosine above 1", () => sphericalEnsemble({ norm: 1, signal: 1.2 }), "E_RANGE", "signal"],
    ["flips above a half", () => binaryEnsemble({ flips: 0.6 }), "E_RANGE", "flips"],
    ["no variance", () => gaussianOverlap({ variance: 0, signal: 1 }), "E_RANGE", "variance"],
    ["bias 1", () => biasedBinary(1), "E_RANGE", "bias"],
    ["activity 0", () => sparseBinary(0), "E_RANGE", "activity"],
    ["one state", () => pottsEnsemble(1), "E_RANGE", "states"],
    [
      "shares that do not add up",
      () => siteSums("x", [{ share: 0.5, signal: 1, overlaps: [{ probability: 1, overlap: 0 }] }]),
      "E_RANGE",
      "add up to 1",
    ],
    ["weights that do not add up", () => mixtureEnsemble([{ weight: 0.5, mean: 0, variance: 1 }]), "E_RANGE", "add up to 1"],
    ["annealed independent entries", () => annealedManifold({ activation: "relu", ratio: Number.POSITIVE_INFINITY }), "E_RANGE", "ratio"],
    ["hysteresis of a closed form", () => hysteresis({ activation: "linear", ratio: 1 }, [1]), "E_RANGE", "closed form"],
    ["lambdas that fall", () => hysteresis({ activation: "relu", ratio: 1 }, [1, 0.5]), "E_RANGE", "lambda"],
    ["conversion without N", () => convertLambda(1, "raw", "unit"), "E_RANGE", "n must"],
    ["equal patterns", () => empiricalEnsemble(Array.from({ length: 50 }, () => [1, 2, 3])), "E_RANGE", "different patterns"],
    ["a pattern with NaN", () => empiricalEnsemble([[1, Number.NaN]]), "E_NONFINITE", "row 0"],
  ])("%s", (_, call, code, words) => {
    expect(call).toThrow(HopfieldError);
    try {
      call();
    } catch (error) {
      expect(error).toMatchObject({ code });
      expect((error as Error).message).toContain(words);
    }
  });
});

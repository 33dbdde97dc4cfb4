/** The claims on capacity: each refuses functions that are wrong in one way. */
import { describe, expect, it } from "vitest";
import { alpha1, lambdaSaturation, simulate } from "../../src/capacity/index.ts";
import { capacityFiniteSize, finiteSizeClaim } from "../../src/claims/capacity-finite-size.ts";
import { capacityLatent, latentClaim } from "../../src/claims/capacity-latent.ts";
import { capacitySaturation, saturationClaim } from "../../src/claims/capacity-saturation.ts";
import { capacitySimulation, simulationClaim } from "../../src/claims/capacity-simulation.ts";
import { capacityThresholds, thresholdsClaim } from "../../src/claims/capacity-thresholds.ts";
import { type Claim, claims } from "../../src/claims/index.ts";

it("all of them are in the list that is run (claims.test.ts runs them for two seeds)", () => {
  for (const claim of [capacityThresholds, capacityLatent, capacitySaturation, capacitySimulation, capacityFiniteSize])
    expect(claims).toContain(claim);
});

describe("refuse", () => {
  const wrong: [string, Claim][] = [
    ["a threshold that forgets to saturate", thresholdsClaim((ensemble, lambda) => lambda * ensemble.signal - ensemble.zeta(lambda))],
    ["a threshold a millionth too high", thresholdsClaim((ensemble, lambda) => alpha1(ensemble, lambda) + 1e-6)],
    ["a capacity that does not know the latent dimension", latentClaim((ensemble, lambda) => Math.min(0.25, alpha1(ensemble, lambda)))],
    ["a saturation one percent late", saturationClaim((ensemble) => (lambdaSaturation(ensemble) ?? 0) * 1.01 || null)],
    [
      "a simulation at a lambda five percent too high",
      simulationClaim(
        (options) => ({ ...simulate(options), alphaStar: simulate({ ...options, lambda: 1.05 * options.lambda }).alphaStar }),
        [20],
      ),
    ],
    ["drawn patterns at a lambda 40 percent too low", finiteSizeClaim((options) => simulate({ ...options, lambda: 0.6 * options.lambda }))],
  ];
  it.each(wrong)("%s", { timeout: 60_000 }, async (_, claim) => {
    const outcome = await claim.run({ seed: 1, progress: () => {} });
    expect(outcome.passed, outcome.measured).toBe(false);
  });
});

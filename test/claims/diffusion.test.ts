/** The claims on diffusion and on the linear manifold: each refuses functions that are wrong in one way. */
import { describe, expect, it } from "vitest";
import { collapseTime, manifoldPlane, memoryEnergy, triplePoint } from "../../src/capacity/index.ts";
import { collapseClaim, diffusionCollapse } from "../../src/claims/diffusion-collapse.ts";
import { diffusionIdentity, identityClaim } from "../../src/claims/diffusion-identity.ts";
import { type Claim, claims } from "../../src/claims/index.ts";
import { generalisationClaim, manifoldGeneralisation } from "../../src/claims/manifold-generalisation.ts";
import { manifoldTriplePoint, triplePointClaim } from "../../src/claims/manifold-triple-point.ts";

it("all of them are in the list that is run (claims.test.ts runs them for two seeds)", () => {
  for (const claim of [diffusionIdentity, diffusionCollapse, manifoldGeneralisation, manifoldTriplePoint]) expect(claims).toContain(claim);
});

describe("refuse", () => {
  const wrong: [string, Claim][] = [
    ["weights without the bias where norms differ", identityClaim((set, x, lambda) => memoryEnergy(set, x, lambda, "none"))],
    ["lambda a billionth too large", identityClaim((set, x, lambda, bias) => memoryEnergy(set, x, lambda * (1 + 1e-9), bias))],
    ["a collapse twice as late", collapseClaim((...input) => 2 * collapseTime(...input), [20, 24])],
    ["regimes of the memory with the bias", generalisationClaim((settings) => manifoldPlane({ ...settings, bias: "norm" }))],
    [
      "four times as many latent variables",
      generalisationClaim((settings) => manifoldPlane({ ...settings, ratio: 4 * settings.ratio, instances: 4 })),
    ],
    [
      "a triple point that ignores the noise",
      triplePointClaim((settings) => triplePoint({ ...settings, noise: settings.noise * 1.00001 })),
    ],
  ];
  it.each(wrong)("%s", { timeout: 60_000 }, async (_, claim) => {
    const outcome = await claim.run({ seed: 1, progress: () => {} });
    expect(outcome.passed, outcome.measured).toBe(false);
  });
});

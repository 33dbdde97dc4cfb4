/** The claims about trained layers hold in small, and none of them for a trainer that does not learn or a layer that computes something else. */
import { describe, expect, it } from "vitest";
import { attentionClaim } from "../../src/claims/layer-attention.ts";
import { bagLengthClaim } from "../../src/claims/layer-bag-length.ts";
import { latchLengthClaim } from "../../src/claims/layer-latch-length.ts";
import { lstmClaim } from "../../src/claims/layer-lstm.ts";
import { membersClaim } from "../../src/claims/layer-members.ts";
import { poolingClaim } from "../../src/claims/layer-pooling.ts";
import { type Trainer, trainAndTest } from "../../src/claims/layer-training.ts";
import { experimentContext } from "./digits.ts";

const context = { ...experimentContext(7), size: "small" as const };

/** Leaves the fresh parameters as they are, but for one step that is too small to see. */
const idle: Trainer = (network, problem, options) =>
  trainAndTest(network, problem, { ...options, epochs: 1, batch: 2 ** 20, learningRate: 1e-9 });

/** Learns with the module taken out: a mean over the instances stands in its place. */
const blind: Trainer = (network, problem, { stopBelow: _stop, ...options }) => {
  const { module: _module, quantity: _quantity, ...rest } = network;
  return trainAndTest(network.model === "pooling" || network.model === "association" ? { ...rest, model: "mean" } : network, problem, {
    ...options,
    epochs: 2,
  });
};

const factories = {
  pooling: poolingClaim,
  attention: attentionClaim,
  lstm: lstmClaim,
  members: membersClaim,
  "bag length": bagLengthClaim,
  "latch length": latchLengthClaim,
};

describe("claims about trained layers", () => {
  for (const [name, claim] of Object.entries(factories)) {
    it(`${name}: refuses a trainer that does not learn`, { timeout: 60_000 }, async () => {
      const outcome = await claim(idle).run(context);
      expect(outcome.passed, outcome.measured).toBe(false);
    });
  }

  for (const name of ["pooling", "members"] as const) {
    it(`${name}: refuses a network without its module`, { timeout: 60_000 }, async () => {
      const outcome = await factories[name](blind).run(context);
      expect(outcome.passed, outcome.measured).toBe(false);
    });
  }

  it("bag length: holds in small, with finite figures", { timeout: 60_000 }, async () => {
    const outcome = await bagLengthClaim().run(context);
    expect(outcome.passed, outcome.measured).toBe(true);
    expect(Object.values(outcome.figures ?? {}).every(Number.isFinite)).toBe(true);
  });
});

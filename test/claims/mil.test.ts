/** The claim about bags holds with another seed, reads the published sets, and refuses a committee that pools column by column. */
import { describe, expect, it } from "vitest";
import { milBags, milBagsClaim } from "../../src/claims/mil-bags.ts";
import { fitBags, type TableText } from "../../src/tasks/index.ts";

const context = { seed: 20, progress: () => {}, size: "small" as const };

/** Twenty bags of two rows whose first column tells the class. */
function readTable(path: string): TableText | null {
  if (path !== "mil/musk1.csv") return null;
  const rows = Array.from({ length: 40 }, (_, i) => {
    const b = Math.floor(i / 2);
    return [`b${b}`, String(b % 2), String((b % 2) + (i % 2) / 10), String((i * 7) % 5)];
  });
  return { names: ["bag", "label", "f1", "f2"], rows };
}

describe("mil-bags", () => {
  it("holds for another seed, and tells of the sets that there are", async () => {
    const outcome = await milBags.run({ ...context, readTable });
    expect(outcome.passed, outcome.measured).toBe(true);
    expect(outcome.figures?.["musk1 softmax"]).toBeGreaterThan(0.9);
    expect(outcome.figures?.["made ridge"]).toBeLessThan(0.6);
  });

  it("refuses means of the columns in place of the module", async () => {
    const columns: typeof fitBags = (table, options) =>
      fitBags(table, { ...options, network: { ...options?.network, model: "mean", width: 0 } });
    expect((await milBagsClaim(columns).run(context)).passed).toBe(false);
  });
});

/** The claims about tables and series hold on made data, and refuse what does not learn. */
import { describe, expect, it } from "vitest";
import { hopularTables, publishedTables } from "../../src/claims/hopular-tables.ts";
import { seriesForecast, seriesForecastClaim } from "../../src/claims/series-forecast.ts";
import { tableLookupClaim } from "../../src/claims/table-lookup.ts";
import { tableMadeClaim } from "../../src/claims/table-made.ts";
import { fitSeries, fitTable } from "../../src/tasks/index.ts";
import { normals } from "../oracle/index.ts";

const context = { seed: 2, progress: () => {} };

/** The tables under their names: the sign of one column, four folds. */
function readTable(path: string) {
  if (path !== `tables/${publishedTables.find(({ small }) => small)?.name}.csv`) return null;
  const draw = normals(4);
  const rows = Array.from({ length: 60 }, (_, i) => {
    const x = draw();
    return [
      String(x),
      String(draw()),
      x > 0 ? "1" : "0",
      ...[1, 2, 3, 4].flatMap((f) => [i % 4 === f - 1 ? "1" : "0", i % 4 === f % 4 ? "1" : "0"]),
    ];
  });
  return { names: ["f1", "f2", "target", ...[1, 2, 3, 4].flatMap((f) => [`test${f}`, `validation${f}`])], rows };
}

type Peers = NonNullable<Parameters<typeof hopularTables.run>[0]["peers"]>;
/** Says the truth with the given share of errors. */
const knowing =
  (wrong: number): Peers =>
  async (table, _model, _rows, test) => ({
    seer: Float64Array.from(
      test.flatMap((i, n) => {
        const right = n >= wrong * test.length;
        const one = (table.targets[i] === 1) === right ? 1 : 0;
        return [1 - one, one];
      }),
    ),
  });

describe("table claims", () => {
  it("table-lookup refuses a trainer that keeps one beta for all", async () => {
    const plain: typeof fitTable = (table, options, where) => fitTable(table, { ...options, lookup: { steps: 0 } }, where);
    expect((await tableLookupClaim(plain).run(context)).passed).toBe(false);
  });

  it("table-made refuses a trainer of shuffled answers, and a network that does not learn", async () => {
    const peers = knowing(0.4);
    const shuffled: typeof fitTable = (table, options, where) =>
      fitTable(
        { ...table, targets: table.targets.map((_, i) => table.targets[(i * 7) % 200] as number) },
        { ...options, lookup: { steps: 0 }, hopular: { epochs: 2 } },
        where,
      );
    expect((await tableMadeClaim(shuffled).run({ ...context, peers })).passed).toBe(false);
    const still: typeof fitTable = (table, options, where) =>
      fitTable(table, { ...options, lookup: { steps: 0 }, hopular: { epochs: 2, learningRate: 1e-9 } }, where);
    expect((await tableMadeClaim(still).run({ ...context, peers })).passed).toBe(false);
    expect(await tableMadeClaim().run(context)).toMatchObject({ skipped: true });
  });

  it("hopular-tables: held against weak methods, refused against one that knows the answers, skipped without tables", async () => {
    const notes: string[] = [];
    const given = { ...context, size: "small", readTable, note: (line: string) => void notes.push(line) } as const;
    const found = await hopularTables.run({ ...given, peers: knowing(0.5) });
    expect(found).toMatchObject({ passed: true, figures: { held: 1, needed: 1 } });
    expect(found.table?.rows).toHaveLength(1);
    expect(found.table?.rows[0]).toHaveLength(found.table?.head.length ?? 0);
    expect(notes).toHaveLength(1);
    expect((await hopularTables.run({ ...given, peers: knowing(0) })).passed).toBe(false);
    expect(await hopularTables.run(context)).toMatchObject({ skipped: true });
  });

  it("series-forecast refuses the season before in place of the forecast, and patches that no layer looks up", async () => {
    const small = { ...context, size: "small" as const };
    const season: typeof fitSeries = function* (series, options) {
      const fit = yield* fitSeries(series, { ...options, model: "none", epochs: 1, windows: 64 });
      return { ...fit, scores: { ...fit.scores, test: fit.scores.seasonal } };
    };
    expect((await seriesForecastClaim(season).run(small)).passed).toBe(false);
    const without: typeof fitSeries = (series, options) => fitSeries(series, { ...options, model: "none", epochs: 1 });
    expect((await seriesForecastClaim(without).run(small)).passed).toBe(false);
    const { passed, figures } = await seriesForecast.run(small);
    expect(passed).toBe(true);
    // Who knows the rule is far ahead of what a layer learns from few windows.
    expect(figures?.["echo, knowing the rule"]).toBeLessThan(0.7 * (figures?.echo as number));
  });
});

/** What the playground computes or draws as numbers, against definitions written here: answers, pictures, files that are dropped, the plan, capacity curves, the landscape. */

import fc from "fast-check";
import { createMemory, HopfieldError } from "modern-hopfield";
import { alpha1, binaryEnsemble, hiddenManifold } from "modern-hopfield/capacity";
import { writeIdx, writeNpy, writePng } from "modern-hopfield/data";
import { describe, expect, it } from "vitest";
import { curvesInParts } from "../../web/capacity/curves.ts";
import { simulateInParts } from "../../web/capacity/simulate.ts";
import { initialCapacity } from "../../web/capacity/state.ts";
import { percent, short } from "../../web/charts/format.ts";
import { landscapePixels } from "../../web/charts/landscape-picture.ts";
import { pictureBytes } from "../../web/charts/picture.ts";
import { fingerprint } from "../../web/patterns/fingerprint.ts";
import { drawLetters } from "../../web/patterns/letters.ts";
import { normalAt, uniformAt } from "../../web/patterns/noise.ts";
import { pixelCount, side, visitStroke } from "../../web/patterns/pen.ts";
import { toPictures } from "../../web/patterns/pictures.ts";
import { initialState } from "../../web/state/initial.ts";
import { finishTable } from "../../web/table/finish.ts";
import { planOf } from "../../web/table/plan.ts";
import { largestFile, readFiles } from "../../web/table/read.ts";
import { freshTableCue, hiddenColumns, scaled, spreadOf, tableCueValues, toggleColumn, unscaled } from "../../web/table/state.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof HopfieldError) return error.code;
    throw error;
  }
  return "none";
};

describe("dropped files", () => {
  it("a csv with names and a gap: all rows are there, the complete ones are stored", () => {
    const { table, pictures } = readFiles([{ name: "t.csv", bytes: text("a,b\n1,2\n3,\n5,6\n") }]);
    expect([table.rows, table.columns, table.names, Array.from(table.complete), pictures]).toEqual([3, 2, ["a", "b"], [0, 2], null]);
    expect(Array.from(table.data)).toEqual([1, 2, 3, Number.NaN, 5, 6]);
    // Over the complete rows 1 and 5, 2 and 6.
    expect([Array.from(table.mean), Array.from(table.deviation)]).toEqual([
      [3, 4],
      [2, 2],
    ]);
  });

  it.each([
    ["npy", "d.npy", writeNpy({ dtype: "f32", shape: [2, 784], data: new Float32Array(1568).fill(0.5, 0, 100) })],
    ["idx", "d.idx", writeIdx({ dtype: "u8", shape: [2, 28, 28], data: new Uint8Array(1568).fill(255, 0, 100) })],
  ])("%s of 28 x 28 pictures: in [0, 1], the ink where it was", (_, name, bytes) => {
    const { table, pictures } = readFiles([{ name, bytes }]);
    expect([table.rows, table.columns, table.width]).toEqual([2, 784, 28]);
    expect(pictures && Array.from(new Set(pictures)).sort()).toEqual([0, 1]);
    expect(Array.from(pictures?.subarray(100, 110) ?? [])).toEqual(new Array(10).fill(0));
  });

  it("several png files are one table, dark on bright becomes ink", () => {
    const grey = (level: number) => new Uint8Array(40 * 40).fill(255).fill(level, 800, 830);
    const png = (level: number): Uint8Array => writePng({ width: 40, height: 40, channels: 1, depth: 8, data: grey(level) });
    const { table, pictures } = readFiles([
      { name: "a.png", bytes: png(0) },
      { name: "b.png", bytes: png(0) },
    ]);
    expect([table.rows, table.columns, table.width]).toEqual([2, 1600, 40]);
    // Paper is 0 after the turn, and the line of pixel row 20 of 40 falls on row 14 of 28.
    expect(pictures?.[0]).toBe(0);
    expect(Math.max(...(pictures?.subarray(14 * 28, 15 * 28) ?? []))).toBeGreaterThan(0.5);
  });

  it.each([
    ["text that is no table", "t.csv", text("a,b\n1\n"), "E_FORMAT"],
    ["a cell that is no number", "t.csv", text("1,2\n3,x\n"), "E_FORMAT"],
    ["a number beyond f32", "t.csv", text("1,1e300\n2,3\n"), "E_NONFINITE"],
    ["gaps in every row", "t.csv", text("1,\n,2\n"), "E_SHAPE"],
    ["a cut npy", "t.npy", writeNpy({ dtype: "f32", shape: [2], data: new Float32Array(2) }).subarray(0, 70), "E_FORMAT"],
    ["a cut png", "t.png", writePng({ width: 1, height: 1, channels: 1, depth: 8, data: new Uint8Array(1) }).subarray(0, 40), "E_FORMAT"],
    ["an unknown format", "t.xyz", text("hello"), "E_UNSUPPORTED"],
    ["nothing at all", "t.csv", text(""), "E_SHAPE"],
  ])("%s: %s", (_, name, bytes, code) => {
    expect(codeOf(() => readFiles([{ name, bytes }]))).toBe(code);
  });

  it("a huge file is refused before it is read", () => {
    const bytes = new Uint8Array(largestFile + 1);
    expect(codeOf(() => readFiles([{ name: "t.npy", bytes }]))).toBe("E_LIMIT");
  });

  it("law: any bytes give a table or a HopfieldError", () => {
    fc.assert(
      fc.property(fc.constantFrom("x.csv", "x.npy", "x.png", "x.idx", "x"), fc.uint8Array({ maxLength: 200 }), (name, bytes) => {
        codeOf(() => readFiles([{ name, bytes }]));
      }),
    );
  });

  it("files of different widths dropped together do not fit", () => {
    expect(
      codeOf(() =>
        readFiles([
          { name: "a.csv", bytes: text("1,2\n") },
          { name: "b.csv", bytes: text("1,2,3\n") },
        ]),
      ),
    ).toBe("E_SHAPE");
  });
});

describe("a row as a cue", () => {
  const table = finishTable(
    { data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, Number.NaN]), rows: 3, columns: 3, names: null, width: null },
    "t",
    "0",
  );
  it("gaps are always missing, rules hide, typed values show", () => {
    expect(Array.from(hiddenColumns(table, { ...freshTableCue, row: 2, hiding: "none" }))).toEqual([0, 0, 1]);
    expect(Array.from(hiddenColumns(table, { ...freshTableCue, hiding: "last-half" }))).toEqual([0, 0, 1]);
    expect(Array.from(hiddenColumns(table, { ...freshTableCue, row: 2, typed: [[2, 9]] }))).toEqual([0, 0, 0]);
    expect(Array.from(tableCueValues(table, { ...freshTableCue, row: 2, typed: [[2, 9]] }))).toEqual([7, 8, 9]);
    expect(Array.from(tableCueValues(table, { ...freshTableCue, noise: 0 }))).toEqual([1, 2, 3]);
  });
  it("the spread of unscaled numbers is the root of their mean squared distance from the column means", () => {
    // Complete rows 1 2 3 and 4 5 6: every entry is 1.5 from its column's mean.
    expect(spreadOf(table)).toBeCloseTo(1.5, 12);
  });
  it("a column is toggled from whatever rule was on", () => {
    const state = { ...initialState(false, false) };
    const open = { ...state, table: { ...state.table, table } };
    const cue = toggleColumn(0)(open).table.cue;
    expect([cue.hiding, cue.hidden]).toEqual(["chosen", [0, 2]]);
    expect(toggleColumn(2)({ ...open, table: { ...open.table, cue } }).table.cue.hidden).toEqual([0]);
  });
  it("law: scaling there and back (two f32 roundings each way)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 3 }), (list) => {
        const back = unscaled(table, scaled(table, Float32Array.from(list), "standard"), "standard");
        back.forEach((x, k) => {
          expect(Math.abs(x - (list[k] ?? 0))).toBeLessThanOrEqual(4 * 2 ** -24 * (Math.abs(list[k] ?? 0) + 10));
        });
      }),
    );
  });
});

describe("the plan", () => {
  const rows = 12;
  const data = Float32Array.from({ length: rows * 4 }, (_, i) => normalAt(3, i));
  data.copyWithin(4, 0, 4); // Row 1 is a copy of row 0.
  const plan = planOf({ data, rows, columns: 4, options: { model: "gaussian" }, noise: 0.05 });
  it("separation, copies and trials are those of the definition", () => {
    const distance = (i: number, j: number): number =>
      [0, 1, 2, 3].reduce((sum, k) => sum + ((data[4 * i + k] ?? 0) - (data[4 * j + k] ?? 0)) ** 2, 0);
    const each = Array.from({ length: rows }, (_, i) =>
      Math.min(...Array.from({ length: rows }, (_, j) => (i === j ? Infinity : distance(i, j) / 2))),
    ).sort((a, b) => a - b);
    expect(plan.copies).toBe(1);
    expect(plan.separation.smallest).toBeCloseTo(each[0] ?? 0, 6);
    expect(plan.separation.median).toBeCloseTo(each[6] ?? 0, 5);
    // Nearest stored row to each noisy row, copies counting as one.
    const right = Array.from({ length: rows }, (_, t) => {
      const cue = [0, 1, 2, 3].map((k) => (data[4 * t + k] ?? 0) + 0.05 * normalAt(11, 4 * t + k));
      const far = Array.from({ length: rows }, (_, j) => cue.reduce((sum, x, k) => sum + (x - (data[4 * j + k] ?? 0)) ** 2, 0));
      const top = far.indexOf(Math.min(...far));
      return top === t || (top < 2 && t < 2);
    }).filter(Boolean).length;
    expect(plan.noisy).toEqual({ right, trials: rows });
  });
  it("a model that cannot leave entries out says so", () => {
    expect(planOf({ data, rows, columns: 4, options: { model: "linear" }, noise: 0.1 }).half).toBeNull();
  });
});

describe("capacity", () => {
  it("curves are alpha1 of the package's ensembles, sixty points, in parts that grow", () => {
    const parts = [...curvesInParts(["binary", "hidden-manifold"], initialCapacity.parameters, 3, null)].filter(
      (part) => part !== undefined,
    );
    const binary = parts.filter(({ id }) => id === "binary");
    expect(binary.map(({ alphas }) => alphas.length)).toEqual([60]);
    expect(parts.filter(({ id }) => id === "hidden-manifold").map(({ alphas }) => alphas.length)).toEqual(
      Array.from({ length: 10 }, (_, i) => 6 * (i + 1)),
    );
    const last = binary.at(-1);
    expect(last?.done).toBe(true);
    last?.alphas.forEach((alpha, i) => {
      expect(alpha).toBe(alpha1(binaryEnsemble(), ((i + 1) * 3) / 60));
    });
    const manifold = parts.filter(({ id }) => id === "hidden-manifold").at(-1);
    // The page's quick quadrature against the fine one.
    const fine = hiddenManifold({ activation: "relu", ratio: 0.5, axis: "normalised" });
    expect(manifold?.alphas[19]).toBeCloseTo(alpha1(fine, 1), 4);
  });
  it("an ensemble without its data, or out of range, is a sentence and no error", () => {
    const [empty] = [...curvesInParts(["empirical"], initialCapacity.parameters, 3, null)];
    expect(empty?.problem).toContain("open a table");
    const [wrong] = [...curvesInParts(["sparse"], { ...initialCapacity.parameters, activity: 2 }, 3, null)];
    expect(wrong?.problem).toContain("activity");
  });
  it("simulated points of binary patterns hold the exact median of this n", () => {
    const points = [
      ...simulateInParts({ ensemble: "binary", parameters: initialCapacity.parameters, n: 30, instances: 100, lambdas: [0.5, 2] }),
    ];
    for (const point of points) {
      // 95 % intervals of two fixed seeds; both were seen to hold it, and a wrong simulation is far off.
      expect(point?.low).toBeLessThanOrEqual(point?.theoryFinite ?? 0);
      expect(point?.high).toBeGreaterThanOrEqual(point?.theoryFinite ?? 0);
    }
    expect(points).toHaveLength(2);
  });
});

describe("pictures", () => {
  it("law: a BMP says size and colours; reading it back gives the values to a 61st", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.double({ min: -0.5, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (width, list) => {
          const height = Math.ceil(list.length / width);
          const bytes = pictureBytes(list, width, { dark: false });
          const view = new DataView(bytes.buffer);
          expect([view.getUint32(2, true), view.getInt32(18, true), view.getInt32(22, true)]).toEqual([bytes.length, width, height]);
          const stride = Math.ceil(width / 4) * 4;
          list.forEach((value, i) => {
            const index = bytes[310 + (height - 1 - Math.floor(i / width)) * stride + (i % width)] ?? 0;
            // Paper is white, ink 22 in red: the palette is linear between.
            const red = bytes[54 + 4 * index + 2] ?? 0;
            expect(Math.abs((255 - red) / (255 - 22) - Math.min(1, Math.max(0, value)))).toBeLessThan(0.5 / 61 + 0.5 / 233);
          });
        },
      ),
      { numRuns: 50 },
    );
  });
  it("missing pixels have colours of their own", () => {
    const [known, hidden] = [pictureBytes([0.5], 1, { dark: true }), pictureBytes([0.5], 1, { dark: true, missing: [1] })];
    expect(known[310]).not.toBe(hidden[310]);
    expect(hidden[310]).toBeGreaterThanOrEqual(62);
  });
  it("rescaling keeps the mean ink of a square picture", () => {
    const data = Float32Array.from({ length: 56 * 56 }, (_, i) => (i % 56 > 20 && i % 56 < 30 ? 1 : 0));
    const small = toPictures(data, 1, 56, side);
    const mean = (list: Float32Array): number => list.reduce((sum, x) => sum + x, 0) / list.length;
    expect(mean(small)).toBeCloseTo(mean(data), 6);
  });
  it("letters differ from each other by more than noise, and are ink on paper", () => {
    const { data, rows, labels } = drawLetters();
    expect([rows, labels.join("")]).toEqual([26, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < i; j++) {
        let squares = 0;
        for (let k = 0; k < pixelCount; k++) squares += ((data[i * pixelCount + k] ?? 0) - (data[j * pixelCount + k] ?? 0)) ** 2;
        expect(squares, `${labels[i]} and ${labels[j]}`).toBeGreaterThan(4);
      }
  });
  it("a memory of the letters gives each back from a third of its pixels", () => {
    const { data, rows } = drawLetters();
    const known = Uint8Array.from({ length: pixelCount }, (_, i) => (uniformAt(1, i) < 1 / 3 ? 1 : 0));
    const { results } = createMemory({ data, rows, columns: pixelCount }).recall({ data, rows, columns: pixelCount }, { known });
    expect(results.map(({ top }) => top)).toEqual(Array.from({ length: rows }, (_, i) => i));
  });
  it("law: a stroke covers what is within its reach of the line, in full inside", () => {
    const point = fc.tuple(fc.double({ min: 0, max: 28, noNaN: true }), fc.double({ min: 0, max: 28, noNaN: true }));
    fc.assert(
      fc.property(point, point, fc.double({ min: 0.5, max: 4, noNaN: true }), (from, to, radius) => {
        const covers = new Float64Array(pixelCount);
        visitStroke(from, to, radius, (index, cover) => {
          covers[index] = cover;
        });
        covers.forEach((cover, index) => {
          const [x, y] = [(index % side) + 0.5, Math.floor(index / side) + 0.5];
          // Distance to the nearest of many points of the line: at most half their spacing more than the true one.
          let nearest = Infinity;
          for (let t = 0; t <= 64; t++)
            nearest = Math.min(nearest, Math.hypot(from[0] + (t / 64) * (to[0] - from[0]) - x, from[1] + (t / 64) * (to[1] - from[1]) - y));
          const slack = 40 / 128;
          if (nearest <= radius - 0.5) expect(cover).toBe(1);
          if (nearest >= radius + 0.5 + slack) expect(cover).toBe(0);
        });
      }),
      { numRuns: 20 },
    );
  });
  it("a landscape's lowest cell has the strongest colour, cells without energy none", () => {
    const pixels = landscapePixels([0, 1, 2, Number.NaN], 2, false);
    // Row 0 of the field is the lower one of the picture.
    expect([pixels[4 * 2 + 3], pixels[4 * 1 + 3]]).toEqual([255, 0]);
    expect(pixels[4 * 2]).toBeLessThan(pixels[4 * 3] ?? 0);
  });
});

describe("small things", () => {
  it("uniform and normal numbers have their moments (4 standard errors of 20 000)", () => {
    const n = 20_000;
    const moments = (draw: (i: number) => number): [number, number] => {
      const list = Array.from({ length: n }, (_, i) => draw(i));
      const mean = list.reduce((a, b) => a + b, 0) / n;
      return [mean, list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n];
    };
    const [mean, variance] = moments((i) => uniformAt(3, i));
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
    const [m, v] = moments((i) => normalAt(3, i));
    expect(Math.abs(m)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(v - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    // Neighbouring seeds are other draws.
    const same =
      Array.from({ length: 1000 }, (_, i) => (uniformAt(3, i) - 0.5) * (uniformAt(4, i) - 0.5)).reduce((a, b) => a + b, 0) / 1000;
    expect(Math.abs(same)).toBeLessThan(4 / 12 / Math.sqrt(1000));
  });
  it("fingerprints tell bytes apart", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 256; i++) for (let j = 0; j < 16; j++) seen.add(fingerprint(Uint8Array.from([i, j])));
    expect(seen.size).toBe(4096);
    expect(fingerprint(new Uint8Array(3))).toMatch(/^[0-9a-f]{16}$/);
  });
  it("numbers for people", () => {
    expect([short(null), short(0), short(12.345), short(-0.00001), short(1e9), short(Infinity)]).toEqual([
      "–",
      "0",
      "12.3",
      "−1·10⁻⁵",
      "1·10⁹",
      "∞",
    ]);
    expect([percent(1), percent(0.999999), percent(0.5), percent(0.0004), percent(0)]).toEqual([
      "100 %",
      "> 99.99 %",
      "50 %",
      "0.04 %",
      "0.00 %",
    ]);
  });
});

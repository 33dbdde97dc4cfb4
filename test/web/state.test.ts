/** The playground's state: cues, links and saved files there and back, and what foreign ones may do. No browser. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followLink } from "../../web/app/address.ts";
import { pixelCount } from "../../web/patterns/pen.ts";
import { fromText, packBits, toText, unpackBits } from "../../web/state/bytes.ts";
import { type Cue, freshCue, hide, renderCue, strokeCue } from "../../web/state/cue.ts";
import { initialState } from "../../web/state/initial.ts";
import { longestLink, packCue, readLink, unpackCue, writeLink } from "../../web/state/link.ts";
import {
  basePicture,
  drawingsOf,
  guideProgress,
  pickPicture,
  pickSet,
  removeDrawing,
  setSettings,
  storeDrawing,
  storedPatterns,
} from "../../web/state/memory.ts";
import { pictureSet, readFile, writeFile } from "../../web/state/saved-file.ts";
import { modelNames, type Settings } from "../../web/state/settings.ts";
import type { State } from "../../web/state/types.ts";
import { finishTable } from "../../web/table/finish.ts";

const fresh = (): State => initialState(false, false);

/** Any cue: base, noise, painted and missing pixels. */
const cues: fc.Arbitrary<Cue> = fc.record({
  base: fc.option(fc.nat(999), { nil: null }),
  noise: fc.record({
    kind: fc.constantFrom("none" as const, "normal" as const, "flip" as const),
    level: fc.double({ min: 0, max: 1.5, noNaN: true }).map((x) => Number(x.toFixed(2))),
    seed: fc.integer({ min: 1, max: 9999 }),
  }),
  painted: fc.oneof(
    fc.constant(new Int16Array(pixelCount).fill(-1)),
    fc.array(fc.integer({ min: -1, max: 255 }), { minLength: pixelCount, maxLength: pixelCount }).map((list) => Int16Array.from(list)),
    // The longest there is: every pixel painted.
    fc.array(fc.integer({ min: 0, max: 255 }), { minLength: pixelCount, maxLength: pixelCount }).map((list) => Int16Array.from(list)),
  ),
  missing: fc.array(fc.constantFrom(0, 1), { minLength: pixelCount, maxLength: pixelCount }).map((list) => Uint8Array.from(list)),
});

const settings: fc.Arbitrary<Partial<Settings>> = fc.record(
  {
    model: fc.constantFrom(...modelNames),
    similarity: fc.constantFrom("dot" as const, "l2" as const, null),
    beta: fc.option(fc.double({ min: 1e-3, max: 1e4, noNaN: true }), { nil: null }),
    k: fc.integer({ min: 1, max: 50 }),
    clamp: fc.boolean(),
  },
  { requiredKeys: [] },
);

const withCue = (state: State, cue: Cue): State => ({ ...state, memory: { ...state.memory, cue } });

describe("links", () => {
  it("law: what is written is read back, the cue to the pixel, in at most 2 000 characters", () => {
    fc.assert(
      fc.property(cues, settings, fc.constantFrom("memory" as const, "data" as const, "capacity" as const), (cue, patch, panel) => {
        const state: State = { ...setSettings(patch)(withCue(fresh(), cue)), panel };
        const link = writeLink(state) ?? "";
        expect(link.length).toBeGreaterThan(0);
        expect(link.length).toBeLessThanOrEqual(longestLink);
        const back = followLink(fresh(), link);
        expect(back.notice).toBeNull();
        expect(back.panel).toBe(panel);
        expect(back.memory.settings).toEqual(state.memory.settings);
        expect(back.memory.cue.base).toBe(cue.base);
        expect(back.memory.cue.painted).toEqual(cue.painted);
        expect(back.memory.cue.missing).toEqual(cue.missing);
        if (cue.noise.kind !== "none") expect(back.memory.cue.noise).toEqual(cue.noise);
      }),
      { numRuns: 40 },
    );
  });

  it("law: a character changed anywhere is noticed, and nothing changes", () => {
    const link =
      writeLink(
        withCue(
          fresh(),
          hide(freshCue(7), (row) => row > 13),
        ),
      ) ?? "";
    fc.assert(
      fc.property(fc.nat(link.length - 1), fc.constantFrom(..."aZ3-_."), (at, character) => {
        const changed = link.slice(0, at) + character + link.slice(at + 1);
        fc.pre(changed !== link);
        const state = fresh();
        const after = followLink(state, changed);
        expect(after.notice?.kind).toBe("problem");
        expect({ ...after, notice: null }).toEqual(state);
      }),
    );
  });

  it("law: any text is refused in words or understood, never thrown", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ maxLength: 5000 }),
          fc.base64String().map((text) => `1.${text}.x.y`),
        ),
        (text) => {
          const result = readLink(text);
          if ("problem" in result) expect(result.problem).toMatch(/^[A-Z].*\.$|\)\.$/);
        },
      ),
    );
  });

  it("a link of a later version says so", () => {
    expect(readLink("2.e30.x.00000000")).toEqual({
      problem: "The link was made by a later version of this page (form 2; this page reads up to 1).",
    });
  });

  it("foreign settings are checked field by field: what is out of range becomes the default", () => {
    const body = `1.${toText(new TextEncoder().encode(JSON.stringify({ panel: "<b>", memory: { settings: { model: "__proto__", beta: -4, k: 1e99, allowed: [{}, "x"] }, base: -3, noise: { kind: "normal", level: "big" } }, landscape: { points: [[9, 9], "p"], beta: null }, capacity: { shown: ["evil", "binary"], reach: 1e6, parameters: { ratio: 0 } } })))}.`;
    const good = writeLink(fresh()) ?? "";
    // The check is a fingerprint anybody can compute; a forger's link is well formed, and still harmless.
    const forged = followLink(fresh(), `${body}.${checkOf(body)}`);
    expect(good.split(".")).toHaveLength(4);
    expect(forged.panel).toBe("memory");
    expect(forged.memory.settings).toMatchObject({ model: "gaussian", beta: 1, k: 8, allowed: ["x"] });
    expect(forged.memory.cue.base).toBe(0);
    expect(forged.memory.cue.noise).toEqual({ kind: "normal", level: 0.3, seed: 1 });
    expect(forged.landscape.points).toHaveLength(3);
    expect(forged.capacity.shown).toEqual(["binary"]);
    expect(forged.capacity.reach).toBe(4);
    expect(forged.capacity.parameters.ratio).toBe(0.5);
  });

  it("the user's own data never are in a link: it names them, and the page asks for them", () => {
    const secret = Float32Array.from({ length: 6 }, (_, i) => 123.456 + i);
    const table = finishTable(
      { data: secret, rows: 2, columns: 3, names: ["pay", "age", "size"], width: null },
      "salaries.csv",
      "fedcfedcfedcfedc",
    );
    const state: State = { ...fresh(), panel: "data", table: { ...fresh().table, table } };
    const link = writeLink(state) ?? "";
    const text = new TextDecoder().decode(fromText(link.split(".")[1] ?? "") ?? new Uint8Array(0));
    expect(text).toContain("salaries.csv");
    for (const word of ["123", "124", "pay", "age"]) expect(text).not.toContain(word);
    expect(followLink(fresh(), link).wanted).toEqual({ name: "salaries.csv", hash: "fedcfedcfedcfedc" });
    expect(followLink(state, link).wanted).toBeNull();
  });

  it("drawings of the user are asked for by name, and recognised when they are there", () => {
    const drawn = storeDrawing(sheet(fresh(), 3));
    const link = writeLink(drawn) ?? "";
    expect(followLink(fresh(), link).wanted?.name).toBe("1 drawings");
    expect(followLink(drawn, link).wanted).toBeNull();
  });
});

const checkOf = (body: string): string => {
  // Found by asking the reader: the only eight digits it takes.
  const state = readLink(`${body}.00000000`);
  expect("problem" in state).toBe(true);
  return fingerprintOf(body);
};

/** The definition of the check written again: two multiplicative hashes, of which the first half stands in a link. */
function fingerprintOf(body: string): string {
  const bytes = new TextEncoder().encode(body);
  const first = bytes.reduce(
    (hash, byte) => Number((BigInt((hash ^ byte) >>> 0) * 0x01000193n) & 0xffffffffn),
    (0x811c9dc5 ^ bytes.length) >>> 0,
  );
  return (first >>> 0).toString(16).padStart(8, "0");
}

function sheet(state: State, ink: number): State {
  return { ...state, memory: { ...state.memory, sheet: new Float32Array(pixelCount).fill(ink / 10, 0, 100) } };
}

describe("saved files", () => {
  it("law: everything comes back, the data to the bit", () => {
    fc.assert(
      fc.property(
        cues,
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: pixelCount, maxLength: pixelCount }),
        fc.array(fc.oneof(fc.float({ noDefaultInfinity: true, noNaN: true }), fc.constant(Number.NaN)), { minLength: 6, maxLength: 6 }),
        (cue, drawing, cells) => {
          fc.pre(!Number.isNaN(cells[0]) && !Number.isNaN(cells[1]) && !Number.isNaN(cells[2]));
          const data = Float32Array.from(cells);
          const picture = Float32Array.from(drawing);
          const table = finishTable(
            { data, rows: 2, columns: 3, names: ["a", "<img src=x onerror=alert(1)>", "c"], width: null },
            "t.csv",
            "00000000000000aa",
          );
          const state: State = { ...withCue(fresh(), cue), table: { ...fresh().table, table } };
          const full: State = {
            ...state,
            memory: {
              ...state.memory,
              drawings: drawingsOf([picture]),
              sheet: picture,
              file: pictureSet(picture, "p.png", "00000000000000bb"),
            },
          };
          const back = readFile(writeFile(full), fresh(), finishTable);
          if ("problem" in back) throw new Error(back.problem);
          expect(back.table.table).toEqual(table);
          expect(back.memory.drawings.data).toEqual(picture);
          expect(back.memory.sheet).toEqual(picture);
          expect(back.memory.file?.data).toEqual(picture);
          expect(back.memory.cue.painted).toEqual(cue.painted);
          expect(back.memory.cue.missing).toEqual(cue.missing);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each([
    ["not JSON", "{", "not JSON"],
    ["another document", '{"format":"x"}', "another"],
    ["a later version", '{"format":"hopfield-playground","version":9}', "later version"],
    ["no cue", '{"format":"hopfield-playground","version":1}', "cue"],
    ["a drawing cut short", '{"format":"hopfield-playground","version":1,"cue":"","drawings":["AAAA"]}', "drawing"],
    [
      "a table that lies about its size",
      '{"format":"hopfield-playground","version":1,"cue":"","table":{"rows":1000000,"columns":1000,"name":"t","hash":"0","data":"AAAA"}}',
      "table",
    ],
    [
      "pictures out of range",
      `{"format":"hopfield-playground","version":1,"cue":"","file":{"rows":1,"name":"t","hash":"0","data":"${toText(new Uint8Array(new Float32Array(784).fill(7).buffer))}"}}`,
      "pictures",
    ],
  ])("%s: said in words", (_, text, word) => {
    const result = readFile(text, fresh(), finishTable);
    expect("problem" in result && result.problem).toContain(word);
  });
});

describe("cues", () => {
  it("law: painted pixels are as painted, missing ones do not change the others", () => {
    fc.assert(
      fc.property(cues, (cue) => {
        const base = Float32Array.from({ length: pixelCount }, (_, i) => (i % 7) / 6);
        const values = renderCue(cue, base);
        expect(values.every((x) => x >= 0 && x <= 1)).toBe(true);
        cue.painted.forEach((level, i) => {
          if (level >= 0) expect(values[i]).toBe(Math.fround(level / 255));
        });
        expect(renderCue({ ...cue, missing: new Uint8Array(pixelCount) }, base)).toEqual(values);
        expect(unpackCue(packCue(cue))).toEqual({ painted: cue.painted, missing: cue.missing });
      }),
      { numRuns: 20 },
    );
  });

  it("hiding is missing, white is paper: not the same", () => {
    const base = new Float32Array(pixelCount).fill(1);
    const erased = strokeCue(freshCue(0), "erase", [14, 14], [14, 14], 2, base);
    const white = strokeCue(freshCue(0), "paper", [14, 14], [14, 14], 2, base);
    const centre = 14 * 28 + 14;
    expect([erased.missing[centre], erased.painted[centre]]).toEqual([1, -1]);
    expect([white.missing[centre], white.painted[centre]]).toEqual([0, 0]);
    // Painting over a hidden pixel makes it known.
    expect(strokeCue(erased, "ink", [14, 14], [14, 14], 1, base).missing[centre]).toBe(0);
  });

  it("flips turn the stated share, normal noise has the stated deviation (4 standard errors)", () => {
    const grey = new Float32Array(pixelCount).fill(0.5);
    const flipped = renderCue({ ...freshCue(0), noise: { kind: "flip", level: 0.3, seed: 5 } }, new Float32Array(pixelCount));
    const share = flipped.reduce((sum, x) => sum + x, 0) / pixelCount;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / pixelCount));
    // 0.1 around 0.5 is cut off at 0 and 1 only beyond five deviations.
    const noisy = renderCue({ ...freshCue(0), noise: { kind: "normal", level: 0.1, seed: 5 } }, grey);
    const variance = noisy.reduce((sum, x) => sum + (x - 0.5) ** 2, 0) / pixelCount;
    expect(Math.abs(variance / 0.01 - 1)).toBeLessThan(4 * Math.sqrt(2 / pixelCount));
  });

  it("law: bits and bytes as text come back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(fromText(toText(bytes))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1)), (marks) => {
        expect(Array.from(unpackBits(packBits(marks), marks.length))).toEqual(marks);
      }),
    );
    expect(fromText("a*b")).toBeNull();
    expect(fromText("abcde")).toBeNull();
  });
});

describe("the guide and the sets", () => {
  it("three drawings, damage, recall: each step is done when it is, not before", () => {
    let state = pickSet("drawings")(fresh());
    expect(state.memory.mode).toBe("draw");
    expect(guideProgress(state.memory)).toEqual({ stored: false, damaged: false, recalled: false });
    for (const ink of [2, 5, 9]) state = storeDrawing(sheet(state, ink));
    expect(state.memory.mode).toBe("cue");
    expect(guideProgress(state.memory)).toEqual({ stored: true, damaged: false, recalled: false });
    state = withCue(
      state,
      hide(state.memory.cue, (row) => row > 13),
    );
    expect(guideProgress(state.memory)).toEqual({ stored: true, damaged: true, recalled: false });
    expect(storedPatterns(state.memory)?.rows).toBe(3);
    expect(basePicture(state.memory)?.[0]).toBe(Math.fround(0.9));
    state = removeDrawing(2)(state);
    expect(storedPatterns(state.memory)?.rows).toBe(2);
    expect(basePicture(state.memory)?.[0]).toBe(Math.fround(0.2));
  });
  it("another cue is another question: the old answer is not shown for it", () => {
    const recalled: State = { ...fresh(), memory: { ...fresh().memory, recalled: true, shown: 3 } };
    expect(pickPicture(4)(recalled).memory).toMatchObject({ recalled: false, shown: 0 });
  });
});

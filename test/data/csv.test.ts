import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvToMatrix, readCsv } from "../../src/data/csv.ts";
import { writeCsv } from "../../src/data/csv-write.ts";
import { bytesOf, expectRefusal } from "./helpers.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("readCsv", () => {
  it("keeps cells as text: quotes, quotes in quotes, line ends in quotes, spaces, empty cells", () => {
    const table = readCsv('name,note\n"a, b","say ""hi"""\n c ,"two\nlines"\n"",\n');
    expect(table.names).toEqual(["name", "note"]);
    expect(table.columns).toBe(2);
    expect(table.rows).toEqual([
      ["a, b", 'say "hi"'],
      [" c ", "two\nlines"],
      ["", ""],
    ]);
  });

  it("drops a byte order mark and takes CRLF, LF and CR, with or without a last line end", () => {
    for (const text of ["\ufeffx,y\r\n1,2\r\n", "x,y\n1,2", "x,y\r1,2\r", '\ufeff"x",y\n1,2\n\n\n\r\n']) {
      expect(readCsv(utf8(text))).toEqual({ names: ["x", "y"], columns: 2, rows: [["1", "2"]] });
      expect(readCsv(text)).toEqual({ names: ["x", "y"], columns: 2, rows: [["1", "2"]] });
    }
    expect(readCsv("")).toEqual({ names: null, columns: 0, rows: [] });
    expect(readCsv("\ufeff\n\n")).toEqual({ names: null, columns: 0, rows: [] });
  });

  it("finds the header, or says that it cannot tell", () => {
    expect(readCsv("1,2\n3,4\n").names).toBeNull();
    expect(readCsv("1,\n3,4\n").names).toBeNull();
    expect(readCsv("nan,NA\n3,4\n").names).toBeNull();
    expect(readCsv(",a\n3,4\n").names).toEqual(["", "a"]);
    expect(readCsv("0x1,a\n3,4\n").names).toEqual(["0x1", "a"]);
    expectRefusal(
      () => readCsv("label,0,1\n3,4,5\n"),
      "E_FORMAT",
      'line 1 may be a header or not: it mixes numbers and text such as "label"',
    );
    expect(readCsv("label,0,1\n3,4,5\n", { header: true }).names).toEqual(["label", "0", "1"]);
    expect(readCsv("label,0,1\n3,4,5\n", { header: false }).rows.length).toBe(2);
    expectRefusal(() => readCsv("a,b,a\n"), "E_FORMAT", 'line 1: columns 1 and 3 are both named "a"');
    expect(readCsv("a,,\n1,2,3\n").names).toEqual(["a", "", ""]);
  });

  it("refuses quotes that are never closed, stand inside a cell or are followed by text", () => {
    expectRefusal(() => readCsv('a,b\n1,"2\n3,4\n'), "E_FORMAT", "readCsv: line 2, column 2: the quote is never closed");
    expectRefusal(() => readCsv('a,b\n1,2"3\n'), "E_FORMAT", "line 2, column 2: a quote inside a cell");
    expectRefusal(() => readCsv('a,b\n"x\ny"z,2\n'), "E_FORMAT", "line 3, column 1: text after the closing quote");
  });

  it("refuses ragged rows by line, counting lines inside quotes and blank ones", () => {
    expectRefusal(() => readCsv("a,b\n1,2\n3\n"), "E_FORMAT", "line 3 has 1 cells, the first row has 2");
    expectRefusal(() => readCsv('a,b\n"1\n\r\n",2\n3,4,5\n'), "E_FORMAT", "line 5 has 3 cells");
    expectRefusal(() => readCsv("a,b\n\n1,2\n"), "E_FORMAT", "line 2 has 1 cells, the first row has 2");
    expect(readCsv("a\n\nb\n\n", { header: false }).rows).toEqual([["a"], [""], ["b"]]);
  });

  it("refuses bytes that are not UTF-8 text", () => {
    expectRefusal(() => readCsv(bytesOf(0xff, 0xfe, "a\0,\0")), "E_FORMAT", "the text is not valid UTF-8");
    expectRefusal(() => readCsv("a,\0\n"), "E_FORMAT", "character 2 is NUL");
    expectRefusal(() => readCsv(5 as never), "E_SHAPE", "got number");
  });

  it("takes other delimiters and refuses useless ones", () => {
    expect(readCsv("x\ty\n1\t2,5\n", { delimiter: "\t" }).rows).toEqual([["1", "2,5"]]);
    for (const delimiter of ["", ";;", '"', "\n"])
      expectRefusal(() => readCsv("a", { delimiter }), "E_RANGE", "delimiter must be one character");
    expectRefusal(() => readCsv("a", { header: "yes" as never }), "E_RANGE", "header must be");
    expectRefusal(() => readCsv("a", { delimeter: ";" } as never), "E_RANGE", 'did you mean "delimiter"');
  });

  it("keeps to the limit in bytes of text and of cells", () => {
    expectRefusal(() => readCsv("a,b\nc,d\n", { limit: 7 }), "E_LIMIT", "the text needs 8 bytes, the limit is 7");
    expectRefusal(() => readCsv(",,,,\n", { limit: 200, header: false }), "E_LIMIT", "the table up to line 1 needs 264 bytes");
    expectRefusal(() => readCsv(new Uint8Array(new ArrayBuffer(2 ** 29))), "E_LIMIT", "at most 536805376 are read at once");
    expectRefusal(() => readCsv(",".repeat(2 ** 24)), "E_LIMIT", "line 1 has more than 16777216 cells");
  });

  it("reads a line of tens of millions of characters in time proportional to it", () => {
    const cell = "x".repeat(20_000_000);
    expect(readCsv(`${cell},"y${cell.slice(1)}"\n`).names?.[1]?.length).toBe(cell.length);
    expect(readCsv(`"${'""'.repeat(5_000_000)}"\n`).names?.[0]?.length).toBe(5_000_000);
  });
});

describe("csvToMatrix", () => {
  it("reads decimal numbers in every usual spelling", () => {
    const matrix = csvToMatrix("a,b,c\n1,-2.5,+.5\n 1e3 ,4.,-1.5E-2\n-0,007,1e-400\n");
    expect(matrix.names).toEqual(["a", "b", "c"]);
    expect([matrix.rows, matrix.columns]).toEqual([3, 3]);
    expect([...matrix.data]).toEqual([1, -2.5, 0.5, 1000, 4, -0.015, -0, 7, 0]);
    expect(csvToMatrix("1,2\r\n3,4\r\n\r\n").data).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(csvToMatrix("1\n2\n3").rows).toBe(3);
  });

  it("refuses numbers that are too large or infinite, with line and column", () => {
    expectRefusal(
      () => csvToMatrix("1,2\n3,1e999\n"),
      "E_NONFINITE",
      'csvToMatrix: line 2, column 2: "1e999" is beyond the range of numbers',
    );
    expectRefusal(() => csvToMatrix("1,2\n3,-inf\n"), "E_NONFINITE", 'line 2, column 2: "-inf" is infinite');
    expectRefusal(() => csvToMatrix("1,2\nInfinity,3\n"), "E_NONFINITE", "line 2, column 1");
  });

  it("refuses hexadecimal, separators, underscores, units and other text", () => {
    for (const cell of ["0x10", "1_000", "12px", "1e", "e5", ".", "--1", "1 2", "0b1", "½", "true", "1".repeat(401)]) {
      expectRefusal(() => csvToMatrix(`1,2\n3,${cell}\n`), "E_FORMAT", "is not a decimal number");
    }
    for (const cell of ["1,000", "1,000.5", "1,5"])
      expectRefusal(() => csvToMatrix(`1,2\n3,"${cell}"\n`), "E_FORMAT", "write it without commas");
  });

  it("reads missing cells as NaN only when asked", () => {
    expectRefusal(() => csvToMatrix("1,2\n3,\n"), "E_FORMAT", "line 2, column 2: the cell is empty, expected a number");
    expectRefusal(() => csvToMatrix("1,2\n3,NaN\n"), "E_FORMAT", 'the cell is "NaN"');
    expect([...csvToMatrix("1,2\n3,\nnan,NA\n", { missing: "nan" }).data]).toEqual([1, 2, 3, Number.NaN, Number.NaN, Number.NaN]);
    expectRefusal(() => csvToMatrix("1", { missing: "zero" as never }), "E_RANGE", 'missing must be "refuse" or "nan"');
  });

  it("refuses tables without numbers", () => {
    expectRefusal(() => csvToMatrix(""), "E_SHAPE", "the table is empty");
    expectRefusal(() => csvToMatrix("a,b\n"), "E_SHAPE", "a header but no rows");
  });

  it("takes memory for the numbers that can be there, not for rows times columns", () => {
    const text = `${"1,".repeat(999)}1\n${"\n".repeat(1000)}`;
    expect(csvToMatrix(text, { limit: 8 * (text.length + 1) }).columns).toBe(1000);
    expectRefusal(() => csvToMatrix("1,2\n3,4\n", { limit: 31 }), "E_LIMIT", "a matrix of 4 numbers needs 32 bytes, the limit is 31");
  });
});

describe("writeCsv", () => {
  it("any table of texts comes back the same", () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", " ", "\ufeff", ";") }));
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }));
    fc.assert(
      fc.property(table, fc.constantFrom(",", ";", "\t"), (rows, delimiter) => {
        const clean = rows.map((row) => row.map((each) => each.replaceAll("\0", "")));
        expect(readCsv(writeCsv(clean, { delimiter }), { header: false, delimiter }).rows).toEqual(clean);
      }),
      { numRuns: 500 },
    );
  });

  it("any finite numbers come back to the bit, and NaN as missing", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }), (values) => {
        const data = Float64Array.from(values);
        const again = csvToMatrix(writeCsv({ data, rows: values.length, columns: 1 }), { missing: "nan" });
        expect(again.data).toEqual(data);
      }),
      { numRuns: 300 },
    );
    expect(writeCsv([Float32Array.of(0.5, -0)], { names: ["a", "b"] })).toBe("a,b\n0.5,-0\n");
    expect(csvToMatrix(writeCsv([[1, 2]], { names: ["x", "y"] })).names).toEqual(["x", "y"]);
  });

  it("refuses what would not come back", () => {
    expectRefusal(() => writeCsv([[1, 2], [3]]), "E_SHAPE", "row 1 has 1 cells, expected 2");
    expectRefusal(() => writeCsv([[1]], { names: ["a", "b"] }), "E_SHAPE", "row 0 has 1 cells, expected 2");
    expectRefusal(() => writeCsv([[]]), "E_SHAPE", "row 0 has no cells");
    expectRefusal(() => writeCsv([[Number.POSITIVE_INFINITY]]), "E_NONFINITE", "row 0, column 1 is Infinity");
    expectRefusal(() => writeCsv([["\0"]]), "E_RANGE", "NUL");
    expectRefusal(() => writeCsv([[true as never]]), "E_SHAPE", "row 0, column 1 is boolean");
    expectRefusal(() => writeCsv({ data: [1], rows: 2, columns: 1 }), "E_SHAPE", "2 x 1 needs 2 numbers");
  });
});

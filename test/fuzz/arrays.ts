/**
 * @file What the targets share about arrays: arbitrary npy files in every spelling, and the checks of accepted arrays.
 */

import type { RandomStream } from "../../src/core/random.ts";
import type { NumericArray } from "../../src/data/array.ts";
import { toRows } from "../../src/data/rows.ts";
import { expectEqualData } from "./equal.ts";
import { anyBytes, chance, join, lie, packed, pick, tellingNumber, whole } from "./make.ts";
import { limit } from "./runner.ts";

const widths: Readonly<Record<string, number>> = { b1: 1, i1: 1, u1: 1, i2: 2, u2: 2, i4: 4, u4: 4, i8: 8, u8: 8, f2: 2, f4: 4, f8: 8 };

/** A shape with few entries; a dimension may be zero. */
export function anyShape(random: RandomStream, most = 4): number[] {
  return Array.from({ length: whole(random, 0, 3) }, () => (chance(random, 5) ? 0 : whole(random, 1, most)));
}

/** Bytes of an npy file, mostly sound: every dtype, byte order, version and way to write the dictionary. */
export function anyNpy(random: RandomStream, lies = 2): Uint8Array {
  const code = pick(random, Object.keys(widths));
  const shape = anyShape(random);
  const descr = chance(random, lies)
    ? pick(random, ["|O", "<U3", "|V8", "<c8", "<M8[ns]", "<f3", "f4", "", "<i16"])
    : `${code.endsWith("1") ? "|" : pick(random, ["<", "<", ">"])}${code}`;
  const dimensions = shape.map((n) =>
    chance(random, lies) ? pick(random, ["-1", "1.5", "x", String(tellingNumber(random, n))]) : `${n}${chance(random, 3) ? "L" : ""}`,
  );
  const tuple =
    dimensions.length === 1 && !chance(random, lies) ? `(${dimensions[0]},)` : `(${dimensions.join(pick(random, [",", ", "]))})`;
  const quote = pick(random, ["'", "'", '"']);
  let members = [
    `${quote}descr${quote}:${pick(random, ["", " "])}${quote}${descr}${quote}`,
    `'fortran_order': ${chance(random, lies) ? pick(random, ["true", "0", "None"]) : pick(random, ["False", "True"])}`,
    `'shape': ${tuple}`,
  ];
  if (chance(random, 30)) members = members.toReversed();
  if (chance(random, lies)) members.push(pick(random, ["'extra': 'x'", "'shape': (1,)", "'a': [1]", ""]));
  if (chance(random, lies)) members.splice(whole(random, 0, 2), 1);
  const text = `{${members.join(", ")}${pick(random, ["", ", "])}}`;
  const version = chance(random, lies) ? whole(random, 0, 5) : pick(random, [1, 1, 2, 3]);
  const header = chance(random, 70) ? `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n` : text;
  const count = shape.reduce((product, n) => product * n, 1);
  const body =
    code === "b1"
      ? anyBytes(random, count).map((byte) => byte & 1)
      : anyBytes(random, lie(random, count * (widths[code] ?? 1), lies) % 4096);
  // Sign and exponent of 64-bit integers: keep most of them within 2^53.
  if (code.endsWith("8") && !code.startsWith("f") && !chance(random, lies)) body.fill(0);
  return join(
    Uint8Array.of(0x93),
    "NUMPY",
    version,
    lie(random, 0, 1) & 255,
    packed(version === 1 ? 2 : 4, lie(random, header.length, lies)),
    header,
    body,
  );
}

/** Throws unless the array's length is that of its shape, it keeps to the limit, and toRows takes it or refuses it for being empty. */
export function checkAccepted(array: NumericArray): void {
  const { shape, data } = array;
  const count = shape.reduce((product, n) => product * n, 1);
  if (count !== data.length) throw new Error(`shape [${shape.join(", ")}] with ${data.length} entries`);
  if (data.byteLength > limit) throw new Error(`${data.byteLength} bytes, the limit is ${limit}`);
  if (data.byteLength !== data.buffer.byteLength) throw new Error("the result is a view on something larger");
  if (count > 0 && shape.length > 0) {
    const { rows, columns } = toRows(array);
    if (rows * columns !== count) throw new Error(`toRows gives ${rows} x ${columns}`);
  }
}

/** Throws unless both are the same array, NaN equal to NaN. */
export function checkSame(a: NumericArray | undefined, b: NumericArray | undefined): void {
  if (!a || !b || a.dtype !== b.dtype || a.shape.join() !== b.shape.join())
    throw new Error("dtype or shape changed when written and read again");
  expectEqualData(a.data, b.data);
}

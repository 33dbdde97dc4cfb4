/**
 * @file Fuzz target: safetensors files whose header is written member by member, with true or lying offsets, repeated and forbidden keys, odd numbers, deep
 * nesting and escapes, then mutated.
 */
import type { RandomStream } from "../../src/core/random.ts";
import { readSafetensors, type Safetensors, writeSafetensors } from "../../src/data/safetensors.ts";
import { anyShape, checkAccepted, checkSame } from "./arrays.ts";
import { anyBytes, chance, join, lie, mutate, packed, pick, whole } from "./make.ts";
import type { Target } from "./runner.ts";

const widths: Readonly<Record<string, number>> = {
  BOOL: 1,
  I8: 1,
  U8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

const odd = ["-1", "1.5", "1e3", "01", "9007199254740992", "1e999", "-0", '"1"', "null", "[]", "{}", "211106198978564"];

function number(random: RandomStream, value: number): string {
  return chance(random, 1) ? pick(random, odd) : String(lie(random, value, 1));
}

function space(random: RandomStream): string {
  return chance(random, 10) ? pick(random, [" ", "\n", "\t", "  "]) : "";
}

function header(random: RandomStream): { text: string; data: Uint8Array } {
  const members: string[] = [];
  let data: Uint8Array = new Uint8Array(0);
  const count = whole(random, 0, 4);
  for (let i = 0; i < count; i++) {
    const dtype = chance(random, 1) ? pick(random, ["F8_E4M3", "F99", "f32", "", "__proto__"]) : pick(random, Object.keys(widths));
    const width = widths[dtype] ?? 1;
    const shape = anyShape(random);
    const size = shape.reduce((product, n) => product * n, width);
    const body = anyBytes(random, size);
    const from = data.length;
    data = join(data, dtype === "BOOL" ? body.map((byte) => byte & 1) : width === 8 && dtype !== "F64" ? body.fill(0) : body);
    const name = chance(random, 3)
      ? pick(random, ["__proto__", "constructor", "a0", "\\u0061", "\\ud800", "", "\u00fc", "\\x"])
      : `${pick(random, ["a", "w.", "layer\\/"])}${i}`;
    const fields = [
      `"dtype":${space(random)}"${dtype}"`,
      `"shape":[${shape.map((n) => number(random, n)).join(",")}]`,
      `"data_offsets":[${number(random, from)},${number(random, from + size)}]`,
    ];
    if (chance(random, 1)) fields.push(pick(random, ['"x":1', '"dtype":"F32"', '"y":[[[[]]]]']));
    if (chance(random, 1)) fields.splice(whole(random, 0, 2), 1);
    members.push(`"${name}":${space(random)}{${fields.join(`${space(random)},`)}}`);
  }
  if (chance(random, 30)) members.push(`"__metadata__":{${pick(random, ["", '"k":"v"', '"k":"\\u00e9\\n"', '"k":"v","k":"w"', '"k":1'])}}`);
  if (chance(random, 1)) members.push(`"deep":${pick(random, ["[", '{"a":'] as const).repeat(pick(random, [10, 63, 64, 65, 5000]))}`);
  if (chance(random, 30)) members.reverse();
  return { text: `{${members.join(`,${space(random)}`)}}${" ".repeat(pick(random, [0, 0, 3, 8]))}`, data };
}

export const safetensors: Target<Safetensors> = {
  name: "safetensors",
  make(random) {
    const { text, data } = header(random);
    // A changed header with a true length goes deeper than one that is cut at once.
    const changed = chance(random, 15) ? mutate(random, join(text)) : join(text);
    const bytes = join(packed(8, lie(random, changed.length, 1)), changed, chance(random, 1) ? mutate(random, data) : data);
    return chance(random, 20) ? mutate(random, bytes) : bytes;
  },
  read: (bytes, limit) => readSafetensors(bytes, { limit }),
  check({ tensors, metadata }) {
    for (const array of tensors.values()) checkAccepted(array);
    if ([...tensors.keys(), ...metadata.keys(), ...metadata.values()].some((text) => /\p{Surrogate}/u.test(text))) return;
    const again = readSafetensors(writeSafetensors(tensors, { metadata }));
    for (const [name, array] of tensors) checkSame(array, again.tensors.get(name));
    if (again.tensors.size !== tensors.size || JSON.stringify([...again.metadata]) !== JSON.stringify([...metadata]))
      throw new Error("names or metadata changed");
  },
};

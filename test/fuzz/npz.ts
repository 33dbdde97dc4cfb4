/**
 * @file Fuzz target: zip files of npy files, put together field by field so that every field of every header can lie while all others stay true (stored and
 * deflated entries, data descriptors, ZIP64 fields and records, bombs), then mutated.
 */
import { deflateRawSync } from "node:zlib";
import type { RandomStream } from "../../src/core/random.ts";
import type { NumericArray } from "../../src/data/array.ts";
import { crc32 } from "../../src/data/crc32.ts";
import { writeNpy } from "../../src/data/npy.ts";
import { readNpz, writeNpz } from "../../src/data/npz.ts";
import { anyNpy, checkAccepted, checkSame } from "./arrays.ts";
import { anyBytes, chance, join, lie, mutate, packed, pick, tellingNumber, whole } from "./make.ts";
import type { Target } from "./runner.ts";

const badNames = [
  "../a.npy",
  "/a.npy",
  "a\\b.npy",
  "C:a.npy",
  "a\0.npy",
  "",
  "a//b.npy",
  "readme.txt",
  "a.npy",
  "\u00fc.npy",
  "__proto__.npy",
];

interface Parts {
  readonly local: Uint8Array;
  /** Made once the place of the local header is known. */
  readonly central: (offset: number) => Uint8Array;
}

function entry(random: RandomStream, index: number): Parts {
  const name = chance(random, 3) ? pick(random, badNames) : `${pick(random, ["a", "w", "layer/x", "long name"])}${index}.npy`;
  const content = chance(random, 1) ? bomb(random) : anyNpy(random, 0);
  const method = chance(random, 1) ? pick(random, [1, 9, 12, 14]) : pick(random, [0, 8, 8]);
  const body = method === 8 ? deflate(random, content) : content;
  const flags = chance(random, 1) ? whole(random, 0, 65535) : pick(random, [0, 0, 0x800, 8]);
  const crc = lie(random, crc32(content), 1);
  const [size, packedSize] = [lie(random, content.length, 1), lie(random, body.length, 1)];
  const wide = chance(random, 15);
  const rawName = join(name);
  const fields = (hide: boolean) => join(packed(4, crc), packed(4, hide ? 2 ** 32 - 1 : packedSize), packed(4, hide ? 2 ** 32 - 1 : size));
  const extraOf = (hide: boolean) =>
    hide
      ? join(packed(2, 1), packed(2, lie(random, 16, 1)), packed(8, size), packed(8, packedSize))
      : chance(random, 5)
        ? join(packed(2, 0x5455), packed(2, 1), 0)
        : new Uint8Array(0);
  const late = (flags & 8) !== 0;
  const localExtra = extraOf(wide);
  const localName = chance(random, 1) ? join("other.npy") : rawName;
  const common = join(packed(2, 20), packed(2, flags), packed(2, method), packed(4, 0x210000));
  const local = join(
    "PK\x03\x04",
    common,
    late && chance(random, 50) ? new Uint8Array(12) : fields(wide),
    packed(2, localName.length),
    packed(2, lie(random, localExtra.length, 1)),
    localName,
    localExtra,
    body,
    late ? join(chance(random, 70) ? "PK\x07\x08" : "", packed(4, crc), packed(4, packedSize), packed(4, size)) : "",
  );
  const hidden = wide && chance(random, 50);
  const extra = extraOf(hidden);
  return {
    local,
    central: (offset) =>
      join(
        "PK\x01\x02",
        packed(2, 20),
        common,
        fields(hidden),
        packed(2, rawName.length),
        packed(2, lie(random, extra.length, 1)),
        packed(2, 0),
        packed(2, 0),
        packed(2, 0),
        packed(4, 0),
        packed(4, lie(random, offset, 1)),
        rawName,
        extra,
      ),
  };
}

/** Zeros that compress a thousandfold, behind a header that may be true. */
function bomb(random: RandomStream): Uint8Array {
  const size = pick(random, [10_000, 500_000, 3_000_000]);
  return writeNpy({ dtype: "u8", shape: [size], data: new Uint8Array(size) });
}

function deflate(random: RandomStream, content: Uint8Array): Uint8Array {
  const body = new Uint8Array(deflateRawSync(content, { level: pick(random, [0, 1, 6, 9]), strategy: pick(random, [0, 0, 2, 4]) }));
  return chance(random, 3) ? mutate(random, body) : body;
}

function zip(random: RandomStream): Uint8Array {
  let body: Uint8Array = new Uint8Array(0);
  let directory: Uint8Array = new Uint8Array(0);
  const count = whole(random, 0, 3);
  for (let i = 0; i < count; i++) {
    const { local, central } = entry(random, i);
    directory = join(directory, central(body.length));
    body = join(body, local);
  }
  if (chance(random, 1)) body = join(body, anyBytes(random, whole(random, 1, 20)));
  const at = body.length + directory.length;
  const wide = chance(random, 10);
  const record = join(
    "PK\x06\x06",
    packed(8, lie(random, 44, 1)),
    packed(4, 0x2d002d),
    packed(8, 0),
    packed(8, lie(random, count, 1)),
    packed(8, count),
    packed(8, lie(random, directory.length, 1)),
    packed(8, lie(random, body.length, 1)),
    "PK\x06\x07",
    packed(4, 0),
    packed(8, lie(random, at, 1)),
    packed(4, 1),
  );
  const hide = wide && chance(random, 50);
  const comment = chance(random, 10) ? "comment PK\x05\x06" : "";
  return join(
    body,
    directory,
    wide ? record : "",
    "PK\x05\x06",
    packed(4, 0),
    packed(2, hide ? 0xffff : lie(random, count, 1)),
    packed(2, hide ? 0xffff : count),
    packed(4, hide ? 2 ** 32 - 1 : lie(random, directory.length, 1)),
    packed(4, hide ? 2 ** 32 - 1 : lie(random, body.length, 1)),
    packed(2, lie(random, comment.length, 1)),
    comment,
  );
}

export const npz: Target<Map<string, NumericArray>> = {
  name: "npz",
  make(random) {
    const bytes = zip(random);
    if (chance(random, 2)) return join(bytes, packed(4, tellingNumber(random)));
    return chance(random, 40) ? mutate(random, bytes) : bytes;
  },
  read: (bytes, limit) => readNpz(bytes, { limit }),
  check(arrays) {
    for (const array of arrays.values()) checkAccepted(array);
    const again = readNpz(writeNpz(arrays, { compress: arrays.size > 1 }));
    if ([...again.keys()].join("\n") !== [...arrays.keys()].join("\n")) throw new Error("names changed when written and read again");
    for (const [name, array] of arrays) checkSame(array, again.get(name));
  },
};

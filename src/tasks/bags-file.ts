/** @file A committee on bags as the bytes of one safetensors file, and back: the members' tensors under their number; the architecture, the columns and the classes in the metadata. */
import { HopfieldError } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import { type NumericArray, readSafetensors, writeSafetensors } from "../data/index.ts";
import { arrayOf, treeOf } from "../layers/checkpoint.ts";
import type { FeatureEncoding, NetworkDescription } from "../layers/index.ts";
import { buildNetwork, listed } from "../layers/index.ts";
import type { BagCommittee } from "./bags-fit.ts";

const format = "hopfield-bags-1";

export function writeCommittee({ description, members, encoding, classes }: BagCommittee): Uint8Array {
  const tensors = new Map<string, NumericArray>(
    members.flatMap((parameters, m) => listed(parameters, `${m}.`).map(({ name, tensor }) => [name, arrayOf(tensor)] as const)),
  );
  const metadata = new Map([
    ["format", format],
    ["networks", String(members.length)],
    ["architecture", JSON.stringify(description)],
    ["encoding", JSON.stringify(encoding)],
    ["classes", JSON.stringify(classes)],
  ]);
  return writeSafetensors(tensors, { metadata });
}

/** Whether these metadata are those of a committee. */
export function isCommittee(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.get("format") === format;
}

/** @throws HopfieldError E_FORMAT (no such file, a missing, surplus or misshapen tensor), E_NONFINITE, and those of readSafetensors. */
export function readCommittee(bytes: Uint8Array): BagCommittee {
  const { tensors, metadata } = readSafetensors(bytes);
  const fail = (why: string): never => {
    throw new HopfieldError("E_FORMAT", `readCommittee: ${why}`);
  };
  if (!isCommittee(metadata)) fail("this file holds no networks for bags");
  const parsed = <T>(key: string): T => {
    try {
      const value: unknown = JSON.parse(metadata.get(key) ?? "");
      if (value !== null && typeof value === "object") return value as T;
    } catch {
      // Told below.
    }
    return fail(`the metadata has no readable "${key}"`);
  };
  const description = parsed<NetworkDescription>("architecture");
  const expected = listed(built(description, fail).init(randomStream(0)));
  const count = Number(metadata.get("networks"));
  if (!(Number.isInteger(count) && count >= 1 && count * expected.length === tensors.size))
    fail(`${tensors.size} tensors are not those of ${metadata.get("networks")} networks of ${expected.length} each`);
  const members = Array.from({ length: count }, (_, m) => {
    for (const { name, tensor } of expected) {
      const found = tensors.get(`${m}.${name}`) ?? fail(`tensor "${m}.${name}" is missing`);
      if (found.shape.length !== 2 || found.shape[0] !== tensor.rows || found.shape[1] !== tensor.columns)
        fail(`tensor "${m}.${name}" has shape [${found.shape.join(", ")}], expected [${tensor.rows}, ${tensor.columns}]`);
    }
    return treeOf(tensors, `${m}.`);
  });
  const encoding = parsed<FeatureEncoding>("encoding");
  for (const list of [encoding.columns, encoding.mean, encoding.scale])
    if (!Array.isArray(list) || list.length !== description.inputs) fail(`"encoding" does not tell of ${description.inputs} columns`);
  const classes = parsed<string[]>("classes");
  if (!Array.isArray(classes) || classes.length !== Math.max(2, description.outputs))
    fail(`"classes" does not name ${Math.max(2, description.outputs)} classes`);
  return { description, members, encoding, classes };
}

function built(description: NetworkDescription, fail: (why: string) => never): ReturnType<typeof buildNetwork> {
  try {
    return buildNetwork(description);
  } catch (error) {
    if (error instanceof HopfieldError) return fail(`the architecture is refused: ${error.message}`);
    throw error;
  }
}

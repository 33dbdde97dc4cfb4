/** @file A committee on bags as the bytes of one safetensors file, and back: the members' tensors under their number; the architecture, the columns and the classes in the metadata. */
import { randomStream } from "../core/random.ts";
import { type NumericArray, writeSafetensors } from "../data/index.ts";
import { arrayOf, treeOf } from "../layers/checkpoint.ts";
import type { FeatureEncoding, NetworkDescription } from "../layers/index.ts";
import { buildNetwork, listed } from "../layers/index.ts";
import type { BagCommittee } from "./bags-fit.ts";
import { openSavedModel } from "./saved-model.ts";

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
  const { tensors, metadata, fail, parsed, expect, made } = openSavedModel(
    "readCommittee",
    bytes,
    format,
    "this file holds no networks for bags",
  );
  const description = parsed<NetworkDescription>("architecture");
  const expected = made("the architecture", () => listed(buildNetwork(description).init(randomStream(0))));
  const count = Number(metadata.get("networks"));
  if (!(Number.isInteger(count) && count >= 1 && count * expected.length === tensors.size))
    fail(`${tensors.size} tensors are not those of ${metadata.get("networks")} networks of ${expected.length} each`);
  const members = Array.from({ length: count }, (_, m) => {
    for (const { name, tensor } of expected) expect(`${m}.${name}`, tensor);
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

/**
 * @file Permalinks: #1.<settings>.<cue>.<check>. Version, then the sketch as JSON and the pixels of the cue, both as base64url, then a fingerprint of what stands before it, so that a
 * link that was cut or mistyped is told from a good one. At most 2 000 characters. The user's data never are in it, only their name and fingerprint.
 */
import { fingerprint } from "../patterns/fingerprint.ts";
import { pixelCount } from "../patterns/pen.ts";
import { fromText, packBits, toText, unpackBits } from "./bytes.ts";
import { type Foreign, recordOf } from "./check.ts";
import type { Cue } from "./cue.ts";
import { drawingList } from "./memory.ts";
import { sketchOf } from "./sketch.ts";
import type { State } from "./types.ts";

export const longestLink = 2000;
const version = 1;

export function drawingsHash(state: State): string {
  const data = drawingList(state.memory).flatMap((picture) => Array.from(picture, (x) => Math.round(255 * x)));
  return fingerprint(Uint8Array.from(data));
}

/** Missing pixels as bits, painted pixels as bits, and a byte for each painted one; nothing where there is neither. */
export function packCue({ painted, missing }: Cue): Uint8Array {
  const levels = painted.filter((level) => level >= 0);
  if (levels.length === 0 && !missing.includes(1)) return new Uint8Array(0);
  return Uint8Array.from([...packBits(missing), ...packBits(painted.map((level) => (level >= 0 ? 1 : 0))), ...levels]);
}

export function unpackCue(bytes: Uint8Array): Pick<Cue, "painted" | "missing"> | null {
  const painted = new Int16Array(pixelCount).fill(-1);
  if (bytes.length === 0) return { painted, missing: new Uint8Array(pixelCount) };
  const size = pixelCount / 8;
  const marks = unpackBits(bytes.subarray(size, 2 * size), pixelCount);
  const count = marks.reduce((sum, mark) => sum + mark, 0);
  if (bytes.length !== 2 * size + count) return null;
  let at = 2 * size;
  marks.forEach((mark, i) => {
    if (mark) painted[i] = bytes[at++] ?? 0;
  });
  return { painted, missing: unpackBits(bytes.subarray(0, size), pixelCount) };
}

const check = (body: string): string => fingerprint(new TextEncoder().encode(body)).slice(0, 8);

/** The part of the address after "#"; null when it would be longer than 2 000 characters. */
export function writeLink(state: State): string | null {
  const sketch = new TextEncoder().encode(JSON.stringify(sketchOf(state, drawingsHash(state))));
  const body = `${version}.${toText(sketch)}.${toText(packCue(state.memory.cue))}`;
  const link = `${body}.${check(body)}`;
  return link.length <= longestLink ? link : null;
}

export type LinkResult =
  | { readonly sketch: Foreign; readonly cue: Pick<Cue, "painted" | "missing"> }
  /** What is wrong with it, in a sentence. */
  | { readonly problem: string };

export function readLink(text: string): LinkResult {
  if (text.length > 2 * longestLink)
    return { problem: `The link has ${text.length} characters; links of this page have at most ${longestLink}.` };
  const [number = "", settings = "", cue = "", sum = "", ...more] = text.split(".");
  if (!/^\d{1,3}$/.test(number) || more.length > 0 || sum === "")
    return { problem: "The link is not one of this page, or was cut off. The page starts afresh." };
  if (Number(number) > version)
    return { problem: `The link was made by a later version of this page (form ${number}; this page reads up to ${version}).` };
  if (check(`${number}.${settings}.${cue}`) !== sum)
    return { problem: "The link was cut off or changed on its way: its check does not match. The page starts afresh." };
  const [bytes, cueBytes] = [fromText(settings), fromText(cue)];
  const pixels = cueBytes && unpackCue(cueBytes);
  if (!bytes || !pixels) return { problem: "The link is malformed. The page starts afresh." };
  try {
    return { sketch: recordOf(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))), cue: pixels };
  } catch {
    return { problem: "The link is malformed. The page starts afresh." };
  }
}

/**
 * @file store.json: which format this is, what the store holds, and which generation of snapshot and log is in force. One line of JSON that ends with a checksum of what is before it;
 * replaced whole, by renaming. A compaction starts a new generation.
 */
import { crc32 } from "node:zlib";
import { HopfieldError } from "../core/errors.ts";
import { parseJson } from "../data/json.ts";
import { type Disk, readFully, type SyncPoint, writeFully } from "./disk.ts";
import { fail } from "./fail.ts";
import { type Kind, mostDimensions, mostRows, type Storage } from "./layout.ts";

export const formatVersion = 1;
export const manifestName = "store.json";
const longest = 4096;

export interface SnapshotFacts {
  readonly rows: number;
  readonly idText: number;
  readonly metadata: number;
  /** Checksum of its checksums. */
  readonly checksumsCrc: number;
  readonly largestNorm: number;
  readonly lost: number;
}

export interface Manifest extends Kind {
  /** Names of the files: snapshot-N.safetensors and log-N.bin. */
  readonly generation: number;
  /** null while everything is in the log. */
  readonly snapshot: SnapshotFacts | null;
  /** Number of the last transaction before this generation. */
  readonly sequence: number;
  readonly nextId: number;
}

export const snapshotName = (generation: number): string => `snapshot-${generation}.safetensors`;
export const logName = (generation: number): string => `log-${generation}.bin`;

export function encodeManifest(manifest: Manifest): string {
  const { dimension, storage, generation, snapshot, sequence, nextId } = manifest;
  // Numbers that are not whole are texts, since every number in a header of the data room is a count.
  const facts = snapshot && {
    rows: snapshot.rows,
    idText: snapshot.idText,
    metadata: snapshot.metadata,
    checksumsCrc: snapshot.checksumsCrc,
    largestNorm: String(snapshot.largestNorm),
    lost: String(snapshot.lost),
  };
  const body = { format: formatVersion, kind: "hopfield store", dimension, storage, generation, sequence, nextId, snapshot: facts };
  const text = JSON.stringify(body).slice(0, -1);
  const check = crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0");
  return `${text},"crc32":"${check}"}\n`;
}

/** @throws HopfieldError E_UNSUPPORTED (a newer format), E_FORMAT. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const where = `store: ${manifestName}`;
  const text = new TextDecoder("latin1").decode(bytes);
  const version = /^\{"format":(\d{1,9}),/.exec(text)?.[1];
  if (version === undefined) return fail("E_FORMAT", where, "it is not the manifest of a store");
  if (Number(version) !== formatVersion)
    return fail("E_UNSUPPORTED", where, `written in format ${version}, this version reads format ${formatVersion}`);
  const json = parseJson(where, "it", text.trimEnd());
  const member = (from: unknown, name: string): unknown => (from instanceof Map ? from.get(name) : undefined);
  const count = (from: unknown, name: string, atMost: number): number => {
    const value = member(from, name);
    if (typeof value !== "number" || value < 0 || value > atMost)
      return fail("E_FORMAT", where, `${name} is no number from 0 to ${atMost}`);
    return value;
  };
  const measure = (from: unknown, name: string): number => {
    const value = Number(member(from, name));
    return value >= 0 && Number.isFinite(value) ? value : fail("E_FORMAT", where, `${name} is no number of at least 0`);
  };
  const most = Number.MAX_SAFE_INTEGER;
  const facts = member(json, "snapshot");
  const storage = member(json, "storage");
  if (storage !== "f32" && storage !== "f16" && storage !== "int8") return fail("E_FORMAT", where, "storage is not f32, f16 or int8");
  const manifest: Manifest = {
    dimension: count(json, "dimension", mostDimensions),
    storage: storage as Storage,
    generation: count(json, "generation", 2 ** 48),
    sequence: count(json, "sequence", most),
    nextId: count(json, "nextId", most),
    snapshot:
      facts === null
        ? null
        : {
            rows: count(facts, "rows", mostRows),
            idText: count(facts, "idText", most),
            metadata: count(facts, "metadata", most),
            checksumsCrc: count(facts, "checksumsCrc", 2 ** 32 - 1),
            largestNorm: measure(facts, "largestNorm"),
            lost: measure(facts, "lost"),
          },
  };
  // Written again it must be the same text: that covers the checksum, the order, and everything that was not looked at.
  if (manifest.dimension < 1 || encodeManifest(manifest) !== text) fail("E_FORMAT", where, "it is damaged (its checksum does not fit)");
  return manifest;
}

/** @returns null when there is none. @throws as decodeManifest, E_IO. */
export function readManifest(disk: Disk): Manifest | null {
  const file = disk.open(manifestName, "read");
  if (!file) return null;
  try {
    const size = file.size();
    if (size > longest) return fail("E_FORMAT", `store: ${manifestName}`, `it has ${size} bytes, at most ${longest} are read`);
    const bytes = new Uint8Array(size);
    return decodeManifest(bytes.subarray(0, readFully(file, 0, bytes)));
  } finally {
    file.close();
  }
}

const unfinished = `${manifestName}.new`;

/** Puts a manifest in force: after this returns it is what an opener finds, whatever happens. Files it names must be on the disk already; their names are made to last here. */
export function replaceManifest(disk: Disk, manifest: Manifest): void {
  disk.remove(unfinished);
  const file = disk.open(unfinished, "create");
  if (!file) throw new HopfieldError("E_CONFLICT", `store: ${unfinished} appeared while it was being made`);
  try {
    writeFully(file, 0, new TextEncoder().encode(encodeManifest(manifest)));
    file.sync("manifest");
  } finally {
    file.close();
  }
  disk.syncNames("names before the switch" satisfies SyncPoint);
  disk.rename(unfinished, manifestName);
  disk.syncNames("names after the switch" satisfies SyncPoint);
}

/** @file What a store says about itself. */
import { liveRows } from "./contents.ts";
import { codeStride, rowBytesOf } from "./layout.ts";
import { formatVersion } from "./manifest.ts";
import { visitMetadata } from "./rows.ts";
import type { Session } from "./session.ts";
import type { StoreInfo } from "./types.ts";
import { filesBytes } from "./write.ts";

/** Reads all metadata. */
export function infoOf(session: Session): StoreInfo {
  const { contents } = session;
  const { dimension, storage } = contents.manifest;
  const patterns = liveRows(contents);
  const keys = new Set<string>();
  let metadata = 0;
  visitMetadata(contents, (_, value, bytes) => {
    metadata += bytes + 8;
    for (const key of Object.keys(value)) keys.add(key);
  });
  const codes = storage === "int8" ? codeStride(dimension) + 8 : 0;
  return {
    patterns,
    dimension,
    storage,
    bytes: filesBytes(session),
    liveBytes: patterns * (rowBytesOf(contents.manifest) + codes + 8) + metadata,
    format: formatVersion,
    metadataKeys: [...keys].sort(),
  };
}

/** @file Reads a whole store against its checksums, without a lock and without writing. */
import { HopfieldError } from "../core/errors.ts";
import { closeContents, liveRows, openContents, readOn } from "./contents.ts";
import type { Disk } from "./disk.ts";
import { hasMarkBeyond } from "./log.ts";
import { logName } from "./manifest.ts";
import { damageOf, idOfCode, readIdCodes, readMetadata } from "./part.ts";
import type { Verification } from "./types.ts";

/** @throws HopfieldError E_IO when there is no store, E_UNSUPPORTED for a newer format. */
export function verifyDisk(disk: Disk): Verification {
  let contents: ReturnType<typeof openContents>;
  try {
    contents = openContents(disk, "read");
  } catch (error) {
    if (error instanceof HopfieldError && error.code === "E_FORMAT")
      return { ok: false, patterns: 0, tornBytes: 0, damaged: [error.message] };
    throw error;
  }
  try {
    const damaged = contents.parts.flatMap((part) => {
      const found = damageOf(part);
      if (found.length > 0) return found;
      // What is as it was written must also make sense: the file may have been made by anybody.
      try {
        readIdCodes(part, 0, part.rows).forEach((code) => {
          idOfCode(part, code);
        });
        if (part.metadata > 0) for (let row = 0; row < part.rows; row++) readMetadata(part, row);
      } catch (error) {
        if (!(error instanceof HopfieldError)) throw error;
        return [error.message];
      }
      return [];
    });
    let size = contents.log.size();
    if (size > contents.end && hasMarkBeyond(contents.log, contents.end, contents.acknowledged)) {
      // A writer may be at work: what looked like damage may be a transaction that is whole now.
      readOn(contents);
      size = contents.log.size();
      if (size > contents.end && hasMarkBeyond(contents.log, contents.end, contents.acknowledged)) {
        damaged.push(
          `store: ${logName(contents.manifest.generation)} is damaged: there are transactions beyond byte ${contents.end}, where none starts`,
        );
      }
    }
    return { ok: damaged.length === 0, patterns: liveRows(contents), tornBytes: Math.max(0, size - contents.end), damaged };
  } finally {
    closeContents(contents);
  }
}

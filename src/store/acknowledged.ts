/**
 * @file The file `acknowledged`: how long the log was when the last transaction was acknowledged. It is written after the transaction is on the disk and never waited for, so it can be
 * behind the log but never ahead of it: a log that is shorter than it says has lost acknowledged data. Without it, or when its checksum is wrong, nothing is known.
 */
import { crc32 } from "node:zlib";
import { type Disk, readFully, writeFully } from "./disk.ts";
import { getU64, setU64 } from "./whole-numbers.ts";

export const acknowledgedName = "acknowledged";
const size = 32;
const magic = 0x31414c48; // "HLA1"

/** Bytes of the log of this generation that were acknowledged at least; 0 when nothing is known. */
export function readAcknowledged(disk: Disk, generation: number): number {
  const file = disk.open(acknowledgedName, "read");
  if (!file) return 0;
  try {
    const bytes = new Uint8Array(size);
    if (readFully(file, 0, bytes) < size) return 0;
    const view = new DataView(bytes.buffer);
    const sound = view.getUint32(0, true) === magic && view.getUint32(4, true) === crc32(bytes.subarray(8));
    return sound && getU64(view, 8) === generation ? getU64(view, 16) : 0;
  } finally {
    file.close();
  }
}

export function writeAcknowledged(disk: Disk, generation: number, logBytes: number): void {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  setU64(view, 8, generation);
  setU64(view, 16, logBytes);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
  const file = disk.open(acknowledgedName, "write") ?? disk.open(acknowledgedName, "create");
  if (!file) return;
  try {
    writeFully(file, 0, bytes);
  } finally {
    file.close();
  }
}

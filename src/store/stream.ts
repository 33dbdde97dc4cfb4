/** @file Recall from a store that is larger than memory. */
import type { Matrix } from "../core/matrix.ts";
import type { MemoryOptions, RecallOptions } from "../memory/types.ts";
import { fail } from "./fail.ts";
import type { Answered, Chosen } from "./recall.ts";
import type { Session } from "./session.ts";

export function recallStreamed(
  _session: Session,
  chosen: Chosen,
  _queries: Matrix,
  _options: MemoryOptions,
  _recall: RecallOptions,
  limit: number,
): Answered {
  return fail("E_LIMIT", "recall", `${chosen.count} patterns do not fit into ${limit} bytes`);
}

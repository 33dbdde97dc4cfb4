/** @file The address bar: a link that is opened, now or by hand while the page is open. */

import { recordOf } from "../state/check.ts";
import { hide } from "../state/cue.ts";
import { drawingsHash, readLink } from "../state/link.ts";
import { setNotice } from "../state/memory.ts";
import { applySketch, readNamed } from "../state/sketch.ts";
import type { State } from "../state/types.ts";

/** The state a link describes. Data it names but that are not here are asked for; a bad link changes nothing and says why. */
export function followLink(state: State, text: string): State {
  if (text === "" || text === "main" || text === "about") return state;
  const link = readLink(text);
  if ("problem" in link) return setNotice(link.problem, "problem")(state);
  const next = applySketch(state, link.sketch);
  const filled: State = {
    ...next,
    notice: null,
    memory: { ...next.memory, cue: { ...hide(next.memory.cue, () => false), ...link.cue }, answer: null, weights: null },
  };
  const memoryData = readNamed(recordOf(link.sketch.memory).data);
  const tableData = readNamed(recordOf(link.sketch.table).data);
  const haveMemory =
    memoryData === null || memoryData.hash === (filled.memory.set === "file" ? filled.memory.file?.hash : drawingsHash(filled));
  const haveTable = tableData === null || tableData.hash === filled.table.table?.hash;
  const wanted = filled.panel === "data" ? (haveTable ? null : tableData) : haveMemory ? (haveTable ? null : tableData) : memoryData;
  if (haveMemory) return { ...filled, wanted };
  // Other pictures than the link means must not answer for them.
  const emptied = filled.memory.set === "file" ? { file: null } : {};
  return { ...filled, wanted, memory: { ...filled.memory, ...emptied } };
}

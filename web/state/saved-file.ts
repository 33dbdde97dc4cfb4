/** @file The saved file: the settings of a link, the cue, and the user's own data with them, as one JSON document. Loading checks every part. */
import { pixelCount } from "../patterns/pen.ts";
import type { Patterns } from "../patterns/types.ts";
import type { Table } from "../table/state.ts";
import { fromText, toText } from "./bytes.ts";
import { type Foreign, recordOf, textIn, wholeIn } from "./check.ts";
import { drawingsHash, packCue, unpackCue } from "./link.ts";
import { drawingList, drawingsOf } from "./memory.ts";
import { applySketch, sketchOf } from "./sketch.ts";
import type { State } from "./types.ts";

const format = "hopfield-playground";

const floatsToText = (data: Float32Array): string => toText(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

function floatsFromText(value: unknown, count: number): Float32Array | null {
  const bytes = typeof value === "string" ? fromText(value) : null;
  return bytes && bytes.length === 4 * count ? new Float32Array(bytes.buffer) : null;
}

export function writeFile(state: State): string {
  const { memory, table } = state;
  const { table: data } = table;
  return JSON.stringify({
    format,
    version: 1,
    settings: sketchOf(state, drawingsHash(state)),
    cue: toText(packCue(memory.cue)),
    drawings: drawingList(memory).map(floatsToText),
    ...(memory.sheet.some((x) => x > 0) ? { sheet: floatsToText(memory.sheet) } : {}),
    ...(memory.file
      ? { file: { name: memory.file.name, hash: memory.file.hash, rows: memory.file.rows, data: floatsToText(memory.file.data) } }
      : {}),
    ...(data
      ? {
          table: {
            name: data.name,
            hash: data.hash,
            rows: data.rows,
            columns: data.columns,
            names: data.names,
            width: data.width,
            data: floatsToText(data.data),
          },
        }
      : {}),
  });
}

/** @returns the state the file describes, or what is wrong with it. @param finish completes a table with its figures (means, complete rows). */
export function readFile(
  text: string,
  state: State,
  finish: (raw: Pick<Table, "data" | "rows" | "columns" | "names" | "width">, name: string, hash: string) => Table,
): State | { readonly problem: string } {
  let document: Foreign;
  try {
    document = recordOf(JSON.parse(text));
  } catch {
    return { problem: "The file is not JSON, so this page did not write it." };
  }
  if (document.format !== format) return { problem: "The file was not saved by this page: its format is another." };
  if (document.version !== 1)
    return { problem: `The file was saved by a later version of this page (${String(document.version).slice(0, 10)}).` };
  const cue = typeof document.cue === "string" ? fromText(document.cue) : null;
  const pixels = cue && unpackCue(cue);
  if (!pixels) return { problem: "The cue in the file is damaged." };
  const drawings = Array.isArray(document.drawings) ? document.drawings.map((one) => floatsFromText(one, pixelCount)) : [];
  if (drawings.includes(null)) return { problem: "A drawing in the file is damaged." };
  const sheet = document.sheet === undefined ? new Float32Array(pixelCount) : floatsFromText(document.sheet, pixelCount);
  if (!sheet) return { problem: "The unfinished drawing in the file is damaged." };
  const next = applySketch(state, recordOf(document.settings));
  const file = fileOf(document.file);
  if (file === "damaged") return { problem: "The stored pictures in the file are damaged." };
  const table = tableOf(document.table, finish);
  if (table === "damaged") return { problem: "The table in the file is damaged." };
  return {
    ...next,
    wanted: null,
    memory: {
      ...next.memory,
      sheet,
      mode: document.sheet === undefined ? next.memory.mode : "draw",
      drawings: drawingsOf(drawings.filter((one) => one !== null)),
      file: file ?? next.memory.file,
      cue: { ...next.memory.cue, ...pixels },
    },
    table: { ...next.table, table: table ?? next.table.table },
  };
}

function fileOf(value: unknown): (Patterns & { name: string; hash: string }) | null | "damaged" {
  if (value === undefined) return null;
  const given = recordOf(value);
  const rows = wholeIn(given.rows, 1, 1e6, 0);
  const [name, hash] = [textIn(given.name, 200), textIn(given.hash, 16)];
  const data = floatsFromText(given.data, rows * pixelCount);
  if (!data || name === null || hash === null || !data.every((x) => x >= 0 && x <= 1)) return "damaged";
  return pictureSet(data, name, hash);
}

/** Pictures of a file as a stored set. */
export function pictureSet(data: Float32Array, name: string, hash: string): Patterns & { name: string; hash: string } {
  const rows = data.length / pixelCount;
  return { key: `file-${hash}`, rows, data, labels: Array.from({ length: rows }, (_, i) => `picture ${i + 1}`), width: 28, name, hash };
}

function tableOf(value: unknown, finish: Parameters<typeof readFile>[2]): Table | null | "damaged" {
  if (value === undefined) return null;
  const given = recordOf(value);
  const [rows, columns] = [wholeIn(given.rows, 1, 2 ** 31, 0), wholeIn(given.columns, 1, 2 ** 31, 0)];
  const [name, hash] = [textIn(given.name, 200), textIn(given.hash, 16)];
  const data = floatsFromText(given.data, rows * columns);
  if (!data || name === null || hash === null) return "damaged";
  const names = Array.isArray(given.names) && given.names.length === columns ? given.names.map((each) => String(each).slice(0, 200)) : null;
  const width = given.width === null ? null : wholeIn(given.width, 1, columns, 0) || null;
  try {
    return finish({ data, rows, columns, names, width }, name, hash);
  } catch {
    return "damaged";
  }
}

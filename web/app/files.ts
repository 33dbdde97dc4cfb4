/** @file Files in and out: what was dropped goes to the laboratory to be read; results become downloads. */
import type { Laboratory } from "../engine/laboratory.ts";
import { pickSet, setNotice } from "../state/memory.ts";
import { pictureSet, readFile as readSaved, writeFile } from "../state/saved-file.ts";
import type { Store } from "../state/store.ts";
import type { State } from "../state/types.ts";
import { finishTable } from "../table/finish.ts";
import { changeTable, freshTableCue, type Table } from "../table/state.ts";

/** Bytes of all files dropped together; the same limit stands in the reader, this one spares the page from reading them. */
const largest = 64 * 2 ** 20;

export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has its own hold on the data once it began.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** An SVG of the page as a file's text: styles that come from the style sheet are written into it. */
export function svgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const [from, to] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of ["fill", "stroke", "stroke-width", "font-size", "font-family"] as const)
      to[i]?.setAttribute(name, style.getPropertyValue(name));
  });
  copy.removeAttribute("class");
  return new XMLSerializer().serializeToString(copy);
}

/** The same as a PNG, twice as large, on the page's background. */
export async function pngOf(svg: SVGSVGElement): Promise<Blob> {
  const box = svg.viewBox.baseVal;
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * box.width;
    canvas.height = 2 * box.height;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser gives no canvas to draw on");
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the figure could not be drawn"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

export async function exportFigure(svg: SVGSVGElement | null, name: string, kind: "svg" | "png"): Promise<void> {
  if (!svg) return;
  if (kind === "svg") download(`${name}.svg`, svgText(svg), "image/svg+xml");
  else download(`${name}.png`, await pngOf(svg), "image/png");
}

export const saveState = (state: State): void => download("hopfield-playground.json", writeFile(state), "application/json");

/** Saved files are loaded, everything else is read as data. */
export async function openFiles(store: Store, laboratory: Laboratory, files: readonly File[]): Promise<void> {
  const [first] = files;
  if (!first) return;
  const fail = (problem: string): void => {
    store.apply(changeTable(() => ({ reading: null, problem })));
    if (store.get().panel !== "data") store.apply(setNotice(problem, "problem"));
  };
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (/\.json$/i.test(first.name)) {
    if (total > 4 * largest)
      return fail(`${first.name} has ${Math.round(total / 2 ** 20)} MB; this page loads saved files of at most 256 MB.`);
    const next = readSaved(await first.text(), store.get(), finishTable);
    if ("problem" in next) return fail(next.problem);
    store.apply(() => ({ ...next, notice: { kind: "info", text: `${first.name} is loaded.` } }));
    return;
  }
  if (total > largest)
    return fail(
      `${first.name}${files.length > 1 ? " and the others have" : " has"} ${Math.round(total / 2 ** 20)} MB; this page reads files of at most 64 MB. The command “hopfield recall” has no such limit.`,
    );
  store.apply(changeTable(() => ({ reading: first.name, problem: null })));
  try {
    const named = await Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
    const { table, pictures } = await laboratory.ask("read", { files: named });
    store.apply((state) => arrived(state, table, pictures));
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** What was read takes its place: in the memory panel if it holds pictures and that panel is open, else as the table. A cue that came with a link to this very file is kept. */
function arrived(state: State, table: Table, pictures: Float32Array | null): State {
  const { wanted } = state;
  const awaited = wanted?.hash === table.hash;
  const mismatch =
    wanted && !awaited
      ? {
          kind: "info" as const,
          text: `The link was made for “${wanted.name}”; this is another file, so its cue does not fit and was left out.`,
        }
      : null;
  const base: State = { ...state, wanted: awaited || mismatch ? null : wanted, notice: mismatch };
  if (pictures && state.panel === "memory") {
    const file = pictureTable(table, pictures);
    const withFile: State = { ...base, table: { ...base.table, reading: null }, memory: { ...base.memory, file } };
    // Asked for by the link: everything but the pictures is in place already.
    return awaited && state.memory.set === "file"
      ? { ...withFile, memory: { ...withFile.memory, answer: null } }
      : pickSet("file")(withFile);
  }
  const pictureScaling = table.width === null ? {} : { scaling: "none" as const };
  return {
    ...base,
    panel: "data",
    table: {
      ...base.table,
      ...(awaited ? {} : { cue: freshTableCue, ...pictureScaling }),
      table,
      reading: null,
      problem: null,
      plan: null,
      answer: null,
      answerProblem: null,
    },
  };
}

export function pictureTable(
  table: { readonly name: string; readonly hash: string },
  pictures: Float32Array,
): NonNullable<State["memory"]["file"]> {
  return pictureSet(pictures, table.name, table.hash);
}

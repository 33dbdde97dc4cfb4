/** @file A figure as a file: SVG as it is, PNG through an optional package, CSV with a header that states the conventions. */
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { writeCsv } from "../data/index.ts";
import { CommandError } from "./failure.ts";
import { drawFigure, type Figure } from "./figure.ts";
import { findPackageFile } from "./find-package.ts";
import type { OutputFile } from "./output.ts";

const packageName = "@resvg/resvg-js";

type Ending = "svg" | "png" | "csv";

/**
 * Looks at the name, and for PNG whether the package is there, before any work is done.
 * @throws CommandError exit 2 E_UNSUPPORTED.
 */
export function checkFigurePath(flag: string, path: string): void {
  const ending = endingOf(path);
  if (ending === null) throw new CommandError("E_UNSUPPORTED", `${flag} writes .svg, .png or .csv, got ${JSON.stringify(path)}`, 2);
  if (ending === "png" && findPackageFile(packageName) === null) {
    throw new CommandError(
      "E_UNSUPPORTED",
      `${flag}: PNG needs an optional package; install it with: npm install ${packageName} (or write .svg)`,
      2,
    );
  }
}

function endingOf(path: string): Ending | null {
  const found = /\.(svg|png|csv)$/i.exec(path)?.[1]?.toLowerCase();
  return found === undefined ? null : (found as Ending);
}

/** @throws CommandError exit 3 when the package fails. */
export async function encodeFigure(path: string, figure: Figure): Promise<OutputFile> {
  const ending = endingOf(path);
  if (ending === "png") return { path, bytes: await rasterize(drawFigure(figure)) };
  return { path, bytes: new TextEncoder().encode(ending === "csv" ? figureCsv(figure) : drawFigure(figure)) };
}

/** The part of the optional package that is used. */
interface Renderer {
  readonly Resvg: new (svg: string, options: unknown) => { render(): { asPng(): Uint8Array } };
}

async function rasterize(svg: string): Promise<Uint8Array> {
  try {
    const file = findPackageFile(packageName) ?? packageName;
    const loaded = (await import(pathToFileURL(file).href)) as Renderer & { default?: Renderer };
    const { Resvg } = loaded.default ?? loaded;
    // The font lies beside the command; run from sources there is none, and the system's has to do.
    const own = fileURLToPath(new URL("./DejaVuSans.ttf", import.meta.url));
    const font = existsSync(own) ? { fontFiles: [own], loadSystemFonts: false } : { loadSystemFonts: true };
    return new Resvg(svg, { fitTo: { mode: "width", value: 1520 }, font: { ...font, defaultFontFamily: "DejaVu Sans" } }).render().asPng();
  } catch (error) {
    throw new CommandError(
      "E_UNSUPPORTED",
      `${packageName} could not draw the PNG: ${error instanceof Error ? error.message : String(error)}`,
      3,
    );
  }
}

/** "# " lines with title, axes and conventions, then series,x,y,low,high; an empty cell is a number that does not exist. */
export function figureCsv(figure: Figure): string {
  const head = [figure.title, `x: ${figure.x.label}`, `y: ${figure.y.label}`, ...figure.notes].map(
    (line) => `# ${line.replaceAll("\n", " ")}\n`,
  );
  const rows = figure.series.flatMap((series): (string | number)[][] => {
    if (series.kind === "line") return series.points.map(([x, y]) => [series.name, x, y ?? "", "", ""]);
    if (series.kind === "dots") return series.points.map(({ x, y, low, high }) => [series.name, x, y, low ?? "", high ?? ""]);
    return series.y.flatMap((y, i) => series.x.map((x, j) => [series.categories[series.category[i]?.[j] ?? 0] ?? "", x, y, "", ""]));
  });
  return head.join("") + writeCsv(rows, { names: ["series", "x", "y", "low", "high"] });
}

/** @file Digits in a terminal: half blocks in shades of grey where colours may be used, else characters from light to dark. */

const ramp = " .:-=+*#%@";

/**
 * Lines of pictures side by side.
 * @param pictures side x side pixels each, NaN where missing. @param colour half blocks with 256-colour codes.
 */
export function drawPictures(pictures: readonly Float32Array[], side: number, colour: boolean): string[] {
  const lines: string[] = [];
  for (let row = 0; row < side; row += 2) {
    const parts = pictures.map((pixels) => {
      let line = "";
      for (let column = 0; column < side; column++) {
        const upper = pixels[row * side + column] ?? 0;
        const lower = pixels[(row + 1) * side + column] ?? upper;
        line += colour ? `\u001b[38;5;${shade(upper)};48;5;${shade(lower)}m\u2580` : letter(upper, lower);
      }
      return colour ? `${line}\u001b[0m` : line;
    });
    lines.push(parts.join("  ").trimEnd());
  }
  return lines;
}

/** Grey of the 256-colour palette (232 is black, 255 white); missing pixels are its blue 25. */
function shade(value: number): number {
  return Number.isNaN(value) ? 25 : 232 + Math.round(23 * Math.min(1, Math.max(0, value)));
}

function letter(upper: number, lower: number): string {
  if (Number.isNaN(upper) || Number.isNaN(lower)) return "?";
  const value = Math.min(1, Math.max(0, (upper + lower) / 2));
  return ramp[Math.round(value * (ramp.length - 1))] ?? " ";
}

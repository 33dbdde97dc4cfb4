/** @file An energy field as pixels: banded levels from a colour-blind safe ramp (light to deep blue), so that the bands read as contour lines. */

const ramps: Readonly<Record<"light" | "dark", readonly (readonly [number, number, number])[]>> = {
  light: [
    [8, 62, 110],
    [52, 120, 168],
    [128, 178, 208],
    [198, 220, 232],
    [246, 248, 248],
  ],
  dark: [
    [140, 205, 245],
    [70, 140, 190],
    [38, 88, 130],
    [24, 52, 80],
    [17, 25, 36],
  ],
};

const bands = 14;

/** RGBA, row 0 at the top. @param energies size x size, row 0 at the bottom; NaN is drawn transparent. Low energies are the strong end. */
export function landscapePixels(energies: ArrayLike<number>, size: number, dark: boolean): Uint8ClampedArray<ArrayBuffer> {
  const finite = Array.from(energies)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const low = finite[0] ?? 0;
  // The outermost tenth would take most of the range.
  const high = finite[Math.floor(0.97 * (finite.length - 1))] ?? 1;
  const ramp = ramps[dark ? "dark" : "light"];
  const pixels = new Uint8ClampedArray(4 * size * size);
  for (let i = 0; i < size * size; i++) {
    const energy = energies[i] ?? Number.NaN;
    if (!Number.isFinite(energy)) continue;
    const share = Math.min(1, Math.max(0, (energy - low) / (high - low || 1)));
    // Square roots: the bottoms of the valleys are where the state moves.
    const banded = Math.min(1, Math.round(Math.sqrt(share) * bands) / bands);
    const place = banded * (ramp.length - 1);
    const [from, to] = [ramp[Math.floor(place)], ramp[Math.min(ramp.length - 1, Math.floor(place) + 1)]];
    const row = size - 1 - Math.floor(i / size);
    const at = 4 * (row * size + (i % size));
    for (let c = 0; c < 3; c++) pixels[at + c] = (from?.[c] ?? 0) + (place % 1) * ((to?.[c] ?? 0) - (from?.[c] ?? 0));
    pixels[at + 3] = 255;
  }
  return pixels;
}

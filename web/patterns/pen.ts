/** @file A round pen on a grid of pixels: the strokes of letters and of the user's drawings. Pixels are 0 (paper) to 1 (ink); the edge of a stroke is softened over one pixel. */

/** Pictures of the memory panel are side x side. */
export const side = 28;
export const pixelCount = side * side;

/** Calls `visit` with every pixel within `radius` + 1/2 of the line from (x0, y0) to (x1, y1), in pixel units, and how much of it the pen covers, 0 ... 1. */
export function visitStroke(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  radius: number,
  visit: (index: number, cover: number) => void,
): void {
  const reach = radius + 0.5;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy;
  const first = (a: number, b: number): number => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a: number, b: number): number => Math.min(side - 1, Math.ceil(Math.max(a, b) + reach));
  for (let row = first(y0, y1); row <= last(y0, y1); row++) {
    for (let column = first(x0, x1); column <= last(x0, x1); column++) {
      const [px, py] = [column + 0.5, row + 0.5];
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / squared));
      const distance = Math.hypot(px - x0 - along * dx, py - y0 - along * dy);
      const cover = Math.min(1, reach - distance);
      if (cover > 0) visit(row * side + column, cover);
    }
  }
}

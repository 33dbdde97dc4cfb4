/** @file Pictures of any size and brightness to the page's own form: a square of `side`, 0 paper and 1 ink. */

/**
 * @param data rows pictures of `width` pixels in a row; any range of numbers.
 * @returns rows x side^2 numbers in [0, 1]: each pixel the mean over the area it covers, the picture centred in its square. A picture whose border is mostly bright is turned to dark on
 * bright, for ink is what is stored.
 */
export function toPictures(data: Float32Array, rows: number, width: number, side: number): Float32Array {
  const size = data.length / rows;
  const height = size / width;
  const [low, high] = rangeOf(data);
  const out = new Float32Array(rows * side * side);
  const scale = Math.max(width, height) / side;
  const [shiftX, shiftY] = [(side - width / scale) / 2, (side - height / scale) / 2];
  for (let i = 0; i < rows; i++) {
    const inverted = isBright(data.subarray(i * size, (i + 1) * size), width, (low + high) / 2);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const mean = areaMean(data, i * size, width, height, (column - shiftX) * scale, (row - shiftY) * scale, scale);
        const share = mean === null ? 0 : high > low ? (mean - low) / (high - low) : 0;
        out[(i * side + row) * side + column] = mean === null ? 0 : inverted ? 1 - share : share;
      }
    }
  }
  return out;
}

function rangeOf(data: Float32Array): [number, number] {
  let [low, high] = [0, 0];
  for (const x of data) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return [low, high];
}

function isBright(picture: Float32Array, width: number, middle: number): boolean {
  const height = picture.length / width;
  let [bright, all] = [0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (row > 0 && row < height - 1 && column > 0 && column < width - 1) continue;
      all++;
      if ((picture[row * width + column] ?? 0) > middle) bright++;
    }
  }
  return bright > all / 2;
}

/** Mean over the square of `scale` at (x, y), or null outside the picture. */
function areaMean(data: Float32Array, offset: number, width: number, height: number, x: number, y: number, scale: number): number | null {
  let [sum, area] = [0, 0];
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(height, y + scale); row++) {
    const tall = Math.min(row + 1, y + scale) - Math.max(row, y);
    for (let column = Math.max(0, Math.floor(x)); column < Math.min(width, x + scale); column++) {
      const part = tall * (Math.min(column + 1, x + scale) - Math.max(column, x));
      if (part <= 0) continue;
      sum += part * (data[offset + row * width + column] ?? 0);
      area += part;
    }
  }
  return area > 0 ? sum / area : null;
}

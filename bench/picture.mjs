// Cost against length as an SVG: both axes logarithmic, a line a member, its slope beside it. Written by hand, so that it needs nothing installed.
const [width, height] = [720, 460];
const [left, right, top, bottom] = [70, 200, 50, 50];
const colours = ["#1f77b4", "#d62728", "#9467bd", "#8c564b", "#2ca02c", "#ff7f0e", "#17becf"];

export function costPicture(cost, machine, heading = "CPU time of one update against the length L = B = M (d = 64, one thread)") {
  const series = cost.filter(({ axis }) => axis === "L");
  const sizes = series[0].points.map(({ size }) => size);
  const all = series.flatMap(({ points }) => points.map(({ milliseconds }) => milliseconds));
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = (size) => left + ((width - left - right) * Math.log(size / sizes[0])) / Math.log(sizes.at(-1) / sizes[0]);
  const y = (milliseconds) => height - bottom - ((height - top - bottom) * (Math.log10(milliseconds) - low)) / (high - low);
  const text = (at, up, content, more = "") => `<text x="${at.toFixed(1)}" y="${up.toFixed(1)}" ${more}>${escaped(content)}</text>`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#222" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(heading)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(left, 20, heading, 'font-size="14"'),
    text(left, 38, machine, 'fill="#666" font-size="11"'),
  ];
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power);
    parts.push(`<line x1="${left}" y1="${at.toFixed(1)}" x2="${width - right}" y2="${at.toFixed(1)}" stroke="#ddd"/>`);
    parts.push(text(left - 8, at + 4, `${10 ** power} ms`, 'text-anchor="end"'));
  }
  for (const size of sizes) {
    parts.push(`<line x1="${x(size).toFixed(1)}" y1="${top}" x2="${x(size).toFixed(1)}" y2="${height - bottom}" stroke="#eee"/>`);
    parts.push(text(x(size), height - bottom + 18, String(size), 'text-anchor="middle"'));
  }
  // Names stand at the ends of the lines, moved apart where these are close.
  const order = series
    .map((one, i) => ({ ...one, colour: colours[i % colours.length], end: y(one.points.at(-1).milliseconds) }))
    .sort((a, b) => a.end - b.end);
  let free = top;
  for (const { name, slope, points, colour, end } of order) {
    const path = points.map(({ size, milliseconds }) => `${x(size).toFixed(1)},${y(milliseconds).toFixed(1)}`).join(" ");
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const point of points)
      parts.push(`<circle cx="${x(point.size).toFixed(1)}" cy="${y(point.milliseconds).toFixed(1)}" r="3" fill="${colour}"/>`);
    const at = Math.max(end + 4, free);
    free = at + 15;
    parts.push(text(width - right + 10, at, `${name}: ${slope.toFixed(2)}`, `fill="${colour}"`));
  }
  parts.push(text((left + width - right) / 2, height - 10, "L", 'text-anchor="middle"'), "</svg>");
  return `${parts.join("\n")}\n`;
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

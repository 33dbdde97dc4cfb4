/**
 * @file A circuit as a layered picture: inputs at the left, one column for each layer of threshold gates, results at the right; a wire for each weight, blue where it is above 0 and orange where it is below,
 * darker the larger it is in its gate. Pure: the same circuit gives the same bytes.
 */
import { type Circuit, depths, flatten } from "../circuits/index.ts";
import { HopfieldError } from "../core/errors.ts";

/** Gates and wires that a picture can hold. */
const [mostGates, mostWires] = [600, 20_000];
const [columnWidth, margin, top, bottom] = [190, 70, 64, 40];
const colours = ["#0072B2", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"];

interface Place {
  readonly x: number;
  readonly y: number;
}

/** @param title above the picture. @returns a whole SVG document. @throws HopfieldError E_LIMIT. */
export function drawCircuit(circuit: Circuit, title: string): string {
  const flat = flatten(circuit, mostWires);
  const { inputs, kind, start, source, weight, outputs } = flat;
  const gates = kind.reduce((sum, each) => sum + each, 0);
  if (gates > mostGates) throw new HopfieldError("E_LIMIT", `drawing: the circuit has ${gates} gates, at most ${mostGates} are drawn`);
  const layer = depths(flat);
  const depth = Array.from(kind).reduce((most, each, k) => (each === 1 ? Math.max(most, layer[k] as number) : most), 0);
  // Column 0: inputs; depth + 1: results, which are forms of gates and inputs.
  const columns: number[][] = Array.from({ length: depth + 2 }, () => []);
  for (let i = 0; i < inputs; i++) columns[0]?.push(i);
  kind.forEach((each, k) => {
    if (each === 1) columns[layer[k] as number]?.push(inputs + k);
  });
  const height = Math.max(220, Math.min(1100, 14 * Math.max(...columns.map((list) => list.length), outputs.length)));
  const width = 2 * margin + columnWidth * (depth + 1);
  const y = (i: number, count: number): number => top + ((i + 0.5) * height) / count;
  const places = new Map<number, Place>();
  columns.forEach((list, column) => {
    list.forEach((s, i) => {
      places.set(s, { x: margin + columnWidth * column, y: y(i, list.length) });
    });
  });
  const results = Array.from(outputs, (_, j): Place => ({ x: margin + columnWidth * (depth + 1), y: y(j, outputs.length) }));
  const wires: string[] = [];
  const connect = (k: number, to: Place): void => {
    const [from, until] = [start[k] as number, start[k + 1] as number];
    let largest = 1;
    for (let w = from; w < until; w++) largest = Math.max(largest, Math.abs(weight[w] as number));
    for (let w = from; w < until; w++) {
      const at = places.get(source[w] as number);
      if (at) wires.push(wire(at, to, weight[w] as number, largest));
    }
  };
  kind.forEach((each, k) => {
    const to = places.get(inputs + k);
    if (each === 1 && to) connect(k, to);
  });
  const counted = wires.length;
  outputs.forEach((s, j) => {
    const [k, to] = [s - inputs, results[j] as Place];
    const at = places.get(s);
    if (at) wires.push(wire(at, to, 1, 1));
    else connect(k, to);
  });
  const heads = columns.map((list, column) => {
    const name = column === 0 ? "inputs" : column > depth ? "results" : `layer ${column}`;
    const count = column > depth ? outputs.length : list.length;
    return `<text x="${margin + columnWidth * column}" y="${top - 12}" text-anchor="middle">${name}: ${count}</text>`;
  });
  const dots = columns.flatMap((list, column) =>
    list.map((s) => {
      const { x, y: height } = places.get(s) as Place;
      if (column === 0) return `<rect x="${x - 3}" y="${round(height - 3)}" width="6" height="6" fill="#000000"/>`;
      return `<circle cx="${x}" cy="${round(height)}" r="4" fill="${colours[(column - 1) % colours.length]}" stroke="#FFFFFF" stroke-width="0.7"/>`;
    }),
  );
  const ends = results.map(({ x, y: height }) => `<path d="M${x - 4} ${round(height - 5)}h8v10h-8z" fill="#FFFFFF" stroke="#000000"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + height + bottom}" viewBox="0 0 ${width} ${top + height + bottom}" role="img" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${top + height + bottom}" fill="#FFFFFF"/>`,
    `<text x="${margin - 30}" y="24" font-size="15">${title}</text>`,
    ...heads,
    `<g fill="none" stroke-width="0.6">`,
    ...wires,
    "</g>",
    ...dots,
    ...ends,
    `<text x="${margin - 30}" y="${top + height + 26}">weights above 0 blue, below 0 orange, darker the larger in their gate; ${gates} gates, ${counted} wires into them</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function wire(from: Place, to: Place, weight: number, largest: number): string {
  const opacity = Math.round(100 * (0.12 + 0.6 * (Math.abs(weight) / largest))) / 100;
  return `<path d="M${from.x} ${round(from.y)}L${to.x} ${round(to.y)}" stroke="${weight > 0 ? "#0072B2" : "#D55E00"}" stroke-opacity="${opacity}"/>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

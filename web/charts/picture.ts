/** @file Numbers to a small picture: a BMP with a palette, as an address that an <img> takes. A pure function, so it runs in Node and can be tested by reading the bytes back. */

export interface PictureStyle {
  readonly dark: boolean;
  /** Marks of missing pixels, drawn as a chequered tint. */
  readonly missing?: ArrayLike<number> | undefined;
}

type Colour = readonly [number, number, number];

/** paper, ink, and the two tints of a missing pixel. */
const palettes: Readonly<Record<"light" | "dark", readonly [Colour, Colour, Colour, Colour]>> = {
  light: [
    [255, 255, 255],
    [22, 32, 46],
    [255, 214, 150],
    [244, 190, 110],
  ],
  dark: [
    [16, 22, 31],
    [236, 242, 250],
    [120, 80, 20],
    [92, 60, 14],
  ],
};

const levels = 62;
const headerBytes = 54 + 4 * 64;

/** Values are clipped to 0 (paper) ... 1 (ink). @param width pixels in a row; the height follows. */
export function pictureBytes(values: ArrayLike<number>, width: number, style: PictureStyle): Uint8Array {
  const height = Math.ceil(values.length / width);
  const stride = Math.ceil(width / 4) * 4;
  const bytes = new Uint8Array(headerBytes + stride * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  for (const [at, number] of [
    [2, bytes.length],
    [10, headerBytes],
    [14, 40],
    [18, width],
    [22, height],
    [34, stride * height],
    [46, 64],
  ] as const)
    view.setUint32(at, number, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8, true);
  const [paper, ink, tint, shade] = palettes[style.dark ? "dark" : "light"];
  for (let i = 0; i < 64; i++) {
    const share = i / (levels - 1);
    const colour = i < levels ? paper.map((from, c) => Math.round(from + share * ((ink[c] ?? 0) - from))) : i === levels ? tint : shade;
    bytes.set([colour[2] ?? 0, colour[1] ?? 0, colour[0] ?? 0, 0], 54 + 4 * i);
  }
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / width);
    const column = i % width;
    const value = Math.min(1, Math.max(0, values[i] || 0));
    // A BMP starts with its lowest row.
    bytes[headerBytes + (height - 1 - row) * stride + column] = style.missing?.[i]
      ? levels + ((row + column) % 2)
      : Math.round(value * (levels - 1));
  }
  return bytes;
}

export function pictureAddress(values: ArrayLike<number>, width: number, style: PictureStyle): string {
  let text = "";
  for (const byte of pictureBytes(values, width, style)) text += String.fromCharCode(byte);
  return `data:image/bmp;base64,${btoa(text)}`;
}

/** Addresses of stored pictures, kept for the gallery; the oldest go when there are many. */
const kept = new Map<string, string>();
const most = 240;

export function storedAddress(key: string, values: ArrayLike<number>, width: number, dark: boolean): string {
  const name = `${key} ${dark}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const address = pictureAddress(values, width, { dark });
  kept.set(name, address);
  const oldest = kept.size > most ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  return address;
}

/** @file The 1 000 handwritten digits that come with the page: two gzipped idx files beside it, unpacked by the browser. */
import type { Patterns } from "./types.ts";

async function unpacked(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(name, document.baseURI));
  if (!response.ok || response.body === null) throw new Error(`${name} could not be loaded (${response.status})`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A host may have undone the compression already (Content-Encoding: gzip); the files' own first bytes say so.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

/** What the build found out about the digits: β by similarity. Without it the page computes it, later. */
async function advice(): Promise<{ readonly advised?: Readonly<Record<string, number>> }> {
  try {
    const { beta } = (await (await fetch(new URL("digits.json", document.baseURI))).json()) as {
      readonly beta?: Readonly<Record<string, number>>;
    };
    return beta ? { advised: beta } : {};
  } catch {
    return {};
  }
}

/** Loads 1 000 x 784 pixels in [0, 1] and their digits. */
export async function loadDigits(): Promise<Patterns> {
  const [images, labels, advised] = await Promise.all([unpacked("images.idx.gz"), unpacked("labels.idx.gz"), advice()]);
  // Made by the build in this one form: u8, three dimensions, 16 bytes of header; labels u8, one dimension, 8 bytes.
  const pixels = images.subarray(16);
  const data = new Float32Array(pixels.length);
  for (let i = 0; i < data.length; i++) data[i] = (pixels[i] ?? 0) / 255;
  return { key: "digits", rows: labels.length - 8, data, labels: Array.from(labels.subarray(8), String), width: 28, ...advised };
}

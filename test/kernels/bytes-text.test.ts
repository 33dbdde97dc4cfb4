/** The text that carries the kernels: every byte comes back, and nothing in it needs an escape. */
import { expect, it } from "vitest";
import { bytesToText } from "../../scripts/bytes-text.mjs";
import { textToBytes } from "../../src/kernels/bytes-text.ts";

it("every byte, alone and between others, comes back", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const mixed = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + i) & 255);
  for (const bytes of [all, mixed, all.toReversed(), new Uint8Array(0)]) {
    const text: string = bytesToText(bytes);
    expect(text).toMatch(/^[ !#-[\]-}]*$/);
    expect(textToBytes(text)).toEqual(bytes);
  }
});

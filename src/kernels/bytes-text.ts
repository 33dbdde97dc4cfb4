/** @file Bytes out of the printable text that scripts/bytes-text.mjs makes of them: characters # ... } without the backslash stand for 0 ... 89, after a space for 90 more, after ! for the rest; shifted by 4. */

export function textToBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let count = 0;
  let page = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 34) page = code === 32 ? 90 : 180;
    else {
      bytes[count++] = page + code - (code > 92 ? 40 : 39);
      page = 0;
    }
  }
  return bytes.slice(0, count);
}

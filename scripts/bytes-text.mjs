// Bytes as printable text for a module: one character for the 90 values from 252 on (round to 85), which are most of a wasm file, two for the others. gzip finds what builds have in common, as it would in the bytes themselves: a
// sixth smaller than hex on the way, a third smaller than base64. src/kernels/bytes-text.ts reads it.
export function bytesToText(bytes) {
  let text = "";
  for (const byte of bytes) {
    const value = (byte + 4) & 255;
    const code = 35 + (value % 90);
    text += ["", " ", "!"][Math.floor(value / 90)] + String.fromCharCode(code < 92 ? code : code + 1);
  }
  return text;
}

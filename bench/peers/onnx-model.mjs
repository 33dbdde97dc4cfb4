// The retrieval as an ONNX model: Gemm(alpha = beta, transB) -> Softmax -> MatMul, the patterns as a constant of the model, so that a runtime may pack them once. Protocol buffers by
// hand: a field is a tag (number << 3 | kind) and a varint (kind 0), a 4-byte number (5) or a length and bytes (2).

const varint = (value) => {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
};
const whole = (field, value) => [varint(field * 8), varint(value)];
const bytes = (field, parts) => {
  const flat = parts.flat(Number.POSITIVE_INFINITY);
  return [varint(field * 8 + 2), varint(flat.reduce((total, part) => total + part.length, 0)), ...flat];
};
const text = (field, value) => bytes(field, [new TextEncoder().encode(value)]);
const number = (field, value) => [varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)];

const node = (type, inputs, output, attributes = []) =>
  bytes(1, [inputs.map((name) => text(1, name)), text(2, output), text(4, type), attributes.map((attribute) => bytes(5, attribute))]);
const float = (name, value) => [text(1, name), number(2, value), whole(20, 1)];
const integer = (name, value) => [text(1, name), whole(3, value), whole(20, 2)];
const matrixValue = (field, name, rows, columns) =>
  bytes(field, [text(1, name), bytes(2, [bytes(1, [whole(1, 1), bytes(2, [bytes(1, [whole(1, rows)]), bytes(1, [whole(1, columns)])])])])]);

/** @returns the bytes of the model: input "q" (B x d), output "y" (B x d). */
export function retrievalModel(queries, { data, rows, columns }, beta) {
  const stored = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const graph = bytes(7, [
    node("Gemm", ["q", "x"], "z", [float("alpha", beta), integer("transB", 1)]),
    node("Softmax", ["z"], "p", [integer("axis", 1)]),
    node("MatMul", ["p", "x"], "y"),
    text(2, "retrieval"),
    bytes(5, [whole(1, rows), whole(1, columns), whole(2, 1), text(8, "x"), bytes(9, [stored])]),
    matrixValue(11, "q", queries, columns),
    matrixValue(12, "y", queries, columns),
  ]);
  const parts = [whole(1, 8), graph, bytes(8, [text(1, ""), whole(2, 17)])].flat(Number.POSITIVE_INFINITY);
  const model = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    model.set(part, at);
    at += part.length;
  }
  return model;
}

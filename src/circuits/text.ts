/**
 * @file Circuits as text, forms kept, one node a line, for people, diffs and round trips:
 *
 *     hopfield-circuit 1
 *     inputs 4
 *     form 3 2*0 -1*1      the integer 3 + 2 x0 - x1: source 4
 *     gate 2 1*4 1*3       [source 4 + x3 >= 2]: source 5
 *     outputs 5
 */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, form, gate, largestCircuit } from "./circuit.ts";
import { verifyCircuit } from "./verify.ts";

export function writeCircuit({ inputs, kind, bound, start, source, weight, outputs }: Circuit): string {
  const lines = ["hopfield-circuit 1", `inputs ${inputs}`];
  for (let k = 0; k < kind.length; k++) {
    const words = [kind[k] === gate ? "gate" : "form", `${bound[k]}`];
    for (let w = start[k] as number; w < (start[k + 1] as number); w++) words.push(`${weight[w]}*${source[w]}`);
    lines.push(words.join(" "));
  }
  return `${[...lines, ["outputs", ...outputs].join(" ")].join("\n")}\n`;
}

/**
 * Any text gives a verified circuit or an error, in time and memory proportional to its length.
 * @throws HopfieldError E_FORMAT with the line, E_LIMIT.
 */
export function readCircuit(text: string): Circuit {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines[0] !== "hopfield-circuit 1") fail(1, 'expected "hopfield-circuit 1"');
  const inputs = field(lines[1] ?? "", "inputs", 2)[0];
  if (inputs === undefined || inputs < 0 || inputs > largestCircuit) {
    throw new HopfieldError("E_LIMIT", `readCircuit: line 2: ${inputs} inputs, at most ${largestCircuit}`);
  }
  const kind: number[] = [];
  const bound: number[] = [];
  const start: number[] = [0];
  const source: number[] = [];
  const weight: number[] = [];
  for (let at = 2; at < lines.length - 1; at++) {
    const [name, constant = "", ...wires] = (lines[at] ?? "").split(" ");
    if (name !== "form" && name !== "gate") fail(at + 1, "expected form or gate");
    kind.push(name === "gate" ? gate : form);
    bound.push(whole(constant, at + 1));
    for (const wire of wires) {
      const star = wire.indexOf("*");
      weight.push(whole(wire.slice(0, Math.max(0, star)), at + 1));
      source.push(index(wire.slice(star + 1), at + 1));
    }
    start.push(source.length);
  }
  const circuit = {
    inputs,
    kind: Uint8Array.from(kind),
    bound: Float64Array.from(bound),
    start: Uint32Array.from(start),
    source: Uint32Array.from(source),
    weight: Float64Array.from(weight),
    outputs: Uint32Array.from(
      lines.length > 2 ? field(lines.at(-1) ?? "", "outputs", lines.length) : fail(lines.length, "expected outputs"),
    ),
  };
  verifyCircuit(circuit);
  return circuit;
}

function field(line: string, name: string, number: number): number[] {
  const [first, ...rest] = line.split(" ");
  if (first !== name) fail(number, `expected ${name}`);
  if (name === "inputs" && rest.length !== 1) fail(number, "expected one number of inputs");
  return rest.map((word) => index(word, number));
}

function whole(word: string, line: number): number {
  if (!/^-?\d{1,16}$/.test(word) || !Number.isSafeInteger(Number(word)))
    fail(line, `${JSON.stringify(word.slice(0, 20))} is not a whole number`);
  return Number(word);
}

function index(word: string, line: number): number {
  const value = whole(word, line);
  if (value < 0 || value >= 2 ** 32) fail(line, `${value} is not a source`);
  return value;
}

function fail(line: number, what: string): never {
  throw new HopfieldError("E_FORMAT", `readCircuit: line ${line}: ${what}`, { line });
}

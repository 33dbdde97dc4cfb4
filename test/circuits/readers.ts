/**
 * Reads the exported files back and evaluates them, each format by itself and from its own description: nothing here comes from src. A reader returns a function from input bits to output
 * bits (or, for the JSON document, to integers).
 */
type Bits = ArrayLike<number>;
export type Evaluator = (bits: Bits) => number[];

/** AIGER ascii: literals, ANDs in order. */
export function readAag(text: string): Evaluator {
  const lines = text.split("\n");
  const [magic, M, I, L, O, A] = (lines[0] ?? "").split(" ");
  if (magic !== "aag" || L !== "0") throw new Error(`no combinational aag: ${lines[0]}`);
  const [m, i, o, a] = [M, I, O, A].map(Number) as [number, number, number, number];
  if (m !== i + a) throw new Error("M is not I + A");
  const inputs = lines.slice(1, 1 + i).map(Number);
  const outputs = lines.slice(1 + i, 1 + i + o).map(Number);
  const ands = lines.slice(1 + i + o, 1 + i + o + a).map((line) => line.split(" ").map(Number) as [number, number, number]);
  const defined = new Set([0, ...inputs]);
  for (const [lhs, x, y] of ands) {
    if (lhs % 2 !== 0 || defined.has(lhs)) throw new Error(`${lhs} defined twice or negated`);
    if (!defined.has(x - (x % 2)) || !defined.has(y - (y % 2))) throw new Error(`${lhs} reads what is not there yet`);
    defined.add(lhs);
  }
  return (bits) => {
    const value = new Map<number, number>([[0, 0]]);
    inputs.forEach((literal, k) => {
      value.set(literal, bits[k] as number);
    });
    const of = (literal: number): number => (value.get(literal - (literal % 2)) as number) ^ (literal % 2);
    for (const [lhs, x, y] of ands) value.set(lhs, of(x) & of(y));
    return outputs.map(of);
  };
}

/** AIGER binary, by turning it into the ascii form. */
export function readAig(bytes: Uint8Array): Evaluator {
  let at = 0;
  const line = (): string => {
    const from = at;
    while (bytes[at] !== 10) at++;
    return new TextDecoder().decode(bytes.subarray(from, at++));
  };
  const [magic, M, I, L, O, A] = line().split(" ");
  if (magic !== "aig") throw new Error("no aig");
  const outputs = Array.from({ length: Number(O) }, line);
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const ands = Array.from({ length: Number(A) }, (_, k) => {
    const lhs = 2 * (Number(I) + 1 + k);
    const x = lhs - number();
    return `${lhs} ${x} ${x - number()}`;
  });
  const inputs = Array.from({ length: Number(I) }, (_, k) => 2 * (k + 1));
  return readAag([`aag ${M} ${I} ${L} ${O} ${A}`, ...inputs, ...outputs, ...ands].join("\n"));
}

/** BLIF: every table has one row (or none: constant 0). */
export function readBlif(text: string): Evaluator {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const tables: { names: string[]; rows: string[] }[] = [];
  for (const line of text.split("\n")) {
    const words = line.split(" ");
    if (words[0] === ".inputs") inputs.push(...words.slice(1));
    else if (words[0] === ".outputs") outputs.push(...words.slice(1));
    else if (words[0] === ".names") tables.push({ names: words.slice(1), rows: [] });
    else if (/^[01-]+ 1$|^1$/.test(line)) tables.at(-1)?.rows.push(line.split(" ")[0] as string);
    else if (line !== "" && !/^\.(model|end)/.test(line)) throw new Error(`unknown line ${line}`);
  }
  return (bits) => {
    const value = new Map(inputs.map((name, k) => [name, bits[k] as number]));
    for (const { names, rows } of tables) {
      const sources = names.slice(0, -1).map((name) => {
        const x = value.get(name);
        if (x === undefined) throw new Error(`${name} is not known yet`);
        return x;
      });
      const hit = rows.some((row) => sources.every((x, k) => row[k] === "-" || Number(row[k]) === x));
      value.set(names.at(-1) as string, hit ? 1 : 0);
    }
    return outputs.map((name) => value.get(name) as number);
  };
}

/** Bristol Fashion. */
export function readBristol(text: string): Evaluator {
  const [head, ins, outs, blank, ...lines] = text.trimEnd().split("\n");
  const [gateCount, wireCount] = (head ?? "").split(" ").map(Number) as [number, number];
  const inputCount = Number(ins?.split(" ")[1]);
  const outputCount = Number(outs?.split(" ")[1]);
  if (blank !== "" || lines.length !== gateCount) throw new Error("head and gates do not fit");
  return (bits) => {
    const wire: (number | undefined)[] = new Array(wireCount);
    for (let k = 0; k < inputCount; k++) wire[k] = bits[k];
    for (const line of lines) {
      const words = line.split(" ");
      const operation = words.at(-1);
      const [n] = words.map(Number) as [number];
      const from = words.slice(2, 2 + n).map((w) => wire[Number(w)]);
      const to = Number(words[2 + n]);
      if (from.includes(undefined) || wire[to] !== undefined) throw new Error(`${line}: a wire too early or twice`);
      const [x = 0, y = 0] = from as number[];
      wire[to] = operation === "AND" ? x & y : operation === "XOR" ? x ^ y : 1 - x;
    }
    return wire.slice(wireCount - outputCount) as number[];
  };
}

/** The subset of Verilog that is written: sums of (c ? w'dk : w'd0), one comparison, bit selects. */
export function readVerilog(text: string): Evaluator {
  const outputs = Number(/output \[(\d+):0\] y/.exec(text)?.[1]) + 1;
  const assigns = [...text.matchAll(/assign ([gy])\[(\d+)\] = (.*);/g)].map((m) => ({
    kind: m[1] as string,
    index: Number(m[2]),
    right: m[3] as string,
  }));
  return (bits) => {
    const g: number[] = [];
    const y = new Array<number>(outputs);
    const atom = (text: string): number => {
      const m = /^(!?)([xg])\[(\d+)\]$/.exec(text);
      if (!m) throw new Error(`no bit: ${text}`);
      const value = m[2] === "x" ? (bits[Number(m[3])] as number) : (g[Number(m[3])] as number);
      if (value === undefined) throw new Error(`${text} is read too early`);
      return m[1] === "!" ? 1 - value : value;
    };
    const literal = (text: string): number => {
      const [width, value] = text.split("'d").map(Number) as [number, number];
      if (value >= 2 ** width) throw new Error(`${text} does not fit its width`);
      return value;
    };
    for (const { kind, index, right } of assigns) {
      let value: number;
      const compare = /^\((.*)\) >= (\d+'d\d+)$/.exec(right);
      if (compare) {
        const width = Number((compare[2] as string).split("'")[0]);
        const sum = (compare[1] as string).split(" + ").reduce((total, term) => {
          const m = /^\((\S+) \? (\S+) : (\S+)\)$/.exec(term);
          if (!m) throw new Error(`no term: ${term}`);
          return total + (atom(m[1] as string) === 1 ? literal(m[2] as string) : literal(m[3] as string));
        }, 0);
        // The hardware adds modulo 2^width: a sum that does not fit would be wrong there.
        if (sum >= 2 ** width) throw new Error(`a sum of ${sum} overflows ${width} bits`);
        value = sum >= literal(compare[2] as string) ? 1 : 0;
      } else value = right === "1'b1" ? 1 : right === "1'b0" ? 0 : atom(right);
      if (kind === "g") g[index] = value;
      else y[index] = value;
    }
    return y;
  };
}

/** The JSON document: integers. */
export function readDocument(text: string): Evaluator {
  const file = JSON.parse(text);
  if (file.format !== "hopfield-threshold-circuit" || file.version !== 1) throw new Error("unknown document");
  return (bits) => {
    const value: number[] = Array.from(bits);
    const layers: number[] = new Array(file.inputs).fill(0);
    const sum = (wires: [number, number][]): number =>
      wires.reduce((total, [source, weight]) => {
        if (!(source < value.length)) throw new Error("a source that is not earlier");
        return total + weight * (value[source] as number);
      }, 0);
    for (const { threshold, wires, layer } of file.gates) {
      const expected = 1 + Math.max(0, ...wires.map(([source]: [number, number]) => layers[source]));
      if (layer !== expected) throw new Error(`layer ${layer} should be ${expected}`);
      layers.push(layer);
      value.push(sum(wires) >= threshold ? 1 : 0);
    }
    return file.outputs.map(({ constant, wires }: { constant: number; wires: [number, number][] }) => constant + sum(wires));
  };
}

/** The picture: edges with weights, nodes with thresholds; integers. */
export function readDot(text: string): Evaluator {
  const gates = [...text.matchAll(/^ {2}g(\d+) \[label=">=(-?\d+)"\];$/gm)].map((m) => Number(m[2]));
  const constants = [...text.matchAll(/^ {2}y\d+ \[shape=box, label="y\d+ = (-?\d+) \+ \.\.\."\];$/gm)].map((m) => Number(m[1]));
  const edges = [...text.matchAll(/^ {2}([xg]\d+) -> ([gy]\d+) \[label="(-?\d+)"\];$/gm)];
  return (bits) => {
    const value = new Map<string, number>();
    for (let i = 0; i < bits.length; i++) value.set(`x${i}`, bits[i] as number);
    const sums = new Map<string, number>();
    let at = 0;
    const total = (name: string): number => {
      for (; edges[at]?.[2] === name; at++) {
        const [, from = "", , weight] = edges[at] as unknown as string[];
        const x = value.get(from);
        if (x === undefined) throw new Error(`${from} is read too early`);
        sums.set(name, (sums.get(name) ?? 0) + Number(weight) * x);
      }
      return sums.get(name) ?? 0;
    };
    for (const [k, threshold] of gates.entries()) value.set(`g${k}`, total(`g${k}`) >= threshold ? 1 : 0);
    return constants.map((constant, j) => constant + total(`y${j}`));
  };
}

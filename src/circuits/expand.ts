/**
 * @file Linear forms written out down to input bits and gates. The wires that the theory counts are those of the written-out gates; they can be walked through without being
 * stored (measure.ts) or stored as a circuit whose gates read nothing but bits (flatten).
 */
import { HopfieldError } from "../core/errors.ts";
import { type Circuit, form, gate } from "./circuit.ts";

/** A linear combination of input bits and gates: each source once, no weight 0. The lists are longer than `count` where they are reused. */
export interface Sum {
  readonly constant: number;
  readonly count: number;
  readonly source: Uint32Array;
  readonly weight: Float64Array;
  /** Whether the sources ascend. */
  readonly ascending: boolean;
}

interface Adder {
  /** Per source the total so far; 0 where it is not touched. */
  readonly total: Float64Array;
  /** Sources touched; one whose total came back to 0 may stand twice. */
  readonly touched: number[];
  constant: number;
}

/** Written-out forms by node. */
export type Forms = readonly (Sum | undefined)[];

/**
 * Walks through the gates in order.
 * @param visit told the node and its written-out wires; `constant` is the threshold. The sum is overwritten after the call.
 * @param again told instead when a gate reads what the gate before it reads, with the same weights (the gates of one thermometer do).
 * @returns the forms, written out.
 */
export function forEachGate(circuit: Circuit, visit: (node: number, sum: Sum) => void, again?: (node: number) => void): Forms {
  const { inputs, kind, bound } = circuit;
  const adder: Adder = { total: new Float64Array(inputs + kind.length), touched: [], constant: 0 };
  const forms: (Sum | undefined)[] = new Array(kind.length);
  let scratch = sumOf(0, 1024);
  for (let k = 0; k < kind.length; k++) {
    if (kind[k] === gate && again && sameWires(circuit, k)) {
      again(k);
      continue;
    }
    const isGate = kind[k] === gate;
    const pair = isGate ? ascendingPair(circuit, k, forms) : null;
    if (pair) {
      if (pair[0].count + pair[1].count > scratch.source.length) scratch = sumOf(0, 2 * (pair[0].count + pair[1].count));
      visit(k, mergePair(circuit, k, pair, scratch));
      continue;
    }
    addNode(circuit, adder, k, forms);
    const constant = (bound[k] as number) + (isGate ? -adder.constant : adder.constant);
    if (isGate && adder.touched.length > scratch.source.length) scratch = sumOf(0, 2 * adder.touched.length);
    const sum = collect(adder, constant, isGate ? scratch : sumOf(0, adder.touched.length));
    if (isGate) visit(k, sum);
    else forms[k] = sum;
  }
  return forms;
}

function sumOf(constant: number, length: number): Sum {
  return { constant, count: 0, source: new Uint32Array(length), weight: new Float64Array(length), ascending: true };
}

/** The two forms that a gate reads, if it reads two with ascending sources: the gates of outputs and of differences do, and they have nearly all wires. */
function ascendingPair({ inputs, start, source }: Circuit, k: number, forms: Forms): [Sum, Sum] | null {
  const from = start[k] as number;
  if ((start[k + 1] as number) - from !== 2) return null;
  const [a, b] = [source[from] as number, source[from + 1] as number];
  const first = a < inputs ? undefined : forms[a - inputs];
  const second = b < inputs ? undefined : forms[b - inputs];
  return first?.ascending && second?.ascending ? [first, second] : null;
}

/** Both forms with their factors, merged. */
function mergePair({ bound, start, weight }: Circuit, k: number, [a, b]: [Sum, Sum], into: Sum): Sum {
  const w = start[k] as number;
  const [fa, fb] = [weight[w] as number, weight[w + 1] as number];
  let [i, j, count] = [0, 0, 0];
  while (i < a.count || j < b.count) {
    const sa = i < a.count ? (a.source[i] as number) : Number.POSITIVE_INFINITY;
    const sb = j < b.count ? (b.source[j] as number) : Number.POSITIVE_INFINITY;
    let total = 0;
    if (sa <= sb) total += fa * (a.weight[i++] as number);
    if (sb <= sa) total += fb * (b.weight[j++] as number);
    if (total === 0) continue;
    into.source[count] = Math.min(sa, sb);
    into.weight[count++] = total;
  }
  const constant = (bound[k] as number) - fa * a.constant - fb * b.constant;
  return { constant, count, source: into.source, weight: into.weight, ascending: true };
}

function addNode({ inputs, start, source, weight }: Circuit, adder: Adder, k: number, forms: Forms): void {
  const { total, touched } = adder;
  for (let w = start[k] as number; w < (start[k + 1] as number); w++) {
    const s = source[w] as number;
    const factor = weight[w] as number;
    const sum = s >= inputs ? forms[s - inputs] : undefined;
    if (sum === undefined) {
      if (total[s] === 0) touched.push(s);
      total[s] = (total[s] as number) + factor;
      continue;
    }
    adder.constant += factor * sum.constant;
    for (let i = 0; i < sum.count; i++) {
      const from = sum.source[i] as number;
      if (total[from] === 0) touched.push(from);
      total[from] = (total[from] as number) + factor * (sum.weight[i] as number);
    }
  }
}

/** Moves the totals into `into` and resets the adder. */
function collect(adder: Adder, constant: number, into: Sum): Sum {
  const { total, touched } = adder;
  let count = 0;
  let ascending = true;
  for (let i = 0; i < touched.length; i++) {
    const s = touched[i] as number;
    const w = total[s] as number;
    if (w === 0) continue;
    total[s] = 0;
    if (count > 0 && (into.source[count - 1] as number) > s) ascending = false;
    into.source[count] = s;
    into.weight[count++] = w;
  }
  touched.length = 0;
  adder.constant = 0;
  return { constant, count, source: into.source, weight: into.weight, ascending };
}

function sameWires({ kind, start, source, weight }: Circuit, k: number): boolean {
  const from = start[k] as number;
  const count = (start[k + 1] as number) - from;
  if (k === 0 || kind[k - 1] !== gate || start[k - 1] !== from - count) return false;
  for (let i = from; i < from + count; i++) {
    if (source[i] !== source[i - count] || weight[i] !== weight[i - count]) return false;
  }
  return true;
}

/**
 * The circuit without forms between its gates: gates first, then one form for each output. Sources ascend.
 * @param limit most wires. @throws HopfieldError E_LIMIT before more than so many are stored.
 */
export function flatten(circuit: Circuit, limit = 2 ** 24): Circuit {
  const { inputs, kind, outputs } = circuit;
  const place = new Uint32Array(kind.length);
  const bound: number[] = [];
  const start: number[] = [0];
  const parts: { source: Uint32Array; weight: Float64Array }[] = [];
  let wires = 0;
  const store = (sum: Sum): void => {
    wires += sum.count;
    if (wires > limit) throw new HopfieldError("E_LIMIT", `flatten: the written-out gates have more than ${limit} wires`);
    const order = Uint32Array.from({ length: sum.count }, (_, i) => i).sort(
      (a, b) => (sum.source[a] as number) - (sum.source[b] as number),
    );
    const moved = (s: number): number => (s < inputs ? s : inputs + (place[s - inputs] as number));
    parts.push({
      source: Uint32Array.from(order, (i) => moved(sum.source[i] as number)),
      weight: Float64Array.from(order, (i) => sum.weight[i] as number),
    });
    bound.push(sum.constant);
    start.push(wires);
  };
  const forms = forEachGate(circuit, (k, sum) => {
    place[k] = bound.length;
    store(sum);
  });
  const gates = bound.length;
  for (const s of outputs) {
    store(
      (s < inputs ? undefined : forms[s - inputs]) ?? {
        constant: 0,
        count: 1,
        source: Uint32Array.of(s),
        weight: Float64Array.of(1),
        ascending: true,
      },
    );
  }
  const flat = {
    inputs,
    kind: Uint8Array.from(bound, (_, k) => (k < gates ? gate : form)),
    bound: Float64Array.from(bound),
    start: Uint32Array.from(start),
    source: new Uint32Array(wires),
    weight: new Float64Array(wires),
    outputs: Uint32Array.from(outputs, (_, j) => inputs + gates + j),
  };
  parts.forEach(({ source, weight }, k) => {
    flat.source.set(source, start[k]);
    flat.weight.set(weight, start[k]);
  });
  return flat;
}

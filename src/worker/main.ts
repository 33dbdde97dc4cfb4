/**
 * @file The worker's side: holds the memories and answers requests one after another. A recall is done in parts, with a turn of the event loop between them, so that
 * progress gets out and an abort gets in.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import { createMemory, recallPart } from "../memory/create.ts";
import type { Memory, MemoryOptions, Recall, RecallOptions, RecallResult } from "../memory/types.ts";
import { type AbortMessage, buffersOf, packError, type ReplyMessage, type RequestMessage } from "./protocol.ts";

/** Queries of one part: enough to keep the batch kernels busy, little enough to answer an abort soon. */
const partRows = 64;

interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

const memories = new Map<number, Memory>();
const aborted = new Set<number>();

async function answer(port: Port, { id, method, memory, args }: RequestMessage): Promise<void> {
  try {
    const value = method === "create" ? create(id, args) : await call(port, id, method, memoryOf(memory), args);
    if (method === "free") memories.delete(memory);
    port.postMessage({ id, value } satisfies ReplyMessage, buffersOf(value));
  } catch (error) {
    port.postMessage({ id, error: packError(error) } satisfies ReplyMessage, []);
  } finally {
    aborted.delete(id);
  }
}

function create(id: number, [patterns, options]: readonly unknown[]): Record<string, unknown> {
  const memory = createMemory(patterns as MatrixLike, options as MemoryOptions);
  memories.set(id, memory);
  const { model, similarity, separation, support, post, dimension, valueDimension, betaSource, kernel } = memory;
  return {
    memory: id,
    model,
    similarity,
    separation,
    support,
    post,
    patterns: memory.patterns,
    dimension,
    valueDimension,
    betaSource,
    kernel,
  };
}

function memoryOf(key: number): Memory {
  const memory = memories.get(key);
  if (!memory) throw new HopfieldError("E_CONFLICT", "memory: it was freed; create a new one");
  return memory;
}

async function call(port: Port, id: number, method: RequestMessage["method"], memory: Memory, args: readonly unknown[]): Promise<unknown> {
  const [first, second] = args;
  switch (method) {
    case "recall":
      return recallInParts(port, id, memory, first as MatrixLike, (second ?? {}) as RecallOptions);
    case "energy":
      return memory.energy(first as MatrixLike);
    case "weights":
      return memory.weights(first as MatrixLike, second as RecallOptions);
    case "add":
      return memory.add(first as MatrixLike, second as { values?: MatrixLike });
    case "remove":
      return memory.remove(first as ArrayLike<number>);
    case "pattern":
      return memory.pattern(first as number);
    case "beta":
      return memory.beta;
    default:
      memory.free();
      return null;
  }
}

async function recallInParts(port: Port, id: number, memory: Memory, input: MatrixLike, options: RecallOptions): Promise<Recall> {
  const queries = toMatrix(input, "recall: queries", options.missing === "nan" ? "keep" : "refuse");
  const { rows, columns } = queries;
  const states = new Float32Array(rows * memory.valueDimension);
  const results: RecallResult[] = [];
  const traces: NonNullable<Recall["trace"]>[] = [];
  for (let start = 0; start < rows; ) {
    // A rest of fewer than four queries joins the part before it: such small parts take another kernel.
    const end = rows - start < partRows + 4 ? rows : start + partRows;
    const part: Matrix = { data: queries.data.subarray(start * columns, end * columns), rows: end - start, columns };
    const answered = recallPart(memory, part, optionsOf(options, start, end, rows, columns), start);
    states.set(answered.states.data, start * memory.valueDimension);
    results.push(...answered.results);
    if (answered.trace) traces.push(answered.trace);
    start = end;
    port.postMessage({ id, done: end, total: rows } satisfies ReplyMessage, []);
    if (start < rows) await new Promise((resolve) => setTimeout(resolve, 0));
    if (aborted.has(id)) throw new HopfieldError("E_CONFLICT", `recall: aborted after ${end} of ${rows} queries`, { aborted: true });
  }
  const trace = traces.length > 0 ? joinTraces(traces, rows, columns) : null;
  return { states: { data: states, rows, columns: memory.valueDimension }, results, ...(trace ? { trace } : {}) };
}

/** Options of one part: known entries and positions that are given a query are cut to its rows (positions keep their start, which the row numbers count from). */
function optionsOf(options: RecallOptions, start: number, end: number, rows: number, columns: number): RecallOptions {
  const { known } = options;
  const positions = options.positions === undefined ? {} : { positions: Array.from(options.positions).slice(0, end) };
  if (known === undefined) return { ...options, ...positions };
  const list = "data" in known && "columns" in known ? known.data : (known as ArrayLike<number | boolean>);
  if (list.length !== rows * columns || rows === 1) return { ...options, ...positions };
  return { ...options, ...positions, known: Array.from(list).slice(start * columns, end * columns) };
}

/** Traces of parts that converged after different numbers of steps: the shorter repeat their last states. */
function joinTraces(parts: readonly NonNullable<Recall["trace"]>[], rows: number, columns: number): NonNullable<Recall["trace"]> {
  const length = Math.max(...parts.map((part) => part.states.length));
  const states: Matrix[] = [];
  const energies: Float64Array[] = [];
  for (let t = 0; t < length; t++) {
    const data = new Float32Array(rows * columns);
    const energy = new Float64Array(rows);
    let row = 0;
    for (const part of parts) {
      const at = Math.min(t, part.states.length - 1);
      const state = part.states[at] as Matrix;
      data.set(state.data, row * columns);
      energy.set(part.energies[at] as Float64Array, row);
      row += state.rows;
    }
    states.push({ data, rows, columns });
    energies.push(energy);
  }
  return { states, energies };
}

function listen(port: Port & { on?: (event: string, listener: (message: unknown) => void) => void; onmessage?: unknown }): void {
  let queue: Promise<void> = Promise.resolve();
  const receive = (message: RequestMessage | AbortMessage): void => {
    if ("abort" in message) {
      aborted.add(message.abort);
      return;
    }
    queue = queue.then(() => answer(port, message));
  };
  if (port.on) port.on("message", (message) => receive(message as RequestMessage | AbortMessage));
  else port.onmessage = (event: { data: RequestMessage | AbortMessage }) => receive(event.data);
}

const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
listen((threads?.parentPort ?? globalThis) as unknown as Port);

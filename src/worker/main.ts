/**
 * @file The worker's side: holds the memories and answers requests one after another. A recall is done in parts, with a turn of the event loop between them, so that
 * progress gets out and an abort gets in.
 */
import { HopfieldError } from "../core/errors.ts";
import type { Matrix, MatrixLike } from "../core/matrix.ts";
import { createMemory } from "../memory/create.ts";
import { recallStepwise } from "../memory/facade.ts";
import type { Memory, MemoryOptions, Recall, RecallOptions } from "../memory/types.ts";
import { type AbortMessage, buffersOf, packError, type ReplyMessage, type RequestMessage } from "./protocol.ts";

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
  const total = (input as Matrix).rows;
  const parts = recallStepwise(memory, input, options);
  for (let part = parts.next(); ; part = parts.next()) {
    if (part.done) return part.value;
    port.postMessage({ id, done: part.value, total } satisfies ReplyMessage, []);
    if (part.value < total) await new Promise((resolve) => setTimeout(resolve, 0));
    if (aborted.has(id))
      throw new HopfieldError("E_CONFLICT", `recall: aborted after ${part.value} of ${total} queries`, { aborted: true });
  }
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

/**
 * @file openWorker(): the memory behind a worker, so that a page stays responsive. The same methods as Memory, each a promise, with progress and abort. What is sent is
 * copied first and the copy transferred; answers are transferred. An idle worker does not keep a script alive.
 */
import { HopfieldError } from "../core/errors.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../core/matrix.ts";
import type { Memory, MemoryOptions, Recall, RecallOptions } from "../memory/types.ts";
import { buffersOf, type Method, type ReplyMessage, unpackError } from "./protocol.ts";

/** The part of an AbortSignal that is used: any AbortController's signal will do. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface WorkerCallOptions {
  /** Abort: the promise rejects with E_CONFLICT (`details.aborted`), the memory stays usable. */
  readonly signal?: AbortSignalLike;
  /** Called with queries done and their number. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A memory in a worker: Memory with promises. */
export interface WorkerMemory
  extends Readonly<
    Pick<Memory, "model" | "similarity" | "separation" | "support" | "post" | "dimension" | "valueDimension" | "betaSource" | "kernel">
  > {
  patterns(): Promise<number>;
  beta(): Promise<number | null>;
  recall(queries: MatrixLike, options?: RecallOptions, call?: WorkerCallOptions): Promise<Recall>;
  energy(states: MatrixLike, call?: WorkerCallOptions): Promise<(number | null)[]>;
  weights(queries: MatrixLike, options?: Pick<RecallOptions, "known" | "missing" | "positions">, call?: WorkerCallOptions): Promise<Matrix>;
  add(rows: MatrixLike, extra?: Parameters<Memory["add"]>[1], call?: WorkerCallOptions): Promise<number>;
  remove(indices: ArrayLike<number>, call?: WorkerCallOptions): Promise<number>;
  pattern(index: number): Promise<Float32Array>;
  free(): Promise<void>;
}

export interface HopfieldWorker {
  createMemory(patterns: MatrixLike, options?: MemoryOptions, call?: WorkerCallOptions): Promise<WorkerMemory>;
  /** Ends the worker; what is under way rejects with E_CONFLICT. */
  close(): Promise<void>;
}

/** The two kinds of worker, as far as they are used. */
interface Thread {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress: ((done: number, total: number) => void) | undefined;
}

/** Starts a worker. Its file lies beside the library's; bundlers that know `new Worker(new URL(...))` carry it along. */
export function openWorker(): HopfieldWorker {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let failure: Error | null = null;
  const fail = (error: Error): void => {
    failure = error;
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };
  const receive = (message: ReplyMessage): void => {
    const call = pending.get(message.id);
    if (!call) return;
    if ("done" in message) {
      call.onProgress?.(message.done, message.total);
      return;
    }
    pending.delete(message.id);
    if (pending.size === 0) thread.unref?.();
    if ("error" in message) call.reject(unpackError(message.error));
    else call.resolve(message.value);
  };
  const thread = startThread(receive, (error) => fail(new HopfieldError("E_IO", `worker: ${error}`)));
  thread.unref?.();

  const send = (method: Method, memory: number, args: unknown[], call: WorkerCallOptions = {}): Promise<unknown> => {
    if (failure) return Promise.reject(failure);
    const { signal, onProgress } = call;
    if (signal?.aborted) return Promise.reject(new HopfieldError("E_CONFLICT", `${method}: aborted before it began`, { aborted: true }));
    const id = nextId++;
    return new Promise((resolve, reject) => {
      const abort = (): void => thread.postMessage({ abort: id }, []);
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T): void => {
          signal?.removeEventListener("abort", abort);
          done(value);
        };
      pending.set(id, { resolve: settle(resolve), reject: settle(reject), onProgress });
      signal?.addEventListener("abort", abort);
      thread.ref?.();
      thread.postMessage(
        { id, method, memory, args },
        args.flatMap((arg) => buffersOf(arg)),
      );
    });
  };

  return {
    async createMemory(patterns, options = {}, call) {
      const { memory: key, ...facts } = (await send("create", 0, [copyOf(patterns), cloneable(options)], call)) as {
        memory: number;
        patterns: number;
      };
      return remoteMemory(send, key, facts as unknown as Omit<Memory, "patterns"> & { patterns: number });
    },
    async close() {
      fail(new HopfieldError("E_CONFLICT", "worker: it was closed"));
      await thread.terminate();
    },
  };
}

type Send = (method: Method, memory: number, args: unknown[], call?: WorkerCallOptions) => Promise<unknown>;

function remoteMemory(send: Send, key: number, facts: Omit<Memory, "patterns"> & { patterns: number }): WorkerMemory {
  const { patterns: initial, ...rest } = facts;
  let patterns = initial;
  return {
    ...rest,
    patterns: async () => patterns,
    beta: async () => (await send("beta", key, [])) as number | null,
    async recall(queries, options = {}, call = {}) {
      const { onProgress = call.onProgress, ...rest } = options;
      return (await send("recall", key, [copyOf(queries), cloneable(rest)], { ...call, ...(onProgress ? { onProgress } : {}) })) as Recall;
    },
    energy: async (states, call) => (await send("energy", key, [copyOf(states)], call)) as (number | null)[],
    weights: async (queries, options = {}, call) => (await send("weights", key, [copyOf(queries), cloneable(options)], call)) as Matrix,
    async add(rows, extra = {}, call) {
      const copy = copyOf(rows);
      const count = copy.rows;
      const first = (await send("add", key, [copy, cloneable(extra)], call)) as number;
      patterns = first + count;
      return first;
    },
    async remove(indices, call) {
      const removed = (await send("remove", key, [Array.from(indices)], call)) as number;
      patterns -= removed;
      return removed;
    },
    pattern: async (index) => (await send("pattern", key, [index])) as Float32Array,
    async free() {
      await send("free", key, []);
    },
  };
}

/** A copy to transfer; NaN passes, the worker decides about it. */
function copyOf(input: MatrixLike): Matrix {
  return toMatrix(input, "queries", "keep");
}

/** Options as plain data of their own, so that transferring takes nothing from the caller. */
function cloneable<T>(options: T): T {
  return structuredClone(options);
}

function startThread(receive: (message: ReplyMessage) => void, fail: (error: string) => void): Thread {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads) {
    // Flags of the script pass on, but --input-type (of `node -e`) must not: a worker that is a file refuses it.
    const execArgv = globalThis.process.execArgv.filter((flag) => !flag.startsWith("--input-type"));
    const worker = new threads.Worker(new URL("./worker.js", import.meta.url), { execArgv });
    worker.on("message", receive);
    worker.on("error", (error: Error) => fail(error.message));
    return worker as unknown as Thread;
  }
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = (event) => receive(event.data as ReplyMessage);
  worker.onerror = (event) => fail(event.message || "its file could not be loaded or failed");
  return worker;
}

/**
 * @file The memory panel's worker: keeps the memory of the last question, so that a moved pixel costs one recall; remembers the beta that data ask for; starts again when the worker dies.
 */
import { HopfieldError, type HopfieldWorker, openWorker, type WorkerMemory } from "modern-hopfield";
import { axesOf } from "../state/settings.ts";
import type { Answer } from "../state/types.ts";
import { askMemory, askQuickly, askWeights, createFor, memoryKey, type Question } from "./answer.ts";

export interface MemoryEngine {
  answer(question: Question): Promise<Answer>;
  /** The end alone; `energies` stand in for its own. */
  quick(question: Question, energies: Answer["energies"]): Promise<Answer>;
  /** null where the model never weighs single patterns. */
  weights(question: Question, answer: Answer, step: number): Promise<Float32Array | null>;
  close(): Promise<void>;
}

/** @param restarted called when the worker had died and another took its place. */
export function openMemoryEngine(restarted: () => void, open: () => HopfieldWorker = openWorker): MemoryEngine {
  let worker = open();
  let current: { key: string; memory: WorkerMemory } | null = null;
  const advised = new Map<string, number>();

  async function memoryFor(question: Question): Promise<WorkerMemory> {
    const key = memoryKey(question);
    if (current?.key === key) return current.memory;
    // Not waited for: the worker answers in order, and a worker that died has nothing left to free.
    current?.memory.free().catch(() => {});
    current = null;
    const { settings, patterns } = question;
    // Finding neighbours among a thousand pictures takes a while; the advice depends on the pictures and the similarity alone.
    const similarity = axesOf(settings).similarity ?? settings.model;
    const adviceKey = `${patterns.key} ${similarity}`;
    const memory = await createFor(worker, question, settings.beta ?? advised.get(adviceKey) ?? patterns.advised?.[similarity] ?? null);
    if (settings.beta === null && memory.betaSource === "advised") advised.set(adviceKey, (await memory.beta()) ?? 1);
    current = { key, memory };
    return memory;
  }

  let turn: Promise<unknown> = Promise.resolve();
  /** One after another: a question that changes the memory must not free it under one that still asks it. */
  function withWorker<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(() => tried(work));
    turn = result.catch(() => {});
    return result;
  }

  /** A worker that died fails every call with E_IO; one new worker is tried. */
  async function tried<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HopfieldError) || error.code !== "E_IO") throw error;
      await worker.close();
      worker = open();
      current = null;
      restarted();
      return work();
    }
  }

  const sourced = (question: Question, answer: Answer): Answer => ({
    ...answer,
    betaSource: question.settings.beta === null && answer.beta !== null ? "advised" : answer.betaSource,
  });
  return {
    answer: (question) => withWorker(async () => sourced(question, await askMemory(await memoryFor(question), question))),
    quick: (question, energies) =>
      withWorker(async () => sourced(question, await askQuickly(await memoryFor(question), question, energies))),
    weights: (question, answer, step) =>
      withWorker(async () => {
        const memory = await memoryFor(question);
        try {
          return await askWeights(memory, question, answer, step);
        } catch (error) {
          if (error instanceof HopfieldError && (error.code === "E_UNSUPPORTED" || error.code === "E_RANGE")) return null;
          throw error;
        }
      }),
    close: () => worker.close(),
  };
}

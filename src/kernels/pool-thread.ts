/**
 * @file What a thread of the pool runs; bundled to a string at build (generated/pool-thread.ts). Waits for a job, takes parts of it by an atomic counter until none is left, and waits
 * again. Knows nothing of what a kernel does: a job names an export and a part is its arguments.
 */
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Introduction, layout } from "./pool-layout.ts";

const { control, port, index } = workerData as {
  control: SharedArrayBuffer;
  port: Parameters<typeof receiveMessageOnPort>[0];
  index: number;
};
const words = new Int32Array(control, 0, layout.words);
const numbers = new Float64Array(control, layout.argumentsAt);
const instances = new Map<number, Record<string, (...args: number[]) => void>>();

/** The kernels over a memory; the memory itself was sent before the first job that needs it. */
function kernelsOf(memory: number): Record<string, (...args: number[]) => void> {
  for (let message = receiveMessageOnPort(port); message; message = receiveMessageOnPort(port)) {
    const introduction = message.message as Introduction;
    if ("forget" in introduction) instances.delete(introduction.forget);
    else {
      const exports = introduction.modules.map(
        (module) => new WebAssembly.Instance(module, { env: { memory: introduction.memory } }).exports,
      );
      instances.set(introduction.id, Object.assign({}, ...exports));
    }
  }
  return instances.get(memory) as Record<string, (...args: number[]) => void>;
}

Atomics.add(words, layout.ready, 1);
Atomics.notify(words, layout.ready);
let seen = 0;
for (;;) {
  // Handing over by spinning takes a fraction of a microsecond, by waiting several.
  for (let spin = 0; spin < layout.spins && Atomics.load(words, layout.generation) === seen; spin++);
  Atomics.wait(words, layout.generation, seen);
  seen = Atomics.load(words, layout.generation);
  while (index < Atomics.load(words, layout.limit)) {
    const part = Atomics.add(words, layout.next, 1);
    if (part >= Atomics.load(words, layout.parts)) break;
    const kernels = kernelsOf(Atomics.load(words, layout.memory));
    const name = layout.kernels[Atomics.load(words, layout.kernel)] as string;
    (kernels[name] as (...args: number[]) => void)(...numbers.subarray(part * layout.arguments, (part + 1) * layout.arguments));
    if (Atomics.add(words, layout.done, 1) + 1 === Atomics.load(words, layout.parts)) Atomics.notify(words, layout.done);
  }
}

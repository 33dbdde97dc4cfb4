/**
 * @file Counts the memory that code under test asks for: every global constructor of buffers and typed arrays is replaced by a Proxy that adds up the bytes
 * before it passes the call on. Must be imported before the code under test, which may keep a constructor it found at its own start; the runner checks with a
 * read of known size that the count works. Strings, plain arrays and copies by slice() are not counted: slices are never larger than what was counted before.
 */

/** What was asked for since the last reset, in bytes. */
export const allocations = { largest: 0, total: 0 };

export function resetAllocations(): void {
  allocations.largest = 0;
  allocations.total = 0;
}

const names = [
  "ArrayBuffer",
  "Uint8Array",
  "Int8Array",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
] as const;

for (const name of names) {
  const original = globalThis[name] as unknown as new (...args: unknown[]) => object;
  const width = (original as unknown as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const watched: unknown = new Proxy(original, {
    construct(target, args, newTarget) {
      const first: unknown = args[0];
      let count = 0;
      if (typeof first === "number") count = first;
      else if (first !== null && typeof first === "object" && "length" in first) count = Number(first.length);
      allocations.largest = Math.max(allocations.largest, count * width);
      allocations.total += count * width;
      return Reflect.construct(target, args, newTarget === watched ? target : newTarget) as object;
    },
  });
  Object.assign(globalThis, { [name]: watched });
}

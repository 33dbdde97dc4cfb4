/** @file What the files of fitted models have in common: tensors of known shapes, JSON in the metadata, and E_FORMAT that says what does not fit. */
import { HopfieldError } from "../core/errors.ts";
import { type NumericArray, readSafetensors } from "../data/index.ts";

export interface SavedModel {
  readonly tensors: ReadonlyMap<string, NumericArray>;
  readonly metadata: ReadonlyMap<string, string>;
  /** @throws HopfieldError E_FORMAT with the reader's name before the reason. */
  fail(why: string): never;
  /** The object or list that the metadata hold under a key, as JSON. @throws HopfieldError E_FORMAT. */
  parsed<T>(key: string): T;
  /** Sees that a tensor is there, rows x columns. @throws HopfieldError E_FORMAT. */
  expect(name: string, shape: { readonly rows: number; readonly columns: number }): void;
  /** What `make` makes of parts of the file; a HopfieldError of its own is told as a refusal of `what`. @throws HopfieldError E_FORMAT. */
  made<T>(what: string, make: () => T): T;
}

/**
 * @param reader name of the public function, for messages. @param format what the metadata must hold under "format"; `nothing` says what a file of another kind is not.
 * @throws HopfieldError E_FORMAT, and those of readSafetensors.
 */
export function openSavedModel(reader: string, bytes: Uint8Array, format: string, nothing: string): SavedModel {
  const { tensors, metadata } = readSafetensors(bytes);
  const fail = (why: string): never => {
    throw new HopfieldError("E_FORMAT", `${reader}: ${why}`);
  };
  if (metadata.get("format") !== format) fail(nothing);
  return {
    tensors,
    metadata,
    fail,
    parsed<T>(key: string): T {
      let value: unknown = null;
      try {
        value = JSON.parse(metadata.get(key) ?? "");
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
      return value !== null && typeof value === "object" ? (value as T) : fail(`the metadata has no readable "${key}"`);
    },
    expect(name, { rows, columns }) {
      const { shape } = tensors.get(name) ?? fail(`tensor "${name}" is missing`);
      if (shape.length !== 2 || shape[0] !== rows || shape[1] !== columns)
        fail(`tensor "${name}" has shape [${shape.join(", ")}], expected [${rows}, ${columns}]`);
    },
    made(what, make) {
      try {
        return make();
      } catch (error) {
        return error instanceof HopfieldError
          ? fail(`${what} is refused: ${error.message}`)
          : fail(`${what} cannot be read: ${String(error)}`);
      }
    },
  };
}

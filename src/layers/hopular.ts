/**
 * @file Hopular (Schäfl, Gruber, Bitto-Nemling, Hochreiter, arXiv 2206.00664): a network for rows of a table. Every column, the target among them, becomes a feature of `size` numbers; blocks
 * of two memories refine them, the training rows as stored patterns and the row's own original features; every column is read out by a map of its own. docs/tables/hopular.md derives it.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import type { RandomStream } from "../core/random.ts";
import { type HopularBlock, hopularBlock } from "./hopular-block.ts";
import { type ColumnSize, embedColumns, embedColumnsBack, freshColumns, readColumns, readColumnsBack } from "./hopular-columns.ts";
import type { Parameters, Pass, Tensor } from "./types.ts";
import { inside } from "./workspace.ts";

export interface HopularDescription {
  /** The columns of the table in order, the target last. */
  readonly columns: readonly ColumnSize[];
  /** Numbers of a feature; the published size is 32. */
  readonly size: number;
  /** The published size is 8. */
  readonly blocks: number;
  /** The published size is 8. */
  readonly heads: number;
  /** Columns of the association space of a head, over rows. */
  readonly hidden: number;
  /** Of association weights and of what a memory adds, in training. */
  readonly dropout: number;
}

export interface HopularRun {
  /** Rows x the outputs of all columns side by side. */
  readonly y: Tensor;
  /** How much each row draws on each stored row: mean over blocks and heads, rows x stored. */
  weights(): Float32Array;
  readonly saved: unknown;
}

export interface Hopular {
  init(random: RandomStream): Parameters;
  /**
   * @param state rows x inputs of all columns; @param memory the stored rows, likewise; @param hidden 1 where a row must not see a stored row (itself), rows x stored.
   * @throws HopfieldError E_SHAPE; E_RANGE for a row that sees no stored row.
   */
  forward(parameters: Parameters, state: Tensor, memory: Tensor, hidden: Uint8Array | null, pass: Pass): HopularRun;
  /** @param dy gradient by y. @returns gradients by every parameter. */
  backward(parameters: Parameters, run: HopularRun, dy: Tensor, pass: Pass): Parameters;
}

interface Saved {
  readonly state: Tensor;
  readonly memory: Tensor;
  readonly blocks: readonly unknown[];
  readonly last: Tensor;
}

/** @throws HopfieldError E_RANGE. */
export function hopular(description: HopularDescription): Hopular {
  const { columns, size, blocks: count, heads, hidden, dropout } = description;
  for (const [name, value] of Object.entries({ size, blocks: count, heads, hidden }))
    checkNumber("hopular", name, value, { atLeast: 1, whole: true });
  if (columns.length < 2) throw new HopfieldError("E_RANGE", "hopular: expected at least one column and the target");
  const inputs = columns.reduce((sum, column) => sum + column.inputs, 0);
  const made: HopularBlock = hopularBlock({ features: columns.length, size, heads, hidden, dropout });
  const blocks = Array.from({ length: count }, (_, b) => String(b));
  return {
    init: (random) => ({
      columns: freshColumns(columns, size, random),
      blocks: Object.fromEntries(blocks.map((b) => [b, made.init(random)])),
    }),
    forward(parameters, givenState, givenMemory, hides, pass) {
      const w = pass.workspace;
      if (givenState.columns !== inputs || givenMemory.columns !== inputs)
        throw new HopfieldError(
          "E_SHAPE",
          `hopular: rows of ${givenState.columns} and stored rows of ${givenMemory.columns} numbers, expected ${inputs}`,
        );
      const state = inside(w, givenState);
      const memory = inside(w, givenMemory);
      const own = parameters.columns as Parameters;
      const original = embedColumns(w, columns, size, own, state);
      const stored = embedColumns(w, columns, size, own, memory);
      let x = original;
      const kept: ReturnType<HopularBlock["forward"]>[] = [];
      for (const b of blocks) {
        const made1 = made.forward((parameters.blocks as Parameters)[b] as Parameters, x, original, stored, hides, pass);
        kept.push(made1);
        x = made1.y;
      }
      const y = readColumns(w, columns, size, own, x);
      const saved: Saved = { state, memory, blocks: kept.map((each) => each.saved), last: x };
      return { y, saved, weights: () => meanOf(kept.flatMap((each) => each.weights())) };
    },
    backward(parameters, run, dy, pass) {
      const w = pass.workspace;
      const saved = run.saved as Saved;
      const own = parameters.columns as Parameters;
      const { dx, gradients: readOut } = readColumnsBack(w, columns, size, own, saved.last, inside(w, dy));
      let slope = dx;
      const totals: { original: Tensor | null; stored: Tensor | null } = { original: null, stored: null };
      const found: Record<string, Parameters> = {};
      for (const b of [...blocks].reverse()) {
        const back = made.backward((parameters.blocks as Parameters)[b] as Parameters, saved.blocks[Number(b)], slope, pass);
        slope = back.dx;
        found[b] = back.gradients;
        totals.original = totals.original ? sumInto(w, totals.original, back.dOriginal) : back.dOriginal;
        totals.stored = totals.stored ? sumInto(w, totals.stored, back.dStored) : back.dStored;
      }
      const dOriginal = totals.original ? sumInto(w, slope, totals.original) : slope;
      const embedded = embedColumnsBack(w, columns, size, [
        [saved.state, dOriginal],
        ...(totals.stored ? ([[saved.memory, totals.stored]] as const) : []),
      ]);
      return { columns: mergeColumns(embedded, readOut), blocks: Object.fromEntries(blocks.map((b) => [b, found[b] as Parameters])) };
    },
  };
}

function sumInto(w: Pass["workspace"], to: Tensor, from: Tensor): Tensor {
  w.kernels.addScaled(from.data.byteOffset, 1, from.data.length, to.data.byteOffset);
  return to;
}

/** Gradients of the embedding and of the read-out of every column, in one tree. */
function mergeColumns(embedded: Parameters, readOut: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(embedded).map(([name, node]) => [
      name,
      name === "types" ? node : { ...(node as Parameters), ...((readOut[name] ?? {}) as Parameters) },
    ]),
  );
}

function meanOf(parts: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(parts[0]?.length ?? 0);
  for (const each of parts) for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (each[i] as number) / parts.length;
  return mean;
}

/**
 * @file What a building block is. A block is a record of three functions over plain typed arrays; networks are made of blocks by combinators (combinators.ts), whose backward passes follow
 * from those of their parts. Nothing is traced and there is no tape: `forward` hands over what `backward` will need.
 */
import type { RandomStream } from "../core/random.ts";
import type { Workspace } from "./workspace.ts";

/** Row-major f32: entry (i, j) is data[i * columns + j]. The data of what blocks return lies in the workspace of the pass and is good until its scope ends. */
export interface Tensor {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Instances of all bags under each other: bag b is the rows offsets[b] ... offsets[b + 1] - 1. Every bag has at least one row. */
export interface Batch extends Tensor {
  readonly offsets: Int32Array;
}

/** A tree of tensors; blocks that consist of blocks hold their trees by name or number. */
export interface Parameters {
  readonly [name: string]: Tensor | Parameters;
}

/** One way through a network. */
export interface Pass {
  readonly workspace: Workspace;
  /** Whether dropout is on. */
  readonly training: boolean;
  readonly seed: number;
  /** Counted up by every block that draws chance, so that equal passes draw equal numbers. */
  draws: number;
  /** Whether the caller of `backward` uses dx; the first block of a network may return null in its place. */
  readonly wantInput: boolean;
}

export interface Block {
  /** Fresh parameters. @param random where they are drawn from, in a fixed order. */
  init(random: RandomStream): Parameters;
  forward(parameters: Parameters, x: Batch, pass: Pass): readonly [y: Batch, saved: unknown];
  /**
   * @param saved as `forward` gave it; @param dy gradient of the loss by y, same shape as y; it may be overwritten.
   * @returns gradients by x (null where the pass does not want it) and by every parameter, in a tree of the same form.
   */
  backward(parameters: Parameters, saved: unknown, dy: Tensor, pass: Pass): readonly [dx: Tensor | null, gradients: Parameters];
}

/** A block whose parameters and saved values have types; `block` hides them. */
export interface TypedBlock<P extends Parameters, S> {
  init(random: RandomStream): P;
  forward(parameters: P, x: Batch, pass: Pass): readonly [Batch, S];
  backward(parameters: P, saved: S, dy: Tensor, pass: Pass): readonly [Tensor | null, P];
}

/** Forgets the types of the inside, so that blocks of all kinds stand in one list. */
export function block<P extends Parameters, S>(typed: TypedBlock<P, S>): Block {
  return typed as unknown as Block;
}

export function isTensor(node: Tensor | Parameters): node is Tensor {
  return node.data instanceof Float32Array;
}

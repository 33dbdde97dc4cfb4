/** @file Trees of parameters as one flat list: names, sizes, and copies between the two. Names are joined by dots; the order is that of the tree. */
import { HopfieldError } from "../core/errors.ts";
import { isTensor, type Parameters, type Tensor } from "./types.ts";

export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

export function listed(tree: Parameters, before = ""): NamedTensor[] {
  return Object.entries(tree).flatMap(([name, node]) =>
    isTensor(node) ? [{ name: before + name, tensor: node }] : listed(node, `${before}${name}.`),
  );
}

/** How many numbers a tree holds. */
export function countParameters(tree: Parameters): number {
  return listed(tree).reduce((sum, { tensor }) => sum + tensor.data.length, 0);
}

/** The same tree over one array: tensor after tensor, each a view. @param flat at least as long as the tree. */
export function viewsInto(tree: Parameters, flat: Float32Array): Parameters {
  let at = 0;
  const visit = (node: Parameters): Parameters =>
    Object.fromEntries(
      Object.entries(node).map(([name, each]) => {
        if (!isTensor(each)) return [name, visit(each)];
        const data = flat.subarray(at, at + each.data.length);
        at += each.data.length;
        return [name, { data, rows: each.rows, columns: each.columns }];
      }),
    );
  return visit(tree);
}

const set = (from: Float32Array, to: Float32Array): void => to.set(from);

/**
 * Copies the numbers of a tree (in any order of names) to those of another.
 * @param put copies one tensor. @throws HopfieldError E_SHAPE when a tensor is missing or of another size.
 */
export function copyInto(from: Parameters, to: Parameters, where = "parameters", put = set): void {
  for (const [name, node] of Object.entries(to)) {
    const source = from[name];
    if (source === undefined) {
      // A block without parameters leaves no trace in a file.
      if (!isTensor(node) && listed(node).length === 0) continue;
      throw new HopfieldError("E_SHAPE", `${where}: "${name}" is missing`);
    }
    if (isTensor(node)) {
      if (!isTensor(source) || source.data.length !== node.data.length)
        throw new HopfieldError("E_SHAPE", `${where}: "${name}" has another size`);
      put(source.data, node.data);
    } else copyInto(source as Parameters, node, `${where}: ${name}`, put);
  }
}

/** A copy that lies nowhere else. */
export function copyTree(tree: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(tree).map(([name, node]) => [
      name,
      isTensor(node) ? { data: Float32Array.from(node.data), rows: node.rows, columns: node.columns } : copyTree(node),
    ]),
  );
}

/**
 * @file Rooted trees in the two formats that matter for complexity: as parent lists (isomorphism is then complete for logarithmic space) and as bracket strings (complete for
 * NC1; Jenner, McKenzie and Toran 1998, Buss 1997).
 */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { type RandomStream, sampleWithoutReplacement, uniformInteger } from "../core/random.ts";

/** Entry i is the parent of node i; the root has -1. Any order of the nodes. */
export type ParentList = readonly number[];

/** Longest list or half string that is accepted. */
const largestTree = 1_000_000;

/** @throws HopfieldError E_SHAPE (no list), E_RANGE (no or several roots, a parent that is not there, a circle), E_LIMIT. Returns the list. */
export function checkTree(where: string, tree: ParentList): ParentList {
  if (!Array.isArray(tree) || tree.length === 0)
    throw new HopfieldError("E_SHAPE", `${where}: expected a list of parents, one for each node`);
  const n = tree.length;
  if (n > largestTree) throw new HopfieldError("E_LIMIT", `${where}: a tree may have at most ${largestTree} nodes, got ${n}`);
  tree.forEach((parent: unknown, i) => {
    if (typeof parent !== "number" || !Number.isInteger(parent) || parent < -1 || parent >= n) {
      throw new HopfieldError("E_RANGE", `${where}: the parent of node ${i} is ${String(parent)}, expected -1 (root) or 0 to ${n - 1}`, {
        node: i,
      });
    }
  });
  const roots = tree.filter((parent) => parent === -1).length;
  if (roots !== 1) throw new HopfieldError("E_RANGE", `${where}: a tree has one root (parent -1), got ${roots}`);
  const reached = preorder(tree).length;
  if (reached !== n)
    throw new HopfieldError("E_RANGE", `${where}: ${n - reached} nodes are not below the root, their parents go round in a circle`);
  return tree;
}

/** Children of every node, in order of their index. */
export function childrenOf(tree: ParentList): number[][] {
  const lists: number[][] = tree.map(() => []);
  tree.forEach((parent, i) => {
    if (parent >= 0) lists[parent]?.push(i);
  });
  return lists;
}

/** Nodes below and with the root, each before its children, first children first. */
export function preorder(tree: ParentList): number[] {
  const children = childrenOf(tree);
  const order: number[] = [];
  const stack = [tree.indexOf(-1)];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    order.push(node);
    stack.push(...(children[node] ?? []).slice().reverse());
  }
  return order;
}

/** Edges at every node, without regard to which end is nearer to the root. */
export function treeDegrees(tree: ParentList): number[] {
  return childrenOf(tree).map((list, i) => list.length + (tree[i] === -1 ? 0 : 1));
}

/**
 * Reads "(()(()))": one pair of brackets a node, children inside. Nodes are numbered in the order of their opening brackets.
 * @throws HopfieldError E_FORMAT naming the position; E_LIMIT.
 */
export function parseBrackets(text: string): number[] {
  if (text.length > 2 * largestTree)
    throw new HopfieldError("E_LIMIT", `parseBrackets: at most ${2 * largestTree} brackets, got ${text.length}`);
  const parents: number[] = [];
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const fail = (what: string): HopfieldError => new HopfieldError("E_FORMAT", `parseBrackets: ${what} at position ${i}`, { position: i });
    if (text[i] === "(") {
      if (open.length === 0 && parents.length > 0) throw fail("a second root");
      parents.push(open.at(-1) ?? -1);
      open.push(parents.length - 1);
    } else if (text[i] === ")") {
      if (open.pop() === undefined) throw fail("a bracket that was never opened");
    } else throw fail(`expected "(" or ")", got ${JSON.stringify(text[i])}`);
  }
  if (open.length > 0) throw new HopfieldError("E_FORMAT", `parseBrackets: ${open.length} brackets are never closed`);
  if (parents.length === 0) throw new HopfieldError("E_FORMAT", "parseBrackets: expected at least one pair of brackets, got none");
  return parents;
}

/** The tree as brackets, children in order of their index. @throws HopfieldError as checkTree. */
export function formatBrackets(tree: ParentList): string {
  const order = preorder(checkTree("formatBrackets", tree));
  const depth: number[] = [];
  const pieces: string[] = [];
  let level = 0;
  for (const node of order) {
    const parent = tree[node] as number;
    depth[node] = parent < 0 ? 1 : (depth[parent] as number) + 1;
    pieces.push(")".repeat(level - (depth[node] as number) + 1), "(");
    level = depth[node] as number;
  }
  return `${pieces.join("")}${")".repeat(level)}`;
}

/** A random tree: the parent of each node is uniform among the nodes before it. @throws HopfieldError E_RANGE unless nodes is at least 1. */
export function randomTree(random: RandomStream, nodes: number): number[] {
  checkNumber("randomTree", "nodes", nodes, { whole: true, atLeast: 1, atMost: largestTree });
  return Array.from({ length: nodes }, (_, i) => (i === 0 ? -1 : uniformInteger(random, i)));
}

/** The same tree with its nodes in another order. */
export function shuffleTree(random: RandomStream, tree: ParentList): number[] {
  const names = sampleWithoutReplacement(random, tree.length, tree.length);
  const out: number[] = new Array(tree.length);
  tree.forEach((parent, i) => {
    out[names[i] as number] = parent < 0 ? -1 : (names[parent] as number);
  });
  return out;
}

/** @file Tree isomorphism, exactly: the canonical names of Aho, Hopcroft and Ullman ("The design and analysis of computer algorithms", 1974, section 3.2). */
import { checkTree, childrenOf, type ParentList, preorder } from "./tree.ts";

/**
 * Canonical string of a rooted tree: "(" + the strings of the children, sorted + ")". Two trees are isomorphic if and only if theirs are equal.
 * @throws HopfieldError as checkTree.
 */
export function canonicalBrackets(tree: ParentList): string {
  checkTree("canonicalBrackets", tree);
  const children = childrenOf(tree);
  const names: string[] = new Array(tree.length);
  for (const node of preorder(tree).reverse()) {
    const below = (children[node] ?? []).map((child) => names[child] as string).sort();
    names[node] = `(${below.join("")})`;
  }
  return names[tree.indexOf(-1)] as string;
}

/**
 * Whether an isomorphism maps root to root. Works with numbers in place of strings, one dictionary for both trees, so deep trees cost no quadratic strings.
 * @throws HopfieldError as checkTree.
 */
export function isomorphic(a: ParentList, b: ParentList): boolean {
  checkTree("isomorphic", a);
  checkTree("isomorphic", b);
  if (a.length !== b.length) return false;
  const dictionary = new Map<string, number>();
  const nameOfRoot = (tree: ParentList): number => {
    const children = childrenOf(tree);
    const names = new Int32Array(tree.length);
    for (const node of preorder(tree).reverse()) {
      const below = (children[node] ?? []).map((child) => names[child] as number).sort((x, y) => x - y);
      const key = below.join(",");
      const name = dictionary.get(key) ?? dictionary.size;
      dictionary.set(key, name);
      names[node] = name;
    }
    return names[tree.indexOf(-1)] as number;
  };
  return nameOfRoot(a) === nameOfRoot(b);
}

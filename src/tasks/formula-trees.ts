/**
 * @file From a formula to two trees that are isomorphic if and only if it is true (after Jenner, McKenzie and Toran 1998; Jenner, Kobler, McKenzie and Toran, JCSS 66, 2003), as bracket
 * strings. With pair(a, b) a tree that remembers which part is which:
 *   true  ( ), ( )     false  ( ), (( ))
 *   and   pair(g0, h0), pair(g1, h1)                                           equal iff both parts are
 *   or    (pair(g0, h0) pair(g1, h1)), (pair(g0, h1) pair(g1, h0))             equal iff one of the parts is
 * Negations are pushed to the leaves first. An or doubles the size, so formulas of logarithmic depth give trees of polynomial size.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkFormula, type Formula } from "./formula.ts";

export interface TreePair {
  readonly first: string;
  readonly second: string;
}

/** Longest string that is made. */
const longest = 4_000_000;

/** @throws HopfieldError as checkFormula; E_LIMIT when a string would be longer than 4 000 000 brackets. */
export function formulaTrees(formula: Formula, assignment: readonly boolean[]): TreePair {
  checkFormula("formulaTrees", formula, assignment.length);
  const length = lengthOf(formula);
  if (length > longest) throw new HopfieldError("E_LIMIT", `formulaTrees: the trees need ${length} brackets, at most ${longest} are made`);
  return treesOf(formula, assignment, true);
}

/** Upper bound of the longer string, before any is built: a pair adds 8 brackets to its parts, an or writes each part twice (and 2 more), whichever sign it has. */
function lengthOf(formula: Formula): number {
  if (formula.kind === "not") return lengthOf(formula.of);
  if (formula.kind === "and" || formula.kind === "or") return 2 * (lengthOf(formula.left) + lengthOf(formula.right) + 8) + 2;
  return 4;
}

/** @param sign false: the trees of the negation. */
function treesOf(formula: Formula, assignment: readonly boolean[], sign: boolean): TreePair {
  if (formula.kind === "not") return treesOf(formula.of, assignment, !sign);
  if (formula.kind === "constant") return leaf(formula.value === sign);
  if (formula.kind === "variable") return leaf((assignment[formula.index] === true) === sign);
  const g = treesOf(formula.left, assignment, sign);
  const h = treesOf(formula.right, assignment, sign);
  if ((formula.kind === "and") === sign) return { first: pair(g.first, h.first), second: pair(g.second, h.second) };
  return {
    first: `(${pair(g.first, h.first)}${pair(g.second, h.second)})`,
    second: `(${pair(g.first, h.second)}${pair(g.second, h.first)})`,
  };
}

function leaf(equal: boolean): TreePair {
  return { first: "()", second: equal ? "()" : "(())" };
}

/** The left part hangs under a node of one child, the right one under a node of two, so no isomorphism can exchange them. */
function pair(left: string, right: string): string {
  return `((${left})(${right}()))`;
}

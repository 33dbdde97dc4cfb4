/** @file Boolean formulas as data: the value of one is the NC1-complete problem (Buss 1987) from which the others are shown to be hard. */
import { HopfieldError } from "../core/errors.ts";
import { checkNumber } from "../core/options.ts";
import { type RandomStream, uniformInteger } from "../core/random.ts";

export type Formula =
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "variable"; readonly index: number }
  | { readonly kind: "not"; readonly of: Formula }
  | { readonly kind: "and" | "or"; readonly left: Formula; readonly right: Formula };

/** Nested deeper than this a formula is refused: its word has up to 4^depth letters. */
const deepest = 1000;

/** @param variables how many there are. @throws HopfieldError E_SHAPE (not a formula), E_RANGE (a variable that is not there), E_LIMIT (too deep). Returns the formula. */
export function checkFormula(where: string, formula: Formula, variables: number, level = 0): Formula {
  if (level > deepest) throw new HopfieldError("E_LIMIT", `${where}: a formula may be nested ${deepest} deep`);
  const kind = formula?.kind;
  if (kind === "constant") {
    if (typeof formula.value !== "boolean")
      throw new HopfieldError("E_SHAPE", `${where}: a constant is true or false, got ${String(formula.value)}`);
  } else if (kind === "variable") {
    checkNumber(where, "index of a variable", formula.index, { whole: true, atLeast: 0, atMost: variables - 1 });
  } else if (kind === "not") checkFormula(where, formula.of, variables, level + 1);
  else if (kind === "and" || kind === "or") {
    checkFormula(where, formula.left, variables, level + 1);
    checkFormula(where, formula.right, variables, level + 1);
  } else throw new HopfieldError("E_SHAPE", `${where}: expected a formula of kind constant, variable, not, and, or, got ${String(kind)}`);
  return formula;
}

/** The exact solver. @throws HopfieldError as checkFormula. */
export function formulaValue(formula: Formula, assignment: readonly boolean[]): boolean {
  return truthOf(checkFormula("formulaValue", formula, assignment.length), assignment);
}

function truthOf(formula: Formula, assignment: readonly boolean[]): boolean {
  switch (formula.kind) {
    case "constant":
      return formula.value;
    case "variable":
      return assignment[formula.index] === true;
    case "not":
      return !truthOf(formula.of, assignment);
    case "and":
      return truthOf(formula.left, assignment) && truthOf(formula.right, assignment);
    default:
      return truthOf(formula.left, assignment) || truthOf(formula.right, assignment);
  }
}

/** Greatest number of and and or on a way to a leaf; not costs nothing. */
export function formulaDepth(formula: Formula): number {
  if (formula.kind === "not") return formulaDepth(formula.of);
  if (formula.kind === "and" || formula.kind === "or") return 1 + Math.max(formulaDepth(formula.left), formulaDepth(formula.right));
  return 0;
}

/** A random formula of at most this depth over `variables` variables. @throws HopfieldError E_RANGE. */
export function randomFormula(random: RandomStream, depth: number, variables: number): Formula {
  checkNumber("randomFormula", "depth", depth, { whole: true, atLeast: 0, atMost: 12 });
  checkNumber("randomFormula", "variables", variables, { whole: true, atLeast: 1 });
  const draw = (left: number): Formula => {
    const kind = uniformInteger(random, left === 0 ? 2 : 6);
    if (kind === 0) return { kind: "variable", index: uniformInteger(random, variables) };
    if (kind === 1) return { kind: "not", of: { kind: "variable", index: uniformInteger(random, variables) } };
    if (kind === 2) return { kind: "not", of: draw(left - 1) };
    return { kind: kind === 3 ? "and" : "or", left: draw(left - 1), right: draw(left - 1) };
  };
  return draw(depth);
}

/**
 * @file From a formula to a word of S5 (Barrington, "Bounded-width polynomial-size branching programs recognize exactly those languages in NC1", STOC 1986, JCSS 38, 1989): a list of
 * instructions, each of which looks at one variable and gives one of two group elements; their product is a fixed 5-cycle where the formula is true, the identity where it is false.
 * Depth d needs at most 4^d instructions.
 */
import { HopfieldError } from "../core/errors.ts";
import { checkFormula, type Formula, formulaDepth } from "./formula.ts";
import { groupOrder, inverse, numberOf, permutation, product } from "./permutations.ts";

export interface Instruction {
  /** Variable it looks at; -1: none, both elements are the same. */
  readonly variable: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
}

export interface BranchingProgram {
  readonly instructions: readonly Instruction[];
  /** Product where the formula is true: the 5-cycle 0 -> 1 -> 2 -> 3 -> 4 -> 0. Where it is false: the identity, element 0. */
  readonly whenTrue: number;
}

const longest = 4 ** 10;

const isFiveCycle = (element: number): boolean => {
  const images = permutation(element);
  let [point, steps] = [images[0] as number, 1];
  for (; point !== 0; steps++) point = images[point] as number;
  return steps === 5;
};
const fiveCycles = Array.from({ length: groupOrder }, (_, element) => element).filter(isFiveCycle);

/** 5-cycles a, b with a b a^-1 b^-1 = cycle. They exist for every 5-cycle, because those are all conjugate and some commutator of two of them is one. */
function asCommutator(cycle: number): readonly [number, number] {
  for (const a of fiveCycles)
    for (const b of fiveCycles) if (product(product(a, b), product(inverse(a), inverse(b))) === cycle) return [a, b];
  throw new HopfieldError("E_RANGE", `asCommutator: element ${cycle} of S5 is no 5-cycle`);
}

/** @throws HopfieldError as checkFormula; E_LIMIT beyond depth 10. */
export function branchingProgram(formula: Formula, variables: number): BranchingProgram {
  checkFormula("branchingProgram", formula, variables);
  if (4 ** formulaDepth(formula) > longest) {
    throw new HopfieldError(
      "E_LIMIT",
      `branchingProgram: depth ${formulaDepth(formula)} may need 4^${formulaDepth(formula)} instructions, at most ${longest} are made`,
    );
  }
  const whenTrue = numberOf([1, 2, 3, 4, 0]);
  return { instructions: instructionsFor(formula, whenTrue), whenTrue };
}

function instructionsFor(formula: Formula, cycle: number): Instruction[] {
  switch (formula.kind) {
    case "constant":
      return [{ variable: -1, whenTrue: formula.value ? cycle : 0, whenFalse: formula.value ? cycle : 0 }];
    case "variable":
      return [{ variable: formula.index, whenTrue: cycle, whenFalse: 0 }];
    case "not": {
      // cycle^-1 or the identity, times cycle: the identity or cycle.
      const list = instructionsFor(formula.of, inverse(cycle));
      const last = list.pop() as Instruction;
      return [...list, { ...last, whenTrue: product(last.whenTrue, cycle), whenFalse: product(last.whenFalse, cycle) }];
    }
    case "and": {
      const [a, b] = asCommutator(cycle);
      return [
        ...instructionsFor(formula.left, a),
        ...instructionsFor(formula.right, b),
        ...instructionsFor(formula.left, inverse(a)),
        ...instructionsFor(formula.right, inverse(b)),
      ];
    }
    default: {
      const { left, right } = formula;
      const neither: Formula = { kind: "and", left: { kind: "not", of: left }, right: { kind: "not", of: right } };
      return instructionsFor({ kind: "not", of: neither }, cycle);
    }
  }
}

/** The word of an assignment: one letter an instruction. */
export function programWord({ instructions }: BranchingProgram, assignment: readonly boolean[]): number[] {
  return instructions.map(({ variable, whenTrue, whenFalse }) => (variable >= 0 && assignment[variable] !== true ? whenFalse : whenTrue));
}

/**
 * @file The depths that the theorems call d_std, d_sum, d_product, d_exp and d_sqrt, measured on the circuits of this package, and the depth formulas of the theorems with them put in. Beside them stands
 * the depth of the compiled layer, which is smaller because roundings in the middle are left out (docs/circuits/ledger.md).
 */
import type { FixedFormat } from "./fixed-arithmetic.ts";
import { fixedCircuit } from "./fixed-operations.ts";
import { floatCircuit } from "./float-operations.ts";
import { type Measures, measure } from "./measure.ts";

export interface OperationDepths {
  /** +, *, /, <=: the deepest. */
  readonly std: number;
  /** Iterated sum. */
  readonly sum: number;
  /** Iterated product. */
  readonly product: number;
  readonly exp: number;
  readonly sqrt: number;
}

export interface LedgerEntry {
  readonly operation: string;
  readonly measures: Measures;
}

/** Circuits of fixed-point operations, each from bits to bits. @param n operands of the iterated ones. */
export function fixedLedger(format: FixedFormat, n: number): { entries: LedgerEntry[]; depths: OperationDepths } {
  const entry = (operation: string, circuit: ReturnType<typeof fixedCircuit>): LedgerEntry => ({ operation, measures: measure(circuit) });
  const entries = [
    entry("x + y", fixedCircuit("sum", format)),
    entry("x y", fixedCircuit("product", format)),
    entry("x / y", fixedCircuit("quotient", format)),
    entry("x <= y", fixedCircuit("at most", format)),
    entry("iterated sum", fixedCircuit("sum", format, n)),
    entry("iterated product", fixedCircuit("product", format, n)),
    entry("exp", fixedCircuit("exp", format)),
    entry("sqrt", fixedCircuit("sqrt", format)),
  ];
  return { entries, depths: depthsOf(entries) };
}

/** Circuits of floating-point operations in F_p. */
export function floatLedger(p: number, n: number): { entries: LedgerEntry[]; depths: OperationDepths } {
  const entry = (operation: string, circuit: ReturnType<typeof floatCircuit>): LedgerEntry => ({ operation, measures: measure(circuit) });
  const entries = [
    entry("x + y", floatCircuit("sum", p)),
    entry("x y", floatCircuit("product", p)),
    entry("x / y", floatCircuit("quotient", p)),
    entry("x <= y", floatCircuit("at most", p)),
    entry("floor", floatCircuit("floor", p)),
    entry("iterated sum", floatCircuit("sum", p, n)),
    entry("iterated product", floatCircuit("iterated product", p, n)),
    entry("exp", floatCircuit("exp", p)),
    entry("sqrt", floatCircuit("sqrt", p)),
  ];
  return { entries, depths: depthsOf(entries) };
}

function depthsOf(entries: readonly LedgerEntry[]): OperationDepths {
  const depth = (...names: string[]): number =>
    Math.max(...entries.filter(({ operation }) => names.includes(operation)).map(({ measures }) => measures.depth));
  return {
    std: depth("x + y", "x y", "x / y", "x <= y", "floor"),
    sum: depth("iterated sum"),
    product: depth("iterated product"),
    exp: depth("exp"),
    sqrt: depth("sqrt"),
  };
}

/**
 * Depth of `layers` Hopfield layers by the formula of the theorems (arXiv 2412.05562): (m + 1) d_f + 8 m d_std + 6 m d_sum + m d_exp; 10 and 8 in place of 8 and 6 for kernelised layers.
 * @param positionWise d_f, the depth of the maps between the layers; a single layer without them has 0.
 */
export function theoremDepth(
  { std, sum, exp }: Pick<OperationDepths, "std" | "sum" | "exp">,
  layers: number,
  kernelised: boolean,
  positionWise = 0,
): number {
  const [s, t] = kernelised ? [10, 8] : [8, 6];
  return (layers + 1) * positionWise + layers * (s * std + t * sum + exp);
}

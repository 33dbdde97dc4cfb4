/** @file One lambda, several conventions: how the inverse temperature reads for patterns of another length or another scaling of the dot product. Table: docs/capacity/conventions.md. */
import { checkChoice, checkNames, checkNumber } from "../core/options.ts";

/**
 * "raw": weights exp(lambda x . xi), patterns as they are, |xi|^2 = rho N. The beta of softmax(beta X q) (Ramsauer et al., arXiv 2008.02217) with the same patterns.
 * "normalised": patterns divided by sqrt(rho), |xi|^2 = N. "unit": patterns of length 1, weights exp(beta x . xi).
 * "n-scaled": raw patterns, weights exp(beta x . xi / N). "root-n-scaled": raw patterns, weights exp(beta x . xi / sqrt N), as in attention.
 */
export type LambdaConvention = "raw" | "normalised" | "unit" | "n-scaled" | "root-n-scaled";

const all = ["raw", "normalised", "unit", "n-scaled", "root-n-scaled"] as const;

/**
 * The same inverse temperature in another convention; alpha, alpha_1 and all overlaps of normalised patterns are then the same. Centring patterns is no relabelling: it makes another
 * ensemble.
 * @param lambda above 0; @param settings rho = |xi|^2 / N above 0 (default 1), n = entries of a pattern (needed unless both are raw or normalised).
 * @throws HopfieldError E_RANGE.
 */
export function convertLambda(
  lambda: number,
  from: LambdaConvention,
  to: LambdaConvention,
  settings: { readonly rho?: number; readonly n?: number } = {},
): number {
  const where = "convertLambda";
  checkNames(where, settings, ["rho", "n"]);
  checkNumber(where, "lambda", lambda, { above: 0 });
  const rho = checkNumber(where, "rho", settings.rho ?? 1, { above: 0 });
  /** lambda in this convention over lambda in "raw". */
  const factor = (name: LambdaConvention): number => {
    checkChoice(where, "convention", name, all);
    if (name === "raw") return 1;
    if (name === "normalised") return rho;
    const n = checkNumber(where, "n", settings.n, { atLeast: 1, whole: true });
    return name === "unit" ? rho * n : name === "n-scaled" ? n : Math.sqrt(n);
  };
  return (lambda / factor(from)) * factor(to);
}

/** @file Numbers for people. */

/** At most `digits` significant digits; very large and very small ones in powers of ten; null is "–". */
export function short(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
    const raised = [...String(Number(exponent))].map((c) => (c === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)] ?? ""))).join("");
    return `${Number(mantissa)}·10${raised}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** 0.9996 is "99.96 %", never a rounded 100 unless it is one. */
export function percent(share: number): string {
  if (share >= 1) return "100 %";
  const text = (100 * share).toFixed(share > 0.99 || share < 0.01 ? 2 : share < 0.1 ? 1 : 0);
  return text === "100.00" ? "> 99.99 %" : `${text} %`;
}

export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, " ");

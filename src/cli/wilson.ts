/** @file Wilson's score interval of a share (95 %). Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). */

export function wilson(successes: number, trials: number): { low: number; high: number } {
  const z = 1.959963984540054;
  const share = successes / trials;
  const middle = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half = (z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))) / (1 + (z * z) / trials);
  return { low: successes === 0 ? 0 : middle - half, high: successes === trials ? 1 : middle + half };
}

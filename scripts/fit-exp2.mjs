// Fits the exp2 polynomial of the kernels: 1 + c1 x + ... + cn x^n on [-1/2, 1/2] with the smallest largest relative error (Lawson's reweighted least squares).
// Prints the coefficients rounded to f32 and the error of the rounded polynomial evaluated in f32. The constant term is fixed at 1, so exp2(0) is exactly 1.
const degree = Number(process.argv[2] ?? 5);
const nodes = Array.from({ length: 801 }, (_, i) => 0.5 * Math.cos((Math.PI * i) / 800));
let weights = nodes.map(() => 1);
let best = { error: Infinity, coefficients: [] };
for (let round = 0; round < 3000; round++) {
  const normal = Array.from({ length: degree }, () => new Array(degree + 1).fill(0));
  nodes.forEach((x, i) => {
    const w = weights[i] / 4 ** x; // relative error: divide the residual by 2^x, squared
    for (let a = 0; a < degree; a++) {
      for (let b = 0; b < degree; b++) normal[a][b] += w * x ** (a + b + 2);
      normal[a][degree] += w * x ** (a + 1) * (2 ** x - 1);
    }
  });
  const coefficients = solve(normal);
  const errors = nodes.map((x) => Math.abs(1 + coefficients.reduce((sum, c, k) => sum + c * x ** (k + 1), 0) - 2 ** x) / 2 ** x);
  const largest = Math.max(...errors);
  if (largest < best.error) best = { error: largest, coefficients };
  weights = weights.map((w, i) => w * errors[i] + 1e-30);
  const total = Math.max(...weights);
  weights = weights.map((w) => w / total);
}
const rounded = best.coefficients.map(Math.fround);
let worst = 0;
for (let i = -100000; i <= 100000; i++) {
  const x = Math.fround(i / 200000);
  let p = rounded[degree - 1];
  for (let k = degree - 2; k >= 0; k--) p = Math.fround(Math.fround(p * x) + rounded[k]);
  p = Math.fround(Math.fround(p * x) + 1);
  worst = Math.max(worst, Math.abs(p / 2 ** x - 1));
}
console.log(`degree ${degree}: minimax error ${best.error.toExponential(2)}, in f32 ${worst.toExponential(2)}`);
console.log(rounded.join("\n"));

function solve(rows) {
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let r = i; r < n; r++) if (Math.abs(rows[r][i]) > Math.abs(rows[pivot][i])) pivot = r;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const factor = rows[r][i] / rows[i][i];
      for (let c = i; c <= n; c++) rows[r][c] -= factor * rows[i][c];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}

import { exp, log, power } from "./math";

/**
 * The convex conjugate of each separation, Omega*(z): the energy of a state is -Omega*(beta s) / beta plus the term of its similarity. f64; kinds as in separate.ts.
 * p are the weights of the same logits. docs/models gives each formula.
 */
export function conjugate(kind: i32, logits: usize, p: usize, n: i32, alpha: f64, none: f64): f64 {
  let top: f64 = -Infinity;
  for (let i = 0; i < n; i++) top = max(top, load<f64>(logits + ((<usize>i) << 3)));
  if (kind == 0 || (kind == 3 && alpha < 1 + 1e-4)) return top + log(sumExp(logits, n, top));
  if (kind == 1) {
    const shift = max(top, 0);
    return shift + log(none * exp(-shift) + sumExp(logits, n, shift));
  }
  if (kind == 6) {
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) sum += max(1 + load<f64>(logits + ((<usize>i) << 3)), 0);
    return log(sum);
  }
  // z . p is summed around the maximum: sum p (z - top) + top * sum p.
  let dot: f64 = 0;
  let mass: f64 = 0;
  let squares: f64 = 0;
  let powers: f64 = 0;
  for (let i = 0; i < n; i++) {
    const weight = load<f64>(p + ((<usize>i) << 3));
    if (weight == 0) continue;
    dot += weight * (load<f64>(logits + ((<usize>i) << 3)) - top);
    mass += weight;
    squares += weight * weight;
    powers += power(weight, alpha);
  }
  dot += top * mass;
  if (kind == 2 || (kind == 3 && alpha == 2)) return dot - 0.5 * (squares - 1);
  if (kind == 3) return dot + (mass - powers) / (alpha * (alpha - 1));
  if (kind == 4) return dot - power(powers, 1 / alpha);
  return dot - 0.5 * squares;
}

function sumExp(logits: usize, n: i32, shift: f64): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += exp(load<f64>(logits + ((<usize>i) << 3)) - shift);
  return sum;
}

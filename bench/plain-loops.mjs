/** What one writes without a library: three loops over Float32Arrays. Y = softmax(beta Q X^T) X for `queries` rows of Q. */
export function plainRetrieval(Q, queries, X, patterns, dimension, beta) {
  const y = new Float32Array(queries * dimension);
  const scores = new Float32Array(patterns);
  for (let b = 0; b < queries; b++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < patterns; i++) {
      let sum = 0;
      for (let k = 0; k < dimension; k++) sum += Q[b * dimension + k] * X[i * dimension + k];
      scores[i] = beta * sum;
      if (scores[i] > largest) largest = scores[i];
    }
    let total = 0;
    for (let i = 0; i < patterns; i++) {
      scores[i] = Math.exp(scores[i] - largest);
      total += scores[i];
    }
    for (let i = 0; i < patterns; i++) {
      const p = scores[i] / total;
      for (let k = 0; k < dimension; k++) y[b * dimension + k] += p * X[i * dimension + k];
    }
  }
  return y;
}

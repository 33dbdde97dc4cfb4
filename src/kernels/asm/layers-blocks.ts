/** Blocks of weights of folded queries: `rows` queries by `columns` instances of one bag. */

/** p[i][j] = scores[j][i] + constants[i]: narrow rows of instances become a block. */
export function turnBlock(scores: usize, rows: i32, columns: i32, constants: usize, p: usize): void {
  for (let i = 0; i < rows; i++) {
    const constant = load<f32>(constants + ((<usize>i) << 2));
    let from = scores + ((<usize>i) << 2);
    const to = p + ((<usize>(i * columns)) << 2);
    for (let j = 0; j < columns; j++) {
      store<f32>(to + ((<usize>j) << 2), load<f32>(from) + constant);
      from += (<usize>rows) << 2;
    }
  }
}

/** Sums of the rows of a block, in order, in f64. */
export function rowSums(p: usize, rows: i32, columns: i32, out: usize): void {
  for (let i = 0; i < rows; i++) {
    let sum: f64 = 0;
    for (let j = 0; j < columns; j++) {
      sum += <f64>load<f32>(p);
      p += 4;
    }
    store<f32>(out + ((<usize>i) << 2), <f32>sum);
  }
}

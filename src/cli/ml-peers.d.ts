/** @file What train-peers.ts uses of two libraries that come without types. */
declare module "ml-knn" {
  export default class KNN {
    constructor(rows: number[][], labels: number[], options: { k: number });
    readonly kdTree: { nearest(row: number[], count: number): [stored: number[], distance: number][] };
  }
}
declare module "ml-logistic-regression" {
  import type { Matrix } from "ml-matrix";
  export default class LogisticRegression {
    constructor(options: { numSteps: number; learningRate: number });
    readonly classifiers: { testScores(rows: Matrix): number[] }[];
    train(rows: Matrix, classes: Matrix): void;
  }
}

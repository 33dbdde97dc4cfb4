/** @file From the panel's names and sliders to the package's ensembles. */
import {
  biasedBinary,
  binaryEnsemble,
  clusterEnsemble,
  type Ensemble,
  empiricalEnsemble,
  gaussianEnsemble,
  hiddenManifold,
  linearManifoldEnsemble,
  pottsEnsemble,
  sparseBinary,
  sphericalEnsemble,
} from "modern-hopfield/capacity";
import type { Sample } from "../engine/tasks.ts";
import type { EnsembleId, Parameters } from "./state.ts";

/** Rows and columns an estimate looks at most: a second of work. */
const [mostRows, mostColumns] = [1000, 1024];

/** Columns centred, then everything scaled so that a row has squared length N on average. */
export function standardised({ data, rows, columns }: Sample): Sample {
  const [M, N] = [Math.min(rows, mostRows), Math.min(columns, mostColumns)];
  const out = new Float32Array(M * N);
  let squares = 0;
  for (let k = 0; k < N; k++) {
    let mean = 0;
    for (let i = 0; i < M; i++) mean += (data[i * columns + k] ?? 0) / M;
    for (let i = 0; i < M; i++) {
      const x = (data[i * columns + k] ?? 0) - mean;
      out[i * N + k] = x;
      squares += x * x;
    }
  }
  const factor = squares > 0 ? Math.sqrt((M * N) / squares) : 1;
  return { data: out.map((x) => x * factor), rows: M, columns: N };
}

/** @throws HopfieldError where the package refuses the parameters; null for data that are not there. */
export function ensembleOf(id: EnsembleId, parameters: Parameters, sample: Sample | null): Ensemble | null {
  const { noise, activation, ratio, activity, bias, states, centre } = parameters;
  switch (id) {
    case "binary":
      return binaryEnsemble();
    case "spherical":
      return sphericalEnsemble({ noise });
    case "gaussian":
      return gaussianEnsemble({ noise });
    case "hidden-manifold":
      return hiddenManifold({ activation, ratio, noise, axis: "normalised", accuracy: "quick" });
    case "linear-manifold":
      return linearManifoldEnsemble({ ratio, noise, bias: "none" });
    case "sparse":
      return sparseBinary(activity);
    case "biased":
      return biasedBinary(bias);
    case "potts":
      return pottsEnsemble(states);
    case "cluster":
      return clusterEnsemble({ centre, spread: 1 - centre });
    case "empirical":
      return sample ? empiricalEnsemble(standardised(sample)) : null;
  }
}

/** @file The capacity panel: which ensembles are drawn, their parameters, what was computed. Titles and sources are data; the formulas are the package's. */
import type { Change } from "../state/types.ts";

export type EnsembleId =
  | "binary"
  | "spherical"
  | "gaussian"
  | "hidden-manifold"
  | "linear-manifold"
  | "sparse"
  | "biased"
  | "potts"
  | "cluster"
  | "empirical";

export interface Parameters {
  /** Variance of normal noise on the query. */
  readonly noise: number;
  readonly activation: "linear" | "relu" | "centered-relu" | "tanh" | "sign";
  /** D / N. */
  readonly ratio: number;
  readonly activity: number;
  readonly bias: number;
  readonly states: number;
  readonly centre: number;
}

export type ParameterName = keyof Parameters;

export interface EnsembleRow {
  readonly title: string;
  readonly parameters: readonly ParameterName[];
  /** Colour of Okabe and Ito's palette by name in the style sheet, and the dash of its line, so that colour is never the only difference. */
  readonly colour: number;
  readonly dash: string;
  readonly about: string;
  readonly paper: string;
  /** Whether patterns of it can be simulated here. */
  readonly simulated: boolean;
}

const manifold = "The Capacity of Modern Hopfield Networks under the Data Manifold Hypothesis, arXiv 2503.09518";
const lucibello = "Lucibello and Mézard, The Exponential Capacity of Dense Associative Memories, arXiv 2304.14964";

export const ensembleTable: Readonly<Record<EnsembleId, EnsembleRow>> = {
  binary: {
    title: "Binary ±1",
    parameters: [],
    colour: 1,
    dash: "",
    about:
      "Every entry is +1 or −1 with equal chance: ζ(λ) = log cosh λ. The threshold rises to log 2: no memory of signs can hold more than 2^N patterns.",
    paper: lucibello,
    simulated: true,
  },
  spherical: {
    title: "Spherical",
    parameters: ["noise"],
    colour: 2,
    dash: "8 4",
    about:
      "Patterns of length √N in random directions. The threshold grows without end: on a sphere there is always room for a sharper memory.",
    paper: lucibello,
    simulated: true,
  },
  gaussian: {
    title: "Gaussian",
    parameters: ["noise"],
    colour: 3,
    dash: "2 3",
    about:
      "Independent normal entries: ζ(λ) = λ²/2. Lengths differ, and a long pattern beats the right one: the threshold is largest, ½, at λ = 1, and stays there.",
    paper: lucibello,
    simulated: true,
  },
  "hidden-manifold": {
    title: "Hidden manifold",
    parameters: ["activation", "ratio", "noise"],
    colour: 4,
    dash: "",
    about:
      "Patterns σ(Fz/√D) made from D hidden numbers: data on a curved manifold. The threshold is a saddle point of replica theory, and falls when D/N does: alike patterns are harder to tell apart.",
    paper: manifold,
    simulated: true,
  },
  "linear-manifold": {
    title: "Linear manifold",
    parameters: ["ratio", "noise"],
    colour: 5,
    dash: "10 3 2 3",
    about: "Patterns Fz/√D in a flat subspace of D dimensions, in closed form.",
    paper: manifold,
    simulated: false,
  },
  sparse: {
    title: "Sparse 0/1",
    parameters: ["activity"],
    colour: 6,
    dash: "4 4",
    about: "Entries are 1 with probability a, else 0. Few ones: little overlap by chance, but little signal too.",
    paper: "Site sums of independent entries, derived in this package's documentation",
    simulated: false,
  },
  biased: {
    title: "Biased ±1",
    parameters: ["bias"],
    colour: 7,
    dash: "1 4",
    about: "Entries ±1 with mean b. A common mean makes all patterns alike, which costs capacity.",
    paper: "Site sums of independent entries",
    simulated: false,
  },
  potts: {
    title: "Potts",
    parameters: ["states"],
    colour: 8,
    dash: "12 4",
    about: "Each site takes one of q states, coded as corners of a simplex.",
    paper: "Site sums of independent entries",
    simulated: false,
  },
  cluster: {
    title: "One cluster",
    parameters: ["centre"],
    colour: 2,
    dash: "2 6",
    about: "Normal patterns around one common centre, as data with a mean: a share m of the length is common to all.",
    paper: "Derived in this package's documentation of ensembles",
    simulated: false,
  },
  empirical: {
    title: "Your data",
    parameters: [],
    colour: 4,
    dash: "5 2 1 2",
    about:
      "ζ(λ) estimated from the table opened under “Your data” (or the digits), columns centred and scaled to length √N on average; drawn as far as an estimate from so many patterns means something.",
    paper: "Random energy model, estimated; derived in this package's documentation",
    simulated: false,
  },
};

/** Those whose curves take a second or two; the others take a millisecond. */
export const slowEnsembles: ReadonlySet<EnsembleId> = new Set<EnsembleId>(["hidden-manifold", "empirical"]);

export const ensembleIds = Object.keys(ensembleTable) as readonly EnsembleId[];

export interface Curve {
  readonly id: EnsembleId;
  readonly lambdas: readonly number[];
  /** NaN where there is none. */
  readonly alphas: readonly number[];
  readonly saturation: number | null;
  readonly alphaMax: number | null;
  readonly done: boolean;
  readonly problem: string | null;
}

export interface SimulatedPoint {
  readonly id: EnsembleId;
  readonly lambda: number;
  readonly n: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly theory: number;
  readonly theoryFinite: number | null;
}

export interface CapacityState {
  readonly lambda: number;
  readonly reach: number;
  readonly shown: readonly EnsembleId[];
  readonly parameters: Parameters;
  readonly curves: readonly Curve[];
  readonly simulation: {
    readonly ensemble: EnsembleId;
    readonly n: number;
    readonly instances: number;
    readonly points: readonly SimulatedPoint[];
    readonly running: boolean;
    readonly problem: string | null;
  };
}

export const initialCapacity: CapacityState = {
  lambda: 1,
  reach: 4,
  shown: ["binary", "spherical", "gaussian", "hidden-manifold"],
  parameters: { noise: 0, activation: "relu", ratio: 0.5, activity: 0.1, bias: 0.5, states: 3, centre: 0.3 },
  curves: [],
  simulation: { ensemble: "binary", n: 40, instances: 120, points: [], running: false, problem: null },
};

export const changeCapacity =
  (patch: (capacity: CapacityState) => Partial<CapacityState>): Change =>
  (state) => ({ ...state, capacity: { ...state.capacity, ...patch(state.capacity) } });

export const toggleEnsemble = (id: EnsembleId): Change =>
  changeCapacity(({ shown }) => ({ shown: shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id] }));

/** New parameters make simulated points of the old ones wrong. */
export const setParameters = (patch: Partial<Parameters>): Change =>
  changeCapacity(({ parameters, simulation }) => ({
    parameters: { ...parameters, ...patch },
    simulation: { ...simulation, points: [], problem: null },
  }));

/** The λ at which a curve is computed: evenly from reach / 60. */
export const curveLambdas = (reach: number): number[] => Array.from({ length: 60 }, (_, i) => ((i + 1) * reach) / 60);

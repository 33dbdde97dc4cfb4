/** @file What stands behind the "?" of every control of the memory panel: what it is, the formula, where it comes from. Plain text; formulas are set apart by the view. */

export interface Explanation {
  readonly title: string;
  readonly what: string;
  readonly formula?: string;
  readonly paper?: string;
}

const ramsauer = "Ramsauer et al., Hopfield Networks is All You Need, arXiv 2008.02217";
const nonparametric = "Hu et al., Nonparametric Modern Hopfield Models, arXiv 2404.03900";
const fenchel = "Santos et al., Sparse and Structured Hopfield Networks, arXiv 2402.13725";

export const explanations = {
  stored: {
    title: "What is stored",
    what: "Each picture is one pattern: a row of 784 numbers, 0 for paper and 1 for ink. Storing needs no training; the memory simply keeps the rows. More pictures make it harder to tell them apart.",
    formula: "X = (x₁, …, x_M), one pattern a row, M × 784",
    paper: `${ramsauer}`,
  },
  damage: {
    title: "The cue",
    what: "What you show the memory. Hidden pixels (orange) are declared missing: the memory compares on the others only. Noise and paint are different: they change pixels and do not say where. The same cue can be hidden in one part and noisy in another.",
    formula: "−½ Σₐ kₐ (qₐ − xₐ)², kₐ = 1 where pixel a is known, 0 where it is missing",
    paper: "Exact conditioning of a Gaussian mixture; the model page “gaussian” of this package's documentation derives it",
  },
  recall: {
    title: "Recall",
    what: "One step compares the state with every stored pattern, turns the similarities into weights, and blends the patterns with these weights. The result becomes the next state, until nothing changes any more: a fixed point.",
    formula: "q ← Σᵢ pᵢ xᵢ,  p = softmax(β · sim(q, x₁), …, β · sim(q, x_M))",
    paper: `${ramsauer}, equation (3)`,
  },
  weights: {
    title: "Weights",
    what: "How much of each stored pattern is in the answer. One tall line means that one pattern was found; many mean a blend. They are never negative, and with softmax they sum to one.",
    formula: "pᵢ = exp(β sᵢ) / Σⱼ exp(β sⱼ)",
    paper: `${ramsauer}`,
  },
  energy: {
    title: "Energy",
    what: "A number for every state that no step can raise. Stored patterns lie in its valleys; recalling is walking downhill. Step “cue” shows the state with blank paper in its gaps.",
    formula: "gaussian: E(q) = −β⁻¹ log Σᵢ exp(−β/2 ‖q − xᵢ‖²);  E(q) − E(next) ≥ ½ ‖q − next‖²",
    paper: `${ramsauer}, Theorem 1; for sparse members ${fenchel}`,
  },
  verdict: {
    title: "Label, margin and bound",
    what: "Label: “single” when one pattern has at least 90 % of the weight, “metastable” for a blend of a few, “global” when more than half of all patterns take part. Margin: how much more similar the first is than the second. Bound: the answer is at most this far from the first pattern, guaranteed for the very numbers shown, or absent.",
    formula: "‖y − x_top‖ ≤ (1 − p_top)(max‖x‖ + ‖x_top‖), and 2 max‖x‖ (M − 1) e^(−β · margin)",
    paper: `${ramsauer}, Theorem 5, with the margin of the cue`,
  },
  model: {
    title: "Model",
    what: "All models are one formula with other choices: how a cue is compared, how similarities become weights, which patterns may take part. “gaussian” compares by distance and is the default; “dense” is the dot product of the papers. Linear, random features, kernel regression and the three binary ones are models of their own.",
    formula: "y = post( Vᵀ sep( β · sim(q, X) | support ) )",
    paper: `${nonparametric}; ${fenchel}`,
  },
  beta: {
    title: "β, inverse temperature",
    what: "How sharply the memory decides. Large: the nearest pattern takes everything. Small: patterns blend, at last into the mean of all. “From the data” chooses it so that the closest two stored patterns can just be told apart.",
    formula: "β = 2 ln(1000 M) / g, g the smallest squared distance between two stored patterns",
    paper: ramsauer,
  },
  similarity: {
    title: "Similarity",
    what: "How a cue is compared with a pattern. l2 is a distance, so a heavy pattern has no advantage; dot is the papers' choice, and patterns with much ink win; cosines compare angles only; kernel compares averages of 2 × 2 pixels here.",
    formula: "dot q·x;  l2 −½‖q − x‖²;  cosine q·x / (‖q‖‖x‖);  kernel (Wq)·(Wx)",
    paper: `${nonparametric}; kernels: Wu et al., Uniform Memory Retrieval with Larger Capacity, arXiv 2404.03827`,
  },
  separation: {
    title: "Separation",
    what: "How similarities become weights. Softmax gives every pattern a little. Sparsemax, entmax and normmax give exactly zero to the far ones, so the answer can be the stored pattern to the last bit. Softmax1 may answer “nothing”. k-subset blends k patterns. Epanechnikov sees only patterns in a ball around the state.",
    formula: "entmax: pᵢ = [(α − 1) zᵢ − τ]₊^(1/(α − 1)); sparsemax is α = 2, softmax the limit α → 1",
    paper: `${fenchel}; Hoover et al., Dense Associative Memory with Epanechnikov Energy, arXiv 2506.10801`,
  },
  support: {
    title: "Support",
    what: "Which patterns may take part at all: all of them, the k most similar, a window around the position of the cue, a random half, or only the labels you allow. The others get weight exactly zero.",
    formula: "logit of a pattern outside the support: −∞",
    paper: `${nonparametric} (masked, window and top-K members)`,
  },
  post: {
    title: "After every step",
    what: "What is done to the state after each step: nothing, scaling to length one, layer normalisation, or signs only. It changes the state after the weights were used, so energy and bound are then absent.",
    formula: "q ← post(y)",
  },
  alpha: {
    title: "α",
    what: "How sparse entmax and normmax are: larger means fewer patterns with weight above zero.",
    formula: "α ≥ 1 (entmax; 1 is softmax), α > 1 (normmax)",
    paper: fenchel,
  },
  k: { title: "k", what: "How many patterns take part (top-k), or how many are blended (k-subset).", formula: "1 ≤ k ≤ M" },
  window: {
    title: "Window",
    what: "The cue sees the stored patterns whose place is at most this far from the place it started from.",
    formula: "|i − j| ≤ w",
    paper: `${nonparametric}, window member`,
  },
  keep: {
    title: "Share kept",
    what: "Each pattern takes part with this probability, drawn once for the recall.",
    formula: "mask ~ Bernoulli(keep), fixed over steps",
    paper: `${nonparametric}, random masked member`,
  },
  seed: { title: "Seed", what: "Names the random draw. The same seed brings the same draw back, on every machine." },
  features: {
    title: "Features",
    what: "How many random features stand for the exponential. More are closer to dense, and slower.",
    formula: "exp(q·x) ≈ φ(q)·φ(x), φ positive random features",
    paper: "Choromanski et al., Rethinking Attention with Performers, arXiv 2009.14794",
  },
  degree: {
    title: "Degree",
    what: "The power in the energy of the polynomial memory. 2 is the classical network; higher stores more.",
    formula: "E(s) = −Σᵢ F(s·xᵢ), F(h) = max(h, 0)ⁿ",
    paper: "Krotov and Hopfield, Dense Associative Memory, arXiv 1606.01164",
  },
  lambda: {
    title: "Ridge λ",
    what: "Keeps kernel regression solvable when patterns are alike. Larger answers more smoothly.",
    formula: "(K + λI)⁻¹",
    paper: `${nonparametric}`,
  },
  clamp: {
    title: "Put known pixels back",
    what: "After every step the pixels you gave are put back as they were, so only the gaps are filled. Without it the answer also cleans up what you gave.",
    formula: "qₐ ← given value where kₐ > 0",
  },
  allowed: {
    title: "Allowed labels",
    what: "Only pictures with these labels may answer: permissions, or a hint. With none chosen, all may.",
    formula: "supportMask",
  },
  count: {
    title: "How many are stored",
    what: "The first so many of the thousand digits. With fewer there is less to confuse, so more may be hidden.",
  },
  tools: {
    title: "Hide, Ink, White",
    what: "Hide declares pixels missing: the memory does not look at them. Ink and White paint over the picture; the memory takes what you painted for true and looks for pictures that agree with it.",
  },
  brush: {
    title: "Brush",
    what: "How wide the tool is, in pixels of the 28 × 28 picture. The pen for ink stays thin, as the strokes of the stored pictures are.",
  },
  noise: {
    title: "Noise",
    what: "Grain adds a normal number to every pixel and keeps the result between white and black. Flips turn pixels to their opposite with the given chance. Both follow from a seed, so a link brings the same noise back.",
    formula: "grain: x + σ η, η ~ N(0, 1), cut off at 0 and 1;  flips: 1 − x with probability p",
  },
  compare: {
    title: "All models on this cue",
    what: "The same cue for every model, each at the β its own data ask for. The first row is the set-up of the papers: the dot product on a cue whose hidden pixels are passed off as blank. Below it are the same cue with its gaps declared missing.",
    paper: `${nonparametric} (cues with one half masked)`,
  },
  landscape: {
    title: "A memory you can see whole",
    what: "Patterns of two numbers are points of a plane, so the energy is a landscape: dark where it is low. Drag the points (or use the arrow keys) and the start; the line is the path of the recall, downhill all the way. With small β the valleys merge into one.",
    formula: "one fixed point, whatever the start, when β < 4 / diameter²",
    paper: `${ramsauer}, Theorem 1`,
  },
} as const satisfies Readonly<Record<string, Explanation>>;

export type ControlName = keyof typeof explanations;

/** @file Explanations of the panel for the user's own data. */
import type { Explanation } from "./controls.ts";

export const tableExplanations = {
  scaling: {
    title: "Scaling",
    what: "Columns of a table have units of their own. Unscaled, the column with the largest numbers decides every distance. Standard scaling gives each the same say. Embeddings and pictures are best left as they are.",
    formula: "(x − mean) / standard deviation, per column",
  },
  plan: {
    title: "The plan",
    what: "What a memory of these rows can do: how far apart the rows are, which β keeps the two closest apart, how many come back in a trial with damaged copies, and what the theory guarantees. Exact copies can never be told apart, so they count as one.",
    formula: "Δᵢ = sim(xᵢ, xᵢ) − max over j ≠ i of sim(xᵢ, xⱼ)",
    paper: "Ramsauer et al., arXiv 2008.02217, Definition 2 (separation) and Theorem 3 (capacity)",
  },
  noise: {
    title: "Noise",
    what: "Normal noise on every entry, in standard deviations: of each column, or of all numbers together where columns are not scaled. It follows from a seed, so the same link shows the same noise.",
    formula: "x + σ η, η ~ N(0, 1)",
  },
  row: {
    title: "Row",
    what: "The row of your table that the cue is made from. Rows with gaps can be asked too: that is how they are completed.",
  },
  share: { title: "Share hidden", what: "Each column is hidden with this chance, drawn once by the seed of the link." },
  cue: {
    title: "The cue",
    what: "A row of the table with some entries hidden. Hidden entries are declared missing, not set to zero or to a mean: the memory compares on the shown ones only, and fills in the rest. Untick a column to hide it, or type another value.",
    formula: "gaussian: missing entries become their posterior mean under a mixture of N(xᵢ, I/β)",
    paper: "Exact conditioning, derived on the model page “gaussian” of this package's documentation",
  },
  exports: {
    title: "Exports",
    what: "CSV and npy hold every row of the table, completed: shown entries hidden by the same rule as in the cue, gaps filled. The figure is the chart of the cue above.",
  },
} as const satisfies Readonly<Record<string, Explanation>>;

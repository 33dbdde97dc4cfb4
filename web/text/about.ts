/** @file One page of text for each panel, for a reader who has never heard of Hopfield networks. Headings and paragraphs as data. */
import type { Panel } from "../state/types.ts";

export interface Passage {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

export const about: Readonly<Record<Panel, { readonly title: string; readonly passages: readonly Passage[] }>> = {
  memory: {
    title: "How this memory works",
    passages: [
      {
        heading: "Storing is keeping",
        paragraphs: [
          "A Hopfield network is a memory that is addressed by content. You do not ask “what is in drawer 17?” but “what looks like this?”, and show a part. John Hopfield described the classical one in 1982; it stored patterns of plus and minus ones in the connections between its units, and not many of them.",
          "The modern one keeps the patterns as they are, as rows of numbers. Each picture here is a row of 784 numbers, one for each pixel: 0 for paper, 1 for ink. Nothing is trained.",
        ],
      },
      {
        heading: "Recalling is comparing, weighing, blending",
        paragraphs: [
          "You show a cue. The memory compares it with every stored picture: one number each, larger for more alike. It turns these numbers into weights, all of them positive, summing to one. A sharpness β decides how strongly the best are preferred. Then it blends the stored pictures with these weights. That blend is the answer, and it can be asked again until it stands still.",
          "If one picture is clearly the most alike, it has nearly all of the weight, and the blend is that picture: it was found. If several are equally alike, the answer is a mixture of them. The panel shows the weights, so you can always see which it was.",
        ],
      },
      {
        heading: "Why it finishes what you start",
        paragraphs: [
          "Pixels you hide are declared missing. The memory compares only on what you did show, and that is usually enough: among a thousand digits, the upper half of one is like no other. The blend, though, has all 784 pixels, so the hidden ones come back.",
          "This is not the same as painting them white. White is a claim, “there is no ink here”, and the memory would look for pictures that agree with it. Try both with the tools “Hide” and “White”.",
        ],
      },
      {
        heading: "Valleys",
        paragraphs: [
          "Every state has an energy, and no step of the memory ever raises it. Stored pictures lie at the bottom of valleys; recalling is rolling downhill. With large β each picture has a valley of its own. With small β valleys merge, and the memory answers with a mean. The landscape below shows this for patterns of two numbers, where everything can be seen.",
        ],
      },
      {
        heading: "What it cannot do",
        paragraphs: [
          "It can only give back what was stored, or blends of it. It does not learn what a seven is: show it an unknown seven, and it returns the most similar stored picture, which may be a one. And when too much is hidden, several pictures fit equally well; then nothing can tell them apart, and the label says so.",
          "Attention in language models is this very formula: the queries are cues, the keys are the stored patterns. What such networks can and cannot compute at a fixed number of layers is known only conditionally: no uniform family of constant depth decides connectivity, say, unless the classes TC⁰ and NC¹ are equal, which nobody believes and nobody has disproved. For one fixed size there is always a network; and a number of layers that grows with the logarithm of the size is enough.",
        ],
      },
    ],
  },
  data: {
    title: "How to use it with your own data",
    passages: [
      {
        heading: "Rows are patterns",
        paragraphs: [
          "Any table of numbers will do: measurements, embeddings of texts, pictures. Each row becomes one stored pattern. Drop the file on the page; it is read here, in your browser, and goes nowhere.",
          "Rows with empty cells are not stored. They can be cues: the memory fills their gaps.",
        ],
      },
      {
        heading: "Read the plan first",
        paragraphs: [
          "A memory can only tell apart what differs. The plan looks at the distance from each row to its nearest other row, the smallest of which decides β. Then it makes a trial: it damages stored rows and counts how many come back. If that number is low, the rows are too alike for that much noise, whatever the model.",
          "If columns have units of their own, scale them; otherwise the column with the largest numbers decides everything.",
        ],
      },
      {
        heading: "Ask with a part",
        paragraphs: [
          "Pick a row, hide some of its columns, and read what comes back. With the model gaussian the filled-in numbers are the best guess in the sense of probability: the mean of what is missing given what was shown, if every stored row were equally likely and seen through noise of variance 1/β. A smaller β mixes more rows, which is what you want for guessing values, and not for finding a row.",
        ],
      },
      {
        heading: "Share it",
        paragraphs: [
          "The link above holds the settings and the name of your file, not the file. Whoever opens it is asked to drop the same file. Saving to a file keeps everything, the data too.",
        ],
      },
    ],
  },
  capacity: {
    title: "How much fits, and why",
    passages: [
      {
        heading: "One right pattern against a crowd",
        paragraphs: [
          "Ask a memory with a stored pattern. Its own similarity is large, and grows with the number N of entries. Every other pattern has a small chance of being similar as well; but there are many of them. The memory works as long as the right one outweighs all the others together.",
          "With weights that grow exponentially in the similarity the right one wins until there are e^(αN) patterns. For a hundred numbers and α = 0.5 these are 5·10²¹. The classical network of 1982 held 14 for every hundred.",
        ],
      },
      {
        heading: "The curve",
        paragraphs: [
          "The threshold α₁ depends on λ, how sharply the memory weighs, and on what the patterns are like. At small λ it rises: sharpening helps. For most kinds there is a λ from which it stays flat: there the crowd is no longer a crowd, but the two or three patterns that happen to be nearest, and sharpening favours these as well.",
          "The wrong patterns together behave like a random energy model, a system of physics that can be solved exactly. That is where the formula comes from.",
        ],
      },
      {
        heading: "Data are not random",
        paragraphs: [
          "Real data lie near a manifold: images of digits vary in a few dozen ways, not in 784. The hidden manifold model imitates this: D hidden numbers are mixed and pressed through an activation. The smaller D/N, the more alike patterns are by chance, and the lower the threshold. Move the slider D/N and watch.",
        ],
      },
      {
        heading: "The simulation",
        paragraphs: [
          "Theory speaks of N without bound. The points are honest experiments at the N you choose: random patterns are added until the memory fails. They lie near the curve, not on it, and come closer as N grows.",
        ],
      },
    ],
  },
};

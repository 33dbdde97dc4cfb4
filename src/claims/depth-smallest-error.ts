/** @file The smallest graphs on which a network of L layers errs: found by running it on every graph of so many nodes, and minimised from large ones. */
import { randomStream } from "../core/random.ts";
import {
  bandPair,
  degrees,
  type GraphPair,
  isError,
  minimiseError,
  oneCycle,
  type SearchOptions,
  smallestError,
  twoCycles,
} from "../tasks/index.ts";
import type { Claim } from "./types.ts";

const listed = ({ edges }: GraphPair["whole"]): string => edges.map(([a, b]) => `${a}-${b}`).join(" ") || "no edges";

/** @param search @param minimise the functions under examination. */
export function smallestErrorClaim(search: typeof smallestError = smallestError, minimise: typeof minimiseError = minimiseError): Claim {
  return {
    id: "depth-smallest-error",
    title: "L layers of squaring first err on 2^L + 2 nodes, a path's ends; with equal degrees one layer first errs on five nodes",
    source: "docs/depth/smallest-errors.md (an error needs a distance above 2^L, hence 2^L + 2 nodes)",
    expected:
      "smallest error of L = 0, 1 by exhaustion: 3 and 4 nodes; with equal degrees, L = 1: 5 nodes; bands and cycles of 20 nodes minimise to 4 (L = 1) and 6 (L = 2)",
    tolerance: "none: yes or no, and whole numbers",
    seconds: 1,
    run({ seed }) {
      const square = (layers: number, sameDegrees = false): SearchOptions => ({ construction: "square", layers, sameDegrees });
      const exhaustive = [square(0), square(1), square(1, true)].map((options) => ({ options, pair: search(5, options) }));
      const sizes = exhaustive.map(({ pair }) => pair?.whole.nodes ?? 0);
      const sound = exhaustive.every(
        ({ options, pair }) =>
          pair !== null && isError(pair, options) && (!options.sameDegrees || degrees(pair.whole).join() === degrees(pair.parted).join()),
      );
      const random = randomStream(seed, 0xd0ee);
      const minimised = [1, 2].flatMap((layers) => {
        const large: GraphPair[] = [
          { ...bandPair(random, { nodes: 20, diameter: 14 }) },
          { whole: oneCycle(20), parted: twoCycles(20), source: 0, target: 10 },
        ];
        return large
          .filter((pair) => isError(pair, square(layers)))
          .map((pair) => minimise(pair, square(layers)).whole.nodes - (2 ** layers + 2));
      });
      const last = exhaustive.at(-1)?.pair;
      return {
        measured: `smallest ${sizes.join(", ")} nodes; minimised ones are ${minimised.join(", ")} nodes larger than 2^L + 2; equal degrees, nodes 0 and 1: ${last ? `${listed(last.whole)} against ${listed(last.parted)}` : "none"}`,
        passed: sound && sizes.join() === "3,4,5" && minimised.length >= 2 && minimised.every((more) => more === 0),
        figures: { shallow: sizes[0] ?? 0, one: sizes[1] ?? 0, equalDegrees: sizes[2] ?? 0, minimised: minimised.length },
      };
    },
  };
}

export const depthSmallestError: Claim = smallestErrorClaim();

/**
 * @file One block of Hopular: the row as a whole looks up the training rows (never itself), then each of its features looks up the features it came with. Both add to what is there; layer norms
 * stand before the projections. Schäfl et al., arXiv 2206.00664, section 3.
 */
import type { RandomStream } from "../core/random.ts";
import { type Association, associate, associateBack, freshAssociation } from "./associate.ts";
import { settingsOf } from "./association-options.ts";
import { evenOffsets } from "./batch.ts";
import { drop, dropBack, type Kept } from "./dropout.ts";
import type { Parameters, Pass, Tensor } from "./types.ts";
import { layoutOf, sharedLayout } from "./weigh.ts";
import { copyOf, type Workspace } from "./workspace.ts";

export interface HopularBlockOptions {
  readonly features: number;
  readonly size: number;
  readonly heads: number;
  readonly hidden: number;
  readonly dropout: number;
}

interface Saved {
  readonly rows: Association;
  readonly features: Association;
  readonly kept: readonly [Kept, Kept];
}

export interface HopularBlock {
  init(random: RandomStream): Parameters;
  forward(
    parameters: Parameters,
    x: Tensor,
    original: Tensor,
    stored: Tensor,
    hidden: Uint8Array | null,
    pass: Pass,
  ): { y: Tensor; saved: Saved; weights(): Float32Array[] };
  backward(
    parameters: Parameters,
    saved: unknown,
    dy: Tensor,
    pass: Pass,
  ): { dx: Tensor; dOriginal: Tensor; dStored: Tensor; gradients: Parameters };
}

export function hopularBlock({ features, size, heads, hidden, dropout }: HopularBlockOptions): HopularBlock {
  const width = features * size;
  const overRows = settingsOf("hopular", { stateSize: width, heads, hidden, dropout, deviation: "scaled" });
  // Dropout of these weights would cost more than the rest of the block: features squared numbers a row.
  const overFeatures = settingsOf("hopular", { stateSize: size, heads, hidden: size, deviation: "scaled" });
  const byFeature = (x: Tensor): Tensor => ({ data: x.data, rows: x.rows * features, columns: size });
  const byRow = (x: Tensor): Tensor => ({ data: x.data, rows: x.rows / features, columns: width });
  return {
    init: (random) => ({ rows: freshAssociation(overRows, random), features: freshAssociation(overFeatures, random) }),
    forward(parameters, x, original, stored, hides, pass) {
      const w = pass.workspace;
      const among = associate(pass, overRows, parameters.rows as Parameters, {
        state: x,
        stored,
        projection: stored,
        layout: sharedLayout(Int32Array.of(0, x.rows), stored.rows),
        ...(hides ? { masks: { association: hides } } : {}),
      });
      const [added, kept] = drop(pass, among.y, dropout);
      const between = sumOf(w, x, added);
      const offsets = evenOffsets(x.rows, features);
      const own = byFeature(original);
      const inner = associate(pass, overFeatures, parameters.features as Parameters, {
        state: byFeature(between),
        stored: own,
        projection: own,
        layout: layoutOf(offsets, offsets),
      });
      const [more, keptToo] = drop(pass, inner.y, dropout);
      const y = sumOf(w, between, byRow(more));
      return {
        y,
        saved: { rows: among.saved, features: inner.saved, kept: [kept, keptToo] },
        weights: () => among.saved.runs.map(({ evaluations }) => Float32Array.from(evaluations.at(-1)?.p.data ?? [])),
      };
    },
    backward(parameters, given, dy, pass) {
      const w = pass.workspace;
      const saved = given as Saved;
      const inner = associateBack(
        pass,
        overFeatures,
        parameters.features as Parameters,
        saved.features,
        byFeature(dropBack(pass, saved.kept[1], copyOf(w, dy), dropout)),
      );
      const dBetween = sumOf(w, dy, byRow(inner.dState));
      const dOriginal = byRow(sumOf(w, inner.dStored, inner.dProjection));
      const among = associateBack(
        pass,
        overRows,
        parameters.rows as Parameters,
        saved.rows,
        dropBack(pass, saved.kept[0], copyOf(w, dBetween), dropout),
      );
      return {
        dx: sumOf(w, dBetween, among.dState),
        dOriginal,
        dStored: sumOf(w, among.dStored, among.dProjection),
        gradients: { rows: among.gradients, features: inner.gradients },
      };
    },
  };
}

function sumOf(w: Workspace, a: Tensor, b: Tensor): Tensor {
  const sum = copyOf(w, a);
  w.kernels.addScaled(b.data.byteOffset, 1, b.data.length, sum.data.byteOffset);
  return sum;
}

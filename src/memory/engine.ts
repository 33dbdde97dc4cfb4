/**
 * @file What a model must offer to be a memory: one evaluation for some rows of a batch, energies, and nothing else. The operator of the family, the linear and
 * random-feature members, kernel regression and the binary memories each make one.
 */
import type { Evaluation, Request } from "./evaluation.ts";

export interface Engine {
  /** One evaluation; never changes the request's queries. */
  evaluate(request: Request): Evaluation;
  /** Energies of complete states. */
  energies(states: Float32Array, rows: Int32Array, positions: Float64Array | null): (number | null)[];
}

/** @file A training run of Hopular between two epochs as the bytes of a safetensors file, and back, with the caller's own words beside it. */
import { HopfieldError } from "../core/errors.ts";
import { type NumericArray, readSafetensors, writeSafetensors } from "../data/index.ts";
import type { HopularState } from "./hopular-fit.ts";

const format = "hopfield-hopular-state-1";
const lists = ["parameters", "first", "second", "slow"] as const;

/** @param state null: only the words are kept (between two runs). @param about told back by readHopularState. */
export function writeHopularState(state: HopularState | null, about: string): Uint8Array {
  const tensors = new Map<string, NumericArray>();
  const list = (data: Float32Array): NumericArray => ({ dtype: "f32", shape: [data.length], data });
  if (state) {
    for (const name of lists) tensors.set(name, list(state.lamb[name]));
    tensors.set("best", list(state.best.parameters));
    const judged = state.heard[0]?.length ?? 0;
    const heard = new Float32Array(state.heard.length * judged);
    state.heard.forEach((each, e) => {
      heard.set(each, e * judged);
    });
    tensors.set("heard", { dtype: "f32", shape: [state.heard.length, judged], data: heard });
  }
  const counters = state && {
    epoch: state.epoch,
    step: state.step,
    taken: state.lamb.taken,
    fading: state.lamb.fading,
    // JSON has no infinity: no epoch was the best yet.
    best: { epoch: state.best.epoch, loss: Number.isFinite(state.best.loss) ? state.best.loss : null },
    curve: state.curve,
  };
  return writeSafetensors(tensors, {
    metadata: new Map([
      ["format", format],
      ["counters", JSON.stringify(counters)],
      ["about", about],
    ]),
  });
}

interface Counters {
  readonly epoch: number;
  readonly step: number;
  readonly taken: number;
  readonly fading: readonly [number, number];
  readonly best: { readonly epoch: number; readonly loss: number | null };
  readonly curve: HopularState["curve"];
}

/** @throws HopfieldError E_FORMAT (no such file, or a damaged one), E_NONFINITE, and those of readSafetensors. */
export function readHopularState(bytes: Uint8Array): { state: HopularState | null; about: string } {
  const { tensors, metadata } = readSafetensors(bytes);
  const fail = (why: string): never => {
    throw new HopfieldError("E_FORMAT", `readHopularState: ${why}`);
  };
  if (metadata.get("format") !== format) fail("this file holds no training run on a table");
  const about = metadata.get("about") ?? "";
  const counters = countersOf(metadata.get("counters") ?? "", fail);
  if (!counters) return { state: null, about };
  const list = (name: string): Float32Array => {
    const data = Float32Array.from((tensors.get(name) ?? fail(`tensor "${name}" is missing`)).data);
    if (!data.every((x) => Number.isFinite(x)))
      throw new HopfieldError("E_NONFINITE", `readHopularState: tensor "${name}" holds a number that is none`);
    return data;
  };
  const [parameters, first, second, slow] = [list("parameters"), list("first"), list("second"), list("slow")];
  const { epoch, step, taken, fading, best, curve } = counters;
  const heard = list("heard");
  const [epochs = 0, judged = 0] = tensors.get("heard")?.shape ?? [];
  return {
    state: {
      epoch,
      step,
      lamb: { parameters, first, second, slow, taken, fading },
      best: { epoch: best.epoch, loss: best.loss ?? Number.POSITIVE_INFINITY, parameters: list("best") },
      curve,
      heard: Array.from({ length: epochs }, (_, e) => heard.slice(e * judged, (e + 1) * judged)),
    },
    about,
  };
}

function countersOf(text: string, fail: (why: string) => never): Counters | null {
  let found: Counters | null;
  try {
    found = JSON.parse(text) as Counters | null;
  } catch {
    return fail("the counters cannot be read");
  }
  if (found === null) return null;
  const whole = [found.epoch, found.step, found.taken, found.best?.epoch];
  if (!whole.every((x) => Number.isInteger(x) && x >= 0) || !Array.isArray(found.curve) || found.fading?.length !== 2)
    return fail("the counters are not those of a run");
  return found;
}

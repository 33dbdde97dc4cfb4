/** @file What stands beside the Hopfield networks: the same embedding with mean or maximum in place of the module, one linear layer on the flattened bag, an LSTM of as many parameters. */

import { randomStream } from "../core/random.ts";
import { buildNetwork, countParameters, type NetworkDescription } from "../layers/index.ts";
import type { Io } from "./io.ts";
import type { TrainRequest } from "./train-options.ts";
import { runTraining } from "./train-run.ts";
import { fitSettings, type TaskData } from "./train-tasks.ts";

export interface Baseline {
  readonly accuracy: number;
  readonly auc: number | null;
  readonly epochs: number;
}

/** Learning rates of the LSTM; the one with the smallest validation loss is told. */
const rates = [1e-3, 3e-3, 1e-2];

export async function trainBaselines(
  request: TrainRequest,
  data: TaskData,
  seed: number,
  own: NetworkDescription,
  parameters: number,
  io: Io,
): Promise<Record<string, Baseline>> {
  const { model: _model, quantity: _quantity, module: _module, readout: _readout, ...rest } = own;
  const found: Record<string, Baseline> = {};
  const one = async (name: string, description: NetworkDescription, learningRate?: number): Promise<Baseline & { validation: number }> => {
    const fit = { ...fitSettings({ ...request, upstream: false }), ...(learningRate === undefined ? {} : { learningRate }) };
    const outcome = await runTraining(
      { label: name, description, fit, seed, build: request.build, train: data.train, validation: data.validation },
      io,
    );
    const { accuracy, auc } = outcome.test(data.test);
    return { accuracy, auc, epochs: outcome.epochs, validation: outcome.test(data.validation).loss };
  };
  const keep = (name: string, { accuracy, auc, epochs }: Baseline): void => {
    found[name] = { accuracy, auc, epochs };
  };
  keep("mean", await one("mean", { ...rest, model: "mean" }));
  keep("max", await one("max", { ...rest, model: "max" }));
  if (data.instances !== null) {
    const { inputs, outputs } = own;
    keep("flatten-linear", await one("flatten-linear", { model: "flatten", inputs, outputs, width: 0, instances: data.instances }));
  }
  if (request.task === "latch") {
    const description = lstmOf(own, parameters);
    let best: (Baseline & { validation: number }) | null = null;
    for (const rate of rates) {
      const outcome = await one(`lstm at ${rate}`, description, rate);
      if (best === null || outcome.validation < best.validation) best = outcome;
    }
    if (best) keep("lstm", best);
  }
  return found;
}

/** As many units as give the nearest number of parameters. */
function lstmOf({ inputs, outputs }: NetworkDescription, parameters: number): NetworkDescription {
  const of = (quantity: number): NetworkDescription => ({ model: "lstm", inputs, outputs, width: 0, quantity });
  const size = (quantity: number): number => countParameters(buildNetwork(of(quantity)).init(randomStream(0)));
  let quantity = 1;
  while (size(quantity + 1) <= parameters) quantity++;
  return of(quantity);
}

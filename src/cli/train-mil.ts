/** @file Bags of the user's own: a stratified cross-validation in which every bag is predicted once by a committee that never saw it, beside the same committee with mean or maximum and a ridge regression. */
import { performance } from "node:perf_hooks";
import { readCsv } from "../data/index.ts";
import type { NetworkDescription } from "../layers/index.ts";
import { openWorkspace, type Workspace } from "../layers/index.ts";
import {
  type BagFit,
  type BagFitOptions,
  type BagTable,
  bagsFromTable,
  type ClassScore,
  encodeBags,
  fitBags,
  fitPooled,
  predictCommittee,
  scoreClasses,
  scorePooled,
  someBags,
  stratifiedFolds,
  writeCommittee,
} from "../tasks/index.ts";
import { blame } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import type { Io } from "./io.ts";
import { type Input, textOf } from "./spec.ts";
import type { Baseline } from "./train-baselines.ts";
import type { TrainRequest } from "./train-options.ts";
import type { SeedOutcome } from "./train-outcome.ts";
import type { Curve } from "./train-run.ts";

type NamedBags = BagTable & { readonly bag: string };

function readBagTable(input: Input): NamedBags {
  const path = textOf(input, "data") ?? "";
  const bag = textOf(input, "bag") ?? "bag";
  const bytes = readFileBytes(path, "--data");
  const target = textOf(input, "target") ?? "";
  return blame(3, `--data ${JSON.stringify(path)}: `, () => ({
    ...bagsFromTable(readCsv(bytes, { header: true }), { bag, target }, "bags"),
    bag,
  }));
}

interface Learned {
  readonly fit: BagFit;
  readonly curve: readonly Curve[];
}

/** Every fold once as the test; scores are means over bags (the area under the curve: over folds). What is saved learnt from all bags. */
export async function crossValidate(request: TrainRequest, input: Input, seed: number, io: Io): Promise<SeedOutcome> {
  const started = performance.now();
  const table = readBagTable(input);
  const everyone = Array.from(table.data.targets, (_, b) => b);
  const folds = blame(3, "", () => stratifiedFolds(table.data.targets, Math.min(request.folds, everyone.length), seed));
  const workspace = blame(3, "", () => openWorkspace(request.build));
  const learn = (label: string, bags: readonly number[], network = {}): Promise<Learned> =>
    learnBags(table, { ...optionsOf(request, network), bags, seed, workspace }, label, io);
  const tests: ClassScore[] = [];
  const trains: ClassScore[] = [];
  const learned: Learned[] = [];
  const baselines: Record<string, Baseline>[] = [];
  for (const [f, test] of folds.entries()) {
    const label = `fold ${f + 1} of ${folds.length}`;
    const hidden = new Set(test);
    const rest = everyone.filter((b) => !hidden.has(b));
    const own = await learn(label, rest);
    learned.push(own);
    tests.push(scoreOf(table, own.fit, test, workspace));
    trains.push(scoreOf(table, own.fit, rest, workspace));
    if (!request.baselines) continue;
    const beside: Record<string, Baseline> = {};
    for (const model of ["mean", "max"] as const) {
      const other = await learn(`${label}, ${model}`, rest, { model });
      const { accuracy, auc } = scoreOf(table, other.fit, test, workspace);
      beside[model] = { accuracy, auc, epochs: Math.round(other.fit.epochs) };
    }
    const { encoding } = own.fit.committee;
    const ridge = blame(3, "", () => fitPooled(encodeBags(someBags(table.data, rest), encoding), table.classes.length));
    const unseen = encodeBags(someBags(table.data, test), encoding);
    const { accuracy, auc } = scoreClasses(scorePooled(ridge, unseen.bags), unseen.targets);
    beside["pooled-ridge"] = { accuracy, auc, epochs: 0 };
    baselines.push(beside);
  }
  const whole = textOf(input, "save") === undefined ? null : await learn("all bags", everyone);
  const seconds = (performance.now() - started) / 1000;
  const [first] = learned as unknown as readonly [Learned];
  const mean = (of: (each: Learned) => number): number => learned.reduce((sum, each) => sum + of(each) / learned.length, 0);
  return {
    seed,
    parameters: (whole ?? first).fit.count,
    epochs: Math.round(mean(({ fit }) => fit.epochs)),
    seconds,
    stepsPerSecond: (learned.length * mean(({ fit }) => fit.steps)) / seconds,
    train: meanScore(trains),
    test: meanScore(tests),
    baseline: baselines.length > 0 ? meanBaselines(baselines) : null,
    curve: (whole ?? first).curve,
    file: () => writeCommittee((whole ?? first).fit.committee),
  };
}

function optionsOf(request: TrainRequest, network: Partial<NetworkDescription>): BagFitOptions {
  const { model, quantity, heads, hidden, module, epochs, learningRate, batch, threads, ensemble } = request;
  const some = <T extends object>(options: T): Partial<T> =>
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
  return {
    ...(ensemble === undefined ? {} : { ensemble }),
    network: {
      model,
      ...(model === "lookup" ? { quantity: 32 } : {}),
      ...some({ quantity }),
      module: { ...some({ heads, hidden }), ...module },
      ...network,
    } as NonNullable<BagFitOptions["network"]>,
    training: { batch, threads, ...some({ epochs, learningRate }) } as NonNullable<BagFitOptions["training"]>,
  };
}

/** Shows progress, and gives signals a turn after every epoch. The curve is that of the first network. */
async function learnBags(table: NamedBags, options: BagFitOptions, label: string, io: Io): Promise<Learned> {
  const curve: Curve[] = [];
  const run = blame(2, "train: ", () => fitBags(table, options));
  const advance = () => blame(curve.length === 0 ? 2 : 3, "train: ", () => run.next());
  const most = (options.training?.epochs ?? 100) * (options.ensemble ?? 5);
  let next = advance();
  for (; !next.done; next = advance()) {
    const { member, epoch } = next.value;
    if (member === 0) curve.push({ epoch: epoch.epoch, loss: epoch.loss, accuracy: epoch.accuracy, validation: epoch.validation });
    io.progress(`${label}: network ${member + 1}, epoch ${epoch.epoch}, loss ${epoch.loss.toFixed(4)}`, epoch.epoch, most);
    await new Promise((done) => setImmediate(done));
  }
  io.endProgress();
  return { fit: next.value, curve };
}

function scoreOf(table: BagTable, { committee }: BagFit, members: readonly number[], workspace: Workspace): ClassScore {
  const { bags, targets } = encodeBags(someBags(table.data, members), committee.encoding);
  return scoreClasses(predictCommittee(committee, bags, workspace), targets);
}

function meanScore(scores: readonly ClassScore[]): ClassScore {
  const count = scores.reduce((sum, each) => sum + each.count, 0);
  const mean = (of: (each: ClassScore) => number): number => scores.reduce((sum, each) => sum + each.count * of(each), 0) / count;
  const areas = scores.flatMap(({ auc }) => (auc === null ? [] : [auc]));
  return {
    count,
    accuracy: mean((each) => each.accuracy),
    loss: mean((each) => each.loss),
    auc: areas.length === 0 ? null : areas.reduce((a, b) => a + b, 0) / areas.length,
  };
}

function meanBaselines(found: readonly Record<string, Baseline>[]): Record<string, Baseline> {
  const names = Object.keys(found[0] ?? {});
  const mean = (name: string, of: (each: Baseline) => number | null): number =>
    found.reduce((sum, each) => sum + (of(each[name] as Baseline) ?? 0.5), 0) / found.length;
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        accuracy: mean(name, (each) => each.accuracy),
        auc: mean(name, (each) => each.auc),
        epochs: Math.round(mean(name, (each) => each.epochs)),
      },
    ]),
  );
}

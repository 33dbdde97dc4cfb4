// How well networks with given settings do on the bags they are watched on, inside the training folds of a cross-validation and never on its test bags: what the settings of `--task mil` were chosen by.
// node bench/bag-settings.mjs DIR/mil/musk1.csv,DIR/mil/tiger.csv '{"width":64,"quantity":1}' '{"width":0,"quantity":4}' (more settings: heads, hidden, dropout, rate, decay, batch, beta)
import { readFileSync } from "node:fs";
import { readCsv } from "modern-hopfield/data";
import { openWorkspace, selectBags, train } from "modern-hopfield/layers";
import { bagsFromTable, encodeBags, stratifiedFolds } from "modern-hopfield/tasks";

const [paths = "", ...given] = process.argv.slice(2);
const common = { width: 0, quantity: 4, heads: 8, hidden: 16, dropout: 0.3, rate: 3e-4, decay: 0.05, batch: 32 };
// Another seed than those of the results; four of ten folds, four watched parts in each.
const [seed, folds, parts] = [11, 4, 4];
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

function watched({ data, columns }, { width, quantity, heads, hidden, dropout, rate, decay, batch, beta }) {
  const outer = stratifiedFolds(data.targets, 10, seed);
  const found = { loss: [], auc: [], epoch: [] };
  for (let f = 0; f < folds; f++) {
    const rest = outer.flatMap((members, g) => (g === f ? [] : members));
    const inner = stratifiedFolds(
      rest.map((b) => data.targets[b]),
      parts,
      seed * 1000 + f,
    ).map((members) => members.map((i) => rest[i]));
    for (let m = 0; m < parts; m++) {
      const learn = inner.flatMap((members, g) => (g === m ? [] : members));
      const encoding = scalesOf(selectBags(data.bags, learn));
      const part = (members) =>
        encodeBags({ bags: selectBags(data.bags, members), targets: Float32Array.from(members, (b) => data.targets[b]) }, encoding);
      const module = { deviation: "scaled", heads, hidden, dropout, ...(beta ? { beta } : {}) };
      const network = { model: "pooling", inputs: columns.length, outputs: 1, width, quantity, dropout, module };
      const options = { epochs: 100, learningRate: rate, weightDecay: decay, patience: 12, batch, seed: 100 + m };
      const run = train(network, part(learn), { ...options, validation: part(inner[m]), workspace: openWorkspace("plain") });
      let best = { loss: Number.POSITIVE_INFINITY };
      for (let next = run.next(); !next.done; next = run.next())
        if (next.value.validation.loss < best.loss) best = { ...next.value.validation, epoch: next.value.epoch };
      for (const name of Object.keys(found)) found[name].push(best[name]);
    }
  }
  return found;
}

function scalesOf({ data, rows, columns }) {
  const column = (c) => Array.from({ length: rows }, (_, i) => data[i * columns + c]);
  const all = Array.from({ length: columns }, (_, c) => column(c));
  const deviation = (values, centre) => Math.sqrt(mean(values.map((x) => (x - centre) ** 2))) || 1;
  return { mean: all.map(mean), scale: all.map((values) => deviation(values, mean(values))) };
}

for (const text of given) {
  const settings = { ...common, ...JSON.parse(text) };
  const losses = paths.split(",").map((path) => {
    const table = bagsFromTable(readCsv(readFileSync(path), { header: true }), { bag: "bag", target: "label" });
    const { loss, auc, epoch } = watched(table, settings);
    console.log(
      `${text} ${path}: watched loss ${mean(loss).toFixed(4)}, AUC ${mean(auc).toFixed(4)}, best epoch ${mean(epoch).toFixed(0)}`,
    );
    return mean(loss);
  });
  console.log(`${text}: mean loss ${mean(losses).toFixed(4)}`);
}

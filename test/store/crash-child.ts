/** A writer that works until it is killed: it opens the store, tells how far it had come, and after every acknowledged step says so. */
import { openStore } from "../../src/store/index.ts";
import { applyWork, metadataOf, newModel, nextWork, patternOf } from "./crash-model.ts";

const [path = "", seed = "1", steps = "0"] = process.argv.slice(2);
const model = newModel(Number(seed));
for (let i = 0; i < Number(steps); i++) applyWork(model, nextWork(model));
const store = openStore(path, { mode: "write" });
process.stdout.write("ready\n");
for (;;) {
  const work = nextWork(model);
  if (work.kind === "compact") store.compact();
  else if (work.kind === "remove") store.remove({ ids: work.ids });
  else {
    const data = new Float32Array(work.count * 4);
    const metadata = [];
    for (let i = 0; i < work.count; i++) {
      data.set(patternOf(work.value + (i % 8)), i * 4);
      metadata.push(metadataOf(work.value + (i % 8)));
    }
    store.add({ data, rows: work.count, columns: 4 }, { metadata, upsert: work.upsert, ...(work.ids ? { ids: work.ids } : {}) });
  }
  applyWork(model, work);
  process.stdout.write(`${model.step}\n`);
}

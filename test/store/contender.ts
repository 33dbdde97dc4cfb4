/**
 * One of several processes that want to write the same store, round after round. In its turn it makes a marker nobody else may have made, adds one row, reads everything back and removes
 * the marker; now and then it ends without giving its lock back.
 */
import { closeSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { HopfieldError } from "../../src/core/errors.ts";
import { openStore } from "../../src/store/index.ts";

const [path = "", marker = "", name = "", rounds = "1", dies = "0"] = process.argv.slice(2);
let refused = 0;
for (let round = 0; round < Number(rounds); ) {
  let store: ReturnType<typeof openStore>;
  try {
    store = openStore(path, { mode: "write" });
  } catch (error) {
    if (!(error instanceof HopfieldError) || error.code !== "E_LOCKED") throw error;
    refused++;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 15);
    continue;
  }
  // Exclusive: fails when another writer is inside.
  const inside = join(marker, "inside");
  closeSync(openSync(inside, "wx"));
  const before = store.patterns;
  store.add([[Number(name), round]], { ids: [`${name}.${round}`] });
  if (store.patterns !== before + 1) throw new Error("a row of somebody else's came in between");
  if (round % 7 === 6 && Number(name) === 0) store.compact();
  unlinkSync(inside);
  round++;
  if (round === Number(dies)) process.kill(process.pid, "SIGKILL");
  store.close();
}
// A reader at the end of its work sees at least all of its own rows, whole.
const reader = openStore(path);
const own = [...reader.batches()].flatMap(({ ids }) => ids).filter((id) => String(id).startsWith(`${name}.`));
process.stdout.write(`${JSON.stringify({ own: own.length, refused })}\n`);

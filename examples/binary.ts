/** Patterns of +1 and -1, as many as bits, a few bits flipped: the exponential memory corrects them, the Hebbian one cannot hold so many. */
import { createMemory, type Model } from "modern-hopfield";

const [bits, flipped] = [48, 5];
/** A small fixed generator (Park and Miller), so that every run prints the same. */
let state = 7;
const coin = (): number => {
  state = (state * 48271) % 2147483647;
  return state % 2000 < 1000 ? 1 : -1;
};
const patterns = Array.from({ length: bits }, () => Array.from({ length: bits }, coin));
const cues = patterns.map((x, i) => x.map((bit, k) => ((k + i) % bits < flipped ? -bit : bit)));

for (const model of ["hebbian", "polynomial", "exponential"] satisfies Model[]) {
  const { states } = createMemory(patterns, { model }).recall(cues);
  const right = patterns.filter((x, i) => x.every((bit, k) => states.data[i * bits + k] === bit)).length;
  console.log(`${model.padEnd(12)} ${right} of ${patterns.length} patterns corrected`);
}

/** A melody stored as a chain: each pattern answers with the next one, so a damaged first note brings back the rest. */
import { createSequenceMemory, replay } from "modern-hopfield";

const notes = ["c", "e", "g", "a", "f", "d"];
const melody = notes.map((_, i) => notes.map((_, j) => (i === j ? 1 : 0)));
const memory = createSequenceMemory(melody, { cyclic: true });

const damaged = [0.1, 0.7, 0.2, 0, -0.1, 0];
const following = replay(memory, damaged, 8);
const heard = Array.from({ length: following.rows }, (_, t) => {
  const row = following.data.subarray(t * notes.length, (t + 1) * notes.length);
  return notes[row.indexOf(Math.max(...row))];
});
console.log("after something like e:", heard.join(" "));

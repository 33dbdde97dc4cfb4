/** @file The peers (train-peers.ts) on one fold of a table: the same encoded columns, the same watched rows, answers in the units of the target. */
import {
  classCount,
  encodeCells,
  type LearningTable,
  levelsOf,
  readCells,
  scoreClasses,
  scoreNumbers,
  someText,
  type TableModel,
  watchSome,
} from "../tasks/index.ts";
import { peersFor } from "./train-peers.ts";

export async function peerAnswers(
  table: LearningTable,
  { plan, memory, mean, scale }: TableModel,
  rows: readonly number[],
  test: readonly number[],
  watched: readonly number[] | null,
  seed: number,
  onStart: (name: string) => void,
): Promise<Record<string, Float64Array>> {
  const classes = classCount(table.target);
  const own = [...memory.targets];
  const places = watched
    ? watched.map((row) => rows.indexOf(row))
    : watchSome([...own.keys()], classes === null ? levelsOf(own, 5) : own, 0.2, seed).watched;
  const train = encodeCells("train", memory.cells, plan);
  const query = encodeCells("train", readCells("train", someText(table.text, test), plan).cells, plan);
  const loss = (answer: Float64Array, at: readonly number[]): number => {
    const truth = at.map((i) => own[i] as number);
    if (classes === null) return scoreNumbers(answer, truth).mse;
    // Accuracy decides; of equals the smaller log loss.
    const score = scoreClasses({ data: answer, rows: at.length, columns: classes }, truth);
    return -score.accuracy + 1e-4 * Math.min(10, score.loss);
  };
  const found: Record<string, Float64Array> = {};
  for (const [name, peer] of Object.entries(peersFor(classes))) {
    onStart(name);
    await new Promise((done) => setImmediate(done));
    const answer = await peer({ train, targets: memory.targets, classes, query, seed }, places, loss);
    found[name] = classes === null ? answer.map((y) => y * scale + mean) : answer;
  }
  return found;
}

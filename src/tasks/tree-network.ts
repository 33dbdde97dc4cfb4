/**
 * @file Tree isomorphism by a Hopfield network: one round is two retrievals. First every node gathers its children: query of node i is its one-hot name with a 1 beside it, key of node c is
 * the name of its parent, and a null pattern matches every query equally well; so  y / y_null  counts the children of each colour. Then a memory of the round's child counts gives
 * each node its new colour. After L rounds a colour is the subtree down to depth L (Weisfeiler and Leman 1968, from the leaves up), and trees are called isomorphic when the roots
 * have the same colour. docs/depth/trees.md.
 */
import { createMemory } from "../memory/create.ts";
import { checkTree, type ParentList } from "./tree.ts";

interface Round {
  /** Whether the roots have the same colour. */
  readonly same: boolean;
  /** Different colours in both trees together. */
  readonly colours: number;
}

/** Largest tree the network is run on. */
export const largestNetworkTree = 1024;

/**
 * Rounds 0, 1, ..., until colours stop splitting (the round that splits nothing is left out; all later ones answer as the last).
 * @param a @param b parent lists of at most 1024 nodes. @throws HopfieldError as checkTree.
 */
export function* treeNetworkRounds(a: ParentList, b: ParentList): Generator<Round, void> {
  const trees = [a, b].map((tree) => checkTree("treeNetworkRounds", tree));
  const gathering = trees.map(openGathering);
  const roots = trees.map((tree) => tree.indexOf(-1));
  let colours = trees.map((tree) => new Int32Array(tree.length));
  let count = 1;
  yield { same: true, colours: 1 };
  for (;;) {
    const counts = gathering.map((gather, t) => gather(colours[t] as Int32Array, count));
    const next = lookUp(counts, count);
    if (next.count === count) return;
    colours = next.colours;
    count = next.count;
    yield { same: colours[0]?.[roots[0] as number] === colours[1]?.[roots[1] as number], colours: count };
  }
}

/** First retrieval: for every node how many children have each colour, n x count, row-major. */
function openGathering(tree: ParentList): (colours: Int32Array, count: number) => Int32Array {
  const n = tree.length;
  const width = n + 1;
  const keys = new Float32Array((n + 1) * width);
  tree.forEach((parent, c) => {
    if (parent >= 0) keys[c * width + parent] = 1;
  });
  keys[n * width + n] = 1;
  const queries = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    queries[i * width + i] = 1;
    queries[i * width + n] = 1;
  }
  return (colours, count) => {
    const columns = count + 1;
    const values = new Float32Array((n + 1) * columns);
    colours.forEach((colour, c) => {
      values[c * columns + colour] = 1;
    });
    values[n * columns + count] = 1;
    // e^-beta = 1 / (4 n^2): all other nodes together add less than 1 / (4 n) to a count, which is then rounded.
    const memory = createMemory(
      { data: keys, rows: n + 1, columns: width },
      { model: "dense", beta: Math.log(4 * n * n), values: { data: values, rows: n + 1, columns } },
    );
    const { data } = memory.recall({ data: queries, rows: n, columns: width }).states;
    memory.free();
    return Int32Array.from({ length: n * count }, (_, at) => {
      const [i, colour] = [Math.floor(at / count), at % count];
      return Math.round((data[i * columns + colour] as number) / (data[i * columns + count] as number));
    });
  };
}

/** Second retrieval: the place of each node's counts among the different ones of the round, in order of first appearance. */
function lookUp(counts: readonly Int32Array[], width: number): { colours: Int32Array<ArrayBuffer>[]; count: number } {
  const seen = new Set<string>();
  const rows: Float32Array[] = [];
  for (const tree of counts) {
    for (let at = 0; at < tree.length; at += width) {
      const row = tree.subarray(at, at + width);
      const key = row.join();
      if (seen.has(key)) continue;
      seen.add(key);
      rows.push(Float32Array.from(row));
    }
  }
  // Different counts are at squared distance 1 or more: with beta = 2 log(4 M) the right pattern has more than half of the weight.
  const memory = createMemory(rows, { model: "gaussian", beta: 2 * Math.log(4 * rows.length) + 1 });
  const colours = counts.map((tree) => {
    const { results } = memory.recall({ data: Float32Array.from(tree), rows: tree.length / width, columns: width });
    return Int32Array.from(results, ({ top }) => top);
  });
  memory.free();
  return { colours, count: rows.length };
}

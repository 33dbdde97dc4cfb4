/** @file Networks out of blocks: one after the other, around, beside each other, again. The backward passes follow from those of the parts, whatever the parts are. */
import { HopfieldError } from "../core/errors.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import type { RandomStream } from "../core/random.ts";
import { type Batch, type Block, block, isTensor, type Parameters, type Pass, type Tensor } from "./types.ts";
import { addressOf, copyOf, liesIn, tensor, type Workspace, zeros } from "./workspace.ts";

/** Parameters of the n-th part. */
function partOf(parameters: Parameters, n: number): Parameters {
  return parameters[n] as Parameters;
}

function initAll(blocks: readonly Block[], random: RandomStream): Parameters {
  return Object.fromEntries(blocks.map((each, n) => [String(n), each.init(random)]));
}

/** Each block gets what the one before it made. @throws HopfieldError E_RANGE for an empty list. */
export function chain(...blocks: readonly Block[]): Block {
  checkSome("chain", blocks);
  return block<Parameters, unknown[]>({
    init: (random) => initAll(blocks, random),
    forward(parameters, x, pass) {
      let y = x;
      const saved = blocks.map((each, n) => {
        const [next, kept] = each.forward(partOf(parameters, n), y, pass);
        y = next;
        return kept;
      });
      return [y, saved];
    },
    backward(parameters, saved, dy, pass) {
      let slope: Tensor | null = dy;
      const gradients: Record<string, Parameters> = {};
      for (let n = blocks.length - 1; n >= 0; n--) {
        const inner = n > 0 && !pass.wantInput ? { ...pass, wantInput: true } : pass;
        const [next, found]: readonly [Tensor | null, Parameters] = (blocks[n] as Block).backward(
          partOf(parameters, n),
          saved[n],
          slope as Tensor,
          inner,
        );
        slope = next;
        gradients[n] = found;
      }
      return [slope, gradients];
    },
  });
}

/** y = x + inner(x). @throws in the pass E_SHAPE when the shapes differ. */
export function residual(inner: Block): Block {
  return block<Parameters, unknown>({
    init: (random) => inner.init(random),
    forward(parameters, x, pass) {
      const [made, saved] = inner.forward(parameters, x, pass);
      if (made.rows !== x.rows || made.columns !== x.columns) {
        throw new HopfieldError("E_SHAPE", `residual: the inner block made ${made.rows} x ${made.columns} of ${x.rows} x ${x.columns}`);
      }
      const y = copyOf(pass.workspace, x);
      addTo(pass.workspace, made, y);
      return [{ ...y, offsets: x.offsets }, saved];
    },
    backward(parameters, saved, dy, pass) {
      const around = copyOf(pass.workspace, dy);
      const [dx, gradients] = inner.backward(parameters, saved, dy, { ...pass, wantInput: true });
      addTo(pass.workspace, dx as Tensor, around);
      return [around, gradients];
    },
  });
}

/** All blocks on the same input; their results side by side ("concat") or added ("add"). @throws in the pass E_SHAPE. */
export function branch(blocks: readonly Block[], merge: "concat" | "add" = "concat"): Block {
  checkSome("branch", blocks);
  checkChoice("branch", "merge", merge, ["concat", "add"]);
  return block<Parameters, { saved: unknown[]; widths: number[] }>({
    init: (random) => initAll(blocks, random),
    forward(parameters, x, pass) {
      const results = blocks.map((each, n) => each.forward(partOf(parameters, n), x, pass));
      const parts = results.map(([y]) => y);
      return [join(pass.workspace, parts, merge), { saved: results.map(([, kept]) => kept), widths: parts.map((y) => y.columns) }];
    },
    backward(parameters, { saved, widths }, dy, pass) {
      let sum: Tensor | null = null;
      let from = 0;
      const gradients: Record<string, Parameters> = {};
      blocks.forEach((each, n) => {
        const width = widths[n] as number;
        const slope = merge === "add" ? copyOf(pass.workspace, dy) : columnsOf(pass.workspace, dy, from, width);
        from += width;
        const [dx, found] = each.backward(partOf(parameters, n), saved[n], slope, pass);
        gradients[n] = found;
        if (dx === null) return;
        if (sum === null) sum = dx;
        else addTo(pass.workspace, dx, sum);
      });
      return [sum, gradients];
    },
  });
}

/** The same block with the same parameters `times` times. @throws HopfieldError E_RANGE. */
export function repeat(inner: Block, times: number): Block {
  checkNumber("repeat", "times", times, { atLeast: 1, whole: true });
  return block<Parameters, unknown[]>({
    init: (random) => inner.init(random),
    forward(parameters, x, pass) {
      let y = x;
      const saved: unknown[] = [];
      for (let t = 0; t < times; t++) {
        const [next, kept] = inner.forward(parameters, y, pass);
        saved.push(kept);
        y = next;
      }
      return [y, saved];
    },
    backward(parameters, saved, dy, pass) {
      let slope: Tensor | null = dy;
      let sum: Parameters | null = null;
      for (let t = times - 1; t >= 0; t--) {
        const inside: Pass = t > 0 ? { ...pass, wantInput: true } : pass;
        const [next, found]: readonly [Tensor | null, Parameters] = inner.backward(parameters, saved[t], slope as Tensor, inside);
        slope = next;
        if (sum === null) sum = found;
        else addTrees(pass.workspace, found, sum);
      }
      return [slope, sum ?? {}];
    },
  });
}

function checkSome(where: string, blocks: readonly Block[]): void {
  if (blocks.length === 0) throw new HopfieldError("E_RANGE", `${where}: expected at least one block, got none`);
}

/** y += x, wherever a user's own block may have put them. */
function addTo(workspace: Workspace, x: Tensor, y: Tensor): void {
  if (!liesIn(workspace, y)) {
    x.data.forEach((value, i) => {
      y.data[i] = (y.data[i] as number) + value;
    });
    return;
  }
  workspace.kernels.addScaled(addressOf(workspace, x), 1, x.data.length, addressOf(workspace, y));
}

function addTrees(workspace: Workspace, from: Parameters, to: Parameters): void {
  for (const [name, node] of Object.entries(from)) {
    const target = to[name] as Tensor | Parameters;
    if (isTensor(node)) addTo(workspace, node, target as Tensor);
    else addTrees(workspace, node, target as Parameters);
  }
}

function join(workspace: Workspace, parts: readonly Batch[], merge: "concat" | "add"): Batch {
  const [first] = parts as readonly [Batch];
  const widths = parts.map((y) => y.columns);
  if (parts.some((y) => y.rows !== first.rows || (merge === "add" && y.columns !== first.columns))) {
    throw new HopfieldError("E_SHAPE", `branch: the parts made ${parts.map((y) => `${y.rows} x ${y.columns}`).join(", ")}`);
  }
  if (merge === "add") {
    const sum = zeros(workspace, first.rows, first.columns);
    for (const y of parts) addTo(workspace, y, sum);
    return { ...sum, offsets: first.offsets };
  }
  const columns = widths.reduce((sum, width) => sum + width, 0);
  const y = tensor(workspace, first.rows, columns);
  let at = 0;
  for (const made of parts) {
    for (let i = 0; i < made.rows; i++) y.data.set(made.data.subarray(i * made.columns, (i + 1) * made.columns), i * columns + at);
    at += made.columns;
  }
  return { ...y, offsets: first.offsets };
}

function columnsOf(workspace: Workspace, x: Tensor, from: number, width: number): Tensor {
  const y = tensor(workspace, x.rows, width);
  for (let i = 0; i < x.rows; i++) y.data.set(x.data.subarray(i * x.columns + from, i * x.columns + from + width), i * width);
  return y;
}

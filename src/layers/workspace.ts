/**
 * @file Where a pass computes: one linear memory of the kernels with a stack of tensors. What is kept lies below; a scope gives back all that was made inside it, so that steps leave nothing
 * behind. Memory is shared where the engine has it, because growing then leaves older views good; elsewhere all of it is reserved at once.
 */
import { HopfieldError } from "../core/errors.ts";
import type { LayerKernels } from "../kernels/layer-exports.ts";
import { engineRunsLayers, type LayerBuild, layerKernels } from "../kernels/layers.ts";
import type { Tensor } from "./types.ts";

export interface Workspace {
  readonly kernels: LayerKernels;
  readonly memory: WebAssembly.Memory;
  readonly build: LayerBuild;
  /** The memory's buffer as it was last asked for. An engine may hand out another object for the same bytes at any time (when another shared memory grows), so it is asked once a growth. */
  buffer: ArrayBufferLike;
  /** Every such buffer, so that its views are known. */
  readonly buffers: WeakSet<ArrayBufferLike>;
  /** First free byte. */
  top: number;
  /** Packing space of products. */
  panel: { at: number; bytes: number };
}

const pageBytes = 65536;
/** What an engine without shared memory gets, for good: 256 MiB, touched page by page as it is used. */
const fixedPages = 4096;
const panelBytes = 4096 * 32;

/**
 * @param build "auto": relaxed where the engine has it (fused multiply-add; fast, and the same on one machine only), else plain (the same bits everywhere).
 * @throws HopfieldError E_UNSUPPORTED.
 */
export function openWorkspace(build: LayerBuild | "auto" = "plain"): Workspace {
  const chosen = build === "auto" ? (engineRunsLayers("relaxed") ? "relaxed" : "plain") : build;
  const shared = typeof SharedArrayBuffer !== "undefined";
  const memory = new WebAssembly.Memory({ initial: shared ? 64 : fixedPages, maximum: 65536, shared });
  const kernels = layerKernels(memory, chosen, shared);
  const { buffer } = memory;
  const workspace: Workspace = {
    kernels,
    memory,
    build: chosen,
    buffer,
    buffers: new WeakSet([buffer]),
    top: Math.ceil(kernels.heapBase() / 64) * 64,
    panel: { at: 0, bytes: 0 },
  };
  workspace.panel = { at: reserve(workspace, panelBytes), bytes: panelBytes };
  return workspace;
}

/**
 * Address of fresh bytes, aligned to 64, with at least 64 readable bytes behind them. Contents are undefined.
 * @throws HopfieldError E_LIMIT.
 */
export function reserve(workspace: Workspace, bytes: number): number {
  const at = workspace.top;
  const end = Math.ceil((at + bytes + 64) / 64) * 64;
  const missing = end - workspace.buffer.byteLength;
  if (missing > 0) grow(workspace, missing, end);
  workspace.top = end;
  return at;
}

function grow(workspace: Workspace, missing: number, end: number): void {
  const shared = typeof SharedArrayBuffer !== "undefined" && workspace.buffer instanceof SharedArrayBuffer;
  try {
    if (!shared) throw new RangeError("fixed");
    // A quarter more than needed, so that a slowly growing batch does not grow the memory every time.
    workspace.memory.grow(Math.ceil((missing + end / 4) / pageBytes));
    workspace.buffer = workspace.memory.buffer;
    workspace.buffers.add(workspace.buffer);
  } catch {
    throw new HopfieldError(
      "E_LIMIT",
      `layers: a pass needs ${Math.ceil(end / 2 ** 20)} MiB, the engine does not give it; use smaller batches`,
    );
  }
}

/** Runs `work` and gives back every tensor made inside it. */
export function scoped<T>(workspace: Workspace, work: () => T): T {
  const mark = workspace.top;
  try {
    return work();
  } finally {
    workspace.top = mark;
  }
}

/** A tensor with undefined contents. */
export function tensor(workspace: Workspace, rows: number, columns: number): Tensor {
  const at = reserve(workspace, rows * columns * 4);
  return { data: new Float32Array(workspace.buffer, at, rows * columns), rows, columns };
}

export function zeros(workspace: Workspace, rows: number, columns: number): Tensor {
  const made = tensor(workspace, rows, columns);
  made.data.fill(0);
  return made;
}

/** Bytes in the workspace. */
export function bytesIn(workspace: Workspace, count: number): Uint8Array {
  // The buffer is asked for last: reserving may grow the memory into another one.
  const at = reserve(workspace, count);
  return new Uint8Array(workspace.buffer, at, count);
}

/** Whether a tensor is in the workspace; nearly always it is in the buffer of today, which is the cheaper question. */
export function liesIn({ buffer, buffers }: Workspace, { data }: Tensor): boolean {
  return data.buffer === buffer || buffers.has(data.buffer);
}

/** Copies numbers; by a kernel where both lie in the workspace: engines copy shared memory word by word. */
export function copyNumbers(workspace: Workspace, from: Float32Array, to: Float32Array): void {
  const { buffer, kernels } = workspace;
  if (from.buffer === buffer && to.buffer === buffer) kernels.scaleTo(from.byteOffset, 1, from.length, to.byteOffset);
  else to.set(from);
}

/** Address of a tensor; one that lies elsewhere is copied in first. */
export function addressOf(workspace: Workspace, x: Tensor): number {
  if (liesIn(workspace, x)) return x.data.byteOffset;
  const copy = tensor(workspace, x.rows, x.columns);
  copy.data.set(x.data);
  return copy.data.byteOffset;
}

/** The tensor itself where it lies in the workspace, else a copy there. */
export function inside<T extends Tensor>(workspace: Workspace, x: T): T {
  return liesIn(workspace, x) ? x : { ...x, data: copyOf(workspace, x).data };
}

/** A copy in the workspace. */
export function copyOf(workspace: Workspace, x: Tensor): Tensor {
  const copy = tensor(workspace, x.rows, x.columns);
  copy.data.set(x.data);
  return copy;
}

/** Packing space for a product of inner size k. */
export function panelFor(workspace: Workspace, k: number): number {
  const bytes = k * 32;
  if (bytes > workspace.panel.bytes) {
    // Not given back before the scope ends that asked for it; the next product of this size asks again.
    return reserve(workspace, bytes);
  }
  return workspace.panel.at;
}

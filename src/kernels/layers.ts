/**
 * @file The kernels of the trainable layers: a build and a linear memory of their own, so that a program that only recalls carries none of this. layer-exports.ts lists them.
 */
import { HopfieldError } from "../core/errors.ts";
import { layers } from "./generated/layers.ts";
import { layersRelaxed } from "./generated/layersRelaxed.ts";
import type { LayerKernels } from "./layer-exports.ts";
import { memoryFlagAt } from "./load.ts";

export type LayerBuild = "plain" | "relaxed";

const sources: Readonly<Record<LayerBuild, string>> = { plain: layers, relaxed: layersRelaxed };
const modules = new Map<string, WebAssembly.Module>();

/** Whether this engine runs the build. */
export function engineRunsLayers(build: LayerBuild): boolean {
  return typeof WebAssembly !== "undefined" && WebAssembly.validate(bytesOf(build, false));
}

/** @throws HopfieldError E_UNSUPPORTED where the engine lacks what the build needs. */
export function layerKernels(memory: WebAssembly.Memory, build: LayerBuild, shared: boolean): LayerKernels {
  return new WebAssembly.Instance(layerModule(build, shared), { env: { memory } }).exports as unknown as LayerKernels;
}

/** The compiled build, made once. @throws HopfieldError E_UNSUPPORTED. */
export function layerModule(build: LayerBuild, shared: boolean): WebAssembly.Module {
  const kept = modules.get(`${build} ${shared}`);
  if (kept) return kept;
  const bytes = bytesOf(build, shared);
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(bytes)) {
    throw new HopfieldError("E_UNSUPPORTED", `layers: this engine does not run the ${build} build of the kernels`);
  }
  const module = new WebAssembly.Module(bytes);
  keepLayerModule(build, shared, module);
  return module;
}

/** For threads, which get the module from the one that started them. */
export function keepLayerModule(build: LayerBuild, shared: boolean, module: WebAssembly.Module): void {
  modules.set(`${build} ${shared}`, module);
}

function bytesOf(build: LayerBuild, shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(sources[build]), (character) => character.charCodeAt(0));
  if (!shared) bytes[memoryFlagAt(bytes)] = 1;
  return bytes;
}

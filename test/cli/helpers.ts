/** @file Runs the built command as a user would, in a folder of its own. HOPFIELD_CLI names another build. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { normal, randomStream } from "../../src/core/random.ts";
import { type Dtype, type NumericArray, type NumericData, readArray, writeNpy } from "../../src/data/index.ts";

export const command = resolve(process.env.HOPFIELD_CLI ?? "dist/cli/main.js");

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  readonly cwd?: string;
  readonly input?: Uint8Array | string;
  readonly env?: Record<string, string>;
  /** Options of node itself. */
  readonly node?: readonly string[];
}

export function start(words: readonly string[], { cwd, env, node = [] }: Start = {}): ChildProcess {
  return spawn(process.execPath, [...node, command, ...words], { cwd, env: { ...process.env, ...env } });
}

export function ended(child: ChildProcess): Promise<Ended> {
  const text = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    text.stdout += piece;
  });
  child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    text.stderr += piece;
  });
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (status, signal) => done({ status, signal, ...text }));
  });
}

export function run(words: readonly string[], options: Start = {}): Promise<Ended> {
  const child = start(words, options);
  child.stdin?.on("error", () => {});
  child.stdin?.end(options.input ?? "");
  return ended(child);
}

export interface Folder {
  readonly path: string;
  file(name: string): string;
  npy(name: string, data: NumericData, shape: readonly number[], dtype?: Dtype): string;
  text(name: string, content: string): string;
  read(name: string): NumericArray;
  bytes(name: string): Buffer;
  remove(): void;
}

export function openFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "hopfield-cli-"));
  const file = (name: string): string => join(path, name);
  const write = (name: string, content: Uint8Array | string): string => {
    writeFileSync(file(name), content);
    return file(name);
  };
  return {
    path,
    file,
    npy: (name, data, shape, dtype = "f32") => write(name, writeNpy({ dtype, shape, data })),
    text: write,
    read: (name) => readArray(readFileSync(file(name.replace(/#.*/, ""))), name),
    bytes: (name) => readFileSync(file(name)),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Seeded normal numbers. */
export function normals(count: number, stream: number): Float32Array {
  const random = randomStream(7, stream);
  return Float32Array.from({ length: count }, () => normal(random));
}

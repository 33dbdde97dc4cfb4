/** @file `hopfield layer`: a module trained with hopfield-layers (PyTorch), run here: its state dict as safetensors, its constructor arguments as JSON. */
import { type NumericArray, readArray, readNpz, readSafetensors, splitArrayName, writeNpy } from "../data/index.ts";
import { readUpstreamLayer, runUpstreamLayer, type Sequences, type UpstreamArguments, type UpstreamLayer } from "../layers/index.ts";
import { blame, CommandError } from "./failure.ts";
import { readFileBytes } from "./input.ts";
import { type Io, short } from "./io.ts";
import { checkOutputs, type OutputFile, writeOutputs } from "./output.ts";
import { checkFormat } from "./recall-files.ts";
import { type CommandSpec, type Input, textOf } from "./spec.ts";

export const layer: CommandSpec = {
  name: "layer",
  summary: "run a layer trained with hopfield-layers",
  about:
    "Runs a Hopfield, HopfieldPooling or HopfieldLayer module of hopfield-layers: tensors by their names there, constructor arguments as JSON.",
  options: [
    { flags: "--weights <file>", text: "the state dict: .safetensors", required: true },
    { flags: "--config <file>", text: "the constructor arguments: .json, names as in hopfield-layers", required: true },
    {
      flags: "--input <file>",
      text: "the input: .npz with stored_pattern, state_pattern, pattern_projection (or one array for all), masks as stored_pattern_padding_mask, association_mask; or .npy",
      required: true,
    },
    { flags: "--out <file>", text: "write the output: .npy", required: true },
    { flags: "--association <file>", text: "write the association matrices (batch, heads, state rows, stored rows): .npy" },
    { flags: "--seed <n>", text: "accepted as everywhere; nothing here is random", kind: "number" },
  ],
  examples: ["hopfield layer --weights layer.safetensors --config layer.json --input x.npz --out y.npy --association a.npy"],
  notes: [
    "",
    "Arrays are (batch, rows, columns); (rows, columns) is a batch of one. docs/layers/hopfield-layers.md has the Python lines that write both files.",
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const [weights, config, data, out] = [
    textOf(input, "weights") ?? "",
    textOf(input, "config") ?? "",
    textOf(input, "input") ?? "",
    textOf(input, "out") ?? "",
  ];
  const association = textOf(input, "association");
  checkFormat("--out", out, ["npy"]);
  if (association !== undefined) checkFormat("--association", association, ["npy"]);
  checkOutputs([["--out", out], ...(association === undefined ? [] : ([["--association", association]] as const))]);
  const given = readConfig(config);
  const bytes = readFileBytes(weights, "--weights");
  const module = blame(3, `--weights ${JSON.stringify(weights)}: `, () => readUpstreamLayer(readSafetensors(bytes).tensors, given));
  const arrays = readInputs(data);
  const single = [...arrays.values()].every(({ shape }) => shape.length < 3);
  const result = blame(3, `--input ${JSON.stringify(data)}: `, () => runUpstreamLayer(module, rolesOf(module, arrays)));
  const { batch, rows, columns } = result.output;
  const shape = module.className === "HopfieldPooling" ? [batch, columns] : single ? [rows, columns] : [batch, rows, columns];
  const files: OutputFile[] = [{ path: out, bytes: writeNpy({ dtype: "f32", shape, data: result.output.data }) }];
  if (association !== undefined)
    files.push({ path: association, bytes: writeNpy({ dtype: "f32", shape: [...result.associationShape], data: result.association }) });
  await writeOutputs(files);
  const [, heads, states, stored] = result.associationShape;
  if (io.json) io.printJson({ command: "layer", class: module.className, shape, heads, states, stored, evaluations: result.evaluations });
  else {
    io.print(
      `${module.className}: ${heads} heads, ${states} state rows on ${stored} stored rows, batch of ${batch}; evaluations of the heads: ${result.evaluations.join(", ")}`,
    );
    io.print(
      `wrote ${out} (${shape.join(" x ")})${association === undefined ? "" : ` and ${association}`}; first numbers ${Array.from(result.output.data.subarray(0, 4), (x) => short(x)).join(", ")}`,
    );
  }
  return 0;
}

function readConfig(path: string): UpstreamArguments {
  const text = new TextDecoder().decode(readFileBytes(path, "--config"));
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as UpstreamArguments;
  } catch {
    // Told below.
  }
  throw new CommandError("E_FORMAT", `--config ${JSON.stringify(path)}: expected a JSON object of constructor arguments`, 3);
}

function readInputs(path: string): Map<string, NumericArray> {
  const { file } = splitArrayName(path);
  const bytes = readFileBytes(file, "--input");
  return blame(3, `--input ${JSON.stringify(path)}: `, () => {
    if (file === path && /\.npz$/i.test(file)) return new Map(readNpz(bytes));
    if (file === path && /\.safetensors$/i.test(file)) return new Map(readSafetensors(bytes).tensors);
    return new Map([["input", readArray(bytes, path)]]);
  });
}

/** Names of the arrays: those of hopfield-layers, or short. */
const names: Readonly<Record<string, readonly string[]>> = {
  input: ["input", "x", "data"],
  stored: ["stored_pattern", "stored", "key"],
  state: ["state_pattern", "state", "query"],
  projection: ["pattern_projection", "projection", "value"],
  padding: ["stored_pattern_padding_mask", "padding_mask"],
  mask: ["association_mask", "mask"],
};

function rolesOf({ className }: UpstreamLayer, arrays: ReadonlyMap<string, NumericArray>): Parameters<typeof runUpstreamLayer>[1] {
  for (const name of arrays.keys()) {
    if (!Object.values(names).some((list) => list.includes(name))) {
      throw new CommandError(
        "E_FORMAT",
        `array "${name}" is none of ${Object.values(names)
          .map(([first]) => first)
          .join(", ")}`,
        3,
      );
    }
  }
  const find = (what: string): NumericArray | undefined =>
    names[what]?.map((name) => arrays.get(name)).find((array) => array !== undefined);
  const all = find("input");
  const role = (what: string): Sequences | null => {
    const array = find(what) ?? all;
    return array ? sequencesOf(what, array) : null;
  };
  const stored = className === "HopfieldLayer" ? null : role("stored");
  return {
    state: className === "HopfieldPooling" ? null : role("state"),
    stored,
    projection: className === "HopfieldLayer" ? null : (find("projection") ?? all) ? role("projection") : stored,
    masks: {
      storedPadding: find("padding")?.data,
      association: find("mask")?.data,
      associationIsAdditive: /^f/.test(find("mask")?.dtype ?? ""),
    },
  };
}

function sequencesOf(name: string, { shape, data }: NumericArray): Sequences {
  if (shape.length < 2 || shape.length > 3)
    throw new CommandError("E_SHAPE", `${name}: shape [${shape.join(", ")}], expected (batch, rows, columns) or (rows, columns)`, 3);
  const [batch, rows, columns] = shape.length === 2 ? [1, shape[0] ?? 0, shape[1] ?? 0] : [shape[0] ?? 0, shape[1] ?? 0, shape[2] ?? 0];
  if (batch * rows * columns === 0) throw new CommandError("E_SHAPE", `${name}: the array has no entries`, 3);
  data.forEach((x, i) => {
    if (!Number.isFinite(x)) throw new CommandError("E_NONFINITE", `${name}: entry ${i} is no finite number`, 3);
  });
  return { data: Float32Array.from(data), batch, rows, columns };
}

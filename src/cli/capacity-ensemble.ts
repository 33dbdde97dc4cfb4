/** @file The options that name an ensemble, shared by `capacity` and `simulate`: what goes together is checked before any file is read. */
import {
  activationOf,
  binaryEnsemble,
  type Ensemble,
  empiricalEnsemble,
  gaussianEnsemble,
  type HiddenManifold,
  type HiddenManifoldOptions,
  hiddenManifold,
  sphericalEnsemble,
} from "../capacity/index.ts";
import { checkChoice, checkNumber } from "../core/options.ts";
import { blame, CommandError } from "./failure.ts";
import { readNumbers, readRows } from "./input.ts";
import { type Input, numberOf, type OptionSpec, parseNumber, textOf } from "./spec.ts";

export const ensembleOptions: readonly OptionSpec[] = [
  { flags: "--activation <name>", text: "hidden-manifold: linear, relu, centered-relu, tanh or sign" },
  {
    flags: "--activation-file <file>",
    text: "hidden-manifold: a table u, sigma(u), two columns; straight lines between its rows and beyond its ends",
  },
  { flags: "--latent-ratio <number>", text: "hidden-manifold: D / N, or inf for independent entries (default 0.5)" },
  { flags: "--latent-prior <name>", text: "hidden-manifold: gaussian (default) or spherical" },
  { flags: "--axis <name>", text: "raw (default): patterns as they are; normalised: lambda for patterns with |xi|^2 = N" },
  { flags: "--noise <number>", text: "variance of normal noise on every entry of the query (default 0)", kind: "number" },
];

const kinds = ["binary", "spherical", "gaussian", "hidden-manifold", "empirical"] as const;
export type EnsembleKind = (typeof kinds)[number];

/** What was asked for, checked as far as it can be without files. */
export interface EnsembleChoice {
  readonly kind: EnsembleKind;
  readonly noise: number;
  /** hidden-manifold only; the activation of a file is read later. */
  readonly manifold: Omit<HiddenManifoldOptions, "activation"> | null;
  readonly activation: string | null;
  readonly activationFile: string | null;
  readonly patterns: string | null;
}

/** @throws CommandError exit 2. */
export function chooseEnsemble(where: string, input: Input, allowed: readonly EnsembleKind[] = kinds): EnsembleChoice {
  return blame(2, "", () => {
    const kind = checkChoice(where, "ensemble", textOf(input, "ensemble"), allowed);
    const noise = checkNumber(where, "noise", numberOf(input, "noise") ?? 0, { atLeast: 0 });
    const axis = checkChoice(where, "axis", textOf(input, "axis") ?? "raw", ["raw", "normalised"]);
    refuse(input, kind, "hidden-manifold", ["activation", "activationFile", "latentRatio", "latentPrior", "sweepLatent"]);
    refuse(input, kind, "empirical", ["patterns"]);
    if (kind === "empirical" && textOf(input, "patterns") === undefined)
      throw new CommandError("E_RANGE", `${where}: empirical needs --patterns <file>`, 2);
    if (kind === "empirical" && axis === "normalised") {
      throw new CommandError("E_UNSUPPORTED", "--axis normalised: scale the patterns themselves; empirical takes them as they are", 2);
    }
    const base = { kind, noise, patterns: textOf(input, "patterns") ?? null };
    if (kind !== "hidden-manifold") return { ...base, manifold: null, activation: null, activationFile: null };
    const file = textOf(input, "activationFile") ?? null;
    const activation = textOf(input, "activation") ?? null;
    if ((file === null) === (activation === null)) {
      throw new CommandError(
        "E_RANGE",
        `${where}: hidden-manifold needs --activation <name> or --activation-file <file>${file === null ? "" : ", not both"}`,
        2,
      );
    }
    const ratio = ratioOf("--latent-ratio", textOf(input, "latentRatio") ?? "0.5");
    const prior = checkChoice(where, "latent-prior", textOf(input, "latentPrior") ?? "gaussian", ["gaussian", "spherical"]);
    const manifold = { ratio, prior, axis, noise };
    // Refuses an unknown name now; a table is looked at when it has been read.
    if (activation !== null) activationOf(activation as "relu", where);
    return { ...base, manifold, activation, activationFile: file };
  });
}

function refuse(input: Input, kind: EnsembleKind, owner: EnsembleKind, names: readonly string[]): void {
  const given = kind === owner ? undefined : names.find((name) => textOf(input, name) !== undefined);
  if (given !== undefined) {
    throw new CommandError(
      "E_UNSUPPORTED",
      `--${given.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} needs --ensemble ${owner}, got ${kind}`,
      2,
    );
  }
}

/** @throws CommandError exit 2. */
export function ratioOf(flag: string, text: string): number {
  const ratio = /^inf(inity)?$/i.test(text.trim()) ? Number.POSITIVE_INFINITY : parseNumber(flag, text);
  if (!(ratio > 0)) throw new CommandError("E_RANGE", `${flag} must be above 0, or inf, got ${text}`, 2);
  return ratio;
}

/** Options of the hidden manifold with its activation. @throws CommandError exit 2 or, for what a file holds, 3. */
export async function manifoldOf({ manifold, activation, activationFile }: EnsembleChoice): Promise<HiddenManifoldOptions> {
  if (!manifold) throw new CommandError("E_RANGE", "no hidden manifold was asked for", 2);
  if (activationFile === null) return { ...manifold, activation: activation as "relu" };
  const table = await readNumbers(activationFile, "--activation-file");
  const [rows = 0, columns = 1] = table.shape;
  if (table.shape.length !== 2 || columns !== 2) {
    throw new CommandError(
      "E_SHAPE",
      `--activation-file ${JSON.stringify(activationFile)}: expected two columns u and sigma(u), got shape ${table.shape.join(" x ")}`,
      3,
    );
  }
  const pairs = Array.from({ length: rows }, (_, i): [number, number] => [Number(table.data[2 * i]), Number(table.data[2 * i + 1])]);
  return blame(3, `--activation-file ${JSON.stringify(activationFile)}: `, () => {
    const own = { table: pairs, name: activationFile };
    activationOf(own);
    return { ...manifold, activation: own };
  });
}

/** @throws CommandError exit 2, or 3 for what files hold. */
export async function ensembleOf(choice: EnsembleChoice, seed: number): Promise<Ensemble | HiddenManifold> {
  const { kind, noise, patterns } = choice;
  if (kind === "hidden-manifold") {
    const options = await manifoldOf(choice);
    return blame(2, "", () => hiddenManifold(options));
  }
  if (kind === "empirical") {
    const rows = await readRows(patterns ?? "", "--patterns");
    return blame(3, `--patterns ${JSON.stringify(patterns)}: `, () => empiricalEnsemble(rows, { noise, seed }));
  }
  const make = { binary: binaryEnsemble, spherical: sphericalEnsemble, gaussian: gaussianEnsemble };
  return blame(2, "", () => make[kind]({ noise }));
}

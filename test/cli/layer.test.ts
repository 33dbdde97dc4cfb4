/** hopfield layer against the independent reference layer, and a pooling module against its definition. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { type NumericArray, writeNpz, writeSafetensors } from "../../src/data/index.ts";
import { normals, openFolder, run } from "./helpers.ts";

const folder = openFolder();
afterAll(() => folder.remove());
const array = (shape: number[], numbers: ArrayLike<number>, dtype: "f32" | "bool" = "f32"): NumericArray => ({
  dtype,
  shape,
  data: dtype === "bool" ? Uint8Array.from(numbers) : Float32Array.from(numbers),
});
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(folder.file(name), bytes);
  return folder.file(name);
};

const { layer } = JSON.parse(readFileSync(new URL("../golden/models.json", import.meta.url), "utf8"));
const { weights, state, stored, cases } = layer;
const core = "association_core.";
const tensors = new Map<string, NumericArray>([
  [`${core}q_proj_weight`, array([6, 4], weights.WQ.flat())],
  [`${core}k_proj_weight`, array([6, 4], weights.WK.flat())],
  [`${core}v_proj_weight`, array([4, 4], weights.WV.flat())],
  [`${core}in_proj_bias`, array([16], [...weights.bQ, ...weights.bK, ...weights.bV])],
  [`${core}out_proj.weight`, array([4, 4], weights.WO.flat())],
  [`${core}out_proj.bias`, array([4], weights.bO)],
]);
const config = {
  input_size: 4,
  hidden_size: 3,
  pattern_size: 2,
  num_heads: 2,
  scaling: 0.5,
  normalize_stored_pattern_affine: false,
  normalize_state_pattern_affine: false,
  normalize_pattern_projection_affine: false,
};

describe("hopfield layer", () => {
  it("gives the outputs, matrices and evaluations of the reference", async () => {
    const file = put("w.safetensors", writeSafetensors(tensors));
    for (const { update_steps_max, update_steps_eps, mask, output, assoc, softmax_count_per_head } of cases) {
      const arrays = new Map([
        ["stored_pattern", array([5, 4], stored.flat())],
        ["state_pattern", array([2, 4], state.flat())],
      ]);
      if (mask) arrays.set("stored_pattern_padding_mask", array([5], mask.map(Number), "bool"));
      const words = [
        "layer",
        "--weights",
        file,
        "--config",
        put("c.json", JSON.stringify({ ...config, update_steps_max, update_steps_eps })),
      ];
      const found = await run([
        ...words,
        "--input",
        put("x.npz", writeNpz(arrays)),
        "--out",
        folder.file("y.npy"),
        "--association",
        folder.file("a.npy"),
        "--json",
      ]);
      expect(found.stderr).toBe("");
      expect(JSON.parse(found.stdout)).toMatchObject({ command: "layer", class: "Hopfield", evaluations: softmax_count_per_head });
      const y = folder.read("y.npy");
      expect(y.shape).toEqual([2, 4]);
      // f32 through at most nine evaluations.
      output.flat().forEach((x: number, i: number) => {
        expect(y.data[i]).toBeCloseTo(x, 4);
      });
      expect(folder.read("a.npy").shape).toEqual([1, 2, 2, 5]);
      assoc.flat(2).forEach((p: number, i: number) => {
        expect(folder.read("a.npy").data[i]).toBeCloseTo(p, 4);
      });
    }
  }, 60_000);

  it("pooling: packed projections, its own queries, one row a batch entry", async () => {
    const [d, S, B] = [4, 3, 2];
    const draw = normals(1000, 3);
    let at = 0;
    const take = (n: number): Float32Array => {
      at += n;
      return draw.slice(at - n, at);
    };
    const packed = take(3 * d * d);
    const pooling = new Map([
      ["pooling_weights", array([1, 1, d], take(d))],
      ["hopfield.association_core.in_proj_weight", array([3 * d, d], packed)],
      ["hopfield.association_core.in_proj_bias", array([3 * d], new Float32Array(3 * d))],
      [
        "hopfield.association_core.out_proj.weight",
        array(
          [d, d],
          Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0)),
        ),
      ],
      ["hopfield.association_core.out_proj.bias", array([d], new Float32Array(d))],
    ]);
    const plain = {
      input_size: d,
      normalize_stored_pattern: false,
      normalize_stored_pattern_affine: false,
      normalize_state_pattern: false,
      normalize_state_pattern_affine: false,
      normalize_pattern_projection: false,
      normalize_pattern_projection_affine: false,
    };
    const x = take(B * S * d);
    const found = await run([
      "layer",
      "--weights",
      put("p.safetensors", writeSafetensors(pooling)),
      "--config",
      put("p.json", JSON.stringify(plain)),
      "--input",
      folder.npy("p.npy", x, [B, S, d]),
      "--out",
      folder.file("p-out.npy"),
    ]);
    expect(found.stderr).toBe("");
    const y = folder.read("p-out.npy");
    expect(y.shape).toEqual([B, d]);
    const map = (row: ArrayLike<number>, n: number): number[] =>
      Array.from({ length: d }, (_, o) => Array.from(row).reduce((sum, v, i) => sum + v * (packed[(n * d + o) * d + i] as number), 0));
    const q = map(pooling.get("pooling_weights")?.data as Float32Array, 0);
    for (let b = 0; b < B; b++) {
      const rows = Array.from({ length: S }, (_, s) => x.slice((b * S + s) * d, (b * S + s + 1) * d));
      const z = rows.map((row) => map(row, 1).reduce((sum, v, i) => sum + v * (q[i] as number), 0) / Math.sqrt(d));
      const e = z.map(Math.exp);
      const total = e.reduce((a, v) => a + v, 0);
      for (let c = 0; c < d; c++)
        expect(y.data[b * d + c]).toBeCloseTo(
          rows.reduce((sum, row, s) => sum + ((e[s] as number) / total) * (map(row, 2)[c] as number), 0),
          4,
        );
    }
  });

  it("names a tensor that is missing, and a wrong argument", async () => {
    const less = new Map(tensors);
    less.delete(`${core}q_proj_weight`);
    const words = ["--input", folder.npy("s.npy", Float32Array.from(stored.flat()), [5, 4]), "--out", folder.file("z.npy")];
    const missing = await run([
      "layer",
      "--weights",
      put("l.safetensors", writeSafetensors(less)),
      "--config",
      put("d.json", JSON.stringify(config)),
      ...words,
    ]);
    expect(missing.status).toBe(3);
    expect(missing.stderr).toMatch(/^E_FORMAT: .*"association_core.q_proj_weight" is missing/);
    const wrong = await run([
      "layer",
      "--weights",
      put("w.safetensors", writeSafetensors(tensors)),
      "--config",
      put("e.json", JSON.stringify({ ...config, num_head: 2 })),
      ...words,
    ]);
    expect(wrong.stderr).toMatch(/did you mean "num_heads"/);
    const masked = new Map([
      ["input", array([5, 4], stored.flat())],
      ["stored_pattern_padding_mask", array([5], [1, 1, 1, 1, 1], "bool")],
    ]);
    const blind = await run([
      "layer",
      "--weights",
      folder.file("w.safetensors"),
      "--config",
      folder.file("d.json"),
      "--input",
      put("m.npz", writeNpz(masked)),
      "--out",
      folder.file("z.npy"),
    ]);
    expect(blind.status).toBe(3);
    expect(blind.stderr).toMatch(/^E_RANGE: .*sees no stored pattern/);
  });
});

// The training benchmark in jax-js, WebAssembly backend, loss, gradients and Adam under one jit. Arrays are counted by reference: `.ref` keeps one alive over a use.
import { readFileSync } from "node:fs";

export async function open({ bags, instances, columns, heads, data, targets }, { steps }) {
  globalThis.navigator ??= { userAgent: "node" };
  const { init, jit, nn, numpy: np, defaultDevice, valueAndGrad } = await import("@jax-js/jax");
  const { Worker } = globalThis;
  delete globalThis.Worker;
  await init("wasm");
  if (Worker) globalThis.Worker = Worker;
  defaultDevice("wasm");
  const width = columns / heads;
  let seed = 1;
  // Box and Muller over a small generator: only the sizes matter here.
  const chance = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed + 1) / 2 ** 32;
  };
  const made = (shape, of) => np.array(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, of), { shape });
  const normal = (shape, deviation) => made(shape, () => deviation * Math.sqrt(-2 * Math.log(chance())) * Math.cos(6.283185307 * chance()));
  const fresh = {
    w1: normal([columns, columns], Math.sqrt(2 / columns)),
    b1: made([columns], () => 0),
    g1: made([columns], () => 1),
    s1: made([columns], () => 0),
    query: normal([1, columns], 0.02),
    gq: made([columns], () => 1),
    sq: made([columns], () => 0),
    w2: normal([columns, 1], Math.sqrt(1 / columns)),
    b2: made([1], () => 0),
  };
  for (const role of ["q", "k", "v", "o"]) {
    fresh[`w${role}`] = normal([columns, columns], 0.02);
    fresh[`b${role}`] = made([columns], () => 0);
  }
  const norm = (rows, gain, shift) => {
    const centred = rows.ref.sub(np.mean(rows, 1, { keepdims: true }));
    const variance = np.mean(centred.ref.mul(centred.ref), 1, { keepdims: true });
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(gain)
      .add(shift);
  };
  // `unit` is 1 and an argument, so that no constant is folded into gradients of slices.
  const lossOf = (p, x, wanted, unit) => {
    const h = norm(nn.relu(np.matmul(x, p.w1).add(p.b1)), p.g1, p.s1);
    const q = np
      .matmul(norm(p.query, p.gq, p.sq), p.wq)
      .add(p.bq)
      .reshape([1, 1, heads, width]);
    const k = np.matmul(h.ref, p.wk).add(p.bk).reshape([bags, instances, heads, width]);
    const v = np.matmul(h, p.wv).add(p.bv).reshape([bags, instances, heads, width]);
    const weights = nn.softmax(
      k
        .mul(q)
        .sum(3)
        .mul(1 / Math.sqrt(width)),
      1,
    );
    const read = weights.reshape([bags, instances, heads, 1]).mul(v).sum(1).reshape([bags, columns]);
    const y = np.matmul(np.matmul(read, p.wo).add(p.bo), p.w2).add(p.b2).reshape([bags]);
    const cost = nn
      .relu(y.ref)
      .sub(wanted.mul(y.ref))
      .add(np.log(np.exp(np.abs(y).neg()).add(1)));
    return np.mean(cost).mul(unit);
  };
  const names = Object.keys(fresh);
  const update = jit((p, m, v, x, wanted, unit, c1, c2) => {
    const [loss, g] = valueAndGrad(lossOf)(Object.fromEntries(names.map((name) => [name, p[name].ref])), x, wanted, unit);
    const next = { p: {}, m: {}, v: {} };
    for (const name of names) {
      const slope = g[name];
      const first = m[name].mul(0.9).add(slope.ref.mul(0.1));
      const second = v[name].mul(0.999).add(slope.ref.mul(slope).mul(0.001));
      next.m[name] = first.ref;
      next.v[name] = second.ref;
      next.p[name] = p[name].sub(
        first
          .mul(c1.ref)
          .div(np.sqrt(second.mul(c2.ref)).add(1e-8))
          .mul(1e-3),
      );
    }
    c1.dispose?.();
    c2.dispose?.();
    return [loss, next.p, next.m, next.v];
  });
  const zeros = () => Object.fromEntries(names.map((name) => [name, made(fresh[name].shape, () => 0)]));
  const [x, wanted, unit] = [np.array(data, { shape: [bags * instances, columns] }), np.array(targets), np.array([1]).reshape([])];
  let [p, m, v] = [fresh, zeros(), zeros()];
  let t = 0;
  const block = async () => {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    let last = 0;
    for (let i = 0; i < steps; i++) {
      t++;
      let loss;
      const corrections = [np.array([1 / (1 - 0.9 ** t)]).reshape([]), np.array([1 / (1 - 0.999 ** t)]).reshape([])];
      [loss, p, m, v] = update(p, m, v, x.ref, wanted.ref, unit.ref, ...corrections);
      last = (await loss.data())[0];
    }
    const used = process.cpuUsage(cpu);
    return { cpu: (used.user + used.system) / 1e3, wall: performance.now() - wall, loss: last };
  };
  const { version } = JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"));
  return { version, forms: { "jit, 1 thread": block }, close: async () => {} };
}

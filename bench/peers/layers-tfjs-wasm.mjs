// The training benchmark in TensorFlow.js, WebAssembly backend, as one would write it there: its own gradients and its own Adam.
import { loadTfjs } from "./tfjs.mjs";

export async function open({ bags, instances, columns, heads, data, targets }, { steps }) {
  const { tf, version } = await loadTfjs();
  const width = columns / heads;
  const x = tf.tensor2d(data, [bags * instances, columns]);
  const wanted = tf.tensor1d(targets);
  const normal = (shape, deviation) => tf.variable(tf.randomNormal(shape, 0, deviation, "float32", 2));
  const zero = (n) => tf.variable(tf.zeros([n]));
  const one = (n) => tf.variable(tf.ones([n]));
  const square = () => normal([columns, columns], 0.02);
  const p = {
    w1: normal([columns, columns], Math.sqrt(2 / columns)),
    b1: zero(columns),
    g1: one(columns),
    s1: zero(columns),
    query: normal([1, columns], 0.02),
    gq: one(columns),
    sq: zero(columns),
    ...{
      wq: square(),
      bq: zero(columns),
      wk: square(),
      bk: zero(columns),
      wv: square(),
      bv: zero(columns),
      wo: square(),
      bo: zero(columns),
    },
    w2: normal([columns, 1], Math.sqrt(1 / columns)),
    b2: zero(1),
  };
  const norm = (rows, gain, shift) => {
    const centred = tf.sub(rows, tf.mean(rows, 1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-5));
    return tf.add(tf.mul(tf.mul(centred, scale), gain), shift);
  };
  const headsOf = (rows) => tf.transpose(tf.reshape(rows, [bags, instances, heads, width]), [0, 2, 1, 3]);
  const lossOf = () => {
    const h = norm(tf.relu(tf.add(tf.matMul(x, p.w1), p.b1)), p.g1, p.s1);
    const q = tf.reshape(tf.add(tf.matMul(norm(p.query, p.gq, p.sq), p.wq), p.bq), [1, heads, 1, width]);
    const k = headsOf(tf.add(tf.matMul(h, p.wk), p.bk));
    const v = headsOf(tf.add(tf.matMul(h, p.wv), p.bv));
    const weights = tf.softmax(tf.mul(tf.sum(tf.mul(k, q), 3), 1 / Math.sqrt(width)));
    const read = tf.reshape(tf.sum(tf.mul(tf.expandDims(weights, 3), v), 2), [bags, columns]);
    const y = tf.reshape(tf.add(tf.matMul(tf.add(tf.matMul(read, p.wo), p.bo), p.w2), p.b2), [bags]);
    return tf.mean(tf.add(tf.sub(tf.relu(y), tf.mul(wanted, y)), tf.log1p(tf.exp(tf.neg(tf.abs(y))))));
  };
  const adam = tf.train.adam(1e-3);
  const block = async () => {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    let loss = 0;
    for (let i = 0; i < steps; i++) {
      const cost = adam.minimize(lossOf, true, Object.values(p));
      loss = cost.dataSync()[0];
      cost.dispose();
    }
    const used = process.cpuUsage(cpu);
    return { cpu: (used.user + used.system) / 1e3, wall: performance.now() - wall, loss };
  };
  return { version, forms: { "1 thread": block }, close: async () => tf.dispose([x, wanted, ...Object.values(p)]) };
}

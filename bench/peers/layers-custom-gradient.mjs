// Our pooling inside TensorFlow.js: forward and backward of a block as the value and the gradient of tf.customGrad, between layers of that library, trained by its Adam. Prints the loss, and how
// far a directional derivative by the gradients is from a difference of losses. Usage (after npm run build, and npm ci here): node bench/peers/layers-custom-gradient.mjs
import { listed, newPass, openWorkspace, pooling, randomStream, scoped } from "../../dist/layers.js";
import { bitPatterns } from "../../dist/tasks.js";
import { loadTfjs } from "./tfjs.mjs";

const { tf } = await loadTfjs();

/** A block as an operation of tf: (x, ...parameters) => y for bags that end at `offsets`. The parameters come as a flat list, in the order of `listed`. */
function operation(block, form, offsets) {
  const workspace = openWorkspace();
  const rowsOf = (t) => ({ data: t.dataSync(), rows: t.shape[0], columns: t.shape[1] });
  const tensorOf = (t) => tf.tensor2d(Float32Array.from(t.data), [t.rows, t.columns]);
  /** The tree of parameters with other numbers. */
  const treeOf = (tree, numbers) =>
    Object.fromEntries(
      Object.entries(tree).map(([name, node]) => [name, node.data ? { ...node, data: numbers.shift() } : treeOf(node, numbers)]),
    );
  const run = (inputs, after) =>
    scoped(workspace, () => {
      const [x, ...numbers] = inputs.map(rowsOf);
      const parameters = treeOf(
        form,
        numbers.map(({ data }) => data),
      );
      const pass = newPass({ workspace });
      const [y, saved] = block.forward(parameters, { ...x, offsets }, pass);
      return after(y, (dy) => block.backward(parameters, saved, dy, pass));
    });
  return tf.customGrad((...inputs) => {
    const save = inputs.pop();
    save(inputs);
    return {
      value: run(inputs, tensorOf),
      gradFunc: (dy, kept) =>
        run(kept, (_, backward) => {
          const [dx, gradients] = backward(rowsOf(dy));
          // Gradients have the names of the parameters, in an order of their own.
          const found = new Map(listed(gradients).map(({ name, tensor }) => [name, tensor]));
          return [dx, ...listed(form).map(({ name }) => found.get(name))].map(tensorOf);
        }),
    };
  });
}

const bits = bitPatterns(1).bags(64, 0);
const block = pooling({ stateSize: 32, heads: 4, hidden: 8, deviation: "scaled" });
const form = block.init(randomStream(1));
const pool = operation(block, form, bits.bags.offsets);
const x = tf.tensor2d(bits.bags.data, [bits.bags.rows, bits.bags.columns]);
const wanted = tf.tensor1d(bits.targets);
const variables = [
  tf.variable(tf.randomNormal([8, 32], 0, 0.5, "float32", 1)),
  tf.variable(tf.randomNormal([32, 1], 0, 0.2, "float32", 2)),
  ...listed(form).map(({ tensor: { data, rows, columns } }) => tf.variable(tf.tensor2d(data, [rows, columns]))),
];
const lossOf = (first, last, ...ours) => {
  const y = tf.reshape(tf.matMul(pool(tf.relu(tf.matMul(x, first)), ...ours), last), [64]);
  return tf.mean(tf.add(tf.sub(tf.relu(y), tf.mul(wanted, y)), tf.log1p(tf.exp(tf.neg(tf.abs(y))))));
};

const gradients = tf.grads(lossOf)(variables);
const along = (sign) => lossOf(...variables.map((v, i) => tf.add(v, tf.mul(gradients[i], sign * 1e-2)))).dataSync()[0];
const square = gradients.reduce((sum, g) => sum + tf.sum(tf.square(g)).dataSync()[0], 0);
const difference = (along(1) - along(-1)) / 2e-2;
console.log(`slope along the gradient: ${square.toFixed(6)} by the gradients, ${difference.toFixed(6)} by a difference`);
const adam = tf.train.adam(3e-3);
const losses = [];
for (let step = 0; step < 150; step++) {
  const cost = adam.minimize(() => lossOf(...variables), true, variables);
  if (step % 50 === 0 || step === 149) losses.push(cost.dataSync()[0].toFixed(4));
  cost.dispose();
}
console.log(`loss: ${losses.join(", ")}`);
// f32 losses of size 1, rounded at 1e-7 and divided by the step, and its second order.
if (!(Math.abs(difference - square) < 2e-2 * square) || !(Number(losses.at(-1)) < 0.5 * Number(losses[0]))) process.exitCode = 1;

// A peer of the training benchmark in a process of its own, so that its heap and its threads are not those of the others: answers every message with one block of steps.
const name = process.argv[2];
process.once("message", async ({ problem, options }) => {
  try {
    const typed = { ...problem, data: Float32Array.from(problem.data), targets: Float32Array.from(problem.targets) };
    const { version, forms, close } = await (await import(`./layers-${name}.mjs`)).open(typed, options);
    process.on("message", async (form) => {
      if (form === null) {
        await close();
        process.disconnect();
      } else process.send(await forms[form]());
    });
    process.send({ version, forms: Object.keys(forms) });
  } catch (error) {
    process.send({ error: error.message });
    process.disconnect();
  }
});

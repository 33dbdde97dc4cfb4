// The training benchmark in PyTorch (layers-torch.py), in a child process that times itself; with HopfieldPooling of hopfield-layers too where Python finds the package (PYTHONPATH).
import { openPython } from "./layers-python.mjs";

export async function open(problem, options) {
  const child = openPython(problem, options, ["-W", "ignore", new URL("layers-torch.py", import.meta.url).pathname]);
  const [, version, ...forms] = (await child.next("torch")).split(" ");
  const blocks = forms.map((form) => [`${form}, 1 thread`, child.block(form)]);
  return { version, forms: Object.fromEntries(blocks), close: child.close };
}

// Measures the built playground in Chromium and prints one JSON document: download, first interaction from a cold load, how fast sliders answer, the longest task of the
// main thread, heap growth over 500 interactions, requests to other origins, console errors. Exit status 1 when a figure misses its goal. Usage: node scripts/measure-web.mjs [main.js of the command]
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { chromium } from "playwright-core";

const goals = {
  kilobytes: 200,
  firstInteraction: 1000,
  slider: 50,
  longestTask: 100,
  heapMegabytes: 5,
  consoleErrors: 0,
  foreignRequests: 0,
};
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
if (!executablePath) {
  console.error("measure-web: no chromium; set CHROMIUM to its path");
  process.exit(1);
}
const server = spawn(process.execPath, [process.argv[2] ?? "dist/cli/main.js", "serve", "--json"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const url = await new Promise((resolve) => {
  let text = "";
  server.stdout.on("data", (part) => {
    text += part;
    const found = /"url":"([^"]+)"/.exec(text);
    if (found) resolve(found[1]);
  });
});
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const browser = await chromium.launch({ executablePath, headless: true, args: [...flags, "--js-flags=--expose-gc"] });

/** A fresh context is a cold cache. */
async function open() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const heard = { errors: [], foreign: [] };
  page.on("console", (message) => message.type() === "error" && heard.errors.push(message.text()));
  page.on("pageerror", (error) => heard.errors.push(error.message));
  page.on(
    "request",
    (request) => !request.url().startsWith(url) && !/^(data|blob):/.test(request.url()) && heard.foreign.push(request.url()),
  );
  return { context, page, heard };
}

/** Runs `work` under Chromium's tracing and gives the longest task of the page's main thread: milliseconds of processor time, which other programs on the machine do not lengthen, and on the clock. */
async function longestTask(page, work) {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const threads = new Set(
    traceEvents
      .filter(({ ph, name, args }) => ph === "M" && name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ ph, name, pid, tid }) => ph === "X" && /RunTask$/.test(name) && threads.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error("measure-web: the trace holds no task of the main thread");
  return { processor: Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000, clock: Math.max(...tasks.map(({ dur }) => dur)) / 1000 };
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** From the start of navigation to an answer on the screen after a click on Recall: the click is made as soon as it is possible. */
async function firstInteraction() {
  const { context, page } = await open();
  await page.addInitScript(() => {
    const look = () => {
      const button = [...document.querySelectorAll("button.primary")].find((each) => each.textContent === "Recall" && !each.disabled);
      if (button && !globalThis.possible) {
        globalThis.possible = performance.now();
        button.click();
      }
      if (document.querySelector(".figures")) globalThis.answered = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(url);
  await page.waitForFunction(() => globalThis.answered);
  const times = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
    possible: globalThis.possible,
    answered: globalThis.answered,
  }));
  await page.waitForSelector(".examples li:nth-child(3) .reveal");
  await page.waitForTimeout(500);
  const transferred = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .concat(performance.getEntriesByType("navigation"))
      .map(({ name, encodedBodySize }) => [name.split("/").pop() || "index.html", encodedBodySize]),
  );
  await context.close();
  return { ...times, transferred };
}

/** Milliseconds from an input event on a slider to the frame in which what depends on it has changed. */
async function sliders() {
  const { context, page, heard } = await open();
  await page.goto(url);
  await page.waitForSelector(".examples li:nth-child(3) .reveal");
  await page.click("button:has-text('Hide lower half')");
  await page.click("button.primary:has-text('Recall')");
  await page.waitForSelector(".bars li");
  await page.evaluate(() => {
    globalThis.slide = (id, value, shown) =>
      new Promise((resolve) => {
        const input = document.getElementById(id);
        const read = () => (shown ? document.querySelector(shown)?.outerHTML : input.previousElementSibling?.textContent);
        const before = read();
        const started = performance.now();
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        const look = () => {
          if (read() !== before) resolve(performance.now() - started);
          else if (performance.now() - started > 2000) resolve(null);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
  });
  const run = async (id, values, shown) => {
    const times = [];
    for (const value of values) times.push(await page.evaluate(([i, v, s]) => globalThis.slide(i, v, s), [id, value, shown]));
    const there = times.filter((time) => time !== null);
    return { median: Math.round(median(there)), most: Math.round(Math.max(...there)), of: there.length };
  };
  const spread = (from, to, count) => Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 1)) / count);
  const figures = {
    // Small β blends, so figures and picture change with every value.
    "beta: its label": await run("memory-beta", spread(-3, -0.5, 20), null),
    "beta: the answer": await run("memory-beta", spread(-0.5, -2.9, 20), ".answer"),
    "landscape beta: the path": await run("landscape-beta", spread(0, 2.5, 20), ".path"),
  };
  await page.click("nav button:has-text('Capacity')");
  await page.waitForSelector(".figure svg");
  await page.waitForTimeout(1500);
  figures["capacity lambda: the table"] = await run("lambda", spread(0.1, 3.9, 20), ".capacity tbody");
  figures["capacity noise: the curves"] = await run("parameter-noise", spread(0, 1, 10), ".capacity tbody");
  await context.close();
  return { figures, heard };
}

/** 500 interactions of many kinds, then a forced collection; the heap is taken after a warm-up of the same kinds, when caches are full. */
async function heap() {
  const { context, page, heard } = await open();
  await page.goto(url);
  await page.waitForSelector(".examples li:nth-child(3) .reveal");
  const session = await context.newCDPSession(page);
  const used = async () => {
    for (let i = 0; i < 3; i++) await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize;
  };
  const interact = (count) =>
    page.evaluate(async (many) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
      const button = (text) => [...document.querySelectorAll("button")].find((each) => each.textContent.trim() === text);
      for (let i = 0; i < many; i++) {
        const kind = i % 5;
        if (kind === 0) document.querySelectorAll(".gallery button")[i % 24]?.click();
        if (kind === 1) button("Hide 80 %")?.click();
        if (kind === 2) button("Recall")?.click();
        if (kind === 3) {
          const input = document.getElementById("memory-beta");
          input.value = String(-2 + (i % 50) / 12);
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }
        if (kind === 4) document.querySelector("[aria-label='Later pictures']")?.click();
        await frame();
        await frame();
      }
    }, count);
  await interact(200);
  await page.waitForTimeout(800);
  const before = await used();
  await interact(500);
  await page.waitForTimeout(800);
  const after = await used();
  await context.close();
  return { before, after, heard };
}

/** A load, a recall, all models, the landscape, and the two other panels with their data: everything that draws, each once. */
async function tasks() {
  const { context, page } = await open();
  const longest = await longestTask(page, async () => {
    await page.goto(url);
    await page.waitForSelector(".examples li:nth-child(3) .reveal");
    await page.click("button:has-text('Hide lower half')");
    await page.click("button.primary:has-text('Recall')");
    await page.waitForSelector(".bars li");
    await page.click("button:has-text('Ask all models')");
    await page.waitForTimeout(3000);
    await page.click("nav button:has-text('Capacity')");
    await page.waitForSelector(".figure svg");
    await page.fill("#parameter-noise", "0.3");
    await page.waitForTimeout(1500);
    await page.click("nav button:has-text('Your data')");
    await page.click("button:has-text('Try a sample table')");
    await page.waitForSelector(".plan");
    await page.waitForTimeout(500);
  });
  await context.close();
  return longest;
}

try {
  const loads = [];
  for (let i = 0; i < 3; i++) loads.push(await firstInteraction());
  const slid = await sliders();
  const grown = await heap();
  const longest = await tasks();
  const code = loads[0].transferred.filter(([name]) => !name.endsWith(".gz"));
  const result = {
    kilobytes: Math.round(code.reduce((sum, [, size]) => sum + size, 0) / 100) / 10,
    dataKilobytes:
      Math.round(loads[0].transferred.filter(([name]) => name.endsWith(".gz")).reduce((sum, [, size]) => sum + size, 0) / 100) / 10,
    firstPaint: Math.round(median(loads.map(({ paint }) => paint))),
    recallPossible: Math.round(median(loads.map(({ possible }) => possible))),
    firstInteraction: Math.round(median(loads.map(({ answered }) => answered))),
    sliders: slid.figures,
    slider: Math.max(...Object.values(slid.figures).map((each) => each.median)),
    longestTask: Math.round(longest.processor),
    longestTaskOnTheClock: Math.round(longest.clock),
    load: loadavg().map((x) => Math.round(10 * x) / 10),
    heapMegabytes: Math.round((grown.after - grown.before) / 1e4) / 100,
    consoleErrors: slid.heard.errors.length + grown.heard.errors.length,
    foreignRequests: slid.heard.foreign.length + grown.heard.foreign.length,
    errors: [...slid.heard.errors, ...grown.heard.errors].slice(0, 5),
  };
  const missed = Object.keys(goals).filter((name) => result[name] > goals[name]);
  console.log(JSON.stringify({ ...result, goals, missed, files: code }, null, 1));
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  await browser.close();
  server.kill("SIGTERM");
}

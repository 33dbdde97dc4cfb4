/**
 * The playground as its users meet it, in a real browser: drawing, damaging, recalling, files good and bad, links good and bad, keyboard alone, a phone's width, a worker that dies, no network after
 * the load, and what axe finds. Every test ends with an empty list of console errors and foreign requests.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { readNpy, writeNpy, writePng } from "modern-hopfield/data";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, drawOn, executable, openBench, settle } from "./browser.ts";

const reason = executable ? "" : " (skipped: no Chromium on the PATH or in the variable CHROMIUM)";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const square = [
  [6, 6],
  [22, 6],
  [22, 22],
  [6, 22],
  [6, 6],
] as const;
const roof = [
  [4, 24],
  [14, 4],
  [24, 24],
] as const;
const cross = [
  [14, 3],
  [14, 25],
  [14, 14],
  [3, 14],
  [25, 14],
] as const;

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
const headline = (page: Page) => page.locator(".column .headline");
const file = (name: string, bytes: Uint8Array | string) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });

/** Violations that axe calls serious or critical, each with where it is. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { impact: string; id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
  });
}

describe.skipIf(!executable)(`in Chromium${reason}`, () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench?.close());

  it("a newcomer stores three drawings, damages one, gets it back and reads why; saving and loading keeps them; no stray requests", async () => {
    const { page, heard, close } = await bench.open({ acceptDownloads: true });
    await page.waitForSelector(".examples li:nth-child(3) .reveal");
    await button(page, "Store three drawings of your own").click();
    for (const shape of [square, roof, cross]) {
      await drawOn(page, shape);
      await button(page, "Store this drawing").click();
      await settle(page);
    }
    expect(await page.locator(".gallery li").count()).toBe(3);
    expect(await page.locator(".guide [aria-current]").innerText()).toContain("Damage");
    await button(page, /drawing 1, number 1/).click();
    await button(page, "Hide lower half").click();
    await button(page, "Recall").click();
    await page.waitForSelector(".why .bars li");
    expect(await headline(page).innerText()).toBe("Found: drawing 1");
    expect(await page.locator(".guide [aria-current]").innerText()).toContain("Read why");
    expect(await page.locator(".reasons").innerText()).toMatch(/392 of its 784 pixels[\s\S]*Drawing 1 fits best/);
    // The lower half came back: the answer is the drawing, to the bound that is shown.
    const [answer, stored] = await page.evaluate(() => [
      document.querySelector<HTMLImageElement>(".answer img")?.src,
      document.querySelector<HTMLImageElement>(".gallery img")?.src,
    ]);
    expect(answer).toBe(stored);

    const saved = page.waitForEvent("download");
    await button(page, "Save").click();
    const path = await (await saved).path();
    await page.reload();
    await page.waitForSelector(".gallery li");
    await page.getByLabel("Load a saved file").setInputFiles({ name: "p.json", mimeType: "application/json", buffer: readFileSync(path) });
    await page.waitForSelector(".notice.info");
    await page.waitForSelector(".why .bars li");
    expect(await page.locator(".gallery li").count()).toBe(3);
    expect(await headline(page).innerText()).toBe("Found: drawing 1");
    expect(heard).toEqual([]);
    await close();
  });

  it("a link brings back every setting and the cue to the pixel; a broken one says so and breaks nothing", async () => {
    const { page, heard, close } = await bench.open({ permissions: ["clipboard-read", "clipboard-write"] });
    await button(page, /^4, number 3/).click();
    await drawOn(page, [
      [10, 20],
      [20, 20],
    ]);
    await button(page, "Grain").click();
    await page.locator("#memory-model").selectOption("entmax");
    await page.locator("#memory-similarity").selectOption("l2");
    await button(page, "Recall").click();
    await page.waitForSelector(".why .bars li");
    await settle(page);
    const picture = () =>
      page.evaluate(() => [
        document.querySelector<HTMLImageElement>(".pad img")?.src,
        document.querySelector<HTMLImageElement>(".answer img")?.src,
        document.querySelector(".figures")?.textContent,
      ]);
    const before = await picture();
    await button(page, "Link").click();
    await page.waitForSelector(".notice");
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(page.url());
    expect(new URL(link).hash.length).toBeLessThanOrEqual(2001);
    const again = await bench.open({ hash: new URL(link).hash.slice(1) });
    await again.page.waitForSelector(".why .bars li");
    await settle(again.page);
    expect(
      await again.page.evaluate(() => [
        document.querySelector<HTMLImageElement>(".pad img")?.src,
        document.querySelector<HTMLImageElement>(".answer img")?.src,
        document.querySelector(".figures")?.textContent,
      ]),
    ).toEqual(before);
    expect(await again.page.locator("#memory-model").inputValue()).toBe("entmax");
    for (const bad of [`${link.slice(0, -3)}000`, link.slice(0, 200), `${bench.url}#<img src=x onerror=alert(1)>`]) {
      await again.page.evaluate((hash) => {
        location.hash = hash;
      }, new URL(bad).hash);
      expect(await again.page.locator(".notice.problem").innerText()).toMatch(/link/i);
      await button(again.page, "Close this message").click();
      expect(await again.page.locator("#memory-model").inputValue()).toBe("entmax");
    }
    expect([...heard, ...again.heard]).toEqual([]);
    await again.close();
    await close();
  });

  it("own data: a table is planned, completed and exported; bad files are said in words; a link asks for the file", async () => {
    const { page, heard, close } = await bench.open({ acceptDownloads: true });
    await button(page, "Your data").click();
    const drop = (...files: ReturnType<typeof file>[]) => page.locator("#file").setInputFiles(files);
    const problem = page.locator(".drop .problem");
    await drop(file("bad.csv", "a,b\n1,2\n3\n"));
    await problem.waitFor();
    expect(await problem.innerText()).toContain("line 3");
    await drop(file("cut.npy", writeNpy({ dtype: "f32", shape: [4], data: new Float32Array(4) }).subarray(0, 100)));
    await page.waitForFunction(() => document.querySelector(".drop .problem")?.textContent?.startsWith("readNpy"));

    // A page of another size than the limit of playwright's own transfer: made in the page, dropped as a user drops it.
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(65 * 2 ** 20)], "huge.npy"));
      dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
    });
    await page.waitForFunction(() => document.querySelector(".drop .problem")?.textContent?.includes("65 MB"));

    const rows = Array.from({ length: 40 }, (_, i) => [i, (i * 7) % 40, (i * i) % 31, i % 5]);
    await drop(file("numbers.csv", `first,second,<b>third</b>,last\n${rows.map((row) => row.join(",")).join("\n")}\n1,2,,4\n`));
    await page.waitForSelector(".row-answer table");
    await page.waitForSelector(".plan");
    expect(await page.locator(".row-answer .headline").innerText()).toBe("Closest: row 1, the one the cue came from.");
    expect(await page.locator("th b").count()).toBe(0);
    expect(await page.locator(".plan").innerText()).toContain("40");
    await page.locator("#row").fill("7");
    await page.waitForFunction(() => document.querySelector(".row-answer .headline")?.textContent?.includes("row 8"));
    await page.getByLabel("Show last").check();
    await page.waitForFunction(() => document.querySelectorAll("tr.hidden").length === 1);
    const download = page.waitForEvent("download");
    await button(page, "npy").click();
    const exported = readNpy(readFileSync(await (await download).path()));
    expect(exported.shape).toEqual([41, 4]);
    // Complete rows come back as they are where they are unlike all others; the row with a gap got a number.
    expect(Math.round(Number(exported.data[4 * 7 + 2]))).toBe(49 % 31);
    expect(Number.isFinite(exported.data[40 * 4 + 2])).toBe(true);
    for (const [name, kind] of [
      ["Figure, SVG", "<svg"],
      ["Figure, PNG", "\x89PNG"],
    ] as const) {
      const figure = page.waitForEvent("download");
      await button(page, name).click();
      expect(readFileSync(await (await figure).path(), "latin1").startsWith(kind)).toBe(true);
    }
    await button(page, "Link").click();
    const hash = new URL(page.url()).hash.slice(1);
    const other = await bench.open({ hash, wait: false });
    await other.page.waitForSelector(".banner");
    expect(await other.page.locator(".banner").innerText()).toContain("numbers.csv");
    await other.page
      .locator("#file")
      .setInputFiles([file("numbers.csv", `first,second,<b>third</b>,last\n${rows.map((row) => row.join(",")).join("\n")}\n1,2,,4\n`)]);
    await other.page.waitForFunction(() => document.querySelector(".row-answer .headline")?.textContent?.includes("row 8"));
    expect(await other.page.locator(".banner").count()).toBe(0);
    expect([...heard, ...other.heard]).toEqual([]);
    await other.close();
    await close();
  });

  it("keyboard alone: draw, store, damage, recall, landscape", async () => {
    const { page, heard, close } = await bench.open();
    await page.waitForSelector(".examples li:nth-child(3) .reveal");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("Skip");
    /** Presses tab until what has the focus is named so, or says exactly so. */
    const reach = async (wanted: string): Promise<void> => {
      for (let i = 0; i < 120; i++) {
        const found = await page.evaluate((text) => {
          const now = document.activeElement;
          const name = now?.getAttribute("aria-label");
          return name ? name.startsWith(text) : now?.textContent?.trim() === text;
        }, wanted);
        if (found) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`${wanted} is not reached by the tab key`);
    };
    await reach("Store three drawings of your own");
    await page.keyboard.press("Enter");
    await settle(page);
    for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft"]) {
      await reach("Sheet to draw on");
      for (let i = 0; i < 6; i++) await page.keyboard.press(`Shift+${key}`);
      await reach("Store this drawing");
      await page.keyboard.press("Enter");
      await settle(page);
      if (key !== "ArrowLeft") await page.evaluate(() => document.querySelector<HTMLElement>(".skip")?.focus());
    }
    expect(await page.locator(".gallery li").count()).toBe(3);
    await page.evaluate(() => document.querySelector<HTMLElement>(".skip")?.focus());
    await reach("Cue. Arrow keys");
    await page.keyboard.press(" ");
    await page.keyboard.press("ArrowUp");
    await settle(page);
    await reach("Recall");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".why .bars li");
    expect(await headline(page).innerText()).toMatch(/^Found: drawing \d$/);
    await reach("Start of the recall");
    const where = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    const before = await where();
    await page.keyboard.press("ArrowLeft");
    await settle(page);
    expect(await where()).not.toBe(before);
    expect(heard).toEqual([]);
    await close();
  });

  it("pictures dropped on the memory panel are stored, whatever their size; a table goes to its own panel", async () => {
    const { page, heard, close } = await bench.open();
    const picture = (row: number): Uint8Array =>
      writePng({ width: 56, height: 56, channels: 1, depth: 8, data: new Uint8Array(3136).fill(255).fill(0, 56 * row, 56 * row + 168) });
    await page.locator("#pictures").setInputFiles([10, 25, 40].map((row) => file(`p${row}.png`, picture(row))));
    await page.waitForFunction(() => document.querySelectorAll(".gallery li").length === 3);
    await button(page, /^picture 2/).click();
    await button(page, "Hide 80 %").click();
    await button(page, "Recall").click();
    await page.waitForSelector(".why .bars li");
    expect(await headline(page).innerText()).toBe("Found: picture 2");
    await page.locator("#pictures").setInputFiles([file("t.csv", "1,2\n3,4\n5,7\n")]);
    await page.waitForSelector(".plan");
    expect(await page.locator(".card h3").first().innerText()).toContain("t.csv");
    expect(heard).toEqual([]);
    await close();
  });

  it("all models answer one cue, and the papers' set-up stands beside declared gaps", async () => {
    const { page, heard, close } = await bench.open();
    await page.locator("#stored").fill("2");
    await button(page, "Hide lower half").click();
    await button(page, "Ask all models").click();
    await page.waitForFunction(
      () =>
        document.querySelectorAll(".comparison li").length === 20 &&
        document.querySelector(".comparison")?.previousElementSibling?.textContent?.includes("again"),
    );
    const names = await page.locator(".comparison strong").allInnerTexts();
    expect(names.slice(0, 3)).toEqual(["dense, as in the papers", "gaussian", "dense with cosine"]);
    expect(await page.locator(".comparison li").nth(1).innerText()).toContain("✓ right");
    expect(heard).toEqual([]);
    await close();
  });

  it("capacity: curves follow a slider, simulated points arrive beside them", async () => {
    const { page, heard, close } = await bench.open();
    await button(page, "Capacity").click();
    await page.waitForFunction(() => document.querySelectorAll(".figure [data-mark='line'] path").length === 4);
    const cell = () => page.locator(".capacity tbody tr").nth(1).locator("td").first().innerText();
    const before = await cell();
    await page.locator("#parameter-noise").fill("0.5");
    await page.waitForFunction((old) => document.querySelector(".capacity tbody tr:nth-child(2) td")?.textContent !== old, before);
    expect(Number(await cell())).toBeLessThan(Number(before));
    await page.locator("#instances").fill("40");
    await button(page, "Simulate").click();
    await page.waitForFunction(() => document.querySelectorAll(".figure circle").length === 10);
    expect(heard).toEqual([]);
    await close();
  });

  it("a worker that dies is replaced, and says so; nothing is lost", async () => {
    const { page, heard, close } = await bench.open();
    await button(page, "Hide lower half").click();
    await button(page, "Recall").click();
    await page.waitForSelector(".why .bars li");
    const found = await headline(page).innerText();
    // An exception that nothing catches, in every worker: what a defect or an exhausted memory looks like from the page.
    for (const worker of page.workers())
      await worker.evaluate(() => {
        setTimeout(() => {
          throw new Error("broken on purpose");
        }, 0);
      });
    await page.waitForTimeout(100);
    await button(page, "Undo all").click();
    await button(page, "Hide lower half").click();
    await button(page, "Recall").click();
    await page.waitForSelector(".notice.info");
    await page.waitForSelector(".why .bars li");
    expect(await page.locator(".notice").innerText()).toContain("started again");
    expect(await headline(page).innerText()).toBe(found);
    expect(heard.filter((text) => !text.includes("broken on purpose"))).toEqual([]);
    await close();
  });

  it("one thread, no isolation, no network after the load", async () => {
    const { page, heard, close } = await bench.open();
    await page.waitForSelector(".examples li:nth-child(3) .reveal");
    expect(await page.evaluate(() => [globalThis.crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([false, "undefined"]);
    await page.context().setOffline(true);
    await button(page, "Letters").click();
    await button(page, /^K, number/).click();
    await button(page, "Hide 80 %").click();
    await button(page, "Recall").click();
    await page.waitForSelector(".why .bars li");
    expect(await headline(page).innerText()).toBe("Found: the letter K");
    expect(heard).toEqual([]);
    await close();
  });

  it.each(["light", "dark"] as const)("%s: axe finds nothing serious or critical on any panel", async (colorScheme) => {
    const { page, heard, close } = await bench.open({ colorScheme });
    await button(page, "Hide lower half").click();
    await button(page, "Recall").click();
    await page.waitForSelector(".why .bars li");
    expect(await serious(page)).toEqual([]);
    await page.locator("summary").first().click();
    await button(page, "Your data").click();
    await button(page, "Try a sample table").click();
    await page.waitForSelector(".plan");
    expect(await serious(page)).toEqual([]);
    await button(page, "Capacity").click();
    await page.waitForSelector(".figure svg");
    expect(await serious(page)).toEqual([]);
    expect(heard).toEqual([]);
    await close();
  });

  it("320 pixels: nothing is wider than the screen, and touch draws", async () => {
    const { page, heard, close } = await bench.open({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(320);
    await button(page, "Store three drawings of your own").click();
    await page.locator(".pad").tap({ position: { x: 80, y: 80 } });
    await settle(page);
    expect(await button(page, "Store this drawing").isEnabled()).toBe(true);
    await button(page, "Your data").click();
    await button(page, "Try a sample table").click();
    await page.waitForSelector(".plan");
    expect(await width()).toBe(320);
    await button(page, "Capacity").click();
    await page.waitForSelector(".figure svg");
    expect(await width()).toBe(320);
    // A help note fits on the screen too.
    await page.locator("summary").first().click();
    const note = await page.locator("details[open] .note").boundingBox();
    expect(note && note.x >= 0 && note.x + note.width <= 320).toBe(true);
    expect(heard).toEqual([]);
    await close();
  });

  it("what is downloaded before anything is asked for: at most 200 kB compressed, without the digits", async () => {
    const { page, close } = await bench.open();
    await page.waitForSelector(".examples li:nth-child(3) .reveal");
    await page.waitForSelector(".landscape .path");
    const sizes = await page.evaluate(() =>
      [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")].map(
        (entry) => [entry.name, (entry as PerformanceResourceTiming).encodedBodySize] as const,
      ),
    );
    const code = sizes.filter(([name]) => !name.endsWith(".gz"));
    expect(code.length).toBeGreaterThanOrEqual(4);
    expect(code.some(([name]) => name.includes("capacity-chart"))).toBe(false);
    expect(code.reduce((sum, [, size]) => sum + size, 0)).toBeLessThanOrEqual(200_000);
    expect(sizes.filter(([name]) => name.endsWith(".gz")).reduce((sum, [, size]) => sum + size, 0)).toBeLessThanOrEqual(200_000);
    await close();
  });
});

/** @file The built playground in Debian's Chromium, served by the built command. Where there is no Chromium the tests are skipped, with the reason in their name. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { command } from "../cli/helpers.ts";

export const executable = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

export interface Opened {
  readonly page: Page;
  /** Errors of the console and of scripts, and requests to anywhere but the page's own server. */
  readonly heard: string[];
  close(): Promise<void>;
}

export interface Bench {
  readonly url: string;
  readonly browser: Browser;
  /** A page with nothing cached; ready when its examples are. */
  open(options?: BrowserContextOptions & { readonly hash?: string; readonly wait?: boolean }): Promise<Opened>;
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const server: ChildProcess = spawn(process.execPath, [command, "serve", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    server.stdout?.on("data", (part) => {
      text += part;
      const found = /"url":"([^"]+)"/.exec(text)?.[1];
      if (found) resolve(found);
    });
    server.once("exit", () => reject(new Error(`serve ended: ${text}`)));
  });
  const flags = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  const browser = await chromium.launch({ executablePath: executable ?? "", headless: true, args: flags });
  return {
    url,
    browser,
    async open({ hash = "", wait = true, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const heard: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") heard.push(message.text());
      });
      page.on("pageerror", (error) => heard.push(error.message));
      page.on("request", (request) => {
        if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) heard.push(request.url());
      });
      await page.goto(`${url}${hash === "" ? "" : `#${hash}`}`);
      if (wait) await page.waitForSelector(".gallery li");
      return { page, heard, close: () => context.close() };
    },
    async close() {
      await browser.close();
      server.kill("SIGTERM");
    },
  };
}

/** Lets the page draw what it was told: two frames. */
export const settle = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

/** Draws lines through points given in pixels of the 28 x 28 sheet. */
export async function drawOn(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const pad = page.locator(".pad");
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error("the pad is not on the page");
  const at = ([x, y]: readonly [number, number]): [number, number] => [box.x + (x / 28) * box.width, box.y + (y / 28) * box.height];
  const [first, ...rest] = points;
  await page.mouse.move(...at(first ?? [0, 0]));
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...at(point), { steps: 4 });
  await page.mouse.up();
  await settle(page);
}

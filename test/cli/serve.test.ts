/** hopfield serve: what it answers with, to whom, and how it ends. The site is the built one; requests go over a socket of their own, so that paths and Host headers arrive as they are written. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerFrom, isOurHost, readSite } from "../../src/cli/serve-site.ts";
import { command, run } from "./helpers.ts";

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly stdout: () => string;
}

async function start(words: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [command, "serve", ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (part) => {
      text += part;
      const found = /http:\/\/\S+?\//.exec(text);
      if (found && text.endsWith("\n")) resolve(found[0]);
    });
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
  return { child, url, port: Number(new URL(url).port), stdout: () => text };
}

const ended = (child: ChildProcess): Promise<{ code: number | null; signal: string | null }> =>
  new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One request as it is written here, nothing normalised. */
function ask(port: number, path: string, { method = "GET", host = `127.0.0.1:${port}`, more = "" } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`${method} ${path} HTTP/1.1\r\n${host === "" ? "" : `Host: ${host}\r\n`}${more}Connection: close\r\n\r\n`),
    );
    socket.on("data", (part) => parts.push(part));
    socket.on("error", reject);
    socket.on("end", () => {
      const all = Buffer.concat(parts);
      const split = all.indexOf("\r\n\r\n");
      const [first = "", ...lines] = all.subarray(0, split).toString("latin1").split("\r\n");
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
      );
      resolve({ status: Number(first.split(" ")[1]), headers, body: all.subarray(split + 4) });
    });
  });
}

describe("the running command", () => {
  let server: Running;
  beforeAll(async () => {
    server = await start(["--json"]);
  });
  afterAll(() => {
    server.child.kill("SIGKILL");
  });

  it("prints one JSON document with the address", () => {
    expect(server.stdout()).toBe(`${JSON.stringify({ command: "serve", url: `http://127.0.0.1:${server.port}/` })}\n`);
  });

  it("gives the page with its policy, and nothing for other origins", async () => {
    const { status, headers, body } = await ask(server.port, "/");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    const policy =
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; worker-src 'self' blob:";
    expect(headers["content-security-policy"]).toBe(policy);
    // The same in the page, for hosts that send no headers.
    expect(body.toString()).toContain(`content="${policy}"`);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("gives every file the page names, with its type", async () => {
    const page = (await ask(server.port, "/")).body.toString();
    const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(1);
    for (const name of [...named, "images.idx.gz", "labels.idx.gz"]) {
      const { status, headers } = await ask(server.port, `/${name}`);
      expect([name, status]).toEqual([name, 200]);
      expect(headers["content-type"]).toBe(
        name.endsWith(".js") ? "text/javascript; charset=utf-8" : name.endsWith(".css") ? "text/css; charset=utf-8" : "application/gzip",
      );
    }
  });

  it("refuses every name but the bound one: DNS rebinding", async () => {
    for (const host of [
      "evil.example",
      `evil.example:${server.port}`,
      "127.0.0.1",
      "127.0.0.1:1",
      `localhost:${server.port}`,
      `127.0.0.1.evil.example:${server.port}`,
      "@127.0.0.1",
    ])
      expect([host, (await ask(server.port, "/", { host })).status]).toEqual([host, 403]);
    // HTTP/1.1 without a Host is malformed; the runtime says so before us.
    expect([400, 403]).toContain((await ask(server.port, "/", { host: "" })).status);
  });

  it("reaches no other file, however the path is written", async () => {
    for (const path of [
      "/../package.json",
      "/assets/../../package.json",
      "/%2e%2e/package.json",
      "/..%2fpackage.json",
      "/..\\package.json",
      "//etc/passwd",
      "/assets",
      "/assets/",
      "/index.html%00.js",
      "/nothing",
    ])
      expect([path, (await ask(server.port, path)).status]).toEqual([path, 404]);
  });

  it("answers 304 to its own tag, compresses on request, knows HEAD, refuses the rest", async () => {
    const plain = await ask(server.port, "/");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const again = await ask(server.port, "/", { more: `If-None-Match: ${plain.headers.etag}\r\n` });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await ask(server.port, "/", { more: 'If-None-Match: "other"\r\n' })).status).toBe(200);
    const packed = await ask(server.port, "/", { more: "Accept-Encoding: gzip\r\n" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    const head = await ask(server.port, "/", { method: "HEAD" });
    expect([head.status, head.body.length, head.headers["content-length"]]).toEqual([200, 0, String(plain.body.length)]);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) expect((await ask(server.port, "/", { method })).status).toBe(405);
  });
});

describe("how it ends", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s: status 0, although a connection is open", async (signal) => {
    const { child, port } = await start([]);
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.on("error", () => {});
    const end = ended(child);
    child.kill(signal);
    expect(await end).toEqual({ code: 0, signal: null });
    socket.destroy();
  });

  it("a port in use: one line, status 3", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" ? address?.port : 0;
    const { status, stdout, stderr } = await run(["serve", "--port", String(port)]);
    expect({ status, stdout, stderr }).toEqual({
      status: 3,
      stdout: "",
      stderr: `E_IO: serve: cannot listen on 127.0.0.1 port ${port}: the port is in use\n`,
    });
    taken.close();
  });

  it.each([
    [["--port", "70000"], "port"],
    [["--port", "1.5"], "port"],
    [["--port", "-1"], "port"],
    [["--port", "http"], "takes a number"],
    [["--host", "a b"], "--host"],
    [["--host", ""], "--host"],
  ])("%j: status 2", async (words, expected) => {
    const { status, stdout, stderr } = await run(["serve", ...words]);
    expect(stderr).toMatch(/^E_RANGE: [^\n]+\n$/);
    expect(stderr).toContain(expected);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("an address that this machine does not have: status 3", async () => {
    // 203.0.113.0/24 is kept for documentation (RFC 5737), so no machine has it.
    const { status, stderr } = await run(["serve", "--host", "203.0.113.7"]);
    expect(stderr).toMatch(/^E_IO: serve: cannot listen on 203\.0\.113\.7 [^\n]+\n$/);
    expect(status).toBe(3);
  });

  it("--help has an example", async () => {
    const { status, stdout } = await run(["serve", "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}hopfield serve --port 8080/m);
  });
});

describe("Host names", () => {
  it("the bound one with its port, in any case", () => {
    expect(isOurHost("127.0.0.1:8080", "127.0.0.1", 8080)).toBe(true);
    expect(isOurHost("LocalHost:8080", "localhost", 8080)).toBe(true);
    expect(isOurHost("[::1]:8080", "::1", 8080)).toBe(true);
    expect(isOurHost("127.0.0.1", "127.0.0.1", 80)).toBe(true);
    expect(isOurHost("127.0.0.1", "127.0.0.1", 8080)).toBe(false);
  });
  it("bound to all addresses: addresses and localhost, never a name that somebody else can point here", () => {
    for (const ours of ["192.168.1.7:80", "[fe80::1]:80", "localhost:80"]) expect(isOurHost(ours, "0.0.0.0", 80)).toBe(true);
    for (const other of ["evil.example:80", "127.0.0.1.evil.example:80", "localhost.evil.example:80"])
      expect(isOurHost(other, "0.0.0.0", 80)).toBe(false);
  });
  it("law: a header that is accepted is the bound name and port, whatever was sent", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constantFrom("127.0.0.1", "127.0.0.1:80", "127.0.0.1:080", "[::1]:80"),
          fc.tuple(fc.domain(), fc.nat(65535)).map(([d, p]) => `${d}:${p}`),
        ),
        (header) => {
          if (isOurHost(header, "127.0.0.1", 80)) expect(header).toMatch(/^127\.0\.0\.1(:0*80)?$/);
        },
      ),
    );
    expect(isOurHost(undefined, "127.0.0.1", 80)).toBe(false);
    expect(isOurHost(["127.0.0.1:80", "evil"], "127.0.0.1", 80)).toBe(false);
  });
});

describe("the site", () => {
  const folder = mkdtempSync(join(tmpdir(), "hopfield-site-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<p>page</p>");
  writeFileSync(join(folder, "assets", "x-1.js"), "1");
  writeFileSync(join(folder, "raw.bin"), Buffer.from([0, 1, 2]));
  const site = readSite(folder);
  const get = (path: string, headers: Record<string, string> = {}) =>
    answerFrom(site, { method: "GET", path, headers: { host: "h:1", ...headers } }, "h", 1);

  it("law: only what was read is served", () => {
    const known = new Set(["/", "/index.html", "/assets/x-1.js", "/raw.bin"]);
    fc.assert(
      fc.property(
        fc.oneof(
          fc
            .array(fc.constantFrom("..", ".", "", "assets", "x-1.js", "index.html", "%2e%2e", "..%2f", "\\", "raw.bin?a"), { maxLength: 5 })
            .map((parts) => `/${parts.join("/")}`),
          fc.string(),
          fc.constantFrom(...known),
        ),
        (path) => {
          expect(get(path).status === 200).toBe(known.has(path.split(/[?#]/, 1)[0] ?? ""));
        },
      ),
    );
  });
  it("types, caching, and files that are not compressed", () => {
    expect(get("/?x=1").headers).toMatchObject({ "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache" });
    expect(get("/assets/x-1.js").headers["Cache-Control"]).toContain("immutable");
    const raw = get("/raw.bin", { "accept-encoding": "gzip" });
    expect(raw.headers).toMatchObject({ "Content-Type": "application/octet-stream", "Content-Length": "3" });
    expect(raw.headers["Content-Encoding"]).toBeUndefined();
  });
  it.each([
    ["gzip", true],
    ["br, gzip;q=0.5", true],
    ["*", true],
    ["gzip;q=0", false],
    ["gzip;q=0.0, br", false],
    ["br", false],
    ["", false],
  ])("Accept-Encoding %j: %s", (header, packed) => {
    expect(get("/", { "accept-encoding": header }).headers["Content-Encoding"] === "gzip").toBe(packed);
  });
});

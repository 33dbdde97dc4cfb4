/** @file The playground as a server answers for it: every file read once at the start, so that no address reaches anything else on the disk; which Host names are ours; headers. Pure but for the reading. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

interface SiteFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly tag: string;
  /** Compressed once, when first asked for; null where it would not pay. */
  gzipped: Buffer | null;
}

/** "/assets/x.js" -> the file; "/" is index.html. */
export type Site = ReadonlyMap<string, SiteFile>;

export interface Asked {
  readonly method: string;
  /** As in the request line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".gz": "application/gzip",
  ".wasm": "application/wasm",
};

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self'; worker-src 'self' blob:";

/** No Access-Control headers at all: pages of other origins read nothing. */
const always: Readonly<Record<string, string>> = {
  "Content-Security-Policy": policy,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** @throws Error of the file system where the folder is missing. */
export function readSite(folder: string): Site {
  const site = new Map<string, SiteFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const type = types[extname(path)] ?? "application/octet-stream";
    const tag = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
    const address = path.slice(folder.length).replaceAll("\\", "/").replace(/^\/*/, "/");
    const file = { bytes, type, tag, gzipped: null };
    site.set(address, file);
    if (address === "/index.html") site.set("/", file);
  }
  return site;
}

/**
 * Whether a Host header names this server. Bound to a name or an address, only that with the port (a foreign name that resolves to this machine is how DNS rebinding begins); bound to all
 * addresses, any address as numbers and localhost, which nobody else can make resolve to us.
 */
export function isOurHost(header: string | string[] | undefined, host: string, port: number): boolean {
  if (typeof header !== "string") return false;
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(header);
  if (!parts || Number(parts[2] ?? 80) !== port) return false;
  const name = (parts[1] ?? "").replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "0.0.0.0" || host === "::") return isIP(name) !== 0 || name === "localhost";
  return name === host.toLowerCase();
}

export function answerFrom(site: Site, { method, path, headers }: Asked, host: string, port: number): Answered {
  const plain = (status: number, body: string, more: Record<string, string> = {}): Answered => ({
    status,
    headers: { ...always, "Content-Type": "text/plain; charset=utf-8", "Content-Length": String(Buffer.byteLength(body)), ...more },
    body: method === "HEAD" ? "" : body,
  });
  if (!isOurHost(headers.host, host, port)) return plain(403, "This server does not answer to that name.\n");
  if (method !== "GET" && method !== "HEAD") return plain(405, "Only GET and HEAD.\n", { Allow: "GET, HEAD" });
  // Compared as it stands: nothing is decoded or resolved, so nothing can climb.
  const address = path.split(/[?#]/, 1)[0] ?? "";
  const file = site.get(address);
  if (!file) return plain(404, "There is no such file.\n");
  const packed = acceptsGzip(headers["accept-encoding"]) ? compressed(file) : null;
  const tag = `"${file.tag}${packed ? "-gzip" : ""}"`;
  const common = {
    ...always,
    ETag: tag,
    Vary: "Accept-Encoding",
    // Names of assets carry a hash of what they hold.
    "Cache-Control": address.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (matches(headers["if-none-match"], tag)) return { status: 304, headers: common, body: "" };
  const body = packed ?? file.bytes;
  return {
    status: 200,
    headers: {
      ...common,
      "Content-Type": file.type,
      "Content-Length": String(body.length),
      ...(packed ? { "Content-Encoding": "gzip" } : {}),
    },
    body: method === "HEAD" ? "" : body,
  };
}

function compressed(file: SiteFile): Buffer | null {
  if (!/^text\/|json|svg|wasm/.test(file.type)) return null;
  file.gzipped ??= gzipSync(file.bytes);
  return file.gzipped;
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? "")
    .split(",")
    .some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+)?\s*$/i.test(part));
}

function matches(header: string | string[] | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return String(header)
    .split(",")
    .map((part) => part.trim().replace(/^W\//, ""))
    .some((part) => part === tag || part === "*");
}

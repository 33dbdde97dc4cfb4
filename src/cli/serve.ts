/** @file `hopfield serve`: the playground on loopback. Prints one line when it listens; ends 0 on SIGTERM and SIGINT. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { checkNumber } from "../core/options.ts";
import { blame, CommandError, systemReason } from "./failure.ts";
import type { Io } from "./io.ts";
import { answerFrom, readSite, type Site } from "./serve-site.ts";
import { type CommandSpec, type Input, numberOf, textOf } from "./spec.ts";

export const serve: CommandSpec = {
  name: "serve",
  summary: "the playground in the browser, on this machine only",
  about:
    "Serves the playground: store pictures, damage one, get it back; recall from your own table; capacity curves that follow sliders. Everything is computed in the page.",
  options: [
    { flags: "--port <number>", text: "port to listen on; 0 takes a free one (default 0)", kind: "number" },
    { flags: "--host <name>", text: "address to listen on (default 127.0.0.1: this machine only)" },
  ],
  examples: ["hopfield serve", "hopfield serve --port 8080 --json"],
  notes: ["", "Ctrl-C ends it. Requests whose Host header is another name are refused (403)."],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const wanted = blame(2, "", () => checkNumber("serve", "port", numberOf(input, "port") ?? 0, { atLeast: 0, atMost: 65535, whole: true }));
  const host = textOf(input, "host") ?? "127.0.0.1";
  if (!/^[\w.:-]{1,253}$/.test(host))
    throw new CommandError("E_RANGE", `serve: --host takes a name or an address, got ${JSON.stringify(host.slice(0, 60))}`, 2);
  const site = openSite();
  const stopped = stopSignal();
  const server = createServer();
  const port = await listen(server, wanted, host);
  server.on("request", (request, response) => {
    const { status, headers, body } = answerFrom(
      site,
      { method: request.method ?? "GET", path: request.url ?? "/", headers: request.headers },
      host,
      port,
    );
    // What a client sends along is not read.
    request.resume();
    response.writeHead(status, headers).end(body);
  });
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}/`;
  if (io.json) io.printJson({ command: "serve", url });
  else io.print(`The playground is at ${url} (Ctrl-C ends it)`);
  await stopped;
  server.close();
  server.closeAllConnections();
  return 0;
}

function openSite(): Site {
  const folder = fileURLToPath(new URL("../web", import.meta.url));
  try {
    const site = readSite(folder);
    if (site.has("/")) return site;
  } catch (error) {
    throw new CommandError("E_IO", `serve: the playground is not there (${systemReason(error)}); in a checkout, npm run build makes it`, 3);
  }
  throw new CommandError("E_IO", "serve: the playground is not there; in a checkout, npm run build makes it", 3);
}

/** Heard from before the server listens, so that a signal right after the printed line is not lost. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const known: Record<string, string> = {
        EADDRINUSE: "the port is in use",
        EACCES: "the port needs more rights",
        EADDRNOTAVAIL: "this machine has no such address",
        ENOTFOUND: "the name is not known",
        EAI_AGAIN: "the name cannot be looked up",
      };
      reject(
        new CommandError("E_IO", `serve: cannot listen on ${host} port ${port}: ${known[error.code ?? ""] ?? systemReason(error)}`, 3),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

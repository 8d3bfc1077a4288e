import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type RunningServer, startServer } from "./start-server.ts";

const TIMEOUT_MS = 60_000;
const PROBE_MS = 1_000;

export interface ChromaOptions {
  /** Data and log live below it: `chroma/`, `logs/`. */
  readonly home: string;
  /** Taken if it is free; otherwise another one is. */
  readonly port?: number | undefined;
  /** Ends the start where it is. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Start a Chroma of our own on 127.0.0.1, with the data of the last time if there are any.
 *
 * @throws ServiceError `unavailable` or `deadline_exceeded` when it does not start.
 */
export async function startChroma(options: ChromaOptions): Promise<RunningServer> {
  const home = resolve(options.home);
  const dataFolder = join(home, "chroma");
  mkdirSync(dataFolder, { recursive: true });
  return startServer({
    preferredPort: options.port,
    signal: options.signal,
    timeoutMs: TIMEOUT_MS,
    url: (port) => `http://127.0.0.1:${port}`,
    isReady: (port) => isReady(port),
    spec: (port) => ({
      name: "chroma",
      command: process.execPath,
      args: [program(), "run", "--path", dataFolder, "--host", "127.0.0.1", "--port", String(port)],
      env: { PATH: process.env["PATH"], HOME: home, NO_COLOR: "1" },
      logFile: join(home, "logs", "chroma.log"),
      pidFile: join(home, "run", "chroma.pid"),
      stopSignal: "SIGTERM",
      graceMs: 5_000,
      cwd: home,
    }),
  });
}

/** The command line of the npm package `chromadb`, beside the file that the package exports. */
function program(): string {
  return join(dirname(createRequire(import.meta.url).resolve("chromadb")), "..", "cli.mjs");
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v2/heartbeat`, {
      signal: AbortSignal.timeout(PROBE_MS),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

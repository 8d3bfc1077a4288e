import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningServer, startServer } from "../start-server.ts";
import { answersReady } from "./answers-ready.ts";

const TIMEOUT_MS = 60_000;

export interface AlertmanagerOptions {
  /** Absolute; configuration, data and log live below it. */
  readonly home: string;
  readonly program: string;
  /** Text of its configuration. */
  readonly config: string;
  /** Taken if it is free; otherwise another one is. */
  readonly port?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Start an Alertmanager of our own on 127.0.0.1, alone, with what it knew the last time.
 *
 * @throws ServiceError `unavailable` or `deadline_exceeded` when it does not start.
 */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<RunningServer> {
  const { home } = options;
  const folder = join(home, "alertmanager");
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, "alertmanager.yml");
  writeFileSync(configFile, options.config);
  return startServer({
    preferredPort: options.port,
    signal: options.signal,
    timeoutMs: TIMEOUT_MS,
    url: (port) => `http://127.0.0.1:${port}`,
    isReady: answersReady,
    spec: (port) => ({
      name: "alertmanager",
      command: options.program,
      args: [
        `--config.file=${configFile}`,
        `--storage.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--web.external-url=http://127.0.0.1:${port}`, // as messages name it
        "--cluster.listen-address=", // it has no companions, and listens to none
        "--log.level=warn",
      ],
      env: { PATH: process.env["PATH"] },
      logFile: join(home, "logs", "alertmanager.log"),
      pidFile: join(home, "run", "alertmanager.pid"),
      stopSignal: "SIGTERM",
      graceMs: 5_000,
      cwd: home,
    }),
  });
}

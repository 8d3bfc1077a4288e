import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningServer, startServer } from "../start-server.ts";
import { answersReady } from "./answers-ready.ts";

const TIMEOUT_MS = 60_000;
/** The longest window of the rules is 3 days. */
const KEPT = "15d";

export interface PrometheusOptions {
  /** Absolute; configuration, data and log live below it. */
  readonly home: string;
  readonly program: string;
  /** Text of its configuration, where it serves at that port. */
  readonly config: (port: number) => string;
  /** Text of each rule file by its name. */
  readonly rules: ReadonlyMap<string, string>;
  /** Taken if it is free; otherwise another one is. */
  readonly port?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Start a Prometheus of our own on 127.0.0.1, with the data of the last time if there are any.
 *
 * @throws ServiceError `unavailable` or `deadline_exceeded` when it does not start.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<RunningServer> {
  const { home } = options;
  const folder = join(home, "prometheus");
  const configFile = join(folder, "prometheus.yml");
  rmSync(join(folder, "rules"), { recursive: true, force: true });
  mkdirSync(join(folder, "rules"), { recursive: true });
  for (const [name, text] of options.rules) writeFileSync(join(folder, "rules", name), text);
  return startServer({
    preferredPort: options.port,
    signal: options.signal,
    timeoutMs: TIMEOUT_MS,
    url: (port) => `http://127.0.0.1:${port}`,
    isReady: answersReady,
    spec: (port) => {
      writeFileSync(configFile, options.config(port));
      return {
        name: "prometheus",
        command: options.program,
        args: [
          `--config.file=${configFile}`,
          `--storage.tsdb.path=${join(folder, "data")}`,
          `--storage.tsdb.retention.time=${KEPT}`,
          `--web.listen-address=127.0.0.1:${port}`,
          `--web.external-url=http://127.0.0.1:${port}`, // as messages name it
          "--log.level=warn",
        ],
        env: { PATH: process.env["PATH"] },
        logFile: join(home, "logs", "prometheus.log"),
        pidFile: join(home, "run", "prometheus.pid"),
        stopSignal: "SIGTERM",
        graceMs: 10_000,
        cwd: home,
      };
    },
  });
}

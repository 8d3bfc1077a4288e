import type { Resources } from "@canarec/service-kit/lifecycle";
import { startChroma } from "./chroma.ts";
import { type ClusterLog, step } from "./cluster-log.ts";
import type { ClusterConfig } from "./config.ts";
import type { KeptPorts } from "./kept-ports.ts";
import { startKafka } from "./kafka.ts";
import { startPostgres } from "./postgres.ts";
import { startTogether } from "./start-together.ts";
import type { RunningServer } from "./start-server.ts";
import type { SupervisionEvents } from "./supervise.ts";
import { type ServerStart, superviseServer } from "./supervise-server.ts";

export interface ServerSetOptions {
  readonly home: string;
  readonly config: ClusterConfig;
  readonly ports: KeptPorts;
  readonly events: SupervisionEvents;
  readonly log: ClusterLog;
  readonly signal: AbortSignal;
}

export interface ServerSet {
  readonly databaseUrl: string;
  /** `host:port,host:port` */
  readonly kafkaBrokers: string;
  readonly chromaUrl: string;
}

/**
 * Postgres, Kafka and Chroma: started and supervised, except those whose address is given. They
 * belong to `opened` when this returns; none runs on when it throws.
 *
 * @throws ServiceError of the first that did not start.
 */
export async function startServers(
  opened: Resources,
  options: ServerSetOptions,
): Promise<ServerSet> {
  const { home, config } = options;
  const { cacheDir, javaHome } = config;
  const [databaseUrl, kafkaBrokers, chromaUrl] = await startTogether(opened, options.signal, [
    server(options, "postgres", config.databaseUrl, (at) => startPostgres({ home, ...at })),
    server(options, "kafka", config.kafkaBrokers, (at) =>
      startKafka({ home, cacheDir, javaHome, ...at }),
    ),
    server(options, "chroma", config.chromaUrl, (at) => startChroma({ home, ...at })),
  ]);
  if (databaseUrl === undefined || kafkaBrokers === undefined || chromaUrl === undefined) {
    throw new Error("unreachable: three were started");
  }
  return { databaseUrl, kafkaBrokers, chromaUrl };
}

function server(
  options: ServerSetOptions,
  name: string,
  given: string | undefined,
  start: (at: ServerStart) => Promise<RunningServer>,
) {
  return async (owner: Resources, signal: AbortSignal): Promise<string> => {
    if (given !== undefined) return given;
    return step(options.log, name, async () => {
      const running = await superviseServer(owner, { ...options, signal }, { name, start });
      return { said: `ready at 127.0.0.1:${running.port}`, value: running.url };
    });
  };
}

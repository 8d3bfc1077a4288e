import { type Database, openDatabase } from "@canarec/db-utils/database";
import { requireMigrated } from "@canarec/db-utils/migrations";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { createPoolMetrics } from "@canarec/db-utils/pool-metrics";
import { type Readiness, healthRoutes } from "@canarec/service-kit/health";
import {
  createApp,
  errorHandler,
  listen,
  requestIds,
  unknownPath,
} from "@canarec/service-kit/http";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { createRegistry } from "@canarec/service-kit/metrics";
import { requireMetricsToken } from "@canarec/service-kit/metrics-access";
import { observeRequests } from "@canarec/service-kit/request-metrics";
import type { StreamParserConfig } from "./config.ts";
import { createKafka } from "./consumer/kafka-client.ts";
import { ensureTopic } from "./consumer/topics.ts";
import { type ProbeOptions, startProbe } from "./consumer/probe.ts";
import { type Ingest, type IngestOptions, startIngest } from "./ingest.ts";
import { reportLag } from "./lag.ts";
import { startLookups } from "./lookup/lookups.ts";
import { createStreamMetrics } from "./metrics.ts";
import { type Outages, createOutages } from "./outages.ts";
import { statusRoute } from "./routes/status.ts";
import { createExposureWriter } from "./writer/exposure-writer.ts";
import { createStreamWriter } from "./writer/stream-writer.ts";
import { keepPartitions } from "./writer/keep-partitions.ts";

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly now?: () => Date;
}

export interface StreamParser extends AsyncDisposable {
  readonly url: string;
}

/** Eight lanes, the look-ups, and whoever asks for the status. */
const MAX_CONNECTIONS = 14;

/**
 * The composition root. Opens from the bottom up; if a step fails, what the earlier steps opened is released.
 *
 * @throws ServiceError when Postgres does not answer or lacks migrations. Kafka may be away: it is waited for.
 */
export async function startStreamParser(
  config: StreamParserConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<StreamParser> {
  await using opened = new Resources();
  const now = overrides.now ?? (() => new Date());
  const registry = createRegistry("stream-parser");
  const metrics = createStreamMetrics(registry);
  const outages = createOutages({ log, now, observe: metrics });
  const db = opened.use(await openStreamDatabase(config, log));
  createPoolMetrics(registry).watch("main", db.pool);
  await ensurePartitions(db, now());
  opened.use(keepPartitions(db, now, log));

  const kafka = createKafka("canarec-stream-parser", config.brokers, log);
  const ingests = startIngests(config, opened, { kafka, db, metrics, outages, log, now });
  const topics = ingests.map(({ topic }) => topic);
  const probe = opened.use(
    startProbe({ kafka, db, topics, observe: observeDependencies(outages) }),
  );
  opened.use(reportLag({ ingests, probe, metrics, now }));
  if (config.metadataUrl !== undefined)
    opened.use(startLookups({ db, url: config.metadataUrl, metrics, log, now }));

  const app = createApp()
    .use(observeRequests(registry))
    .use(requestIds())
    .use(
      healthRoutes(
        registry,
        () => readiness(outages, ingests),
        requireMetricsToken(config.metricsToken),
      ),
    )
    .use(statusRoute({ db, ingests, probe, outages, now }))
    .use(unknownPath())
    .use(errorHandler(log));
  const server = opened.use(await listen(app, { host: config.host, port: config.port }));
  return disposable(opened, { url: server.url });
}

type Common = Pick<IngestOptions<object>, "kafka" | "db" | "metrics" | "outages" | "log" | "now">;

/** The platform's stream, and the load balancer's exposures, whose topic is ours to make. */
function startIngests(config: StreamParserConfig, opened: Resources, common: Common): Ingest[] {
  const { kafka, db, metrics, now } = common;
  const stream = opened.use(
    startIngest({
      ...common,
      role: "stream",
      topic: config.topic,
      groupId: config.group,
      sessionMs: config.sessionMs,
      writer: createStreamWriter({ db, limits: config.limits, now, observe: metrics }),
    }),
  );
  const exposures = opened.use(
    startIngest({
      ...common,
      role: "exposures",
      topic: config.exposureTopic,
      groupId: `${config.group}-exposures`,
      sessionMs: config.sessionMs,
      writer: createExposureWriter({ db, now }),
      prepare: () => ensureTopic(kafka, config.exposureTopic),
    }),
  );
  return [stream, exposures];
}

async function openStreamDatabase(config: StreamParserConfig, log: Logger): Promise<Database> {
  await using opened = new Resources();
  const db = opened.use(
    await openDatabase(config.databaseUrl, {
      max: MAX_CONNECTIONS,
      applicationName: "canarec stream-parser",
      onIdleError: (error) => {
        log.debug({ reason: error.message }, "lost an idle connection to Postgres");
      },
    }),
  );
  await requireMigrated(db);
  opened.move();
  return db;
}

function observeDependencies(outages: Outages): ProbeOptions["observe"] {
  const tell = (dependency: "kafka" | "postgres", failure: unknown) => {
    if (failure === undefined) outages.recovered(dependency);
    else outages.report(dependency, failure);
  };
  return {
    kafka: (failure) => {
      tell("kafka", failure);
    },
    postgres: (failure) => {
      tell("postgres", failure);
    },
  };
}

function readiness(outages: Outages, ingests: readonly Ingest[]): Readiness {
  const troubles = outages.current();
  if (troubles.length > 0)
    return { ready: false, reason: `waiting because of ${troubles.join(", ")}` };
  return ingests.every(({ consumer }) => consumer.hasJoined())
    ? { ready: true }
    : { ready: false, reason: "joining the consumer group" };
}

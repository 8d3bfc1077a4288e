import { type Database, openDatabase } from "@canarec/db-utils/database";
import { requireMigrated } from "@canarec/db-utils/migrations";
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
import { type Logger } from "@canarec/service-kit/logging";
import { createRegistry } from "@canarec/service-kit/metrics";
import { requireMetricsToken } from "@canarec/service-kit/metrics-access";
import { observeRequests } from "@canarec/service-kit/request-metrics";
import { createZone } from "@canarec/stream-parser/contract/zone";
import { highestUserId, loadCatalogue } from "./catalogue/load-catalogue.ts";
import type { SimulatorConfig } from "./config.ts";
import { driveWorld } from "./drive-world.ts";
import { metadataRoutes } from "./metadata/metadata-routes.ts";
import { createSimulatorMetrics } from "./metrics.ts";
import { type Recommender, openRecommender } from "./recommendations/ask-recommender.ts";
import { type Publisher, openPublisher } from "./stream/publisher.ts";
import { type World, createWorld } from "./world/world.ts";

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly now?: () => number;
}

export interface Simulator extends AsyncDisposable {
  /** Of the metadata API. */
  readonly url: string;
  /** The truth, for tests; undefined until the catalogue has been read. */
  readonly world: () => World | undefined;
}

/** An empty catalogue is asked for again: the import may be under way. */
const CATALOGUE_PAUSE_MS = 2_000;

/**
 * Opens from the bottom up. The metadata API answers at once; the world begins when the database has
 * movies.
 *
 * @throws ServiceError when the database or the port cannot be opened.
 */
export async function startSimulator(
  config: SimulatorConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<Simulator> {
  const now = overrides.now ?? Date.now;
  await using opened = new Resources();
  const registry = createRegistry("simulator");
  const metrics = createSimulatorMetrics(registry);
  const db = opened.use(await openDatabase(config.databaseUrl, { applicationName: "simulator" }));
  createPoolMetrics(registry).watch("main", db.pool);
  await requireMigrated(db);
  const recommender = opened.use(openRecommender(config.recommendUrl, config.deadlineMs));
  const { kafkaBrokers: brokers, streamTopic: topic, streamPartitions: partitions } = config;
  const publisher = opened.use(openPublisher({ brokers, topic, partitions, log, metrics }));
  let world: World | undefined;
  const app = createApp()
    .use(observeRequests(registry))
    .use(requestIds())
    .use(
      healthRoutes(
        registry,
        () => readiness(world, publisher),
        requireMetricsToken(config.metricsToken),
      ),
    )
    .use(
      metadataRoutes({
        platform: () => world?.platform,
        rateLimit: config.metadataRateLimit,
        now,
        onAnswer: (path, status) => metrics.metadataAnswered(path, status),
      }),
    )
    .use(unknownPath())
    .use(errorHandler(log));
  const { host, port } = config;
  const server = opened.use(await listen(app, { host, port }));
  const begin = (made: World) => {
    world = made;
    const { streamZone, damagedShare } = config;
    log.info(
      { watching: made.watching(), movies: made.platform.catalogue.movies.length },
      "begins",
    );
    return driveWorld({ world, publisher, recommender, metrics, now, streamZone, damagedShare });
  };
  opened.use(whenCatalogueIsThere({ config, db, log, recommender, now }, begin));
  return disposable(opened, { url: server.url, world: () => world });
}

function readiness(world: World | undefined, publisher: Publisher): Readiness {
  if (!world) return { ready: false, reason: "the database has no movies yet" };
  if (!publisher.connected()) return { ready: false, reason: "Kafka is away" };
  return { ready: true };
}

interface Beginning {
  readonly config: SimulatorConfig;
  readonly db: Database;
  readonly log: Logger;
  readonly recommender: Recommender;
  readonly now: () => number;
}

/** Make the world as soon as there are movies, and hand it to `begin`; disposing ends both. */
function whenCatalogueIsThere(
  beginning: Beginning,
  begin: (world: World) => AsyncDisposable,
): AsyncDisposable {
  const resources = new Resources();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let said = false;
  const attempt = async () => {
    const world = await tryWorld(beginning).catch((failure: unknown) => {
      beginning.log.warn({ err: failure }, "cannot read the catalogue");
      return undefined;
    });
    if (stopped) return;
    if (world) {
      resources.use(begin(world));
      return;
    }
    if (!said) beginning.log.info("waiting for movies in the database");
    said = true;
    timer = setTimeout(() => {
      running = attempt();
    }, CATALOGUE_PAUSE_MS);
  };
  let running = attempt();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await running;
      await resources[Symbol.asyncDispose]();
    },
  };
}

async function tryWorld({ config, db, recommender, now }: Beginning): Promise<World | undefined> {
  const movies = await loadCatalogue(db);
  if (movies.length === 0) return undefined;
  // Accounts of earlier runs stay; ids far beyond these are not of this platform.
  const users = Math.max(config.users, await highestUserId(db, 10 * config.users));
  return createWorld({
    seed: config.seed,
    users,
    movies,
    startMs: now(),
    zone: createZone(config.streamZone),
    server: recommender.server,
    linesPerSecond: config.rate,
    longestVisitMinutes: config.longestVisitMinutes,
    dailySwing: config.dailySwing,
    ratingMax: config.ratingMax,
    newUsersPerDay: config.newUsersPerDay,
    newMoviesPerDay: config.newMoviesPerDay,
  });
}

import type { RequestListener } from "node:http";
import path from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import {
  type HiddenMovieRepository,
  createHiddenMovieRepository,
} from "@canarec/db-utils/hidden-movies/repository";
import { createPoolMetrics } from "@canarec/db-utils/pool-metrics";
import { readBilledPeople } from "@canarec/db-utils/movies/read-people";
import { readKnownUser } from "@canarec/db-utils/users/read-known-user";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { healthRoutes } from "@canarec/service-kit/health";
import {
  createApp,
  errorHandler,
  serve,
  unknownPath,
  createOwnServer,
} from "@canarec/service-kit/http";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { type Registry, createRegistry } from "@canarec/service-kit/metrics";
import { requireMetricsToken } from "@canarec/service-kit/metrics-access";
import type { ErrorRequestHandler } from "express";
import { createBundleLoader } from "./bundle/load-bundle.ts";
import { postgresBundles } from "./bundle/postgres-source.ts";
import { type FeedTargets, openChangeFeed } from "./change-feed.ts";
import type { InferenceConfig } from "./config.ts";
import { HistoryCache } from "./history/history-cache.ts";
import { gated } from "./history/load-gate.ts";
import { packHistory } from "./history/read-history.ts";
import { type Live, gaugesOf, readinessOf } from "./live.ts";
import { type InferenceMetrics, createInferenceMetrics } from "./metrics.ts";
import {
  type BackgroundEmbedding,
  openBackgroundEmbedding,
} from "./overlay/background-embedding.ts";
import { explainNotRoute } from "./routes/explain-not.ts";
import { hiddenMovieRoutes } from "./routes/hidden-movies.ts";
import { movieRoutes } from "./routes/movies.ts";
import { recommendDirectly, recommendRoute } from "./routes/recommend.ts";
import { recommendationsRoute } from "./routes/recommendations.ts";
import { surveyRoute } from "./routes/survey.ts";
import { lookUpTastes } from "./search/look-up-tastes.ts";
import { createTextSearch } from "./search/text-search.ts";
import type { DescribedTastes } from "./serving/described-tastes.ts";
import { type CurrentModel, openCurrentModel } from "./serving/keep-current.ts";
import { createRecommender } from "./serving/recommender.ts";
import { type TextAnswer, createUserAnswers } from "./serving/user-answers.ts";
import {
  type StatisticsRefresh,
  createStatisticsRefresh,
} from "./statistics/statistics-refresh.ts";

/** What a test may put in place of the real thing. */
export interface Overrides {
  /** A clock that never goes back, in milliseconds. */
  readonly nowMs?: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs?: () => number;
  /** Where notifications are listened to, if not at the database's own address. */
  readonly feedUrl?: string;
}

export interface Inference extends AsyncDisposable {
  readonly url: string;
}

/** Share of an answer's budget that reading a history may take. */
const HISTORY_SHARE = 0.5;

/** With the database away, one reading is tried this often. */
const HISTORY_PAUSE_MS = 250;

/** Connections for everything that no answer waits for. */
const BACKGROUND_CONNECTIONS = 4;

/**
 * The composition root. Opens from the bottom up; if a step fails, what the earlier steps opened is
 * released.
 *
 * @throws ServiceError without a database or a bundle.
 */
export async function startInference(
  config: InferenceConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<Inference> {
  await using opened = new Resources();
  const clocks = {
    nowMs: overrides.nowMs ?? (() => performance.now()),
    wallMs: overrides.wallMs ?? Date.now,
  };
  const { nowMs, wallMs } = clocks;
  const { background: database, histories: historyDatabase } = await openDatabases(config, {
    opened,
    log,
  });
  const registry = createRegistry("inference");
  const pools = createPoolMetrics(registry);
  pools.watch("background", database.pool);
  pools.watch("histories", historyDatabase.pool);
  const live: Live = { epoch: 0 };
  const metrics = createInferenceMetrics(registry, gaugesOf(live, nowMs, wallMs));
  const statistics = createStatisticsRefresh(database, config.streamTopic, wallMs);
  const source = postgresBundles(database);
  const loader = createBundleLoader(source, path.join(config.home, "bundles"), log);
  const served = { bundleId: config.bundleId, hideAdult: config.hideAdult };
  const keeping = { database, source, loader, statistics, metrics, log, nowMs, ...served };
  const current = opened.use(await openCurrentModel(keeping));
  const histories = openHistories(config, historyDatabase, { live, metrics, nowMs, log });
  const embedding = opened.use(openBackgroundEmbedding({ config, database, metrics, log, wallMs }));
  const targets = feedTargets({ live, histories, statistics, embedding, current });
  const feedUrl = overrides.feedUrl ?? config.databaseUrl;
  live.feed = opened.use(openChangeFeed(targets, { url: feedUrl, nowMs, metrics, log }));
  Object.assign(live, { current, histories });
  const hidden = createHiddenMovieRepository(database);
  const answering = { current, histories, embedding, hidden, database };
  const serving = { config, live, registry, metrics, log, nowMs, ...answering };
  const server = createOwnServer(listenerOf(serving));
  const { url } = opened.use(await serve(server, config));
  return disposable(opened, { url });
}

interface Followers {
  readonly live: Live;
  readonly histories: HistoryCache<TextAnswer>;
  readonly statistics: StatisticsRefresh;
  readonly embedding: BackgroundEmbedding;
  readonly current: CurrentModel;
}

/** What each of the feed's news is for. */
function feedTargets({ live, histories, statistics, embedding, current }: Followers): FeedTargets {
  return {
    changed: (change) => {
      histories.apply(change);
      statistics.touch(change.movieKey);
    },
    userChanged: (userId) => histories.outdate(userId),
    moviesAnnounced: () => {
      embedding.announce();
      current.moviesAnnounced();
    },
    bundleAnnounced: () => current.bundleAnnounced(),
    connected: () => {
      live.epoch += 1;
      statistics.touchAll();
      current.bundleAnnounced();
    },
  };
}

/** Who has asked gets another list once the movies near to what they write are there. */
function descriptionsOf({ embedding, histories, metrics, log, nowMs }: AppParts): DescribedTastes {
  return lookUpTastes({
    ...{ embedder: embedding.embedder, vectors: embedding.vectors, nowMs },
    onFound(userIds) {
      metrics.descriptionLookedUp("found");
      for (const userId of userIds) histories.forgetAnswer(userId);
    },
    onFailed(failure) {
      metrics.descriptionLookedUp("failed");
      log.warn({ reason: messageOf(failure) }, "no movies by what users write, for a while");
    },
  });
}

/** Within the time of a history, and not for a moment after a failure: an explanation can do without people. */
function peopleReader({ config, database, nowMs }: AppParts) {
  return gated((movieKeys: readonly number[]) => readBilledPeople(database.pool, movieKeys), {
    timeoutMs: config.deadlineMs * HISTORY_SHARE,
    pauseMs: HISTORY_PAUSE_MS,
    nowMs,
  });
}

interface AppParts extends HistoryParts {
  readonly config: InferenceConfig;
  readonly registry: Registry;
  readonly current: CurrentModel;
  readonly histories: HistoryCache<TextAnswer>;
  readonly embedding: BackgroundEmbedding;
  readonly hidden: HiddenMovieRepository;
  readonly database: Database;
}

function listenerOf(parts: AppParts): RequestListener {
  const { metrics, log, nowMs, histories, live } = parts;
  const model = () => parts.current.model();
  const answers = createUserAnswers({
    ...{ histories, model, nowMs },
    descriptions: descriptionsOf(parts),
    recommender: createRecommender({
      barring: parts.config.barring,
      budget: {
        budgetMs: parts.config.scoringBudgetMs,
        nowMs,
        onSkipped: (name) => metrics.modelSkipped(name),
      },
    }),
  });
  const routing = { answers, metrics, model, nowMs, log, build: parts.config.build };
  const countFailures: ErrorRequestHandler = (thrown, _req, _res, next) => {
    metrics.failed(ServiceError.from(thrown).code);
    next(thrown);
  };
  const app = createApp()
    .use(recommendRoute(routing))
    .use(recommendationsRoute({ ...routing, readPeople: peopleReader(parts) }))
    .use(explainNotRoute(routing))
    .use(
      hiddenMovieRoutes({
        ...routing,
        hidden: parts.hidden,
        changed: histories.outdate.bind(histories),
      }),
    )
    .use(movieRoutes({ ...routing, search: createTextSearch(parts.embedding) }))
    .use(surveyRoute(routing))
    .use(
      healthRoutes(
        parts.registry,
        () => readinessOf(live),
        requireMetricsToken(parts.config.metricsToken),
      ),
    )
    .use(unknownPath())
    .use(countFailures, errorHandler(log));
  return recommendDirectly(routing, app);
}

async function openDatabases(
  config: InferenceConfig,
  { opened, log }: { readonly opened: Resources; readonly log: Logger },
) {
  const onIdleError = (err: Error) => log.debug({ err }, "idle connection lost");
  const background = await openDatabase(config.databaseUrl, {
    max: BACKGROUND_CONNECTIONS,
    applicationName: "canarec inference",
    onIdleError,
  });
  opened.use(background);
  const historyMs = Math.ceil(config.deadlineMs * HISTORY_SHARE);
  const histories = await openDatabase(config.databaseUrl, {
    max: config.historyConnections,
    statementTimeoutMs: historyMs,
    connectTimeoutMs: Math.max(historyMs, 1_000),
    applicationName: "canarec inference histories",
    onIdleError,
  });
  opened.use(histories);
  return { background, histories };
}

function openHistories(
  config: InferenceConfig,
  database: Database,
  { live, metrics, nowMs, log }: HistoryParts,
): HistoryCache<TextAnswer> {
  const timeoutMs = config.deadlineMs * HISTORY_SHARE;
  return new HistoryCache<TextAnswer>({
    maxRows: config.historyRows,
    load: gated(
      async (userId: number) => {
        const { entries, ...known } = await readKnownUser(database, userId);
        return { history: packHistory(entries), ...known };
      },
      { timeoutMs, pauseMs: HISTORY_PAUSE_MS, nowMs },
    ),
    feed: { isLive: () => live.feed?.isLive() ?? false, epoch: () => live.epoch },
    nowMs,
    onLookup: (outcome) => metrics.historyLookedUp(outcome),
    onLoadFailed: (err) => log.debug({ err }, "history could not be read"),
  });
}

interface HistoryParts {
  readonly live: Live;
  readonly metrics: InferenceMetrics;
  readonly nowMs: () => number;
  readonly log: Logger;
}

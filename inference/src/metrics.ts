import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS,
  type Registry,
} from "@canarec/service-kit/metrics";
import type { ErrorCode } from "@canarec/service-kit/errors";
import type { ModelName } from "./models/model.ts";
import type { ListReason } from "./contract/internal-header.ts";

export type Route =
  | "recommend"
  | "recommendations"
  | "explain_not"
  | "hidden"
  | "movie"
  | "similar"
  | "search"
  | "popular"
  | "survey";

/** What is kept current in the background. */
export type Refreshed = "statistics" | "new_movies" | "bundle";

/** What the gauges read when they are scraped. */
export interface Gauges {
  readonly usersInMemory: () => number;
  readonly rowsInMemory: () => number;
  /** Seconds since all committed changes were in memory; undefined while the feed is down. */
  readonly feedAgeSeconds: () => number | undefined;
  readonly bundleAgeSeconds: () => number | undefined;
  readonly statisticsAgeSeconds: () => number | undefined;
  readonly newMovies: () => number;
}

/** One method per event. */
export interface InferenceMetrics {
  answered(route: Route, seconds: number): void;
  /** Answered with an error, by its code. */
  failed(code: ErrorCode): void;
  listMade(reason: ListReason, personalised: boolean): void;
  /** A model was left out of a list, for there was no time for it. */
  modelSkipped(model: ModelName): void;
  historyLookedUp(outcome: "hit" | "miss" | "stale" | "unavailable"): void;
  changesArrived(count: number): void;
  feedLost(): void;
  bundleLoaded(outcome: "loaded" | "refused"): void;
  statisticsRefreshed(movies: number): void;
  refreshFailed(what: Refreshed): void;
  searchDegraded(): void;
  /** Movies were looked up by what somebody writes of themselves. */
  descriptionLookedUp(outcome: "found" | "failed"): void;
  moviesEmbedded(count: number): void;
  embeddingBacklog(movies: number): void;
}

const PREFIX = "canarec_inference_";

export function createInferenceMetrics(registry: Registry, gauges: Gauges): InferenceMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const failed = counter("failed_requests_total", "Requests answered with an error", ["code"]);
  const lists = counter("lists_total", "Lists by why they are as they are", [
    "reason",
    "personalised",
  ]);
  const skipped = counter("models_skipped_total", "Models left out of a list for want of time", [
    "model",
  ]);
  const histories = counter("history_lookups_total", "Where a history came from", ["outcome"]);
  const changes = counter("changes_total", "Changes that the feed handed over");
  const losses = counter("feed_losses_total", "Connections of the change feed that broke");
  const bundles = counter("bundle_loads_total", "Bundles loaded or refused", ["outcome"]);
  const counts = counter("statistics_movies_total", "Movies whose counts were read");
  const failures = counter("refresh_failures_total", "Refreshes that failed", ["what"]);
  const degraded = counter("searches_by_title_alone_total", "Searches without text comparison");
  const descriptions = counter("descriptions_total", "Look-ups by what users write", ["outcome"]);
  const embedded = counter("movies_embedded_total", "New movies embedded by this replica");
  const latency = new Histogram({
    name: `${PREFIX}request_seconds`,
    help: "Time to a good answer; its count is that of good answers",
    labelNames: ["route"],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const backlog = backlogGauge(registry);
  registerGauges(registry, gauges);
  return {
    answered: (route, seconds) => latency.observe({ route }, seconds),
    failed: (code) => failed.inc({ code }),
    listMade: (reason, personalised) => lists.inc({ reason, personalised: String(personalised) }),
    modelSkipped: (model) => skipped.inc({ model }),
    historyLookedUp: (outcome) => histories.inc({ outcome }),
    changesArrived: (count) => changes.inc(count),
    feedLost: () => losses.inc(),
    bundleLoaded: (outcome) => bundles.inc({ outcome }),
    statisticsRefreshed: (movies) => counts.inc(movies),
    refreshFailed: (what) => failures.inc({ what }),
    searchDegraded: () => degraded.inc(),
    descriptionLookedUp: (outcome) => descriptions.inc({ outcome }),
    moviesEmbedded: (count) => embedded.inc(count),
    embeddingBacklog: (movies) => backlog.set(movies),
  };
}

function backlogGauge(registry: Registry): Gauge {
  return new Gauge({
    name: `${PREFIX}embedding_backlog`,
    help: "Movies that wait to be embedded, as the leading replica saw it",
    registers: [registry],
  });
}

function registerGauges(registry: Registry, gauges: Gauges): void {
  const read: [string, string, () => number | undefined][] = [
    ["users_in_memory", "Users whose history is in memory", gauges.usersInMemory],
    ["history_rows_in_memory", "Rows of histories in memory", gauges.rowsInMemory],
    ["feed_age_seconds", "Age of the histories; NaN while the feed is down", gauges.feedAgeSeconds],
    ["bundle_age_seconds", "Since the bundle's latest event", gauges.bundleAgeSeconds],
    ["statistics_age_seconds", "Since the last refresh", gauges.statisticsAgeSeconds],
    ["new_movies", "Movies that came after the bundle", gauges.newMovies],
  ];
  for (const [name, help, value] of read) {
    new Gauge({
      name: PREFIX + name,
      help,
      registers: [registry],
      collect() {
        this.set(value() ?? NaN);
      },
    });
  }
}

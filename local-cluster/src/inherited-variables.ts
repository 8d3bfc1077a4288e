import type { Env } from "@canarec/service-kit/config";

/** What a program needs of its surroundings: where things are, language, time zone, ways out. */
const OF_THE_SYSTEM = [
  ...["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH"],
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"],
  ...["http_proxy", "https_proxy", "no_proxy", "all_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...[
    "NODE_OPTIONS",
    "NODE_EXTRA_CA_CERTS",
    "NODE_USE_ENV_PROXY",
    "NODE_COMPILE_CACHE",
    "NODE_ENV",
  ],
  // Of a Postgres of one's own, so that its password need not stand in DATABASE_URL.
  ...["PGPASSWORD", "PGPASSFILE"],
];

/** The product's own, whose names mean nothing to others. */
const OF_THE_PRODUCT = [
  ...["STREAM_TOPIC", "EXPOSURE_TOPIC", "STREAM_ZONE", "RATING_MAX", "METADATA_URL"],
  ...["STREAM_GROUP", "STREAM_SESSION_MS", "STREAM_EARLIEST", "STREAM_PARTITIONS"],
  ...["STREAM_MAX_AHEAD_MS", "STREAM_MAX_MINUTE", "STREAM_MAX_LINE_BYTES"],
  ...["DEADLINE_MS", "API_DEADLINE_MS", "LOG_LEVEL", "MINILM_PATH"],
  ...["HISTORY_ROWS", "HISTORY_CONNECTIONS", "SCORING_BUDGET_MS"],
  ...["HIDE_ADULT", "WATCHED_ABOVE_SHARE"],
  ...["WORKERS", "REPLICA_CONCURRENCY", "QUEUE_LIMIT", "HEALTH_INTERVAL_MS", "POPULAR_REFRESH_MS"],
  ...["RATE_LIMIT_RECOMMEND", "RATE_LIMIT_API", "RATE_LIMIT_CHANGES", "RATE_LIMIT_OTHER"],
  ...["DRAIN_DELAY_MS", "DRAIN_MS", "EXPOSURE_SPOOL_MIB", "EXPOSURE_BUFFER"],
  ...["CANAREC_RUNTIME", "CANAREC_INSTALLATION", "FIRST_RELEASE", "BASE_IMAGE"],
  ...["DOCKER_HOST", "DOCKER_NETWORK", "DOCKER_BUILD_NETWORK"],
  ...[
    "METRICS_TOKEN_FILE",
    "CONTROL_TOKEN_FILE",
    "RELEASE_PLANS",
    "RELEASE_REPOSITORY",
    "REPLICA_MEMORY_MIB",
  ],
  ...["REPLICA_READY_SECONDS", "REPLICA_HANG_SECONDS"],
  ...[
    "SLACK_WEBHOOK_URL",
    "ALERTS_BY",
    "FRESHNESS_SECONDS",
    "DIGEST_SCHEDULE",
    "RETENTION_SCHEDULE",
    "STATISTICS_SCHEDULE",
  ],
  ...["BACKUP_SCHEDULE", "BACKUP_FOLDER", "BACKUP_DAILY", "BACKUP_WEEKLY", "BUNDLE_SCHEDULE"],
  ...["RELEASE_SCHEDULE", "RELEASE_PLAN", "TAG_REPOSITORY", "TAG_SECONDS"],
  ...[
    "LONGEST_VISIT_MINUTES",
    "DAILY_SWING",
    "NEW_USERS_PER_DAY",
    "NEW_MOVIES_PER_DAY",
    "DAMAGED_SHARE",
  ],
  "METADATA_RATE_LIMIT",
];

/** All that a service may see; documented in docs/local-cluster.md and with each service. */
export const INHERITED_VARIABLES: ReadonlySet<string> = new Set([
  ...OF_THE_SYSTEM,
  ...OF_THE_PRODUCT,
]);

/**
 * What services inherit of the environment that the cluster was started in: these and no others.
 * A shell's HOST, PORT, USERS, RATE, SEED or BUILD is not meant for them; addresses, ports and names
 * are the cluster's to give. On a Kafka that is somebody's own, the probe puts lines only where it is asked to.
 */
export function inheritedEnv(env: Env): Env {
  const inherited = Object.entries(env).filter(([name]) => INHERITED_VARIABLES.has(name));
  const silent = Boolean(env["KAFKA_BROKERS"]) && !env["FRESHNESS_SECONDS"];
  return { ...Object.fromEntries(inherited), ...(silent && { FRESHNESS_SECONDS: "0" }) };
}

import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { createPoolMetrics } from "@canarec/db-utils/pool-metrics";
import { type Readiness, healthRoutes } from "@canarec/service-kit/health";
import { createApp, errorHandler, listen, unknownPath } from "@canarec/service-kit/http";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { type Registry, createRegistry } from "@canarec/service-kit/metrics";
import { requireMetricsToken } from "@canarec/service-kit/metrics-access";
import { observeRequests } from "@canarec/service-kit/request-metrics";
import { registerBackupMetrics } from "./backups/backup-metrics.ts";
import type { MonitoringConfig } from "./config.ts";
import { createFreshnessMetrics } from "./freshness/metrics.ts";
import { startProbe } from "./freshness/start-probe.ts";
import { openStreamSender } from "./freshness/stream-sender.ts";
import { JOBS, type Job, backupJob, releaseJob, withSchedules } from "./jobs/job-table.ts";
import { runCommand } from "./jobs/run-command.ts";
import { runSteps } from "./jobs/run-steps.ts";
import { createJobRunner } from "./jobs/run-job.ts";
import { readMissed } from "./jobs/read-missed.ts";
import { scheduleJobs } from "./jobs/schedule-jobs.ts";
import { createJudgeMetrics } from "./judge/metrics.ts";
import { type Judge, startJudge } from "./judge/start-judge.ts";
import { type MonitoringMetrics, createMonitoringMetrics } from "./metrics.ts";
import { observeAvailability } from "./observation/observe-availability.ts";
import { observeDataQuality } from "./observation/observe-data-quality.ts";
import { observeJobs } from "./observation/observe-jobs.ts";
import { observeLists } from "./observation/observe-lists.ts";
import { observeReleases } from "./observation/observe-releases.ts";
import { observeDisk, observeServer, observeTables } from "./observation/observe-server.ts";
import { type Observer, startObservation } from "./observation/start-observation.ts";
import { deliverNotices } from "./slack/deliver-notices.ts";
import { type Outbox, openOutbox } from "./slack/open-outbox.ts";
import { createSlackSender } from "./slack/slack-sender.ts";
import { watchTags } from "./tags/watch-tags.ts";
import { watchDatabase } from "./watch-database.ts";
import { WATCH_LIMITS, type WatchLimits } from "./watch/limits.ts";
import { createWatchMetrics } from "./watcher/metrics.ts";
import { type WatchOptions, startWatch } from "./watcher/start-watch.ts";

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly jobs?: readonly Job[];
  readonly makeUpAfterMs?: number;
  readonly watch?: { readonly everyMs: number; readonly limits: WatchLimits };
}

export interface Monitoring extends AsyncDisposable {
  /** /healthz, /readyz and /metrics. */
  readonly url: string;
}

/** Of a minute, so much may go into summarising before the verdict is made. */
const JUDGE_BUDGET_MS = 30_000;
/** From the start to runs that were missed: a service that ends again and again does not begin them each time. */
const MAKE_UP_AFTER_MS = 60_000;
const NOTICE_TIMEOUT_MS = 5_000;
/** Between two looks at the whole service. */
const LOOK_MS = 5_000;

/** The composition root: database, notices, jobs, and the port that tells of them. */
export async function startMonitoring(
  config: MonitoringConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<Monitoring> {
  await using opened = new Resources();
  const registry = createRegistry("monitoring");
  const metrics = createMonitoringMetrics(registry);
  registerBackupMetrics(registry, config.backups.folder);
  const db = opened.use(await openObservedDatabase(config.databaseUrl, registry));
  const watch = opened.use(watchDatabase(db, metrics));
  const outbox = openNotices(opened, config, db, { metrics, log });
  const runner = createJobRunner({
    db,
    outbox,
    metrics,
    log,
    now: () => new Date(),
    execute: executorOf(config),
  });
  const judge = opened.use(openJudge(config, db, log, registry));
  const jobs = jobsOf(config, overrides);
  opened.use(startObservation(observersOf(config, db, jobs), registry, log));
  const readiness = (): Readiness => {
    if (!watch.reachable()) return { ready: false, reason: "the database cannot be reached" };
    if (!judge.works()) return { ready: true, degraded: "releases cannot be judged" };
    const failing = runner.failing();
    return failing.length === 0
      ? { ready: true }
      : { ready: true, degraded: `failing jobs: ${failing.join(", ")}` };
  };
  const app = createApp()
    .use(observeRequests(registry))
    .use(healthRoutes(registry, readiness, requireMetricsToken(config.metricsToken)))
    .use(unknownPath())
    .use(errorHandler(log));
  const server = opened.use(await listen(app, { host: config.host, port: config.port }));
  const { makeUpAfterMs: afterMs = MAKE_UP_AFTER_MS } = overrides;
  const missed = () => readMissed(db, jobs, new Date());
  opened.use(scheduleJobs(jobs, runner, { missed, afterMs }));
  openTagWatch(opened, config, db, log);
  openProbe(opened, config, db, { registry, log });
  opened.use(openWatch(config, { db, outbox, jobs, registry, log }, overrides));
  return disposable(opened, { url: server.url });
}

async function openObservedDatabase(url: string, registry: Registry): Promise<Database> {
  const db = await openDatabase(url, { max: 4, applicationName: "canarec-monitoring" });
  createPoolMetrics(registry).watch("main", db.pool);
  return db;
}

/** Runs a job's commands as children. */
function executorOf({ canarec: program, commandEnv: env }: MonitoringConfig) {
  return (job: Job, stop: AbortSignal) =>
    runSteps(
      job,
      (args, limitMs) => runCommand({ program, args, env, limitMs }, stop),
      () => performance.now(),
    );
}

function jobsOf(config: MonitoringConfig, overrides: Overrides): readonly Job[] {
  const { releaseSchedule: schedule, releasePlan, schedules } = config;
  const jobs = withSchedules(overrides.jobs ?? [...JOBS, backupJob(config.backups)], schedules);
  return schedule === undefined ? jobs : [...jobs, releaseJob(schedule, releasePlan)];
}

/** Of a repository whose tags ask for releases, where there is one. */
function openTagWatch(
  opened: Resources,
  { tags, releasePlan: plan }: MonitoringConfig,
  db: Database,
  log: Logger,
): void {
  if (tags === undefined) return;
  const { controlUrl: url, tokenFile, ...where } = tags;
  const control = { url, tokenFile };
  opened.use(watchTags({ ...where, ...{ db, log, control, plan, now: () => new Date() } }));
}

/** Of how soon an event is servable, where that is measured. */
function openProbe(
  opened: Resources,
  { probe, streamTopic }: MonitoringConfig,
  db: Database,
  { registry, log }: { readonly registry: Registry; readonly log: Logger },
): void {
  if (probe === undefined) return;
  const { brokers, everyMs, zone } = probe;
  const sender = opened.use(openStreamSender(brokers, streamTopic));
  const metrics = createFreshnessMetrics(registry, Date.now);
  opened.use(startProbe({ ...{ db, sender, zone, everyMs, metrics, log }, nowMs: Date.now }));
}

/** What anybody has to tell, from the table to Slack; and the way into the table. */
function openNotices(
  opened: Resources,
  { slackWebhookUrl: url }: MonitoringConfig,
  db: Database,
  { metrics, log }: { readonly metrics: MonitoringMetrics; readonly log: Logger },
): Outbox {
  const parts = {
    notices: createNoticeRepository(db),
    send: url === undefined ? undefined : createSlackSender(url, NOTICE_TIMEOUT_MS),
    ...{ now: () => new Date(), random: Math.random, metrics, log },
  };
  opened.use(deliverNotices(parts));
  return opened.use(openOutbox(parts));
}

function observersOf(
  { deadlineMs, home }: MonitoringConfig,
  db: Database,
  jobs: readonly Job[],
): readonly Observer[] {
  return [
    observeAvailability(db, deadlineMs, Date.now),
    observeReleases(db),
    observeLists(db, Date.now),
    observeDataQuality(db, Date.now),
    observeJobs(db, jobs),
    ...[observeServer(db), observeTables(db), observeDisk(home)],
  ];
}

/** Of the service as a whole. All is on record; the six fixed things are told from here unless Alertmanager tells them. */
function openWatch(
  { alertsBy, dataPlaneUrls: dataPlanes, parserUrls: parsers, metricsToken }: MonitoringConfig,
  parts: Pick<WatchOptions, "db" | "outbox" | "jobs" | "log"> & { readonly registry: Registry },
  { watch = { everyMs: LOOK_MS, limits: WATCH_LIMITS } }: Overrides,
): AsyncDisposable {
  const { registry, ...rest } = parts;
  const isAlone = alertsBy === "monitoring";
  return startWatch({
    ...{ ...rest, ...watch, addresses: { dataPlanes, parsers }, metricsToken },
    // Of old backups Alertmanager tells too.
    tells: ({ trouble, kind }) => isAlone || (kind === "job-late" && trouble !== "job-late:backup"),
    probeSeconds: () => gaugeOf(registry, "canarec_freshness_waiting_seconds"),
    metrics: createWatchMetrics(registry),
    now: () => new Date(),
  });
}

/** A gauge of our own without labels; undefined where there is none. */
async function gaugeOf(registry: Registry, name: string): Promise<number | undefined> {
  const found = await registry.getSingleMetric(name)?.get();
  return found?.values[0]?.value;
}

function openJudge(config: MonitoringConfig, db: Database, log: Logger, registry: Registry): Judge {
  return startJudge({
    db,
    rules: { ...config, budgetMs: JUDGE_BUDGET_MS },
    metrics: createJudgeMetrics(registry),
    log,
    now: () => new Date(),
  });
}

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@canarec/db-utils/database";
import { createPoolMetrics } from "@canarec/db-utils/pool-metrics";
import { createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { createControlRepository } from "@canarec/db-utils/releases/control-repository";
import { createGateRepository } from "@canarec/db-utils/releases/gate-repository";
import { createReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { createServiceReleaseRepository } from "@canarec/db-utils/releases/service-release-repository";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { type Readiness, healthRoutes } from "@canarec/service-kit/health";
import { createApp, errorHandler, listen, unknownPath } from "@canarec/service-kit/http";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { type Registry, createRegistry } from "@canarec/service-kit/metrics";
import { requireMetricsToken } from "@canarec/service-kit/metrics-access";
import { observeRequests } from "@canarec/service-kit/request-metrics";
import { parsePlans } from "../rollout/plans.ts";
import { ENDED } from "../rollout/rollout.ts";
import { resolveRef } from "../runtimes/repository.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { ControlConfig } from "./config.ts";
import { controlRoutes } from "./control-routes.ts";
import { Controller } from "./controller.ts";
import { countingPushes, openDataPlanes } from "./data-planes.ts";
import { listenForMetrics } from "./listen-for-metrics.ts";
import { openLeadership } from "./leadership.ts";
import { type ControlMetrics, createControlMetrics } from "./metrics.ts";
import { openOperators } from "./open-operators.ts";
import { postgresAway } from "./postgres-away.ts";
import { readReleases } from "./read-releases.ts";
import { watchRollouts } from "./rollout-metrics.ts";
import { lagReader } from "./read-lag.ts";
import { openRuntime } from "./open-runtime.ts";
import { ReplicaSet } from "./replica-set.ts";
import { serviceReleaseRoutes } from "./service-release-routes.ts";
import { roundsOf } from "./one-round.ts";
import { RoutingWriter } from "./routing-writer.ts";
import { steadyClock } from "./steady-clock.ts";
import { watchLiveness } from "./watch-liveness.ts";
import { type SubmitParts, submit, submitFirst } from "./submit.ts";

/** Between two rounds while nothing happens. */
const ROUND_MS = 1_000;

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly runtime?: Runtime;
  readonly nowMs?: () => number;
}

export interface ControlPlane extends AsyncDisposable {
  readonly url: string;
}

/** The composition root of the control plane. */
export async function startControlPlane(
  config: ControlConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<ControlPlane> {
  await using opened = new Resources();
  const [nowMs, wake] = [overrides.nowMs ?? steadyClock(), wakeable()];
  const registry = createRegistry("control-plane");
  const parts = { log, overrides, opened, registry, nowMs, changed: wake.now };
  const core = await openCore(config, parts);
  const { releases, runtime, plans, controller } = core;
  const { mainReplicas } = config;
  const submitParts = submitPartsOf(controller, { releases, runtime, plans, mainReplicas, nowMs });
  const operators = openOperators(config, { ...parts, database: core.database });
  const common = { ...operators, nowMs, log };
  const routes = controlRoutes({
    ...{ ...core, ...common },
    submit: async (submission) => {
      const submitting = await submitParts();
      const releaseId = await submit(submission, submitting);
      const queue = submission.queue ?? plans.get(submission.plan)?.queue;
      const isUrgent = submission.emergency && submission.source !== "tag"; // that the gate may yet refuse
      const gives = isUrgent ? GIVES_WAY_TO_EMERGENCY : GIVES_WAY;
      if (queue === "supersede" || isUrgent) {
        await supersede(releaseId, { waiting: submitting.waiting, gives }, core);
      }
      return releaseId;
    },
    command: (releaseId, command) => controller.command(releaseId, command),
    requireLeading: () => void leadingEpoch(controller),
    changed: wake.now,
  });
  const mayRead = requireMetricsToken(config.metricsToken);
  const app = createApp()
    .use(observeRequests(registry))
    .use(healthRoutes(registry, () => readinessOf(controller), mayRead))
    .use(serviceRoutes(config, core, common))
    .use(routes)
    .use(unknownPath())
    .use(postgresAway())
    .use(errorHandler(log));
  const server = opened.use(await listen(app, { host: config.host, port: config.port }));
  opened.use(await listenForMetrics(config.metricsPort, { registry, mayRead }, log));
  const first = () => releaseFirst(core, submitParts, config.firstRelease);
  opened.use(keepRounds(controller, { first, log, wake, nowMs, metrics: core.metrics }));
  opened.use(openLiveness(config, core, { nowMs, log }));
  return disposable(opened, { url: server.url });
}

function readinessOf({ standsBy, serves }: Controller): Readiness {
  const isReady = standsBy || serves;
  return isReady ? { ready: true } : { ready: false, reason: "main is not restored yet" };
}

type Core = Awaited<ReturnType<typeof openCore>>;

interface CoreParts {
  readonly log: Logger;
  readonly overrides: Overrides;
  readonly opened: Resources;
  readonly registry: Registry;
  readonly nowMs: () => number;
  readonly changed: () => void;
}

/** Everything but the API and the rounds. */
async function openCore(
  config: ControlConfig,
  { log, overrides, opened, registry, nowMs, changed }: CoreParts,
) {
  const database = opened.use(
    await openDatabase(config.databaseUrl, { max: 4, applicationName: "canarec control plane" }),
  );
  createPoolMetrics(registry).watch("main", database.pool);
  const releases = createReleaseRepository(database);
  const gates = createGateRepository(database);
  const control = createControlRepository(database);
  const token = await openToken(config.tokenFile);
  const runtime = opened.use(overrides.runtime ?? openRuntime(config, database));
  const plans = parsePlans(JSON.parse(await readFile(config.plansFile, "utf8")));
  const metrics = createControlMetrics(registry);
  watchRollouts(registry, () => readReleases(releases, control));
  const planes = countingPushes(
    openDataPlanes(config.dataPlaneUrls, async () => token),
    metrics,
  );
  const leadership = opened.use(openLeadership(database, control, () => new Date(nowMs())));
  const routing = new RoutingWriter(control, planes, Date.now);
  const replicas = new ReplicaSet({
    ...{ runtime, control, env: config.replicaEnv, memoryMiB: config.replicaMemoryMiB, log },
    readyLimitMs: config.readyLimitMs,
    ...{ metrics, nowMs, changed },
  });
  const { mainReplicas } = config;
  const controller = new Controller({
    ...{ releases, gates, control, leadership, runtime, replicas, planes, routing },
    ...{ mainReplicas, nowMs, log, metrics, readLagMs: lagReader(config.metricsToken) },
  });
  return {
    metrics,
    database,
    releases,
    gates,
    control,
    runtime,
    plans,
    replicas,
    routing,
    controller,
  };
}

/** Without a main, the first release is that of `ref`, as soon as there is a bundle. */
async function releaseFirst(
  { controller, releases, database }: Core,
  submitParts: () => Promise<SubmitParts>,
  ref: string,
): Promise<void> {
  if (controller.epoch === undefined || (await releases.mains(1)).length > 0) return;
  const bundleId = await newestBundle(database);
  if (bundleId !== undefined) await submitFirst(await submitParts(), { bundleId, ref });
}

function openLiveness(
  { hangLimitMs: hangMs }: ControlConfig,
  { controller, replicas, database }: Core,
  common: { readonly nowMs: () => number; readonly log: Logger },
): AsyncDisposable {
  const notices = createNoticeRepository(database);
  const isLeading = () => controller.epoch !== undefined;
  return watchLiveness({ ...common, replicas, isLeading, hangMs, notices });
}

function serviceRoutes(
  { repository, supervisor }: ControlConfig,
  { database }: Core,
  common: Pick<Parameters<typeof serviceReleaseRoutes>[0], "authorise" | "audit" | "nowMs" | "log">,
) {
  return serviceReleaseRoutes({
    ...{ ...common, replaceable: supervisor !== undefined },
    serviceReleases: createServiceReleaseRepository(database),
    resolve: (ref) => resolveRef(repository, ref),
  });
}

/** States of a release that gives way to a newer one: users have not begun to judge it. */
const GIVES_WAY = ["queued", "preparing", "warming", "shadowing", "ramping"];

/** An operator cannot wait: whatever has not become main goes. */
const GIVES_WAY_TO_EMERGENCY = [...GIVES_WAY, "evaluating", "extending", "holding"];

/** Abort what is under way: a newer release takes its place. */
async function supersede(
  releaseId: number,
  { waiting, gives }: Pick<SubmitParts, "waiting"> & { readonly gives: readonly string[] },
  { releases, controller }: Core,
): Promise<void> {
  for (const other of waiting) {
    const row = await releases.rollout(other.releaseId);
    if (row === undefined || !gives.includes(row.state)) continue;
    const reason = `superseded by release ${releaseId}`;
    controller.command(other.releaseId, { kind: "abort", actor: "controller", reason });
  }
}

/** @throws ServiceError `unavailable` */
function leadingEpoch({ epoch }: Controller): number {
  if (epoch !== undefined) return epoch;
  throw new ServiceError("unavailable", "another controller leads");
}

/** What a submission is decided from; refused where this controller does not lead. */
function submitPartsOf(
  controller: Controller,
  parts: Omit<SubmitParts, "epoch" | "nowMs" | "waiting"> & { readonly nowMs: () => number },
): () => Promise<SubmitParts> {
  const { releases, nowMs } = parts;
  return async () => {
    const epoch = leadingEpoch(controller);
    const rows = await releases.rolloutsNotIn(ENDED);
    const found = await Promise.all(rows.map(({ releaseId }) => releases.find(releaseId)));
    const waiting = found.filter((one) => one !== undefined);
    return { ...parts, epoch, nowMs: nowMs(), waiting };
  };
}

interface Rounds {
  readonly metrics: Pick<ControlMetrics, "roundEnded">;
  readonly first: () => Promise<void>;
  readonly log: Logger;
  readonly wake: ReturnType<typeof wakeable>;
  readonly nowMs: () => number;
}

/** Round after round, until disposed; without Postgres the lease is renewed for a while. */
function keepRounds(
  controller: Controller,
  { first, log, wake, nowMs, metrics }: Rounds,
): AsyncDisposable {
  const stop = new AbortController();
  const rounds = roundsOf({
    round: () =>
      timed(metrics, async () => {
        await first();
        while ((await controller.round()) && !stop.signal.aborted);
      }),
    renew: () => controller.renew(),
    ...{ nowMs, log },
  });
  const heart = setInterval(() => void rounds.beat(), ROUND_MS);
  const running = (async () => {
    while (!stop.signal.aborted) {
      await rounds.round();
      await wake.orAfter(ROUND_MS, stop.signal);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      clearInterval(heart);
      await running;
    },
  };
}

/** Do it, and tell how long it took and whether it was done. */
async function timed(
  metrics: Pick<ControlMetrics, "roundEnded">,
  work: () => Promise<void>,
): Promise<void> {
  const startedMs = performance.now();
  const ended = (result: "done" | "failed") =>
    metrics.roundEnded(result, (performance.now() - startedMs) / 1_000);
  try {
    await work();
  } catch (failure) {
    ended("failed");
    throw failure;
  }
  ended("done");
}

/** A wait that can be cut short. */
function wakeable() {
  let cut = new AbortController();
  return {
    now: () => cut.abort(),
    async orAfter(ms: number, stop: AbortSignal): Promise<void> {
      const signal = AbortSignal.any([cut.signal, stop]);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      if (cut.signal.aborted) cut = new AbortController();
    },
  };
}

/** The bearer token; made where there is none. */
async function openToken(file: string): Promise<string> {
  const made = randomBytes(32).toString("base64url");
  await writeFile(file, `${made}\n`, { mode: 0o600, flag: "wx" }).catch((failure: unknown) => {
    if ((failure as { code?: string }).code !== "EEXIST") throw new Error(messageOf(failure));
  });
  return (await readFile(file, "utf8")).trim();
}

async function newestBundle(database: Awaited<ReturnType<typeof openDatabase>>) {
  const { rows } = await database.pool.query<{ id: string }>(
    `select bundle_id as id from bundles where state = 'complete' order by created_at desc limit 1`,
  );
  return rows[0]?.id;
}

import { type Readiness, healthRoutes } from "@canarec/service-kit/health";
import { createApp, errorHandler, listen, unknownPath } from "@canarec/service-kit/http";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { type MetricValues, createBareRegistry, mergeMetrics } from "@canarec/service-kit/metrics";
import { requireMetricsToken } from "@canarec/service-kit/metrics-access";
import type { LoadBalancerConfig } from "../config.ts";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import { fixedRouting } from "../routing/fixed-routing.ts";
import { type LiveRouting, type RoutingReply, openLiveRouting } from "../routing/live-routing.ts";
import { readStoredRouting, storeRouting } from "../routing/stored-routing.ts";
import { leaseLostText, tellLeaseLost } from "../routing/tell-operators.ts";
import { NO_STATUS, countersOf, countsOf, mergeStatus } from "../workers/merge-status.ts";
import type { ServingWorker } from "../workers/serving-worker.ts";
import { requireBearer } from "./bearer.ts";
import { createAuthenticationMetrics } from "./metrics.ts";
import { routingRoutes } from "./routing-routes.ts";
import { scrapeTargets } from "./scrape-targets.ts";

/** The admin port: all workers of a data plane as one. */
export interface Front extends AsyncDisposable {
  readonly url: string;
  /** Give a worker the routing in force; from now on it is part of all that is asked and said. */
  join(worker: ServingWorker): Promise<void>;
  /** It has ended; what it counted stays. */
  leave(worker: ServingWorker): Promise<void>;
  /** Not ready from now on. */
  drain(): void;
}

/** @param own metrics beside those of the workers. */
export async function openFront(
  config: LoadBalancerConfig,
  log: Logger,
  own: () => Promise<MetricValues> = () => Promise.resolve([]),
): Promise<Front> {
  await using opened = new Resources();
  const live = opened.use(await openAuthority(config, log));
  const workers = new WorkersAsOne(live, (snapshot) => storeRouting(config.routingFile, snapshot));
  let draining = false;
  const readiness = async (): Promise<Readiness> =>
    draining ? { ready: false, reason: "draining" } : (await workers.status()).readiness;
  const strangers = countStrangers(log);
  const metrics = async () =>
    mergeMetrics([await own(), await strangers.values(), ...(await workers.metrics())]).metrics();
  const mayRead = requireMetricsToken(config.metricsToken, strangers.note);
  const app = createApp()
    .use(healthRoutes({ contentType: mergeMetrics([]).contentType, metrics }, readiness, mayRead))
    .use(scrapeTargets(() => live.current(), mayRead))
    .use(
      routingRoutes({
        authorise: requireBearer(config.controlTokenFile, strangers.note),
        current: () => live.current(),
        offer: (snapshot) => workers.offer(snapshot),
        status: () => workers.status(),
      }),
    )
    .use(unknownPath())
    .use(errorHandler(log));
  const { url } = opened.use(await listen(app, { host: config.adminHost, port: config.adminPort }));
  return disposable(opened, {
    url,
    join: (worker: ServingWorker) => workers.join(worker),
    leave: (worker: ServingWorker) => workers.leave(worker),
    drain: () => void (draining = true),
  });
}

/** Between two log lines about requests without a token. */
const TELL_MS = 60_000;

/** Requests to the admin port without a valid token: each is counted, and they are told of once a minute. */
function countStrangers(log: Logger) {
  const registry = createBareRegistry("load-balancer");
  const metrics = createAuthenticationMetrics(registry);
  let toldMs = -Infinity;
  return {
    values: () => registry.getMetricsAsJSON(),
    note: () => {
      metrics.refused();
      if (performance.now() - toldMs < TELL_MS) return;
      toldMs = performance.now();
      log.warn("a request to the admin port without a valid token");
    },
  };
}

/** The routing as the controller gave it: from the snapshot that an earlier process held; without one from the addresses given. */
async function openAuthority(config: LoadBalancerConfig, log: Logger) {
  const { replicaUrls, routingFile, slackWebhookUrl } = config;
  const stored = replicaUrls.length > 0 ? undefined : await readStoredRouting(routingFile, log);
  const live = openLiveRouting(stored ?? fixedRouting(replicaUrls), {
    nowMs: () => performance.now(),
    wallMs: Date.now,
    changed({ version, nightlyWeight, shadowShare, releaseId }) {
      log.info({ version, nightlyWeight, shadowShare, releaseId }, "routing changed");
    },
    leaseLost(lost) {
      const { version, releaseId } = lost;
      log.error({ version, releaseId }, "nobody renewed nightly's lease: main serves all");
      if (releaseId === null) return;
      void tellLeaseLost(leaseLostText(lost, new Date()), slackWebhookUrl, log);
    },
  });
  return Object.assign(live, {
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]();
    },
  });
}

class WorkersAsOne {
  readonly #live: LiveRouting;
  readonly #store: (snapshot: RoutingSnapshot) => Promise<void>;
  readonly #workers = new Set<ServingWorker>();
  #ended = { status: NO_STATUS, metrics: [] as MetricValues };
  /** One after the other, so that no worker misses a snapshot or gets two in the wrong order. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(live: LiveRouting, store: (snapshot: RoutingSnapshot) => Promise<void>) {
    this.#live = live;
    this.#store = store;
  }

  /**
   * In force everywhere, and on disk, when this resolves without a refusal.
   *
   * @returns undefined where there is no worker yet that could have it.
   * @throws where it could not be kept, or a worker did not answer: then it is not acknowledged.
   */
  offer(snapshot: RoutingSnapshot): Promise<RoutingReply | undefined> {
    return this.#inTurn(async () => {
      const own = this.#live.offer(snapshot);
      if (own.refused !== undefined) return own;
      await this.#store(snapshot);
      const heard = await Promise.all([...this.#workers].map((worker) => worker.offer(snapshot)));
      const replies = heard.filter((reply) => reply !== undefined);
      const refusal = replies.find(({ refused }) => refused !== undefined);
      return replies.length > 0 ? (refusal ?? own) : undefined;
    });
  }

  join(worker: ServingWorker): Promise<void> {
    return this.#inTurn(async () => {
      const held = this.#live.held();
      if (held.version > 0) await worker.offer(held);
      this.#workers.add(worker);
    });
  }

  leave(worker: ServingWorker): Promise<void> {
    return this.#inTurn(async () => {
      const { status, metrics } = this.#ended;
      const [left, values] = await Promise.all([worker.status(), worker.metrics()]);
      const merged = await mergeMetrics([metrics, countersOf(values)]).getMetricsAsJSON();
      if (!this.#workers.delete(worker)) return;
      this.#ended = { status: countsOf(mergeStatus([status, left])), metrics: merged };
    });
  }

  async status() {
    const all = await Promise.all([...this.#workers].map((worker) => worker.status()));
    return mergeStatus([...all, this.#ended.status]);
  }

  async metrics(): Promise<MetricValues[]> {
    const all = await Promise.all([...this.#workers].map((worker) => worker.metrics()));
    return [...all, this.#ended.metrics];
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

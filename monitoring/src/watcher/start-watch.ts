import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import { createTroubleRepository } from "@canarec/db-utils/watch/trouble-repository";
import { readyReplicas } from "@canarec/db-utils/watch/watched-rows";
import { messageOf } from "@canarec/service-kit/errors";
import { type MetricsToken, metricsAuthorization } from "@canarec/service-kit/metrics-access";
import { type Logger, withoutPasswords } from "@canarec/service-kit/logging";
import type { Job } from "../jobs/job-table.ts";
import type { Outbox } from "../slack/open-outbox.ts";
import { findingsOf } from "../watch/findings.ts";
import { TROUBLE_KINDS, type TroubleKind, type WatchLimits } from "../watch/limits.ts";
import type { Sighting } from "../watch/sighting.ts";
import { askDataPlanes, askParsers, askReplicas } from "./ask-services.ts";
import type { WatchMetrics } from "./metrics.ts";
import { readRows } from "./read-rows.ts";
import { type Tells, TroubleTeller } from "./tell-troubles.ts";

/** Looks are kept for as long as any rule looks back. */
const KEPT_MS = 180_000;

/** Where services say how they are. */
export interface WatchedAddresses {
  readonly dataPlanes: readonly string[];
  readonly parsers: readonly string[];
}

export interface WatchOptions {
  readonly db: Database;
  readonly outbox: Pick<Outbox, "tell">;
  readonly addresses: WatchedAddresses;
  /** What they are asked with. */
  readonly metricsToken: MetricsToken;
  readonly jobs: readonly Job[];
  /** What is told from here; all that is watched is on record. */
  readonly tells: Tells;
  readonly limits: WatchLimits;
  readonly everyMs: number;
  /** Age of a probe that is not servable yet; undefined without a probe. */
  readonly probeSeconds: () => Promise<number | undefined>;
  readonly metrics: WatchMetrics;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Look at the whole service again and again, record when something is wrong and when it is over, and tell of it. */
export function startWatch(options: WatchOptions): AsyncDisposable {
  const { db, outbox, limits, tells, everyMs, metrics, log, now } = options;
  const stop = new AbortController();
  const teller = new TroubleTeller(createTroubleRepository(db), outbox, { limits, tells });
  const look = createLook(options, now().getTime());
  let sightings: readonly Sighting[] = [];
  const once = async () => {
    const sighting = await look();
    metrics.looked(sighting.rows === null ? "without_postgres" : "whole");
    sightings = [...sightings, sighting].filter(({ atMs }) => sighting.atMs - atMs <= KEPT_MS);
    const open = await teller.take(findingsOf(sightings, limits), now());
    metrics.open(open.flatMap(({ trouble }) => kindOf(trouble) ?? []));
  };
  const running = (async () => {
    while (!stop.signal.aborted) {
      await once().catch((failure: unknown) => {
        log.error(
          { reason: withoutPasswords(messageOf(failure)) },
          "the service cannot be watched",
        );
      });
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** One look at everything. What gives no answer is null in it, and holds up nothing else. */
function createLook(options: WatchOptions, startedMs: number): () => Promise<Sighting> {
  const { db, addresses, metricsToken, jobs, limits, probeSeconds, now } = options;
  let replicas: ReadonlyMap<string, string> = new Map();
  return async () => {
    const nowMs = now().getTime();
    const rows = await readRows({ db, jobs, limits, startedMs, nowMs }).catch(() => null);
    replicas = await readyReplicas(db.pool).catch(() => replicas);
    const headers = await metricsAuthorization(metricsToken);
    const [dataPlanes, parsers, feedAges] = await Promise.all([
      askDataPlanes(addresses.dataPlanes, headers),
      askParsers(addresses.parsers, headers),
      askReplicas(replicas, headers),
    ]);
    return { atMs: nowMs, dataPlanes, parsers, feedAges, probeSeconds: await probeSeconds(), rows };
  };
}

function kindOf(trouble: string): TroubleKind | undefined {
  return TROUBLE_KINDS.find((kind) => kind === trouble.split(":")[0]);
}

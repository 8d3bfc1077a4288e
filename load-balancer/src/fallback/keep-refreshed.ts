import { setTimeout as sleep } from "node:timers/promises";
import type { LoadBalancerMetrics } from "../metrics.ts";
import type { TrackPool } from "../replicas/track-pool.ts";
import type { PopularList } from "./popular-list.ts";

/** While there is no copy yet, or the last refresh failed, it is tried this often. */
const EAGER_MS = 500;

/** Refreshes come up to a tenth earlier or later. */
const JITTER = 0.1;

export interface RefreshOptions {
  readonly intervalMs: number;
  readonly random: () => number;
  readonly metrics: LoadBalancerMetrics;
}

/** Take a new copy of the popular list from a healthy replica of `track`, again and again. */
export function keepRefreshed(
  list: PopularList,
  track: TrackPool,
  options: RefreshOptions,
): AsyncDisposable {
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) {
      const ok = await refresh(list, track, options);
      const waitMs = ok ? options.intervalMs * (1 + JITTER * (2 * options.random() - 1)) : EAGER_MS;
      await sleep(waitMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function refresh(
  list: PopularList,
  track: TrackPool,
  { metrics, random }: RefreshOptions,
): Promise<boolean> {
  const well = track.replicas.filter((r) => r.health.availability(performance.now()) === "in");
  const replica = well[Math.floor(random() * well.length)];
  if (replica === undefined) return false;
  const ok = await list.refresh(replica.url);
  metrics.popularListRefreshed(ok);
  return ok;
}

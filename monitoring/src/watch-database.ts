import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import type { MonitoringMetrics } from "./metrics.ts";

const INTERVAL_MS = 5_000;

export interface DatabaseWatch extends AsyncDisposable {
  /** Whether the last question was answered. */
  readonly reachable: () => boolean;
}

/** Ask the database every few seconds whether it is there, and let metrics tell of it. */
export function watchDatabase(
  { pool }: Pick<Database, "pool">,
  metrics: Pick<MonitoringMetrics, "databaseAsked">,
): DatabaseWatch {
  const stop = new AbortController();
  let reachable = true;
  const running = (async () => {
    while (!stop.signal.aborted) {
      reachable = await pool.query("select 1").then(
        () => true,
        () => false,
      );
      metrics.databaseAsked(reachable);
      await sleep(INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    reachable: () => reachable,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

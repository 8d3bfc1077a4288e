import { type MetricsToken, metricsAuthorization } from "@canarec/service-kit/metrics-access";
import { request } from "undici";

const LIMIT_MS = 1_000;

/** As prom-client names it, in seconds; with any labels. */
const LAG = /^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? ([\d.e+-]+)$/m;

/** How long a replica's event loop was held up, 99th percentile in milliseconds; undefined where it does not tell. */
export function lagOf(metrics: string): number | undefined {
  const seconds = Number(LAG.exec(metrics)?.[1]);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

/** Asks a replica; undefined where it does not answer, which other checks notice. */
export type ReadLagMs = (url: string) => Promise<number | undefined>;

export function lagReader(token: Pick<MetricsToken, "file">): ReadLagMs {
  return async (url) => {
    try {
      const answer = await request(new URL("/metrics", url), {
        headers: await metricsAuthorization(token),
        signal: AbortSignal.timeout(LIMIT_MS),
      });
      return lagOf(await answer.body.text());
    } catch {
      return undefined;
    }
  };
}

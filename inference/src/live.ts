import type { Listener } from "@canarec/db-utils/change-feed/listen";
import type { Readiness } from "@canarec/service-kit/health";
import type { HistoryCache } from "./history/history-cache.ts";
import type { Gauges } from "./metrics.ts";
import type { CurrentModel } from "./serving/keep-current.ts";
import type { TextAnswer } from "./serving/user-answers.ts";

/** The running parts that health and gauges read; each is absent until it is opened. */
export interface Live {
  /** Connections of the feed so far. */
  epoch: number;
  feed?: Listener;
  current?: CurrentModel;
  histories?: HistoryCache<TextAnswer>;
}

/**
 * @param nowMs a clock that never goes back. @param wallMs milliseconds since 1970.
 */
export function gaugesOf(live: Live, nowMs: () => number, wallMs: () => number): Gauges {
  const since = (atMs: number | undefined, now: number) =>
    atMs === undefined ? undefined : (now - atMs) / 1_000;
  return {
    usersInMemory: () => live.histories?.size ?? 0,
    rowsInMemory: () => live.histories?.rows ?? 0,
    feedAgeSeconds: () => since(live.feed?.freshAsOfMs(), nowMs()),
    statisticsAgeSeconds: () => since(live.current?.statisticsAtMs(), nowMs()),
    bundleAgeSeconds: () => {
      const highEventAt = live.current?.model().contents.watermark.highEventAt;
      return typeof highEventAt === "string" ? since(Date.parse(highEventAt), wallMs()) : undefined;
    },
    newMovies: () => {
      const model = live.current?.model();
      return model ? model.movies.length - model.contents.catalogue.length : 0;
    },
  };
}

/** It can always answer; how well depends on the feed, which is a connection to the database. */
export function readinessOf(live: Live): Readiness {
  if (live.feed?.isLive() === true) return { ready: true };
  return { ready: true, degraded: "no change feed: the database is away, or was a moment ago" };
}

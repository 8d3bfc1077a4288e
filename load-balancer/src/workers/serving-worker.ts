import type { Readiness } from "@canarec/service-kit/health";
import type { MetricValues } from "@canarec/service-kit/metrics";
import type { TrackCounts } from "../admin/track-counts.ts";
import type { Track } from "../contract/exposure.ts";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { RoutingReply } from "../routing/live-routing.ts";
import type { ShadowCounts } from "../shadow/shadow-requests.ts";

/** How a worker fares, and what it has counted since its start. */
export interface WorkerStatus {
  /** It takes new connections. */
  readonly serving: boolean;
  readonly readiness: Readiness;
  readonly tracks: Readonly<Record<Track, TrackCounts>>;
  readonly shadow: ShadowCounts;
}

/** One of the processes that answer users, as the admin port sees it. */
export interface ServingWorker {
  /** Take a snapshot. @returns undefined where it has ended. @throws where it does not answer. */
  offer(snapshot: RoutingSnapshot): Promise<RoutingReply | undefined>;
  /** The newest known; not ready where it does not answer. */
  status(): Promise<WorkerStatus>;
  /** The newest known. */
  metrics(): Promise<MetricValues>;
}

import type { AnswerHeader } from "./internal-header.ts";
import type { Exposure, Track } from "../contract/exposure.ts";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { PopularList } from "../fallback/popular-list.ts";
import type { LoadBalancerMetrics } from "../metrics.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { TrackPool } from "../replicas/track-pool.ts";

/** Limits of time of one call, from the arrival of its request. */
export interface TimeLimits {
  /** After which a second replica is asked as well, while the first may still answer. */
  readonly slowMs: number;
  /** After which main is asked for a user of nightly's, while nightly may still answer. */
  readonly crossMs: number;
  /** After which no replica is waited for any longer: what is left is for answering ourselves. */
  readonly replicasMs: number;
  /** The same for /api/v1, where nothing stands in for a replica. */
  readonly apiMs: number;
}

/** One answer to /recommend, as counters and shadowing need it. */
export interface Answered {
  readonly userId: number;
  readonly assigned: Track;
  /** Undefined where nobody knows: the client went away. */
  readonly failedAtFirst: boolean | undefined;
  readonly list: readonly string[];
  /** The routing that decided. */
  readonly snapshot: RoutingSnapshot;
}

/** What the calls of one data plane share. */
export interface DataPlane {
  readonly routing: () => RoutingSnapshot;
  readonly tracks: Readonly<Record<Track, TrackPool>>;
  readonly popular: PopularList;
  readonly limits: TimeLimits;
  readonly rateLimit: RateLimit;
  readonly metrics: LoadBalancerMetrics;
  readonly record: (exposure: Exposure) => void;
  /** Told of each answer to /recommend when it has left. */
  readonly answered?: (answered: Answered) => void;
  readonly readInternal: (text: unknown) => AnswerHeader | undefined;
  /** Answers ask their clients to connect anew. */
  readonly draining: () => boolean;
  /** Nobody else takes those connections: clients should go elsewhere. */
  readonly stopping: () => boolean;
  /** Monotone. */
  readonly nowMs: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

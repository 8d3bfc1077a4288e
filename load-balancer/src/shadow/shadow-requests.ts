import { Pool } from "undici";
import type { Replica as ReplicaAddress } from "../contract/routing-snapshot.ts";
import type { LoadBalancerMetrics } from "../metrics.ts";
import type { Answered } from "../proxy/data-plane.ts";
import { Exchange, type Outcome } from "../proxy/exchange.ts";
import { judgeAnswer } from "../proxy/judge-answer.ts";
import { LIST_BYTES } from "../proxy/movie-list.ts";
import { compareLists } from "./compare-lists.ts";

/** Under way at once, over all replicas; what comes beyond is left out, for main comes first. */
const MOST_UNDER_WAY = 16;

export interface ShadowOptions {
  /** An answer that takes longer is an error. */
  readonly deadlineMs: number;
  readonly nowMs: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly metrics: LoadBalancerMetrics;
}

/** What shadowing has found since the start, as sums. */
export interface ShadowCounts {
  readonly requests: number;
  readonly errors: number;
  /** Left out because too many were under way. */
  readonly skipped: number;
  readonly overlap: number;
  readonly distance: number;
  readonly seconds: number;
}

export interface ShadowRequests extends AsyncDisposable {
  /** Perhaps ask nightly for the same user, once main's answer has left. */
  offer(answered: Answered): void;
  counts(): ShadowCounts;
}

/**
 * A sample of main's requests sent to nightly as well; its answers are compared with main's and thrown
 * away. On connections of its own, with a cap, after the user has their answer; never an exposure.
 */
export function openShadowRequests(options: ShadowOptions): ShadowRequests {
  const pools = new Map<string, Pool>();
  const { counts, count } = counting(options.metrics);
  let underWay = 0;
  let turn = 0;
  const ask = (pool: Pool, { userId, list }: Answered) => {
    underWay += 1;
    const startMs = options.nowMs();
    const end = (outcome: Outcome) => {
      underWay -= 1;
      clearTimeout(limit);
      count(outcome, list, (options.nowMs() - startMs) / 1_000);
    };
    const exchange = new Exchange(LIST_BYTES, end);
    const limit = setTimeout(() => {
      exchange.abandon();
      end({ kind: "failed", status: null, error: "timeout" });
    }, options.deadlineMs);
    exchange.send(pool, `/recommend/${userId}`, { "x-request-id": `shadow-${userId}` });
  };
  return {
    offer(answered) {
      const { shadowShare, replicas } = answered.snapshot;
      if (answered.assigned !== "main" || answered.list.length === 0) return;
      if (shadowShare === 0 || options.random() >= shadowShare) return;
      const { nightly } = replicas;
      const address = nightly[turn++ % nightly.length];
      if (address === undefined) return;
      if (underWay >= MOST_UNDER_WAY) counts.skipped += 1;
      else ask(poolOf(pools, address, nightly), answered);
    },
    counts: () => ({ ...counts }),
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

function counting(metrics: LoadBalancerMetrics) {
  const counts = { requests: 0, errors: 0, skipped: 0, overlap: 0, distance: 0, seconds: 0 };
  const count = (outcome: Outcome, list: readonly string[], seconds: number) => {
    const judgement = judgeAnswer(outcome);
    counts.requests += 1;
    counts.seconds += seconds;
    if (!judgement.ok) {
      counts.errors += 1;
      metrics.shadowFailed(judgement.error, seconds);
      return;
    }
    const compared = compareLists(list, judgement.list);
    counts.overlap += compared.overlap;
    counts.distance += compared.distance;
    metrics.shadowCompared(compared.overlap, compared.distance, seconds);
  };
  return { counts, count };
}

/** The pool of a replica; those of replicas that are gone are closed. */
function poolOf(
  pools: Map<string, Pool>,
  { url }: ReplicaAddress,
  present: readonly ReplicaAddress[],
): Pool {
  const known = pools.get(url);
  if (known !== undefined) return known;
  for (const [old, pool] of pools) {
    if (present.some((replica) => replica.url === old)) continue;
    pools.delete(old);
    void pool.close();
  }
  const pool = new Pool(new URL(url).origin, { connections: MOST_UNDER_WAY, pipelining: 1 });
  pools.set(url, pool);
  return pool;
}

import { dailyPartitions } from "../partitions.ts";
import type { Queryable } from "../queryable.ts";
import type { ExposureAttempt } from "../schema/exposures.ts";

/** An exposure as it is stored. */
export interface StoredExposure {
  readonly requestId: string;
  readonly answeredAt: Date;
  readonly userId: number;
  readonly assigned: string;
  readonly served: string;
  readonly reason: string;
  readonly pinned: boolean;
  readonly snapshotVersion: number | null;
  readonly step: number | null;
  readonly releaseId: number | null;
  readonly build: string | null;
  readonly bundle: string | null;
  readonly replica: string | null;
  readonly attempts: readonly ExposureAttempt[];
  readonly status: number;
  readonly latencyUs: number;
  readonly personalised: boolean;
  /** Movie ids, best first. */
  readonly list: readonly string[];
}

const COLUMNS = `request_id as "requestId", answered_at as "answeredAt", user_id as "userId", assigned, served, reason, pinned,
  snapshot_version as "snapshotVersion", step, release_id as "releaseId", build, bundle, replica, attempts, status,
  latency_us as "latencyUs", personalised, list`;

/**
 * The newest exposure of a request id. Undefined where none is kept. Days are read one after the other, the newest first.
 * No index begins with the id; Postgres looks through a day's primary key, 46 ms for a million exposures, where an index of
 * the id would make writing them a third slower (both measured, in one run, on two cores).
 */
export async function findExposure(
  client: Queryable,
  requestId: string,
): Promise<StoredExposure | undefined> {
  const days = (await dailyPartitions(client)).filter((name) => /^exposures_d\d{8}$/.test(name));
  for (const day of days.toSorted().reverse()) {
    const { rows } = await client.query<StoredExposure>(
      `select ${COLUMNS} from ${day} where request_id = $1 order by answered_at desc limit 1`,
      [requestId],
    );
    if (rows[0] !== undefined) return rows[0];
  }
  return undefined;
}

/** The routing that decided: the snapshot of a version; undefined where it is no longer kept. */
export async function findSnapshot(client: Queryable, version: number): Promise<unknown> {
  const { rows } = await client.query<{ snapshot: unknown }>(
    "select snapshot from routing_snapshots where version = $1",
    [version],
  );
  return rows[0]?.snapshot;
}

/** Up to when exposures are written, over the partitions of their topic; null before the first. */
export async function exposuresWrittenTo(client: Queryable, topic: string): Promise<Date | null> {
  const { rows } = await client.query<{ at: Date | null }>(
    "select min(high_event_at) as at from stream_offsets where topic = $1 and high_event_at is not null",
    [topic],
  );
  return rows[0]?.at ?? null;
}
